"""A list as a table: its columns, its levels, and its items as rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from anaplan_frames.codec.block_decoder import select, type_fault
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.item_header import UnlikeHeader
from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.lists.hierarchy_levels import Levels
from anaplan_frames.lists.item_reader import MOST_WHOLE, ItemSource, read_items
from anaplan_frames.lists.large_item_reader import read_large
from anaplan_frames.messages import warn
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_source import Retype

_log = logging.getLogger("anaplan_frames")

_NO_IDS = (
    "{label} has {count:,} items. More than a million are fetched by a large read, which has no "
    "ids: column 'id' is missing. To have it, pass columns= with 'id' in it; the items are then "
    "fetched page by page, which takes longer."
)


@dataclass(frozen=True, slots=True)
class ItemTable:
    """The items of a list as a table that is not fetched yet.

    Attributes
    ----------
    name : str
        The list's.
    source : ItemSource
        Where the items are.
    columns : tuple of ItemColumn
        The list's columns.
    levels : Levels or None
        Set if the table also has one column per level of the hierarchy.
    """

    name: str
    source: ItemSource
    columns: tuple[ItemColumn, ...]
    levels: Levels | None = None

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> ItemRows:
        """Begin to read, as `TableSource` says."""
        names = [column.name for column in self.columns]
        types = [column.type for column in self.columns]
        level_names = unique_names([*names, *self.levels.names] if self.levels else names)
        types += [pa.string()] * (len(level_names) - len(names))
        whole = retype(pa.schema(list(zip(level_names, types, strict=True))))
        if columns is None and self.levels is None and self.source.expected > MOST_WHOLE:
            warn(_NO_IDS.format(label=self.source.label, count=self.source.expected))
            return ItemRows(self, whole, whole, new_bar, by_id=False)
        return ItemRows(self, whole, select(whole, columns), new_bar)


class ItemRows:
    """The items' rows, batch by batch; fetched when the first is asked for.

    More than a million items are fetched by a large read, which has no ids, unless
    these are needed.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of all batches.
    """

    def __init__(
        self,
        table: ItemTable,
        whole: pa.Schema,
        schema: pa.Schema,
        new_bar: Callable[[], Progress],
        *,
        by_id: bool = True,
    ) -> None:
        self.schema = schema
        self._table = table
        self._new_bar = new_bar
        known = {column.name: column for column in table.columns}
        self._columns = [
            replace(known[field.name], type=field.type) for field in schema if field.name in known
        ]
        # The positions of those that are asked for, among the levels.
        below = whole.names[len(known) :]
        self._levels = {name: below.index(name) for name in schema.names if name in below}
        ids = by_id and any(column.key == "id" and not column.section for column in self._columns)
        many = table.source.expected > MOST_WHOLE
        self._large = many and not ids and not self._levels

    def close(self) -> None:
        """End the request for the items, if they are not read."""
        if self._table.source.early is not None:
            self._table.source.early.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        with self._new_bar() as bar:
            if self._large:
                try:
                    yield from read_large(self._table.source, self._columns, self._table.name, bar)
                    return
                except UnlikeHeader as unlike:
                    _log.debug("%s: %s", self._table.source.label, unlike)
            if not self._levels:
                yield from read_items(self._table.source, self._columns, bar)
                return
            assert self._table.levels is not None
            keys = (self._table.levels.key, "name")
            added = [ItemColumn(f"{key} for the levels", "", key, pa.string()) for key in keys]
            row = 0
            for batch in read_items(self._table.source, [*self._columns, *added], bar):
                yield self._with_levels(batch, self._table.levels, row)
                row += batch.num_rows

    def _with_levels(self, batch: pa.RecordBatch, levels: Levels, row: int) -> pa.RecordBatch:
        """Join the levels to the items' own columns, all in the order asked for."""
        width = len(self._columns)
        found = levels.of(batch.column(width), batch.column(width + 1))
        own = {column.name: batch.column(place) for place, column in enumerate(self._columns)}
        arrays = [
            own[field.name]
            if field.name in own
            else _level(found[self._levels[field.name]], field, row)
            for field in self.schema
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _level(names: pa.Array, field: pa.Field, row: int) -> pa.Array:
    try:
        return to_type(names, field.type)
    except ParseError as error:
        raise type_fault(field, error).error(row) from None
