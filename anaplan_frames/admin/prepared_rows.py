"""Rows that are planned, one by one or in batches: what would change, and how they are sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from anaplan_frames.clock import Clock
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.deadline import check_time
from anaplan_frames.progress import Progress
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.batch_outcome import BatchOutcome
from anaplan_frames.writes.dump_folder import kept, open_dump
from anaplan_frames.writes.input_texts import InputTexts, texts_frame
from anaplan_frames.writes.plan import PreparedWrite, SendOptions
from anaplan_frames.writes.result_builder import build_result, halfway_error, timed
from anaplan_frames.writes.row_messages import add_message

_log = logging.getLogger("anaplan_frames")
_UNCHECKED = {"subject": Field("subject"), "reason": Field("reason")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """What is going to be sent for the caller's rows.

    Attributes
    ----------
    facts : mapping
        The target: ``kind``, ``target``, ``mode``.
    texts : InputTexts
        The caller's rows.
    rows : sequence of int
        The row of each record that is sent.
    created, updated : int
        How many of the records are going to create and update something, as far as that is known.
    refused : mapping of int to str
        Rows that are not sent, as Anaplan is sure to refuse them, and why.
    changes : pandas.DataFrame
        One row per record, in their order; no rows if that is not known.
    unchecked : sequence of mapping
        ``subject`` and ``reason`` of what could not be checked.
    state : object
        Equal to that of another plan by which the same would be done.
    deliver : callable
        Sends the records, and returns the outcome by their positions. ``added`` and ``updated``
        count what was done.
    clock : Clock
    begun : float
        When the call began, by the clock's `monotonic`.
    """

    facts: Mapping[str, Any]
    texts: InputTexts
    rows: Sequence[int]
    created: int
    updated: int
    refused: Mapping[int, str]
    changes: pd.DataFrame
    unchecked: Sequence[Mapping[str, str]]
    state: object
    deliver: Callable[[Progress], BatchOutcome]
    clock: Clock
    begun: float = field(compare=False)

    @property
    def label(self) -> str:
        """The target in words."""
        return str(self.facts["target"])


class PreparedRows(PreparedWrite):
    """Rows that are ready to be sent.

    Parameters
    ----------
    plan : RowPlan
    """

    def __init__(self, plan: RowPlan) -> None:
        self._plan = plan
        self.expected: Report = _expected(plan)
        self.columns: pd.DataFrame = plan.texts.columns
        self.unchecked: pd.DataFrame = frame_of_fields(plan.unchecked, _UNCHECKED)
        self.state: object = plan.state

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows as texts; see `PreparedWrite`."""
        return texts_frame(self._plan.texts.table.slice(0, rows))

    def clock(self) -> Clock:
        """Return the connection's clock."""
        return self._plan.clock

    def send(self, options: SendOptions) -> WriteResult:
        """Send the rows; see `PreparedWrite`."""
        plan, clock = self._plan, self.clock()
        check_time(plan.label)
        folder = open_dump(options.dump)
        started = clock.time()
        total, label = len(plan.rows), f"Writing {plan.label}"
        with Progress(label, unit=" rows", total=total, show=options.progress) as bar:
            outcome = plan.deliver(bar)
        seconds = clock.monotonic() - plan.begun
        result = kept(timed(_result(plan, outcome), started, seconds), folder)
        _log.info("%s: %s, %s, in %.1f s", plan.label, result.mode, result.summary, seconds)
        if outcome.error is not None:
            done = (
                f"{result.rows_loaded:,} of {result.rows_sent:,} rows were written; the others "
                "are in the error's .result.rejected."
            )
            raise halfway_error(
                outcome.error, result, plan.label, done=done if result.rows_loaded else ""
            ) from outcome.error
        return result


def _total(plan: RowPlan) -> int:
    table: pa.Table = plan.texts.table
    return int(table.num_rows)


def _expected(plan: RowPlan) -> Report:
    rejects = plan.texts.rejects(plan.refused)
    return Report(
        **plan.facts,
        rows_sent=_total(plan),
        rows_created=plan.created,
        rows_updated=plan.updated,
        rows_ignored=_total(plan) - len(plan.rows) - len(plan.refused),
        rows_rejected=len(plan.refused),
        rejected=rejects.rejected if len(rejects.rejected) else rejects.unmatched,
        changes=plan.changes,
        note=rejects.note,
    )


def _result(plan: RowPlan, outcome: BatchOutcome) -> WriteResult:
    failures = dict(outcome.failures)
    for positions, words in outcome.unwritten():
        failures |= dict.fromkeys(positions.tolist(), f"{words}: {outcome.error}")
    errors = dict(plan.refused)
    for position, text in failures.items():
        add_message(errors, plan.rows[position], text)
    changes = plan.changes
    done = [position for position in range(len(changes)) if position not in failures]
    created, updated = outcome.counts["added"], outcome.counts["updated"]
    rejected = len(errors) + len(outcome.unplaced)
    facts = {name: value for name, value in plan.facts.items() if name != "target"}
    return build_result(
        plan.label,
        {
            "rows_sent": _total(plan),
            "rows_loaded": created + updated,
            "rows_created": created,
            "rows_updated": updated,
            "rows_ignored": max(0, _total(plan) - created - updated - rejected),
            "rows_rejected": rejected,
        },
        rejects=plan.texts.rejects(errors),
        unplaced=outcome.unplaced,
        changes=changes.iloc[done].reset_index(drop=True),
        **facts,
    )
