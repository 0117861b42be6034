"""Definitions of workspaces, lists, modules, views and versions; they hold no data."""

from __future__ import annotations

import datetime
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Literal, TypeAlias, get_args

from anaplan_frames.sandbox.planning.schema import object_ids
from anaplan_frames.sandbox.planning.schema.chosen_items import EVERYTHING, ViewChoices

FormatType: TypeAlias = Literal["NUMBER", "BOOLEAN", "TEXT", "DATE", "LIST", "TIME PERIOD", "NONE"]
GivenValues: TypeAlias = Literal["none", "totals", "all"]
FORMAT_TYPES: tuple[FormatType, ...] = get_args(FormatType)


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
        One of `FORMAT_TYPES`; NONE is that of headings, which have no values.
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

    def subset(self, name: str) -> Dimension:
        """Return the subset with this name as a dimension."""
        if name not in self.subsets:
            known = ", ".join(map(repr, self.subsets)) or "none"
            raise ValueError(f"The list {self.name!r} has no subset {name!r}; it has {known}.")
        return Dimension(self.subsets[name], name, "list", self, subset=name)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of a module or of a line item.

    Attributes
    ----------
    kind : {"list", "time", "versions", "line items", "line item subset"}
    list : ListDefinition or None
        For the kind "list", also of a subset.
    subset : str or None
        The name of the list's subset whose items these are; None for all items.
    scale : str or None
        Of Time, the level of the smallest periods ("quarter"); None for the calendar's own. Two
        dimensions that differ in nothing else are equal.
    line_items : LineItemSubset or None
        For the kind "line item subset".
    """

    id: str
    name: str
    kind: Literal["list", "time", "versions", "line items", "line item subset"]
    list: ListDefinition | None = None
    _: KW_ONLY
    subset: str | None = None
    scale: str | None = field(default=None, compare=False)
    line_items: LineItemSubset | None = None

    @property
    def data_type(self) -> str:
        """The type of a column that holds its items."""
        return "TIME_ENTITY" if self.kind == "time" else "ENTITY"

    @property
    def is_applied(self) -> bool:
        """Whether ``appliesTo`` of line items shows it: lists and subsets."""
        return self.kind in ("list", "line item subset")


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
    dimensions : tuple of Dimension or None
        Its own dimensions; None if it has those of its module.
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
    dimensions: tuple[Dimension, ...] | None = None

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading: a line item without values."""
        return self.format.type == "NONE"

    @property
    def is_calculated(self) -> bool:
        """Whether the values of leaf items follow from the formula."""
        return self.formula is not None and self.given != "all"


@dataclass(slots=True, eq=False)
class ModuleDefinition:
    """A module: dimensions and line items, in their order; it can get more line items.

    A line item with dimensions of its own is shown in the module without values. Its cells are
    those of a part, which is like a module that has these dimensions and this line item alone.

    Attributes
    ----------
    parts : dict of str to ModuleDefinition
        By the id of the line item, which is the part's, too. Their names are the module's.
    whole : ModuleDefinition or None
        The module that this is a part of.
    """

    id: str
    name: str
    dimensions: tuple[Dimension, ...]
    line_items: tuple[LineItem, ...]
    parts: dict[str, ModuleDefinition] = field(default_factory=dict)
    whole: ModuleDefinition | None = None

    @property
    def tables(self) -> tuple[ModuleDefinition, ...]:
        """The module and its parts, each of which has a table of cells."""
        return (self, *self.parts.values())

    def add_parts(self) -> tuple[ModuleDefinition, ...]:
        """Make the parts of line items that have none yet, and return them."""
        new = {
            item.id: ModuleDefinition(item.id, self.name, item.dimensions, (item,), whole=self)
            for item in self.line_items
            if item.dimensions is not None and item.id not in self.parts
        }
        self.parts |= new
        return tuple(new.values())

    def line_item(self, name: str) -> LineItem:
        """Return the line item with this name."""
        found = next((item for item in self.line_items if item.name == name), None)
        if found is None:
            known = ", ".join(repr(item.name) for item in self.line_items)
            raise ValueError(
                f"The module {self.name!r} has no line item {name!r}. Use one of {known}."
            )
        return found

    def has_cells_of(self, item: LineItem) -> bool:
        """Return whether cells of one of its line items are here: not in a part, and no heading."""
        return not item.is_heading and item.id not in self.parts

    def holder_of(self, item: LineItem) -> ModuleDefinition:
        """Return the module or part with the cells of one of its line items."""
        return self.parts.get(item.id, self)

    def shown(self, item: LineItem) -> LineItem:
        """Return how a line item is shown here: without values if its cells are in a part.

        Anaplan's help says that such line items have views of their own, and its users that the
        module's view has no data for them.
        """
        if self.has_cells_of(item):
            return item
        return replace(item, format=Format("NONE"), formula=None, summary=None, given="none")


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
