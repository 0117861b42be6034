"""What every job can be asked for, checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.bulk.file_writer import UploadOptions
from anaplan_frames.deadline import check_timeout
from anaplan_frames.task_requests import start_body
from anaplan_frames.transfer.upload import chunk_sizes
from anaplan_frames.writes.dump_folder import check_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected

Parameters = Mapping[str, str | Mapping[str, str]]
LOCALE = "en_US"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How an action is started: what is posted, and how data is uploaded before."""

    body: Mapping[str, Any]
    upload: UploadOptions


def send_options(
    *,
    on_rejected: OnRejected,
    dump: str | os.PathLike[str] | None,
    timeout: float | None,
    progress: bool | None,
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
        timeout=timeout,
        progress=progress,
        dump=None if dump is None else os.fspath(dump),
    )


def upload_options(*, chunk_bytes: int | None, resume: bool) -> UploadOptions:
    """Check and gather how data is uploaded; raises as `send_options`."""
    next(chunk_sizes(chunk_bytes))  # raises if it is out of bounds
    return UploadOptions(chunk_bytes, resume)


def job_options(
    *,
    parameters: Parameters | None,
    locale: str,
    import_id: Callable[[str], str],
    chunk_bytes: int | None = None,
    resume: bool = True,
) -> JobOptions:
    """Check and gather how an action is started; raises as `send_options`.

    Parameters
    ----------
    import_id : callable
        Returns the id of an import that `parameters` names.
    """
    return JobOptions(
        start_body(parameters, locale, import_id),
        upload_options(chunk_bytes=chunk_bytes, resume=resume),
    )
