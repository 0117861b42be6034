"""Tables of which only some rows are read, batch by batch as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed, near_names
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_source import (
    Retype,
    RowBatches,
    TableSource,
    close_rows,
    iterating,
)
from anaplan_frames.resources.where import Asked, value_set
from anaplan_frames.threads import Ahead


class RowFilter:
    """Says which rows of a batch are kept."""

    def prepare(self) -> None:
        """Begin whatever takes time; the table is opened meanwhile."""

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return the columns that it looks at.

        Parameters
        ----------
        names : sequence of str
            The columns that are asked for, which is all if the caller names none.
        """
        raise NotImplementedError

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Learn the types of the columns, and which of them the caller asked for."""

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows are kept, without nulls; None if all are."""
        raise NotImplementedError

    def end(self) -> None:
        """Check, after the last row, whether what was filtered makes sense."""

    def close(self) -> None:
        """End what `prepare` began."""


class ValueFilter(RowFilter):
    """Keeps the rows in which a column has certain values, or leaves them out.

    Parameters
    ----------
    column : str
        Its name.
    values_of : callable
        Given the column's type, returns the values.
    kept : bool
        False: rows with these values are left out, and all others kept, missing values too.
    """

    def __init__(
        self, column: str, values_of: Callable[[pa.DataType], pa.Array], *, kept: bool = True
    ) -> None:
        self.column = column
        self.some_found: bool = False
        self.some_received: bool = False
        self._values_of = values_of
        self._values: pa.Array | None = None
        self._kept = kept

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return its one column."""
        return [self.column]

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Learn the type of the column."""
        self._values = self._values_of(schema.field(self.column).type)

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows are kept."""
        column, values = batch.column(self.column), self._values
        assert values is not None
        if len(values) > batch.num_rows:  # to look them up would take longer than the rows
            values = values.filter(pc.is_in(values, value_set=pc.unique(column)))
        found = pc.is_in(column, value_set=values)
        self.some_received = self.some_received or batch.num_rows > 0
        self.some_found = self.some_found or found.true_count > 0
        if self._kept:
            return None if found.true_count == len(found) else found
        return pc.invert(found) if found.true_count else None


@dataclass(slots=True)
class EmptyRowFilter(RowFilter):
    """Leaves out the rows in which every line item is missing, 0, False or an empty text.

    Attributes
    ----------
    line_items : mapping of str to pyarrow.DataType
        The columns that hold values, and their types by Anaplan's metadata; they may be read as
        text.
    """

    line_items: Mapping[str, pa.DataType]
    _read: Sequence[str] = field(default=(), init=False)

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return the line items that are read."""
        return [name for name in names if name in self.line_items]

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Learn which line items are read."""
        self._read = self.columns(names)

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows have a value."""
        found = [_has_value(batch.column(name), self.line_items[name]) for name in self._read]
        return reduce(pc.or_, found) if found else None


class LateFilters(RowFilter):
    """Filters that are made in another thread, while the table is opened with all columns.

    Parameters
    ----------
    make : callable
        Makes them.
    label : str
        The table in words, for messages.
    """

    def __init__(self, make: Callable[[], Sequence[RowFilter]], label: str) -> None:
        self._make = make
        self._label = label
        self._made: Ahead[Sequence[RowFilter]] | None = None
        self._filters: Sequence[RowFilter] = ()

    def prepare(self) -> None:
        """Begin to make the filters."""
        self._made = Ahead(self._make, name="anaplan-filters")

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return none: all are read."""
        return ()

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Wait for the filters."""
        assert self._made is not None
        self._filters = self._made.result()
        for each in self._filters:
            check_columns(each.columns(names), schema.names, self._label)
            each.begin(schema, names)

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows all filters keep."""
        return _joint_mask(self._filters, batch)

    def end(self) -> None:
        """Let each filter check."""
        for each in self._filters:
            each.end()

    def close(self) -> None:
        """End the thread."""
        if self._made is not None:
            self._made.close()


def _joint_mask(filters: Iterable[RowFilter], batch: pa.RecordBatch) -> pa.Array | None:
    """Return which rows all filters keep; None if they keep all rows."""
    together: pa.Array | None = None
    for each in filters:
        mask = each.mask(batch)
        if mask is not None:
            together = mask if together is None else pc.and_(together, mask)
    return together


def _has_value(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return where values are neither missing nor 0, False or an empty text."""
    if pa.types.is_boolean(values.type):
        found = values
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        if pa.types.is_floating(kind):
            found = pc.match_substring_regex(values, "[1-9]|[Ii]nf")
        elif pa.types.is_boolean(kind):
            found = pc.match_substring_regex(values, "^(1|true)$", ignore_case=True)
        else:
            found = pc.not_equal(pc.binary_length(values), 0)
    elif pa.types.is_floating(values.type):
        found = pc.and_(pc.not_equal(values, 0), pc.invert(pc.is_nan(values)))
    elif pa.types.is_integer(values.type):
        found = pc.not_equal(values, 0)
    else:
        found = pc.is_valid(values)
    return pc.fill_null(found, False)


