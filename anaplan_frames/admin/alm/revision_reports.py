"""Reports on what differs between two revisions: started, waited for, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from anaplan_frames.admin.alm.alm_requests import AlmRequests
from anaplan_frames.admin.alm.report_sections import tables_of_report
from anaplan_frames.admin.alm.revision_pairs import RevisionPair
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import TaskFailed
from anaplan_frames.outcomes import TaskState, yes_or_no
from anaplan_frames.polling import poll

Kind = Literal["comparisonReport", "summaryReport"]
_SUMMARY = {
    "kind": Field("kind"),
    "created": Field("created", "integer"),
    "modified": Field("modified", "integer"),
    "deleted": Field("deleted", "integer"),
}
_CHANGES = ("created", "modified", "deleted")


@dataclass(frozen=True)
class Summary:
    """How much differs.

    Attributes
    ----------
    created, modified, deleted : int
    kinds : pandas.DataFrame
        The same for each kind of thing: ``kind`` and the three counts.
    """

    created: int
    modified: int
    deleted: int
    kinds: pd.DataFrame

    @property
    def total(self) -> int:
        """How many things differ."""
        return self.created + self.modified + self.deleted

    def __str__(self) -> str:
        return f"{self.created:,} created, {self.modified:,} modified, {self.deleted:,} deleted"


def read_report(target: AlmRequests, pair: RevisionPair) -> dict[str, pd.DataFrame]:
    """Return the sections of a full report, as tables."""
    _write_report(target, pair, "comparisonReport")
    content = target.transport.download(
        _address(target, pair, "comparisonReport"),
        label=_label(target, pair),
        headers={"Accept": "application/octet-stream"},  # all else is refused with 406
    )
    return tables_of_report(content)


def read_summary(target: AlmRequests, pair: RevisionPair) -> Summary:
    """Return how much differs."""
    if pair.is_applied:
        return summary_of({"totals": {}})
    _write_report(target, pair, "summaryReport")
    path = _address(target, pair, "summaryReport")
    return summary_of(target.transport.get(path, label=_label(target, pair))["summaryReport"])


def summary_of(report: Mapping[str, Any]) -> Summary:
    """Read Anaplan's summary; a count of 0 and a kind without changes may be left out."""
    totals: Mapping[str, Any] = report["totals"]
    kinds = report.get("differences")
    rows = [
        {"kind": kind, **{change: _count(counts, change) for change in _CHANGES}}
        for kind, counts in (kinds.items() if isinstance(kinds, Mapping) else ())
        if isinstance(counts, Mapping)
    ]
    created, modified, deleted = (_count(totals, change) for change in _CHANGES)
    return Summary(created, modified, deleted, frame_of_fields(rows, _SUMMARY))


def _count(counts: Mapping[str, Any], change: str) -> int:
    found = counts.get(change)
    return found if isinstance(found, int) else 0


def _write_report(target: AlmRequests, pair: RevisionPair, kind: Kind) -> None:
    """Have Anaplan write a report, and wait for it; to do it twice does no harm.

    Raises
    ------
    TaskFailed
        If it is not written; says why in Anaplan's words.
    """
    path, label = f"{target.path}/{kind}Tasks", _label(target, pair)
    started = target.transport.post(path, label=label, json=pair.body)["task"]["taskId"]

    def look() -> TaskState | None:
        task = target.transport.get(f"{path}/{started}", label=label)["task"]
        state = TaskState.read(task)
        return state if state.ended or state.strange else None

    ended = poll(look, target.transport.clock)
    assert ended is not None  # without a time-out, polling ends with the task
    if not yes_or_no((ended.result or {}).get("successful")):
        reason = error_text(ended.result) or f"its state is {ended.state!r}, without a reason"
        raise TaskFailed(f"{label} failed (task {started}): {reason.rstrip('.')}.")


def error_text(result: Any) -> str:
    """Return the words of a task that failed: its title, subtitle and text."""
    error = result.get("error") if isinstance(result, Mapping) else None
    if not isinstance(error, Mapping):
        return ""
    parts = (error.get(key) for key in ("title", "subtitle", "messageText"))
    said = [part.strip().rstrip(".") for part in parts if isinstance(part, str) and part.strip()]
    return ". ".join(said)


def _address(target: AlmRequests, pair: RevisionPair, kind: Kind) -> str:
    ids = pair.body
    return f"{target.path}/{kind}s/{ids['targetRevisionId']}/{ids['sourceRevisionId']}"


def _label(target: AlmRequests, pair: RevisionPair) -> str:
    return f"the report on {pair} compared with {target.label}"
