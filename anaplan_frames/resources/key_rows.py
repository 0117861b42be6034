"""The rows of a table with certain keys: exactly these, or else the only ones that are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.errors import AmbiguousName
from anaplan_frames.key_folding import visible
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_source import (
    Retype,
    RowBatches,
    TableSource,
    close_rows,
    iterating,
)
from anaplan_frames.resources.where import Value, as_text, value_set
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask, as_texts
from anaplan_frames.writes.folded_keys import FoldedMatches, find_exactly, fold_texts


@dataclass(frozen=True, slots=True)
class KeyedRowsTable:
    """A table of which only the rows with certain keys are read.

    Attributes
    ----------
    table : TableSource
        The table with all rows.
    asked : mapping of str to sequence of values
        By column, the keys that are asked for.
    label : str
        The table in words, for messages.
    """

    table: TableSource
    asked: Mapping[str, Sequence[Value]]
    label: str

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says; the columns of the keys are read, too."""
        names = None if columns is None else list(dict.fromkeys([*columns, *self.asked]))
        rows = self.table.open(names, retype, new_bar)
        keys = [
            _AskedKeys(name, values, rows.schema.field(name).type)
            for name, values in self.asked.items()
        ]
        return KeyedRows(rows, keys, self.label)


class KeyedRows:
    """The rows with certain keys, of batches as they arrive.

    From the first row on whose key is only the same as one that is asked for, rows are kept until
    the end shows whether another row has it exactly.
    """

    def __init__(self, rows: RowBatches, keys: Sequence[_AskedKeys], label: str) -> None:
        self.schema: pa.Schema = rows.schema
        self._rows = rows
        self._keys = keys
        self._label = label

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        held: list[pa.RecordBatch] = []
        with iterating(self._rows) as batches:
            for batch in batches:
                exact, possible = (np.ones(batch.num_rows, dtype=bool) for _ in range(2))
                for key in self._keys:
                    found, same = key.look_at(batch.column(key.name))
                    exact &= found
                    possible &= found | same
                if held or (possible & ~exact).any():
                    held.append(batch.filter(pa.array(possible)))
                elif exact.any():
                    yield batch if exact.all() else batch.filter(pa.array(exact))
                del batch  # not held while the next is waited for
        for key in self._keys:
            key.decide(self._label)
        for kept in held:
            mask = np.ones(kept.num_rows, dtype=bool)
            for key in self._keys:
                mask &= key.chosen(kept.column(key.name))
            yield kept.filter(pa.array(mask))

    def close(self) -> None:
        """Stop reading."""
        close_rows(self._rows)


class _AskedKeys:
    """The keys that are asked for of one column, and what was found of them so far."""

    def __init__(self, name: str, values: Sequence[Value], kind: pa.DataType) -> None:
        self.name = name
        self._wanted = value_set(values, kind, name)
        self._is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        texts = [as_text(value) for value in values] if self._is_text else []
        self._texts = pa.array(texts, TEXT)
        self._folded = fold_texts(self._texts)
        self._seen = np.zeros(len(texts), dtype=bool)
        self._same: set[str] = set()  # texts that are the same as one that is asked for
        self._taken = pa.array([], TEXT)

    def look_at(self, column: pa.Array) -> tuple[Mask, Mask]:
        """Return which rows have a key exactly, and which others have the same one."""
        exact = as_mask(pc.is_in(column, value_set=self._wanted, skip_nulls=True))
        if not self._is_text:
            return exact, np.zeros(len(column), dtype=bool)
        distinct = pc.unique(column).cast(TEXT)
        self._seen |= find_exactly(self._texts, distinct) >= 0
        if self._seen.all():
            return exact, np.zeros(len(column), dtype=bool)
        others = distinct.filter(pc.invert(pc.is_in(distinct, value_set=self._texts)))
        same = others.filter(
            pc.is_in(fold_texts(others), value_set=self._open_keys(), skip_nulls=True)
        )
        self._same.update(same.to_pylist())
        return exact, as_mask(pc.is_in(as_texts(column), value_set=same, skip_nulls=True))

    def decide(self, label: str) -> None:
        """Take the texts that are the same as a key that no row has exactly.

        Raises
        ------
        AmbiguousName
            If several texts are the same as such a key.
        """
        texts = pa.array(sorted(self._same), TEXT)
        folded = fold_texts(texts)
        found, taken = FoldedMatches(), [pa.array([], TEXT)]
        for at in np.flatnonzero(~self._seen).tolist():
            asked = self._texts.slice(at, 1)
            same = texts.filter(pc.is_in(folded, self._folded.slice(at, 1), skip_nulls=True))
            if len(same) > 1:
                raise AmbiguousName(
                    f"where= of {label}: no {self.name} is exactly {visible(asked[0].as_py())}, "
                    "and several differ from it only in case, outer white space, invisible "
                    f"characters or accents: {', '.join(map(visible, same.to_pylist()))}."
                )
            found.add(asked.slice(0, len(same)), same)
            taken.append(same)
        self._taken = pa.concat_arrays(taken)
        found.warn(label)

    def chosen(self, column: pa.Array) -> Mask:
        """Return which rows have a key, or the one text that was taken for it."""
        exact = pc.is_in(column, value_set=self._wanted, skip_nulls=True)
        if not self._is_text:
            return as_mask(exact)
        taken = pc.is_in(as_texts(column), value_set=self._taken, skip_nulls=True)
        return as_mask(pc.or_(exact, taken))

    def _open_keys(self) -> pa.Array:
        """Return the folded keys that no row has exactly so far."""
        return self._folded.filter(pa.array(~self._seen))
