"""How a write is sent, as the caller asks for it, checked before anything is read or sent."""

from __future__ import annotations

import os

from anaplan_frames.deadline import check_timeout
from anaplan_frames.writes.dump_folder import check_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected


def send_options(
    *,
    on_rejected: OnRejected,
    dump: str | os.PathLike[str] | None,
    timeout: float | None,
    progress: bool | None,
    confirm: bool = False,
) -> SendOptions:
    """Check and gather how a write is sent.

    Raises
    ------
    TypeError, ValueError
        If an option is not what it must be.
    """
    check_on_rejected(on_rejected)
    check_dump(dump)
    check_timeout(timeout)
    return SendOptions(
        on_rejected=on_rejected,
        confirm=confirm,
        timeout=timeout,
        progress=progress,
        dump=None if dump is None else os.fspath(dump),
    )
