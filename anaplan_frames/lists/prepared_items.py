"""A write to a list that is planned: what would change, and how it is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.deadline import check_time
from anaplan_frames.errors import ConfirmationRequired
from anaplan_frames.lists.delete_guard import most_deleted, question
from anaplan_frames.lists.item_planner import ItemPlan, Mode
from anaplan_frames.lists.item_writer import ItemWriter
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.list_results import expected_report, list_result
from anaplan_frames.lists.property_checks import unknown_properties
from anaplan_frames.progress import Progress
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.dump_folder import kept, open_dump
from anaplan_frames.writes.input_texts import InputTexts, texts_frame
from anaplan_frames.writes.plan import PreparedWrite, SendOptions, plan_of
from anaplan_frames.writes.result_builder import halfway_error, timed

_log = logging.getLogger("anaplan_frames")
_ACCESS = "The API does not show which items your user may add, change or delete."
_UNCHECKED = {"subject": Field("subject"), "reason": Field("reason")}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItems:
    """A plan for a list, and what it was made of.

    Attributes
    ----------
    target : ListDescription
    mode : {"insert", "update", "upsert", "delete", "sync"}
    plan : ItemPlan
    before : pa.Table
        The items before anything is sent: ``id``, ``code``, ``name``.
    texts : InputTexts
        The caller's rows.
    sent : pa.Table
        The texts as they are sent.
    max_delete : int or float
        How many items may be deleted without a confirmation.
    begun : float
        When the call began, by the clock's `monotonic`.
    """

    target: ListDescription
    mode: Mode
    plan: ItemPlan
    before: pa.Table
    texts: InputTexts
    sent: pa.Table
    max_delete: int | float
    begun: float


class PreparedItems(PreparedWrite):
    """A write to a list, ready to be sent.

    Parameters
    ----------
    planned : PlannedItems
    again : callable
        Reads the list and plans again.
    """

    def __init__(self, planned: PlannedItems, again: Callable[[], PreparedItems]) -> None:
        self._planned = planned
        self._again = again
        target = planned.target
        self._facts: dict[str, Any] = {
            "kind": "list",
            "target": target.name,
            "target_id": target.id,
            "mode": planned.mode,
            **target.catalogue.facts,
        }
        self.expected: Report = expected_report(planned.plan, planned.texts, self._facts)
        self.columns: pd.DataFrame = planned.texts.columns
        self.unchecked: pd.DataFrame = frame_of_fields(
            [
                *planned.plan.unclear.records(),
                *unknown_properties(target, planned.sent.column_names),
                {"subject": "access", "reason": _ACCESS},
            ],
            _UNCHECKED,
        )
        self.state: object = planned.plan.digest

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows as texts; see `PreparedWrite`."""
        return texts_frame(self._planned.sent.slice(0, rows))

    def clock(self) -> Any:
        """Return the connection's clock."""
        return self._planned.target.catalogue.transport.clock

    def send(self, options: SendOptions) -> WriteResult:
        """Ask for what must be confirmed, then send; see `PreparedWrite`."""
        planned, clock = self._planned, self.clock()
        if not options.confirm:
            self._ask(options)
        check_time(planned.target.label)
        folder = open_dump(options.dump)
        started = clock.time()
        stages = planned.plan.stages
        total = sum(stage.records.num_rows for stage in stages)
        label = planned.target.label
        with Progress(f"Writing {label}", unit=" items", total=total, show=options.progress) as bar:
            outcome = ItemWriter(planned.target, planned.before, bar).send(stages)
        seconds = clock.monotonic() - planned.begun
        result = list_result(planned.plan, planned.texts, outcome, self._facts)
        result = kept(timed(result, started, seconds), folder)
        _log.info("%s: %s, %s, in %.1f s", label, planned.mode, result.summary, seconds)
        if outcome.error is not None:
            done = (
                f"{result.rows_loaded:,} of {result.rows_sent:,} rows were written; the others "
                "are in the error's .result.rejected."
            )
            raise halfway_error(
                outcome.error, result, label, done=done if outcome.done else ""
            ) from outcome.error
        return result

    def _ask(self, options: SendOptions) -> None:
        """Raise ConfirmationRequired if too many items would be deleted by a sync."""
        planned = self._planned
        items = planned.before.num_rows
        asked = question(
            deleted=planned.plan.deleted_without_row,
            items=items,
            rows=planned.sent.num_rows - planned.plan.blank,
            most=most_deleted(planned.max_delete, items),
            label=planned.target.label,
        )
        if asked:
            raise ConfirmationRequired(asked, plan_of(self, self._again, options))
