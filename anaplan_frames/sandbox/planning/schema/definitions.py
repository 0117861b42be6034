"""Definitions of workspaces, lists, modules, views and versions; they hold no data."""

from __future__ import annotations

import datetime
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal, TypeAlias

from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.chosen_items import EVERYTHING, ViewChoices

FormatType: TypeAlias = Literal["NUMBER", "BOOLEAN", "TEXT", "DATE", "LIST", "TIME PERIOD"]
GivenValues: TypeAlias = Literal["none", "totals", "all"]
FORMAT_TYPES: tuple[FormatType, ...] = ("NUMBER", "BOOLEAN", "TEXT", "DATE", "LIST", "TIME PERIOD")


@dataclass(frozen=True, slots=True)
class WorkspaceDefinition:
    """A workspace: its id and name, and the bytes that its models may take."""

    id: str
    name: str
    size_allowance: int


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
        """The type in the words of the metadata: ENTITY for LIST, TIME_ENTITY for TIME PERIOD."""
        return {"LIST": "ENTITY", "TIME PERIOD": "TIME_ENTITY"}.get(self.type, self.type)


@dataclass(slots=True, eq=False)
class ListDefinition:
    """A list: its parent list, and its properties and subsets by name; it can get more properties.

    Attributes
    ----------
    properties : dict of str to Format
    subsets : dict of str to str
        Ids by name.
    top_level_item : str or None
        The name of the item that is the total of the whole hierarchy; only a list without a
        parent list has one.
    production : bool
        Whether the items are production data in Application Lifecycle Management.
    data_tags : tuple of str
    top_level_id : str or None
        The id of the top level item, if it is not the one before the first item's.
    display_name : str or None
        The property that views and exports show in place of the names of a numbered list.
    selective_access : bool
        Whether users have access only to those items that they are given.
    """

    id: str
    name: str
    parent: ListDefinition | None = None
    _: KW_ONLY
    numbered: bool = False
    properties: dict[str, Format] = field(default_factory=dict)
    subsets: dict[str, str] = field(default_factory=dict)
    top_level_item: str | None = None
    production: bool = False
    data_tags: tuple[str, ...] = ()
    top_level_id: str | None = None
    display_name: str | None = None
    selective_access: bool = False

    @property
    def lineage(self) -> tuple[ListDefinition, ...]:
        """The list itself, its parent list, the parent list of that, and so on."""
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


TIME = Dimension(object_ids.TIME, "Time", "time")
VERSIONS = Dimension(object_ids.VERSIONS, "Versions", "versions")
LINE_ITEMS = Dimension(object_ids.LINE_ITEMS, "Line items", "line items")


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line item; its values are calculated if it has a formula.

    Attributes
    ----------
    code, notes : str or None
    summary : str or None
        How totals are calculated, in the words of the metadata ("Sum", "None", "Formula"). None is
        the default: the sum for numbers, no total for other formats.
    style : str
        "Normal", "Heading1", ... in the words of the metadata.
    parent, read_access_driver, write_access_driver : str or None
        Names of other line items of the module. They are shown, and have no effect.
    data_tags : tuple of (str, str)
        Ids and names; they are shown, and have no effect.
    given : {"none", "totals", "all"}
        Which values are not calculated, because the sandbox does not know the formula or the
        summary method: they stay as they were given, and cannot be written.
    """

    id: str
    name: str
    format: Format
    formula: str | None = None
    code: str | None = None
    notes: str | None = None
    summary: str | None = None
    style: str = "Normal"
    parent: str | None = None
    read_access_driver: str | None = None
    write_access_driver: str | None = None
    data_tags: tuple[tuple[str, str], ...] = ()
    given: GivenValues = "none"

    @property
    def is_calculated(self) -> bool:
        """Whether the values of leaf items follow from the formula."""
        return self.formula is not None and self.given != "all"


@dataclass(slots=True, eq=False)
class ModuleDefinition:
    """A module: dimensions and line items, in their order; it can get more line items."""

    id: str
    name: str
    dimensions: tuple[Dimension, ...]
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class LineItemSubset:
    """A line item subset: line items of one or more modules, used as the items of a dimension."""

    id: str
    name: str
    line_items: tuple[LineItem, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ViewDefinition:
    """A view of a module: which dimensions are on rows, columns and pages, and what it shows.

    The module's default view has the module's id and name, and shows everything.
    """

    id: str
    name: str
    module: ModuleDefinition
    rows: tuple[Dimension, ...]
    columns: tuple[Dimension, ...]
    pages: tuple[Dimension, ...]
    choices: ViewChoices = EVERYTHING

    @property
    def line_items(self) -> tuple[LineItem, ...]:
        """The line items that it shows."""
        return self.choices.line_items(self.module.line_items)


@dataclass(frozen=True, slots=True)
class Version:
    """A version.

    Attributes
    ----------
    actual : bool
        Whether this is the actual version, which has no switchover date.
    current : bool
        Whether this is the current version.
    edit_from, edit_to : date or None
        The first day of the first and of the last period that can be edited; None sets no limit.
    switchover : date or None
        The first day of the first forecast period.
    """

    id: str
    name: str
    _: KW_ONLY
    actual: bool = False
    current: bool = False
    code: str | None = None
    formula: str | None = None
    notes: str | None = None
    edit_from: datetime.date | None = None
    edit_to: datetime.date | None = None
    switchover: datetime.date | None = None
