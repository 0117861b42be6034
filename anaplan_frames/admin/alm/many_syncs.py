"""One revision synced into many models, side by side: each has its own outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from anaplan_frames.admin.alm.alm_requests import AlmRequests
from anaplan_frames.admin.alm.other_models import ModelAddress
from anaplan_frames.admin.alm.prepared_sync import PreparedSync, prepare_sync
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import AnaplanError, ConfirmationRequired, JobError
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.results import WriteResult
from anaplan_frames.threads import in_order
from anaplan_frames.writes.plan import SendOptions

OUTCOMES = {
    "model": Field("model"),
    "model_id": Field("model_id"),
    "workspace_id": Field("workspace_id"),
    "revision": Field("revision"),
    "outcome": Field("outcome"),
    "created": Field("rows_created", "integer"),
    "modified": Field("rows_updated", "integer"),
    "deleted": Field("rows_deleted", "integer"),
    "task_id": Field("task_id"),
    "seconds": Field("seconds", "number"),
    "error": Field("error"),
}
_THREADS = 8
_NOT_STARTED = "not started"
_PLANNED = "planned"
_UNCHANGED = "unchanged"

Planned = PreparedSync | AnaplanError
Done = TypeVar("Done")


def sync_many(
    like: Catalogue,
    source: ModelAddress,
    targets: Sequence[ModelAddress],
    revision: str | None,
    *,
    dry_run: bool,
    confirm: bool,
) -> pd.DataFrame:
    """Sync a revision of the source into each target; see `Alm.sync_to`."""

    def planned(target: ModelAddress) -> Planned:
        requests = AlmRequests(target.catalogue(like))
        return _caught(lambda: prepare_sync(requests, source, revision))

    plans = list(in_order(planned, targets, threads=_THREADS, name="anaplan-syncs"))
    if not dry_run and confirm is not True:
        raise ConfirmationRequired(_question(source, targets, plans))

    def done(pair: tuple[ModelAddress, Planned]) -> dict[str, Any]:
        target, plan = pair
        if isinstance(plan, AnaplanError) or dry_run or plan.pair.is_applied:
            return _row(target, plan, plan)
        return _row(target, plan, _caught(lambda: plan.send(SendOptions(confirm=True))))

    pairs = list(zip(targets, plans, strict=True))
    try:
        rows = list(in_order(done, pairs, threads=_THREADS, name="anaplan-syncs"))
    except KeyboardInterrupt as interrupt:
        interrupt.add_note(
            "Syncs that were started go on in Anaplan: each model's alm.sync_tasks() shows them."
        )
        raise
    return frame_of_fields(rows, OUTCOMES)


def _caught(work: Callable[[], Done]) -> Done | AnaplanError:
    """Return what is done, or the error, which must not stop the others."""
    try:
        return work()
    except AnaplanError as error:
        return error


def _row(target: ModelAddress, plan: Planned, end: Any) -> dict[str, Any]:
    """Return what happened to one model, by Anaplan's result or by the error."""
    row: dict[str, Any] = {
        "model": target.name,
        "model_id": target.id,
        "workspace_id": target.workspace_id,
    }
    if isinstance(plan, PreparedSync):
        row["revision"] = plan.pair.revision.get("name")
        if plan.pair.is_applied:
            return {**row, **_counts(plan.expected), "outcome": _UNCHANGED}
    if isinstance(end, PreparedSync):
        return {**row, **_counts(end.expected), "outcome": _PLANNED}
    if isinstance(end, WriteResult):
        return {**row, **_ended(end)}
    result = end.result if isinstance(end, JobError) else None
    known = _ended(result) if isinstance(result, WriteResult) else {}
    outcome = known.get("outcome") or ("uncertain" if isinstance(end, JobError) else _NOT_STARTED)
    return {**row, **known, "outcome": outcome, "error": str(end)}


def _ended(result: WriteResult) -> Mapping[str, Any]:
    return {
        **_counts(result),
        "outcome": result.outcome,
        "task_id": result.task_id or None,
        "seconds": result.seconds,
    }


def _counts(report: Any) -> dict[str, int]:
    return {
        name: getattr(report, name) for name in ("rows_created", "rows_updated", "rows_deleted")
    }


def _question(
    source: ModelAddress, targets: Sequence[ModelAddress], plans: Sequence[Planned]
) -> str:
    """Say for each model what would be done, and how to have it done."""
    lines = []
    for target, plan in zip(targets, plans, strict=True):
        if isinstance(plan, AnaplanError):
            said = f"cannot be synced: {plan}"
        elif plan.pair.is_applied:
            said = f"has {plan.pair} already"
        else:
            said = f"{plan.pair}: {plan.summary}"
        lines.append(f"  {target.name!r} ({target.id}): {said}")
    return "\n".join(
        [
            f"This would sync {len(targets):,} models with {source.label}. What is deleted takes "
            "its data with it. Nothing is done yet: pass confirm=True to sync.",
            *lines,
        ]
    )
