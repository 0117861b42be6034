"""What every job can be asked for, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.bulk.file_writer import UploadOptions
from anaplan_frames.single_start import check_restart_after
from anaplan_frames.task_requests import start_body
from anaplan_frames.transfer.upload import chunk_sizes

Parameters = Mapping[str, str | Mapping[str, str]]
LOCALE = "en_US"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How an action is started.

    Attributes
    ----------
    body : mapping
        What is posted.
    upload : UploadOptions
        How data is uploaded before.
    restart_after : float or None
        As for `SingleStart`; None: as the connection says.
    """

    body: Mapping[str, Any] = field(repr=False)  # it may hold a connector's password
    upload: UploadOptions
    restart_after: float | None


def upload_options(*, chunk_bytes: int | None, resume: bool) -> UploadOptions:
    """Check and gather how data is uploaded; raises as `writes.send_options`."""
    next(chunk_sizes(chunk_bytes))  # raises if it is out of bounds
    return UploadOptions(chunk_bytes, resume)


def job_options(
    *,
    parameters: Parameters | None,
    locale: str,
    import_id: Callable[[str], str],
    restart_after: float | None,
    chunk_bytes: int | None = None,
    resume: bool = True,
    connector_parameters: Parameters | None = None,
) -> JobOptions:
    """Check and gather how an action is started; raises as `writes.send_options`.

    Parameters
    ----------
    import_id : callable
        Returns the id of an import that `parameters` names.
    """
    check_restart_after(restart_after)
    return JobOptions(
        start_body(parameters, locale, import_id, connector_parameters),
        upload_options(chunk_bytes=chunk_bytes, resume=resume),
        restart_after,
    )


def checked_columns(check: object, *, dry_run: bool) -> None:
    """Refuse ``check=`` if it is not a dict of names, or if nothing is planned.

    Raises
    ------
    TypeError, ValueError
    """
    if check is None:
        return
    if not isinstance(check, Mapping) or not all(isinstance(each, str) for each in check.values()):
        raise TypeError(
            "check must be a dict, {'a header': 'what the column holds'}, such as "
            "{'dest': 'Airports', 'month': 'Time'}."
        )
    if not dry_run:
        raise ValueError(
            "check= is an option of dry_run=True: it says what columns hold, so that the plan can "
            "check them. Leave it out to send the data; write(data, dry_run=True, check=...) makes "
            "a plan first."
        )
