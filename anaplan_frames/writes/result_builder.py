"""The one place where results are made: of an action's outcome, or of rows written directly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import pandas as pd

from anaplan_frames.errors import (
    AnaplanError,
    RejectedRows,
    TaskCancelled,
    TaskFailed,
    TaskTimeout,
    TaskUncertain,
    TransferTimeout,
)
from anaplan_frames.messages import listed, warn
from anaplan_frames.outcomes import NO_CHANGES, Outcome, named_values
from anaplan_frames.results import COUNTS, WriteResult
from anaplan_frames.results import Outcome as Verdict

OnRejected = Literal["raise", "warn", "ignore"]

_DETAILS = ["action", "type", "message", "occurrences", "values"]
# Anaplan's names for the counts; imports into lists and into modules have some of their own.
_COUNT_NAMES = {
    "rows_sent": ("totalRowCount",),
    "rows_loaded": ("successRowCount",),  # and those with warnings, which are loaded, too
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
    """Refuse any other word, before anything is sent."""
    if on_rejected not in get_args(OnRejected):
        raise ValueError(f"on_rejected must be 'raise', 'warn' or 'ignore', not {on_rejected!r}")


def build_result(
    name: str,
    counts: Mapping[str, int],
    *,
    task_id: str = "",
    failed: bool = False,
    verdict: Verdict | None = None,
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
    verdict : {"loaded", "rejected", "failed", "cancelled", "uncertain"}, optional
        What is said of it whatever the counts; by default it follows from `failed` and the counts.
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
        said = f"Anaplan does not say which rows it rejected for this: {reasons}."
        note = f"{note} {said}".strip()
    by_counts: Verdict = "failed" if failed else "rejected" if rejected else "loaded"
    return WriteResult(
        target=name,
        task_id=task_id,
        outcome=verdict or by_counts,
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
    *,
    verdict: Verdict | None = None,
    rows_sent: int | None = None,
    rows_missing: int = 0,
    **facts: Any,
) -> WriteResult:
    """Make the result of a task that has ended; the counts of a process are its actions' sums.

    Parameters
    ----------
    verdict : optional
        As for `build_result`; by default as the task itself says.
    rows_sent : int, optional
        How many rows were sent, if that is known here; by default what Anaplan has counted.
    rows_missing : int, default 0
        How many of them Anaplan does not count at all; they count as rejected.
    """
    named = outcome.counts
    counts = {
        kind: next((named[word] for word in words if word in named), 0)
        for kind, words in _COUNT_NAMES.items()
    }
    counts["rows_loaded"] += named.get("warningsRowCount", 0)
    counts["rows_rejected"] += rows_missing
    if rows_sent is not None:
        counts["rows_sent"] = rows_sent
    return build_result(
        name,
        counts,
        task_id=outcome.task_id,
        failed=not outcome.successful,
        verdict=verdict or verdict_of(outcome),
        details=[
            Detail(
                str(detail.get("type") or ""),
                str(detail.get("localMessageText") or detail.get("type") or ""),
                _occurrences(detail.get("occurrences")),
                named_values(detail),
            )
            for detail in outcome.details
        ],
        rejects=rejects,
        actions=actions,
        **facts,
    )


def timed(result: WriteResult, started: float | None, seconds: float) -> WriteResult:
    """Add when the work was started, in seconds since the epoch, and how long the call took."""
    moment: Any = pd.NaT if started is None else pd.Timestamp(started, unit="s", tz="UTC")
    return replace(result, started=moment, seconds=seconds)


def doubted(result: WriteResult, doubt: str) -> WriteResult:
    """Return a result of which it is not known whether it is what was meant, and say why."""
    note = "\n".join(filter(None, [doubt, result.note]))
    return replace(result, outcome="uncertain", note=note)


def verdict_of(outcome: Outcome) -> Verdict | None:
    """Return what a task says about itself, unless that follows from its counts."""
    if outcome.cancelled:
        return "cancelled"
    return "uncertain" if outcome.successful is None else None


def _occurrences(found: Any) -> int:
    return found if isinstance(found, int) else 0


def check_result(result: WriteResult, on_rejected: OnRejected, *, task: Any = None) -> WriteResult:
    """Return the result if all is well, else do what the caller asked for.

    Parameters
    ----------
    task : Task, optional
        The task, for errors that leave its end open.

    Raises
    ------
    TaskFailed, TaskCancelled, TaskUncertain
        If the action as a whole did not succeed, was cancelled, or does not say how it ended.
    RejectedRows
        If rows were rejected and `on_rejected` is ``"raise"``.
    """
    if result.outcome == "cancelled":
        raise TaskCancelled(
            f"{result.target!r} was cancelled (task {result.task_id}); Anaplan rolled its changes "
            "back. Run it again if that was not meant.",
            result,
        )
    if result.outcome == "uncertain":
        raise TaskUncertain(_uncertainty(result), result, task)
    if result.outcome == "failed":
        raise TaskFailed(_failure(result), result)
    if result.outcome == "rejected":
        if on_rejected == "raise":
            message = result.complaint("They are in the error's .result.rejected")
            raise RejectedRows(message, result)
        if on_rejected == "warn":
            warn(result.complaint("See .rejected"))
    if on_rejected != "ignore":
        _warn_of_counts(result)
    return result


def _warn_of_counts(result: WriteResult) -> None:
    """Warn of imports that loaded no row of those that were sent, although they succeeded."""
    for each in result.actions or (result,):
        counted = each.rows_loaded + each.rows_rejected
        if each.kind != "import" or not each.rows_sent or counted or each.outcome != "loaded":
            continue
        if NO_CHANGES in set(each.details["type"]):
            continue
        if each.rows_ignored:
            warn(
                f"{each.target!r} has ignored all of the {each.rows_ignored:,} rows that it read. "
                "Anaplan ignores rows that only feed cells which it calculates. Check that the "
                "rows are not of totals, and which line items the import loads."
            )
        else:
            warn(
                f"{each.target!r} succeeded, but Anaplan does not say how many of the "
                f"{each.rows_sent:,} rows it loaded. Look at the target to be sure."
            )


def _uncertainty(result: WriteResult) -> str:
    """Say why it is not known what a task has done."""
    named = [each for each in (result, *result.actions) if each.outcome == "uncertain"]
    notes = [each.note for each in named if each.note]
    why = notes[0] if notes else "Anaplan does not say whether it succeeded."
    return (
        f"{result.target!r} has ended (task {result.task_id}), but it is not known what was done. "
        f"{why} Look at the model before you run it again."
    )


def _failure(result: WriteResult) -> str:
    """Say what failed and why; of a process, which of its actions."""
    failed = [action for action in result.actions if action.outcome == "failed"]
    count = len(result.rejected)
    rows = f" {count:,} rejected rows are in the error's .result.rejected." if count else ""
    task = f"(task {result.task_id})"
    if not failed:
        return f"{result.target!r} failed {task}: {_words(result)}.{rows}"
    named = "; ".join(f"{action.target!r}: {_words(action)}" for action in failed)
    return (
        f"{result.target!r} failed {task}, because of {listed([a.target for a in failed])}. "
        f"{named}.{rows}"
    )


def _words(result: WriteResult) -> str:
    said = "; ".join(dict.fromkeys(result.details["message"])) or "Anaplan gives no reason"
    return said.rstrip(".")


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
        return type(error)(str(error), result)
    if not done:
        return error
    if isinstance(error, TransferTimeout):
        return TaskTimeout(
            f"Writing {label} ended half-way, because the time of timeout= is over. {done} Give it "
            "more time, and write the rest.",
            result,
        )
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


def stacked(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several imports under each other, below the imports' names."""
    filled = {name: frame for name, frame in frames.items() if len(frame)}
    if len(filled) == 1 and len(frames) == 1:
        return next(iter(filled.values()))
    return pd.concat(filled, names=["import"]) if filled else pd.DataFrame()