def column_filters(asked: Asked) -> list[ValueFilter]:
    """Return the filters for values of columns."""

    def values_of(name: str, kind: pa.DataType) -> pa.Array:
        return value_set(asked[name], kind, name)

    return [ValueFilter(name, partial(values_of, name)) for name in asked]


def check_columns(wanted: Iterable[str], names: Sequence[str], label: str) -> None:
    """Make sure that a table has columns.

    Raises
    ------
    ColumnMismatch
        If it does not have one; suggests near names.
    """
    for name in wanted:
        if name not in names:
            raise ColumnMismatch(
                f"{label} has no column {name!r}.{near_names(name, names)} "
                f"Columns are: {listed(names, 50)}."
            )


class FilteredRows:
    """The rows that all filters keep, of batches as they arrive."""

    def __init__(
        self, rows: RowBatches, names: Sequence[str], filters: Sequence[RowFilter]
    ) -> None:
        self.schema: Any = pa.schema([rows.schema.field(name) for name in names])
        self._rows = rows
        self._filters = filters
        for each in filters:
            each.begin(rows.schema, names)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        whole = self.schema.names == self._rows.schema.names
        with iterating(self._rows) as batches:
            for batch in batches:
                mask = _joint_mask(self._filters, batch)
                found = batch if mask is None else batch.filter(mask)
                del batch  # not held while the next is waited for
                if found.num_rows:
                    yield found if whole else found.select(self.schema.names)
                del found
        for each in self._filters:
            each.end()

    def close(self) -> None:
        """Stop reading."""
        close_rows(self._rows)
        for each in self._filters:
            each.close()


@dataclass(frozen=True, slots=True)
class FilteredTable:
    """A table of which only some rows are read.

    Attributes
    ----------
    table : TableSource
        The table with all rows.
    filters : sequence of RowFilter
        A row is kept if all of them keep it. Their columns need not be among those asked for.
    label : str
        The table in words, for messages.
    """

    table: TableSource
    filters: Sequence[RowFilter]
    label: str

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        try:
            for each in self.filters:
                each.prepare()
            return self._open(columns, retype, new_bar)
        except BaseException:
            for each in self.filters:
                each.close()
            raise

    def _open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        if columns is None:
            rows = self.table.open(None, retype, new_bar)
            names = rows.schema.names
            for each in self.filters:
                check_columns(each.columns(names), names, self.label)
        else:
            names = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
            looked_at = [name for each in self.filters for name in each.columns(names)]
            rows = self.table.open(list(dict.fromkeys([*names, *looked_at])), retype, new_bar)
        return FilteredRows(rows, names, self.filters)


class FirstRows:
    """The first rows of batches as they arrive; what comes after them is not asked for."""

    def __init__(self, rows: RowBatches, count: int) -> None:
        self.schema: Any = rows.schema
        self._rows = rows
        self._count = count

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        left = self._count
        with iterating(self._rows) as batches:
            while left:
                batch = next(batches, None)
                if batch is None:
                    return
                part = batch.slice(0, left)
                left -= part.num_rows
                del batch
                yield part

    def close(self) -> None:
        """Stop reading."""
        close_rows(self._rows)
