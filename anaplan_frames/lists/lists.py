"""Lists: their items as a table, their properties and subsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Unpack

import pandas as pd
import pyarrow as pa

from anaplan_frames.codec.item_columns import item_columns
from anaplan_frames.dataframes.record_frames import Field, flat, frame_of_fields
from anaplan_frames.lists.item_parts import item_parts
from anaplan_frames.lists.item_reader import ItemSource
from anaplan_frames.lists.item_table import ItemTable, read_levels
from anaplan_frames.lists.list_writing import WritableList
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import ArrowOptions, ReadOptions

_PROPERTY_FIELDS = {
    name: Field(name)
    for name in ("name", "format", "formula", "notes", "referenced_by", "data_tags")
}
_SUBSET_FIELDS = {name: Field(name) for name in ("id", "name")}


class List(WritableList):
    """A list of a model."""

    kind: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
    takes: ClassVar[frozenset[str]] = frozenset({"hierarchy"})

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of it: ``properties``, ``subsets``, ``parent``, ``numberedList`` ..."""
        metadata: Mapping[str, Any] = self._transport.get(self.path, label=self.label)["metadata"]
        return metadata

    def properties(self) -> pd.DataFrame:
        """Return its properties, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            All text: ``name``; ``format`` (``NUMBER``, ``TEXT``, ``BOOLEAN``, ``DATE``, ``LIST``,
            ``TIME PERIOD``); ``formula``, missing where values are entered; ``notes``;
            ``referenced_by``; ``data_tags``, joined with commas.
        """
        records = self.metadata.get("properties") or ()
        return frame_of_fields(map(flat, records), _PROPERTY_FIELDS)

    def subsets(self) -> pd.DataFrame:
        """Return its subsets, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            ``id`` and ``name``, both text.
        """
        records = self.metadata.get("subsets") or ()
        return frame_of_fields(records, _SUBSET_FIELDS)

    def read(
        self, *, hierarchy: bool = False, **options: Unpack[ReadOptions]
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return its items, in Anaplan's order.

        Parameters
        ----------
        hierarchy : bool
            Add one column of names per level, the highest first, this list's own name last: one
            level for each list above this one, and for a list with parents within itself as many
            as it is deep (``"Accounts level 1"``, ``"Accounts level 2"``, ...). An item that has
            nothing at a level is missing there.
        columns, dtype, dtype_backend, index_col, chunksize, progress
            As for `anaplan_frames.read_anaplan`; the errors, too.

        Returns
        -------
        pandas.DataFrame or iterator of pandas.DataFrame
            ``id``, ``code``, ``name`` and ``parent`` (the parent item's name) as text; the
            properties, by the format that the list's metadata give (NUMBER float64, BOOLEAN
            boolean, DATE datetime64, all else text); the subsets as boolean, true for the items
            in it. A property or subset that is named like an earlier column has ``.1`` behind it.

        Notes
        -----
        More than a million items come by a large read, which tells no ids: ``id`` is then missing,
        and a warning says so. Where `columns` names it, or with `hierarchy`, they come page by
        page.
        """
        return self._read(
            self._table(progress=options.get("progress"), hierarchy=hierarchy), **options
        )

    def read_arrow(
        self, *, hierarchy: bool = False, **options: Unpack[ArrowOptions]
    ) -> pa.RecordBatchReader:
        """Stream its items; see `read` and `anaplan_frames.read_arrow`."""
        return self._read_arrow(
            self._table(progress=options.get("progress"), hierarchy=hierarchy), **options
        )

    def _split(self, n: int) -> Parts:
        return item_parts(self, n)

    def _table(self, *, progress: bool | None, hierarchy: bool = False) -> ItemTable:
        metadata = self.metadata
        expected = int(metadata.get("itemCount") or 0)
        source = ItemSource(self._transport, self.path, self.label, expected)
        levels = None
        if hierarchy:
            levels = read_levels(
                self._catalogue, source, metadata, self._new_bar(progress=progress)
            )
        return ItemTable(self.name, source, item_columns(metadata), levels)
