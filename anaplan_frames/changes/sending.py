"""Changed rows on their way: by an import as one file, to a list or module in up to two writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, cast

import pandas as pd
import pyarrow as pa

from anaplan_frames.bulk.imports import Import
from anaplan_frames.cells.modules import Module
from anaplan_frames.changes.changed_rows import ChangedRows
from anaplan_frames.changes.key_texts import KeyTexts
from anaplan_frames.changes.target_rows import Target, TargetRows
from anaplan_frames.errors import RejectedRows
from anaplan_frames.lists.lists import List
from anaplan_frames.results import COUNTS, WriteResult
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.result_builder import OnRejected

OnDeleted: TypeAlias = Literal["report", "blank", "delete"]

_KEPT = ("id", "code", "name", "parent")  # what an item keeps when its values are blanked
_NO_ITEM = " has no item with the "


@dataclass(frozen=True, slots=True)
class Sending:
    """How changed rows are sent.

    Attributes
    ----------
    target : Import, List or Module
    rows : TargetRows
    on_rejected : {"raise", "warn", "ignore"}
    options : dict
        What the methods of the target take: ``mapping``, ``dump``, ``progress``; of an import how
        it is started.
    started : callable
        Called as soon as something was done; with the id of the task of an import.
    """

    target: Target
    rows: TargetRows
    on_rejected: OnRejected
    options: dict[str, Any] = field(repr=False)
    started: Callable[[str], None]

    def send(
        self, changed: ChangedRows, gone: KeyTexts | None, on_deleted: OnDeleted
    ) -> WriteResult:
        """Send rows, and return what was done; rejected rows raise nothing.

        Parameters
        ----------
        changed : ChangedRows
            For an import with the keys of what is gone; for lists and modules without.
        gone : KeyTexts or None
            Those keys, to be blanked or deleted.
        """
        target = self.target
        if isinstance(target, Import):
            return self._imported(target, changed)
        results = []
        if gone is not None and gone.count:
            done = self._caught(lambda: self._gone_write(gone, on_deleted))
            self.started("")
            results.append(without_missing_items(done) if isinstance(target, List) else done)
        if changed.rows:
            results.append(self._caught(lambda: self._write(changed)))
        return together(results)

    def _imported(self, target: Import, changed: ChangedRows) -> WriteResult:
        task = target.start(changed, on_rejected="ignore", **self.options)
        self.started(task.id)
        return self._caught(lambda: task.result(on_rejected=self.on_rejected))

    def _write(self, changed: ChangedRows) -> WriteResult:
        target, options = self.target, {**self.options, "on_rejected": self.on_rejected}
        if isinstance(target, List):
            options["key"] = self.rows.key_headers[0]
        return cast("WriteResult", target.write(changed, **options))

    def _gone_write(self, gone: KeyTexts, on_deleted: OnDeleted) -> WriteResult:
        """Delete items, or blank the values of items or cells."""
        target = self.target
        options: dict[str, Any] = {"progress": self.options["progress"], "on_rejected": "ignore"}
        if isinstance(target, Module):
            data = self._keys(gone, self.rows.headers)
            return cast("WriteResult", target.write(data, blank=True, **options))
        assert isinstance(target, List)
        key = self.rows.key_headers
        options["key"] = key[0]
        if on_deleted == "delete":
            return cast("WriteResult", target.delete(self._keys(gone, key), **options))
        values = [name for name in self.rows.headers if name not in _KEPT]
        data = self._keys(gone, [*key, *values])
        return cast("WriteResult", target.update(data, blank=True, **options))

    def _keys(self, gone: KeyTexts, columns: Sequence[str]) -> pa.RecordBatchReader:
        """Return rows that have the keys, and nothing in the other columns."""
        names = dict(zip(self.rows.key_headers, self.rows.key_columns, strict=True))
        schema = pa.schema([(name, TEXT) for name in columns])

        def rows() -> Iterator[pa.RecordBatch]:
            for batch in gone.batches():
                arrays = [
                    batch.column(names[name]) if name in names else pa.nulls(batch.num_rows, TEXT)
                    for name in columns
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

        return pa.RecordBatchReader.from_batches(schema, rows())

    def _caught(self, write: Callable[[], WriteResult]) -> WriteResult:
        """Return a result with rejected rows, too; what is raised for them is raised later."""
        try:
            return write()
        except RejectedRows as error:
            return error.result


def without_missing_items(result: WriteResult) -> WriteResult:
    """Leave out what was rejected because the list does not have the item: nothing is left of it.

    Parameters
    ----------
    result : WriteResult
        Of a deletion, or of values that were blanked.
    """
    if not len(result.rejected):
        return result
    missing = result.rejected.iloc[:, -1].astype("str").str.contains(_NO_ITEM, regex=False)
    left = result.rejected.loc[~missing]
    rejected = result.rows_rejected - int(missing.sum())
    return replace(
        result,
        rejected=left if len(left) else pd.DataFrame(),
        rows_rejected=rejected,
        rows_sent=result.rows_sent - int(missing.sum()),
        outcome="loaded" if result.outcome == "rejected" and not rejected else result.outcome,
    )


def together(results: Sequence[WriteResult]) -> WriteResult:
    """Return one result for one or two writes to the same target."""
    if len(results) == 1:
        return results[0]
    first, last = results
    counts: dict[str, Any] = {name: getattr(first, name) + getattr(last, name) for name in COUNTS}
    frames: dict[str, Any] = {
        name: _stacked(getattr(first, name), getattr(last, name))
        for name in ("rejected", "unmatched", "changes", "details")
    }
    rejected = "rejected" in (first.outcome, last.outcome)
    return replace(
        last,
        **counts,
        **frames,
        outcome="rejected" if rejected else last.outcome,
        started=first.started,
        seconds=first.seconds + last.seconds,
        note="\n".join(filter(None, [first.note, last.note])),
    )


def _stacked(first: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in (first, last) if len(frame)]
    if len(filled) < 2:
        return filled[0] if filled else last
    reason = filled[0].columns[-1]
    joined = pd.concat(filled)
    return joined[[*(name for name in joined if name != reason), reason]]
