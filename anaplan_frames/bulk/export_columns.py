"""The columns of an export: which hold dimensions, which values, and which rows are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import TIME_ID, period_names
from anaplan_frames.cells.cell_options import CellOptions
from anaplan_frames.cells.item_filter import LeafFilter
from anaplan_frames.cells.leaf_periods import period_filter, time_ranges
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.total_items import read_totals
from anaplan_frames.cells.view_shape import VERSIONS_ID, Dimension
from anaplan_frames.cells.written_line_items import time_scale
from anaplan_frames.codec.column_types import export_schema, period_columns
from anaplan_frames.errors import DataError
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.read_options import ReadOptions
from anaplan_frames.resources.row_filters import (
    EmptyRowFilter,
    RowFilter,
    check_columns,
    column_filters,
)
from anaplan_frames.resources.where import Asked, value_set

HISTORY = "AUDIT_LOG"
"""The layout of an export of a model's history, whose columns depend on what was changed."""
_LINE_ITEMS = "Line items"
_NOT_APPLICABLE = "Not Applicable"
_EVERYWHERE = {"Time": TIME_ID, "Versions": VERSIONS_ID, "Users": "", _LINE_ITEMS: ""}


@dataclass(frozen=True, slots=True)
class ExportColumns:
    """What Anaplan's metadata say of an export's columns.

    Attributes
    ----------
    catalogue : Catalogue
        The model's.
    label : str
        The export in words, for messages.
    layout : str
        Its layout, e.g. ``TABULAR_MULTI_COLUMN``.
    schema : pyarrow.Schema
        The columns and their types; empty if the metadata do not name them.
    periods : sequence of str
        The columns that hold names of periods.
    lists : mapping of str to str
        By a column, the name of its list, blank if there is none.
    entities : frozenset of str
        The columns that hold items or periods.
    """

    catalogue: Catalogue
    label: str
    layout: str
    schema: pa.Schema
    periods: Sequence[str]
    lists: Mapping[str, str]
    entities: frozenset[str]

    @classmethod
    def of(
        cls, catalogue: Catalogue, label: str, layout: str, metadata: Mapping[str, Any]
    ) -> ExportColumns:
        """Read ``exportMetadata``."""
        schema = export_schema(metadata)
        named = zip(schema.names, metadata.get("listNames") or (), strict=False)
        kinds = zip(schema.names, metadata.get("dataTypes") or (), strict=False)
        periods = period_columns(schema, metadata)
        return cls(
            catalogue,
            label,
            layout,
            schema,
            periods,
            {name: str(of or "") for name, of in named},
            frozenset([*periods, *(name for name, kind in kinds if kind == "ENTITY")]),
        )

    @property
    def is_grid(self) -> bool:
        """Whether it is a cross table."""
        return self.layout.startswith("GRID")

    def check(self, options: ReadOptions, cells: CellOptions) -> None:
        """Check what is asked for, as far as the metadata show it, before the export is run.

        Raises
        ------
        ColumnMismatch, NotFound
            If there is no such column.
        ValueError
            If a value does not fit its column, or an option does not go with the layout.
        """
        check_options(self.label, self.layout, cells)
        if self.is_grid or not len(self.schema):
            return  # only its text shows the columns
        label = f"The output of {self.label}"
        check_columns([*(options.names or ()), *options.asked], self.schema.names, label)
        options.check_columns(self.schema)
        for name, values in options.asked.items():
            value_set(values, self.schema.field(name).type, name)

    def filters(
        self, columns: Sequence[str] | None, asked: Asked, cells: CellOptions
    ) -> list[RowFilter]:
        """Return what leaves rows out.

        Raises
        ------
        DataError
            If it is not known which periods are totals.
        ValueError
            If no line item is read, or it is not known which columns hold them.
        """
        found: list[RowFilter] = []
        if cells.totals is False or cells.omit_empty:
            records = line_item_records(self.catalogue)
            dimensions = self._dimensions(records)
            if cells.totals is False:
                found += self._total_filters(dimensions, records, asked)
            if cells.omit_empty:
                found.append(self._empty_filter(dimensions, columns))
        return [*found, *column_filters(asked)]

    def _dimensions(self, records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """Return the ids of the dimensions, by their columns: the first columns of a table."""
        ids = {str(each["name"]): id_ for id_, each in self.catalogue.records("lists").items()}
        ids |= {str(d["name"]): str(d["id"]) for each in records for d in _dimensions_of(each)}
        ids |= _EVERYWHERE
        found: dict[str, str] = {}
        for name in self.schema.names:
            if name not in ids and name != self.lists.get(name):
                if name in self.entities and name not in {str(each["name"]) for each in records}:
                    raise DataError(
                        f"It is not known whether column {name!r} of {self.label} is a dimension. "
                        "Read it without totals=False and omit_empty=True, and select with pandas."
                    )
                break
            found[name] = ids.get(name, "")
        return found

    def _total_filters(
        self,
        dimensions: Mapping[str, str],
        records: Sequence[Mapping[str, Any]],
        asked: Asked,
    ) -> Iterable[RowFilter]:
        lists = [
            Dimension(id_, name) for name, id_ in dimensions.items() if id_ and name not in asked
        ]
        for dimension, totals in read_totals(self.catalogue, lists):
            yield LeafFilter(dimension.name, totals, self.label)
        if "Time" in dimensions and "Time" not in asked:
            applying = self._line_items(dimensions, records)
            names = partial(period_names, self.catalogue)
            scales = {str(each["name"]): time_scale(each) or "" for each in applying}
            yield period_filter("Time", names, scales, time_ranges(applying), self.label)

    def _line_items(
        self, dimensions: Mapping[str, str], records: Iterable[Mapping[str, Any]]
    ) -> list[Mapping[str, Any]]:
        """Find its line items among the model's: Anaplan does not say which module it exports."""
        values = {name for name in self.schema.names if name not in dimensions}
        found = [
            record
            for record in records
            if time_scale(record) not in (None, _NOT_APPLICABLE)
            and (_LINE_ITEMS in dimensions or str(record["name"]) in values)
            and {str(each["name"]) for each in _dimensions_of(record)} <= dimensions.keys()
        ]
        whole = {
            module
            for module in {record["moduleId"] for record in found}
            if values <= {str(each["name"]) for each in found if each["moduleId"] == module}
        }
        found = [each for each in found if each["moduleId"] in whole] or found
        if len({time_scale(each) for each in found}) != 1:
            raise DataError(
                f"It is not known which time scale the line items of {self.label} have, and so not "
                "which periods are totals. Read it without totals=False, and select with pandas."
            )
        return found

    def _empty_filter(
        self, dimensions: Mapping[str, str], columns: Sequence[str] | None
    ) -> EmptyRowFilter:
        values = {field.name: field.type for field in self.schema if field.name not in dimensions}
        read = values.keys() if columns is None else values.keys() & set(columns)
        if not dimensions or not read:
            raise ValueError(
                f"omit_empty=True needs line items to look at, and {self.label} "
                f"{'has none among columns=' if dimensions else 'does not show which they are'}."
            )
        return EmptyRowFilter(values)


def _dimensions_of(record: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the lists and subsets of a line item."""
    return record.get("appliesTo") or ()


def check_options(label: str, layout: str, cells: CellOptions) -> None:
    """Raise ValueError for an option that does not go with the layout of an export."""
    for name, given in (("totals", cells.totals is False), ("omit_empty", cells.omit_empty)):
        if given and not layout.startswith("TABULAR"):
            raise ValueError(
                f"{name}= needs a tabular layout, and that of {label} is {layout or 'unknown'}. "
                "Leave it out, or have the export's layout changed in Anaplan."
            )
