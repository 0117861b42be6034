"""The columns of a tidy table of cells: one per dimension, then one per line item."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.codec.column_types import arrow_type, is_period, unique_names

VERSIONS_ID = "20000000020"
USERS_ID = "101999999999"
# Some of the documentation's examples have another id, so the name counts, too.
_LINE_ITEMS_ID = "20000000012"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a view: a list, a subset, Time, Versions, Users, or the line items."""

    id: str
    name: str

    @property
    def is_time(self) -> bool:
        """Whether its items are periods."""
        return self.id == TIME_ID

    @property
    def is_line_items(self) -> bool:
        """Whether its items are the line items."""
        return self.id == _LINE_ITEMS_ID or self.name.strip().casefold() == "line items"


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item of a module, and its format: ``NUMBER``, ``BOOLEAN``, ``LIST`` ..."""

    id: str
    name: str
    format: str = ""

    @property
    def is_period(self) -> bool:
        """Whether its values are periods."""
        return is_period(self.format)

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading, which has no values."""
        return self.format.strip().upper() == "NONE"

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> LineItem:
        """Make it of a record of ``lineItems?includeAll=true``."""
        described = record.get("formatMetadata")
        data_type = described.get("dataType") if isinstance(described, Mapping) else None
        format_ = str(record.get("format") or data_type or "")
        return cls(str(record["id"]), str(record["name"]), format_)


@dataclass(frozen=True, slots=True)
class Axes:
    """Which dimensions of a view are on its pages, its rows and its columns."""

    pages: tuple[Dimension, ...]
    rows: tuple[Dimension, ...]
    columns: tuple[Dimension, ...]

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Axes:
        """Make them of ``GET views/{id}``, which leaves out an axis without dimensions."""
        return cls(*(_dimensions(metadata, axis) for axis in ("pages", "rows", "columns")))

    @property
    def every(self) -> tuple[Dimension, ...]:
        """All, the line items among them."""
        return (*self.pages, *self.rows, *self.columns)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All except the line items, in the order of the table's columns."""
        return tuple(dimension for dimension in self.every if not dimension.is_line_items)


def _dimensions(metadata: Mapping[str, Any], axis: str) -> tuple[Dimension, ...]:
    return tuple(Dimension(str(d["id"]), str(d["name"])) for d in metadata.get(axis) or ())


@dataclass(frozen=True, slots=True)
class CellColumn:
    """A column of the tidy table.

    Attributes
    ----------
    name : str
        The name of the dimension or line item; ``"Employee.1"`` for a line item that is named like
        a dimension.
    kind : {"dimension", "line item"}
        What the column holds.
    id : str
        The id of the dimension or line item.
    type : pyarrow.DataType
        ``float64``, ``bool`` or ``date32`` by the line item's format, else ``string``.
    is_period : bool
        Whether its values are names of periods.
    """

    name: str
    kind: Literal["dimension", "line item"]
    id: str
    type: pa.DataType
    is_period: bool


@dataclass(frozen=True, slots=True)
class Cells:
    """The dimensions and line items of a view.

    Attributes
    ----------
    axes : Axes
        Which dimensions are on pages, rows and columns.
    line_items : tuple of LineItem
        All line items of the view's module; the view may show fewer.
    """

    axes: Axes
    line_items: tuple[LineItem, ...]

    @property
    def columns(self) -> tuple[CellColumn, ...]:
        """The columns of the tidy table, if all line items are shown."""
        return cell_columns(self.axes.dimensions, self.line_items)

    @property
    def headings(self) -> frozenset[str]:
        """The ids of the headings, whose columns have no values."""
        return frozenset(item.id for item in self.line_items if item.is_heading)


def cell_columns(
    dimensions: Sequence[Dimension], line_items: Sequence[LineItem]
) -> tuple[CellColumn, ...]:
    """Return the columns of the tidy table of these dimensions and line items, in its order."""
    every: list[Dimension | LineItem] = [*dimensions, *line_items]
    names = unique_names(each.name for each in every)
    return (
        *(
            CellColumn(name, "dimension", each.id, pa.string(), each.is_time)
            for name, each in zip(names, dimensions, strict=False)
        ),
        *(
            CellColumn(name, "line item", each.id, arrow_type(each.format), each.is_period)
            for name, each in zip(names[len(dimensions) :], line_items, strict=True)
        ),
    )


def schema_by_header(
    columns: Sequence[CellColumn], left_out: Collection[str] = ()
) -> Callable[[list[str]], pa.Schema]:
    """Return a function that makes the schema of a text of its header.

    The header shows which line items a view has. They, and the dimensions, come in the order of
    `columns`. Other columns come last, as text, except those in `left_out`.
    """

    def schema(header: list[str]) -> pa.Schema:
        known = {column.name: column.type for column in columns if column.name not in left_out}
        if not header:
            return pa.schema(list(known.items()))
        found = [(name, kind) for name, kind in known.items() if name in header]
        every = {column.name for column in columns}
        return pa.schema([*found, *((name, pa.string()) for name in header if name not in every)])

    return schema


def shows_one_page(text: bytes | mmap.mmap, dimensions: Collection[str]) -> bool:
    """Whether a tabular text might hold a single page: no item of these dimensions changes.

    The rows are in order, so that comparing the first and the last is enough. If these cannot be
    read as rows, the text might hold a single page.
    """
    end = len(text)
    while end and text[end - 1 : end] in b"\r\n":
        end -= 1
    head = text.find(b"\n", 0, end) + 1
    second = text.find(b"\n", head, end)
    if not head or second < 0:
        return True  # fewer than two rows
    lines = text[:head], text[head:second], text[text.rfind(b"\n", 0, end) + 1 : end]
    rows = list(csv.reader(line.decode("utf-8", "replace") for line in lines))
    if len({len(row) for row in rows}) != 1:
        return True
    header, first, last = rows
    places = [header.index(name) for name in dimensions if name in header]
    return all(first[place] == last[place] for place in places)
