"""The one place where results are made: of an action's outcome, or of rows written directly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pandas as pd

from anaplan_frames.errors import AnaplanError, RejectedRows, TaskFailed, TaskUncertain
from anaplan_frames.messages import warn
from anaplan_frames.results import COUNTS, WriteResult
from anaplan_frames.tasks import Outcome

OnRejected = Literal["raise", "warn", "ignore"]

_DETAILS = ["action", "type", "message", "occurrences", "values"]
# Anaplan's names for the counts; imports into lists and into modules have some of their own.
_COUNT_NAMES = {
    "rows_sent": ("totalRowCount",),
    "rows_loaded": ("successRowCount",),
    "rows_created": ("createdCount", "successCreateCount"),
    "rows_updated": ("updatedCount", "successUpdateCount"),
    "rows_deleted": ("deletedCount",),
    "rows_ignored": ("ignoredCount",),
    "rows_rejected": ("failedCount",),
}


@dataclass(frozen=True)
class Rejects:
    """The rejected rows of one import; `WriteResult` says what the parts are."""

    rejected: pd.DataFrame = field(default_factory=pd.DataFrame)
    unmatched: pd.DataFrame = field(default_factory=pd.DataFrame)
    note: str = ""


@dataclass(frozen=True)
class Detail:
    """One line of what Anaplan says of an action."""

    type: str
    message: str
    occurrences: int = 0
    values: Mapping[str, str] = field(default_factory=dict)


_NO_REJECTS = Rejects()


def check_on_rejected(on_rejected: str) -> None:
    """Refuse a word that is none of those, before anything is sent."""
    if on_rejected not in get_args(OnRejected):
        raise ValueError(f"on_rejected must be 'raise', 'warn' or 'ignore', not {on_rejected!r}")


def build_result(
    name: str,
    counts: Mapping[str, int],
    *,
    task_id: str = "",
    failed: bool = False,
    details: Iterable[Detail] = (),
    rejects: Rejects = _NO_REJECTS,
    unplaced: Sequence[str] = (),
    actions: Sequence[WriteResult] = (),
    changes: pd.DataFrame | None = None,
    **facts: Any,
) -> WriteResult:
    """Make a result; it is rejected if any row was, and failed if that is said.

    Parameters
    ----------
    name : str
        What was run or written to.
    counts : mapping of str to int
        Some of `COUNTS`; those of `actions` are added, and all others are 0.
    failed : bool
        Whether the action as a whole did not succeed.
    details : iterable of Detail
        What Anaplan says; that of `actions` follows.
    unplaced : sequence of str
        Reasons for which Anaplan rejected rows without saying which rows. They make the note.
    actions : sequence of WriteResult
        The results of a process's actions.
    changes : pandas.DataFrame, optional
        The changes of a list's items.
    **facts
        What else `WriteResult` has: ``kind``, ``target_id``, ``model``, ``mode`` and so on.
    """
    sums: dict[str, Any] = {
        kind: counts.get(kind, 0) + sum(int(getattr(result, kind)) for result in actions)
        for kind in COUNTS
    }
    rejected = sums["rows_rejected"] or len(rejects.rejected) or len(rejects.unmatched)
    note = rejects.note
    if unplaced:
        reasons = "; ".join(dict.fromkeys(unplaced))
        note = f"Anaplan does not say which rows it rejected for this: {reasons}."
    return WriteResult(
        target=name,
        task_id=task_id,
        outcome="failed" if failed else "rejected" if rejected else "loaded",
        **sums,
        details=_details_frame(name, details, actions),
        rejected=rejects.rejected,
        unmatched=rejects.unmatched,
        note=note,
        actions=tuple(actions),
        changes=pd.DataFrame() if changes is None else changes,
        **facts,
    )


def result_of_task(
    outcome: Outcome,
    name: str,
    rejects: Rejects = _NO_REJECTS,
    actions: Sequence[WriteResult] = (),
    **facts: Any,
) -> WriteResult:
    """Make the result of a task that has ended; the counts of a process are its actions' sums."""
    told = outcome.counts
    counts = {
        kind: next((told[word] for word in words if word in told), 0)
        for kind, words in _COUNT_NAMES.items()
    }
    return build_result(
        name,
        counts,
        task_id=outcome.task_id,
        failed=not outcome.successful,
        details=[
            Detail(
                str(detail.get("type") or ""),
                str(detail.get("localMessageText") or detail.get("type") or ""),
                int(detail.get("occurrences") or 0),
                dict(zip(*[iter(detail.get("values") or ())] * 2, strict=False)),
            )
            for detail in outcome.details
        ],
        rejects=rejects,
        actions=actions,
        **facts,
    )


def check_result(result: WriteResult, on_rejected: OnRejected) -> WriteResult:
    """Return the result if all is well, else do what the caller asked for.

    Raises
    ------
    TaskFailed
        If the action as a whole did not succeed.
    RejectedRows
        If rows were rejected and `on_rejected` is ``"raise"``.
    """
    if result.outcome == "failed":
        said = "; ".join(dict.fromkeys(result.details["message"])) or "Anaplan gives no reason"
        count = len(result.rejected)
        rows = f" {count:,} rejected rows are in the error's .result.rejected." if count else ""
        message = f"{result.target!r} failed (task {result.task_id}): {said}{rows}"
        raise TaskFailed(message, result=result)
    if result.outcome == "rejected":
        if on_rejected == "raise":
            message = result.complaint("They are in the error's .result.rejected")
            raise RejectedRows(message, result)
        if on_rejected == "warn":
            warn(result.complaint("See .rejected"))
    return result


def halfway_error(
    error: AnaplanError, result: WriteResult, label: str, *, done: str
) -> AnaplanError:
    """Return what to raise if an error ended a direct write, with what was done until then.

    Parameters
    ----------
    error : AnaplanError
        What ended it.
    label : str
        The target in words.
    done : str
        What was done, as sentences; empty if nothing was.
    """
    if isinstance(error, TaskUncertain):
        return TaskUncertain(str(error), result)
    if not done:
        return error
    return TaskFailed(f"Writing {label} ended half-way: {error} {done}", result)


def _details_frame(
    name: str, details: Iterable[Detail], actions: Sequence[WriteResult]
) -> pd.DataFrame:
    rows = [
        (name, detail.type, detail.message, detail.occurrences, dict(detail.values))
        for detail in details
    ]
    own = pd.DataFrame(rows, columns=_DETAILS)
    parts = [frame for frame in (own, *(result.details for result in actions)) if len(frame)]
    return pd.concat(parts, ignore_index=True) if parts else own
