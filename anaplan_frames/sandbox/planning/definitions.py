"""What a model consists of: lists, modules, files, actions; definitions only, no data."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from anaplan_frames.sandbox.planning import ids

FormatType: TypeAlias = Literal["NUMBER", "BOOLEAN", "TEXT", "DATE", "LIST", "TIME PERIOD"]
FORMAT_TYPES: tuple[FormatType, ...] = ("NUMBER", "BOOLEAN", "TEXT", "DATE", "LIST", "TIME PERIOD")
LAYOUTS = (
    "TABULAR_MULTI_COLUMN",
    "TABULAR_SINGLE_COLUMN",
    "TABULAR_ALL_LINE_ITEMS",
    "TABULAR_CURRENT_LINE_ITEM",
    "GRID_CURRENT_PAGE",
    "GRID_ALL_PAGES",
)


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a line item or a list property.

    Attributes
    ----------
    type : str
        One of `FORMAT_TYPES`.
    list : ListDefinition or None
        The list whose items are the values, for the type LIST.
    """

    type: FormatType
    list: ListDefinition | None = None

    @property
    def data_type(self) -> str:
        """The type as metadata call it: ENTITY for LIST, TIME_ENTITY for TIME PERIOD."""
        return {"LIST": "ENTITY", "TIME PERIOD": "TIME_ENTITY"}.get(self.type, self.type)


@dataclass(frozen=True, slots=True, eq=False)
class ListDefinition:
    """A list: its parent list, and its properties and subsets by name.

    Attributes
    ----------
    properties : dict of str to Format
    subsets : dict of str to str
        Ids by name.
    top_level_item : str or None
        The name of an item to which everything of the hierarchy adds up; of lists without a
        parent list.
    production : bool
        Whether the items are production data in Application Lifecycle Management.
    """

    id: str
    name: str
    parent: ListDefinition | None = None
    numbered: bool = False
    properties: dict[str, Format] = field(default_factory=dict)
    subsets: dict[str, str] = field(default_factory=dict)
    top_level_item: str | None = None
    production: bool = False

    @property
    def lineage(self) -> tuple[ListDefinition, ...]:
        """The list itself, its parent list, that one's parent, ..."""
        return (self, *self.parent.lineage) if self.parent else (self,)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a module.

    Attributes
    ----------
    kind : {"list", "time", "versions", "line items"}
    list : ListDefinition or None
        For the kind "list".
    """

    id: str
    name: str
    kind: Literal["list", "time", "versions", "line items"]
    list: ListDefinition | None = None

    @property
    def data_type(self) -> str:
        """The type of a column that holds its items."""
        return "TIME_ENTITY" if self.kind == "time" else "ENTITY"


TIME = Dimension(ids.TIME, "Time", "time")
VERSIONS = Dimension(ids.VERSIONS, "Versions", "versions")
LINE_ITEMS = Dimension(ids.LINE_ITEMS, "Line items", "line items")


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item: typed, and computed where it has a formula.

    Attributes
    ----------
    code, notes : str or None
        None: it has none.
    summary : str or None
        How totals are made, as metadata call it ("Sum", "None", "Formula"); None: by default, which
        is the sum of numbers and nothing for the rest.
    style : str
        "Normal", "Heading1", ... as metadata call it.
    """

    id: str
    name: str
    format: Format
    formula: str | None = None
    code: str | None = None
    notes: str | None = None
    summary: str | None = None
    style: str = "Normal"


@dataclass(frozen=True, slots=True, eq=False)
class ModuleDefinition:
    """A module: dimensions and line items, in their order."""

    id: str
    name: str
    dimensions: tuple[Dimension, ...]
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LineItemSubset:
    """Line items of one or several modules, gathered to serve as the items of a dimension."""

    id: str
    name: str
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ViewDefinition:
    """A view of a module: which dimensions lie on rows, columns and pages.

    The module's default view has the module's id and name.
    """

    id: str
    name: str
    module: ModuleDefinition
    rows: tuple[Dimension, ...]
    columns: tuple[Dimension, ...]
    pages: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FileDefinition:
    """An import data source: its columns and its dialect.

    Attributes
    ----------
    columns : tuple of str
        The headers in their order; an empty one is shown as "Column n".
    header_row : int
        Counted from 1; 0 if the file has no header line.
    first_data_row : int
        Counted from 1.
    """

    id: str
    name: str
    columns: tuple[str, ...]
    separator: str = ","
    delimiter: str = '"'
    encoding: str = "UTF-8"
    header_row: int = 1
    first_data_row: int = 2
    decimal_separator: str = "."

    @property
    def header_names(self) -> tuple[str, ...]:
        """The headers, "Column n" where one is empty."""
        return shown_headers(self.columns)


def shown_headers(columns: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return headers as Anaplan shows them: "Column n" for an empty one."""
    return tuple(name or f"Column {number}" for number, name in enumerate(columns, start=1))


@dataclass(frozen=True, slots=True, eq=False)
class ImportDefinition:
    """An import of a file into a list or a module.

    Attributes
    ----------
    mapping : dict of str to str
        Target column by file column. Target columns of a list: "Name", "Code", "Parent", its
        properties and subsets; of a module: its dimensions and line items.
    match_by : dict of str to str
        Per dimension "code", "name" or "either" (code first).
    parameters : dict of str to (str or None)
        What is asked at run time, with its default.
    """

    id: str
    name: str
    file: FileDefinition
    into: ListDefinition | ModuleDefinition
    mapping: dict[str, str]
    match_by: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str | None] = field(default_factory=dict)

    @property
    def import_type(self) -> str:
        """``importType`` of the API."""
        return "HIERARCHY_DATA" if isinstance(self.into, ListDefinition) else "MODULE_DATA"


@dataclass(frozen=True, slots=True, eq=False)
class ExportDefinition:
    """An export of a module, a view of one, or a list; its output file has the export's id."""

    id: str
    name: str
    of: ModuleDefinition | ViewDefinition | ListDefinition
    layout: str = "TABULAR_MULTI_COLUMN"
    leaves_only: bool = False
    omit_empty: bool = False
    labels: Literal["name", "code"] = "name"
    separator: str = ","
    delimiter: str = '"'
    encoding: str = "UTF-8"

    @property
    def format(self) -> str:
        """``exportFormat`` of the API."""
        return "text/csv" if self.separator == "," else "text/plain"


@dataclass(frozen=True, slots=True, eq=False)
class DeleteDefinition:
    """An action that deletes all items of a list."""

    id: str
    name: str
    of: ListDefinition
    action_type: str = "DELETE_BY_SELECTION"


@dataclass(frozen=True, slots=True, eq=False)
class DashboardDefinition:
    """A dashboard: the service tells no more than that it is there."""

    id: str
    name: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A version.

    Attributes
    ----------
    actual : bool
        Whether it holds what has happened; such a version has no switchover date.
    current : bool
        Whether it is the version that is being worked on.
    edit_from, edit_to : date or None
        The first day of the first and of the last period that may be edited; None: all may.
    switchover : date or None
        The first day of the period from which on it is forecast.
    """

    id: str
    name: str
    actual: bool = False
    current: bool = False
    code: str | None = None
    formula: str | None = None
    notes: str | None = None
    edit_from: datetime.date | None = None
    edit_to: datetime.date | None = None
    switchover: datetime.date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProcessDefinition:
    """Actions run one after the other."""

    id: str
    name: str
    actions: tuple[ImportDefinition | ExportDefinition | DeleteDefinition, ...]
