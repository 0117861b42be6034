"""A write to a module that is planned: rows become cells, and nothing is sent yet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd

from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.cells.cell_matching import CellMatching
from anaplan_frames.cells.cell_planner import CellPlan, PlannedCells
from anaplan_frames.cells.cell_preview import preview
from anaplan_frames.cells.cell_results import cell_result, expected_report, uncounted_cells
from anaplan_frames.cells.cell_writer import CellWriter
from anaplan_frames.cells.cells_outcome import CellsOutcome
from anaplan_frames.cells.planned_rows import PlannedRows, PlannedTotals, total_of
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.messages import listed, warn
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.columns import columns_frame
from anaplan_frames.writes.dump_folder import kept, open_dump
from anaplan_frames.writes.plan import PreparedWrite, SendOptions
from anaplan_frames.writes.result_builder import halfway_error, timed
from anaplan_frames.writes.retained_rows import RetainedRows

_COUNTED_ROWS = 262_144  # at once, if none is kept
_UNCHECKED = {"subject": Field("subject"), "reason": Field("reason")}
_log = logging.getLogger("anaplan_frames")


class PreparedCells(PreparedWrite):
    """Rows for the cells of a module, ready to be sent.

    Parameters
    ----------
    module : Resource
    source : Source
        The caller's rows.
    matching : CellMatching
        Which of its columns goes where.
    plan : CellPlan
        How the rows become cells.
    fixed : tuple of str
        The names of dimensions that have no column, because all rows are of one item.
    calculated : tuple of str
        The line items that the data has and Anaplan calculates.
    left_out : mapping of str to str
        The columns of line items that cannot be written in these rows, and why.
    read_back : callable
        Yields the cells that are written, as they are now.
    """

    def __init__(
        self,
        module: Resource,
        source: Source,
        *,
        matching: CellMatching,
        plan: CellPlan,
        fixed: tuple[str, ...],
        calculated: tuple[str, ...],
        left_out: Mapping[str, str],
        read_back: Callable[[], Iterator[CellBatch]],
    ) -> None:
        self._module = module
        self._matching = matching
        self._plan = plan
        self._fixed = fixed
        self._calculated = calculated
        self._left_out = left_out
        self._read_back = read_back
        self._rows = RetainedRows(source)
        needed = matching.matching.needed
        self._planned = PlannedRows(plan, self._rows, needed, module.label)
        self._begun = self.clock().monotonic()
        self.columns: pd.DataFrame = self._columns_frame()

    @property
    def state(self) -> str:  # type: ignore[override]
        """A digest of the rows that are refused, and of the cells and values that are written."""
        return self._totals.digest

    @cached_property
    def expected(self) -> Report:  # type: ignore[override]
        """What is going to happen, as far as the rows show it."""
        return expected_report(
            self._module.name, self._totals, self._rows, self._facts, self._calculated_names
        )

    @cached_property
    def unchecked(self) -> pd.DataFrame:  # type: ignore[override]
        """What could not be checked, of the model and of the rows."""
        checks = self._plan.checks
        if checks is None:
            return frame_of_fields([], _UNCHECKED)
        _ = self._totals  # looks at all values
        return frame_of_fields([*checks.unclear.records(), *checks.unknown], _UNCHECKED)

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows as texts; see `PreparedWrite`."""
        frames = []
        left = max(0, rows)
        for first_row, batch in self._rows.batches(max(1, left), self._planned.needed):
            frames.append(preview(self._plan, batch.slice(0, left), first_row))
            left -= len(frames[-1])
            if not left:
                break
        return pd.concat(frames, ignore_index=True) if frames else self._no_rows()

    def warn_of_columns(self, *, calculated: bool) -> None:
        """Warn of columns that are left out; of line items that a read has only if that is said."""
        self._matching.warn_of_unused(self._module.label, self._left_out)
        if not calculated or self._matching.single:
            return
        if self._calculated:
            warn(
                f"{self._module.label} calculates {self._calculated_names}, which cannot be "
                "written and is left out. Drop it from the data to avoid this warning."
            )
        if self._left_out:
            warn(
                f"{self._module.label}: {listed(list(self._left_out))} cannot be written together"
                f" with the other columns, and is left out. {next(iter(self._left_out.values()))}"
                " Leave it out of the data to write without this warning."
            )

    def warn_of_folded_keys(self) -> None:
        """Say which items were found only because keys are folded, of the rows so far."""
        for dimension, folded in self._plan.folded_items():
            folded.warn(f"{dimension!r} in {self._module.label}")

    def clock(self) -> Any:
        """Return the connection's clock."""
        return self._module.catalogue.transport.clock

    def send(self, options: SendOptions) -> WriteResult:
        """Write the cells; see `PreparedWrite`.

        Raises
        ------
        ColumnMismatch, EncodingError
            If two rows write one cell, or a value has no counterpart. Nothing is sent then, unless
            the rows are a stream.
        TaskFailed, TaskTimeout, TaskUncertain
            If an error ended it half-way.
        """
        planned, total = self._rows_to_send()
        folder = open_dump(options.dump)
        started = self.clock().time()
        writer = CellWriter(
            self._module.catalogue.transport,
            self._module.path,
            self._module.label,
            plan=self._plan,
            rows=self._rows,
            read_back=self._read_back,
        )
        outcome = writer.send(planned, total=total, progress=options.progress)
        result = cell_result(
            self._module.name, outcome, self._rows, self._facts, self._calculated_names
        )
        seconds = self.clock().monotonic() - self._begun
        result = timed(kept(result, folder), started, seconds)
        _log.info(
            "%s: %s cells of %s rows changed, %s rows rejected, in %.1f s",
            self._module.label,
            f"{outcome.changed:,}",
            f"{result.rows_sent:,}",
            f"{result.rows_rejected:,}",
            seconds,
        )
        self._check_end(outcome, result)
        if outcome.uncounted and options.on_rejected != "ignore":
            warn(f"{self._module.label}: {uncounted_cells(outcome)}")
        return result

    @cached_property
    def _totals(self) -> PlannedTotals:
        return total_of(replace(self._planned, block_rows=_COUNTED_ROWS))

    @property
    def _facts(self) -> dict[str, Any]:
        module = self._module
        return {"kind": module.kind, "target_id": module.id, **module.catalogue.facts}

    @property
    def _calculated_names(self) -> str:
        return listed(self._calculated)

    def _rows_to_send(self) -> tuple[Iterable[PlannedCells], int | None]:
        """Return the cells and their number; all are checked before, except those of a stream."""
        if self._rows.source.one_shot:
            return self._planned, None
        if "_totals" in self.__dict__:  # all were checked for a plan
            return self._planned.blocks(), self._totals.cells
        known = list(self._planned)
        return known, sum(len(each.cells) for each in known)

    def _check_end(self, outcome: CellsOutcome, result: WriteResult) -> None:
        """Raise what ended the writing early."""
        if outcome.error is None:
            return
        done = (
            f"{outcome.changed:,} cells were changed; the rows that were not written are in "
            "the error's .result.rejected. Writing the same cells again does no harm."
        )
        raise halfway_error(
            outcome.error, result, self._module.label, done=done if outcome.changed else ""
        ) from outcome.error

    def _columns_frame(self) -> pd.DataFrame:
        """Return which column goes where; a dimension that is fixed has none."""
        frame = columns_frame(self._rows.source.columns, self._matching.matching)
        if not self._matching.single:
            frame.loc[frame["target"].isin(self._calculated), "used"] = False
        fixed = pd.DataFrame({"target": list(self._fixed), "used": True})
        if fixed.empty:
            return frame
        joined = pd.concat([frame, fixed], ignore_index=True)
        return joined.astype(dict(frame.dtypes))

    def _no_rows(self) -> pd.DataFrame:
        names = [*self._matching.matching.headers, *self._fixed]
        return pd.DataFrame(columns=names, dtype="str")
