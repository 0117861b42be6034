"""Whether a model is loaded into memory, and opening and closing it."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, series_of_fields
from anaplan_frames.errors import ModelUnavailable
from anaplan_frames.polling import growing_pauses, poll
from anaplan_frames.resources.catalogue import Catalogue

_FIRST_PAUSE = 0.2  # seconds between looks
_IDLE = -1.0  # the service's progress of a model that does nothing
_AFTER = {"open": "Open", "close": "Closed"}

STATUS = {
    "step": Field("currentStep"),
    "progress": Field("progress", "number"),
    "task_id": Field("taskId"),
    "tooltip": Field("tooltip"),
    "export_task_type": Field("exportTaskType"),
    "peak_memory": Field("peakMemoryUsageEstimate", "integer"),
    "peak_memory_time": Field("peakMemoryUsageTime", "time"),
    "asked": Field("creationTime", "time"),
}


def status_series(catalogue: Catalogue) -> pd.Series[Any]:
    """Return what the model is doing, in one row."""
    status = _status(catalogue)
    if status.get("progress") == _IDLE:
        status = {**status, "progress": None}
    return series_of_fields(status, STATUS)


def change(catalogue: Catalogue, to: Literal["open", "close"], timeout: float) -> None:
    """Open or close the model, and wait until this is done.

    Parameters
    ----------
    timeout : float
        Seconds to wait at most; 0 does not wait.
    """
    transport = catalogue.transport
    transport.request(
        "POST",
        f"{catalogue.path}/{to}",
        label=f"{catalogue.label} (to {to} it)",
        headers={"Content-Type": "application/text"},
    )

    def look() -> bool | None:
        status = _status(catalogue)
        is_idle = status.get("progress") == _IDLE
        # The progress can be that of an idle model while the step still is "Closing".
        return True if is_idle and status.get("currentStep") == _AFTER[to] else None

    pauses = growing_pauses(_FIRST_PAUSE)
    if not poll(look, transport.clock, pauses=pauses, timeout=timeout) and timeout > 0:
        raise ModelUnavailable(
            f"{catalogue.label}: after {timeout:g} seconds it is still "
            f"{_status(catalogue).get('currentStep')!r}. Wait longer with timeout=, or look at "
            ".status()."
        )


def _status(catalogue: Catalogue) -> dict[str, Any]:
    answer = catalogue.transport.get(
        f"{catalogue.path}/status", label=f"status of {catalogue.label}"
    )
    status: dict[str, Any] = answer["requestStatus"]
    return status
