"""A model of the sandbox: its builder, its definitions and data, and the actions that run in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, Unpack

import pandas as pd

from anaplan_frames.sandbox.behavior import Keys
from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.exports import export_runner
from anaplan_frames.sandbox.planning.imports import import_runner
from anaplan_frames.sandbox.planning.imports.initial_data import load_cells, load_items
from anaplan_frames.sandbox.planning.schema import (
    definition_parsing,
    definition_uses,
    dimension_parsing,
    import_mapping,
    import_options,
    line_item_parsing,
    object_ids,
    view_choices,
)
from anaplan_frames.sandbox.planning.schema.access_rights import (
    FULL,
    Access,
    AccessLevel,
    AccessRights,
    ItemGrants,
    Role,
    parse_grants,
    parse_role,
)
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    HISTORY,
    ActionDefinition,
    DashboardDefinition,
    DeleteDefinition,
    ExportDefinition,
    FileDefinition,
    ImportDefinition,
    ModelHistory,
    ModelSource,
    OptimizerDefinition,
    ProcessDefinition,
    check_file,
    check_layout,
    check_selection,
)
from anaplan_frames.sandbox.planning.schema.definition_parsing import FormatLike, check_name
from anaplan_frames.sandbox.planning.schema.definitions import (
    LineItem,
    LineItemSubset,
    ListDefinition,
    ModuleDefinition,
    Version,
    ViewDefinition,
    WorkspaceDefinition,
)
from anaplan_frames.sandbox.planning.schema.dimension_parsing import DimensionLike, Dimensions
from anaplan_frames.sandbox.planning.schema.file_dialects import check_dialect
from anaplan_frames.sandbox.planning.schema.import_options import ImportChoices
from anaplan_frames.sandbox.planning.schema.view_choices import ViewOptions
from anaplan_frames.sandbox.planning.store import cell_tables, list_tables, memory_estimate
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.time.model_timing import Timing
from anaplan_frames.sandbox.planning.time.model_versions import VersionLike, parse_versions
from anaplan_frames.sandbox.planning.time.timescale import Timescale
from anaplan_frames.sandbox.planning.writes import item_deletion


class Model:
    """A model; created by `Workspace.model`.

    Every method that builds takes an `id` (made by default) and raises ValueError if an argument
    does not fit. All definitions are found by id in `lists`, `modules`, `line_item_subsets`,
    `views` (the default view of each module included), `files`, `imports`, `exports`, `actions`,
    `processes` and `dashboards`, in the order in which they were made; `subsidiary_views` has the
    views of line items with dimensions of their own, by the line item's id.

    Attributes
    ----------
    workspace : WorkspaceDefinition
    state : str
        ``activeState`` of the API; every state except "UNLOCKED" refuses work.
    is_open : bool
        Whether the model is in memory; work opens it.
    changes_until : float
        The time, by the sandbox's clock, at which the model has been opened or closed.
    timing : Timing
        Calendar, current period and versions, as they are set.
    rights : AccessRights
        The roles of the model, and the users who have them.
    """

    def __init__(
        self,
        name: str,
        id: str,
        workspace: WorkspaceDefinition,
        calendar: Timescale,
        path: Path | None,
        versions: Sequence[VersionLike] = ("Actual", "Forecast"),
        memory_usage: int | None = None,
        keys: Keys = "folded",
        period_ids: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.id = id
        self.workspace = workspace
        self.state = "UNLOCKED"
        self.is_open = True
        self.changes_until: float = 0.0
        self.lists: dict[str, ListDefinition] = {}
        self.modules: dict[str, ModuleDefinition] = {}
        self.line_item_subsets: dict[str, LineItemSubset] = {}
        self.views: dict[str, ViewDefinition] = {}
        self.subsidiary_views: dict[str, ViewDefinition] = {}
        self.files: dict[str, FileDefinition] = {}
        self.imports: dict[str, ImportDefinition] = {}
        self.exports: dict[str, ExportDefinition] = {}
        self.actions: dict[str, DeleteDefinition | OptimizerDefinition] = {}
        self.processes: dict[str, ProcessDefinition] = {}
        self.dashboards: dict[str, DashboardDefinition] = {}
        self.store: Store = Store(path, keys)
        self.rights: AccessRights = AccessRights()
        self._ids = object_ids.Ids()
        self._memory_usage = memory_usage
        self.timing: Timing = Timing(
            self.store, calendar, parse_versions(versions, self._ids), period_ids or {}
        )

    @property
    def calendar(self) -> Timescale:
        """The calendar with the current fiscal year as it is set."""
        return self.timing.calendar

    @property
    def versions(self) -> tuple[Version, ...]:
        """The versions with their switchover dates as they are set."""
        return self.timing.versions

    @property
    def memory_usage(self) -> int:
        """Bytes that the model takes: as given when it was built, or an estimate."""
        if self._memory_usage is not None:
            return self._memory_usage
        return memory_estimate.usage(self.store, self.lists.values(), self.tables)

    @property
    def tables(self) -> tuple[ModuleDefinition, ...]:
        """The modules and their parts, each of which has a table of cells."""
        return tuple(table for module in self.modules.values() for table in module.tables)

    @property
    def dimensions(self) -> dimension_parsing.DimensionParser:
        """What finds dimensions by name or id."""
        return dimension_parsing.DimensionParser(
            self.lists.values(), self.line_item_subsets.values(), self.calendar.levels
        )

    def list(
        self,
        name: str,
        id: str | None = None,
        parent: ListDefinition | None = None,
        *,
        numbered: bool = False,
        properties: Mapping[str, FormatLike] | None = None,
        subsets: Sequence[str] | Mapping[str, str] = (),
        items: pd.DataFrame | None = None,
        top_level_item: str | None = None,
        top_level_id: str | None = None,
        production: bool = False,
        data_tags: Sequence[str] = (),
        display_name: str | None = None,
        selective_access: bool = False,
    ) -> ListDefinition:
        """Make a list.

        Parameters
        ----------
        parent : ListDefinition, optional
            The list whose items are the parents of this list's items. Without it, items of the
            list itself can be parents.
        numbered : bool
            Whether the list makes the names of its items itself ("#1", "#2", ...).
        properties : mapping of str to format, optional
            "TEXT", "NUMBER", "BOOLEAN", "DATE", "TIME PERIOD" or a list.
        subsets : sequence of str, or mapping of str to str
            Names, or ids by name.
        items : DataFrame, optional
            Items to begin with, in columns Name, Code, Parent, properties and subsets.
        top_level_item : str, optional
            The name of an item that is the total of the list and of the lists below it.
        top_level_id : str, optional
            The id of that item.
        production : bool
            Whether the list holds production data, which can be changed in a deployed model.
        data_tags : sequence of str
            Names of data tags, which are only shown.
        display_name : str, optional
            The TEXT property of a numbered list that views and exports of modules show in place of
            the names. Imports do not find items by it, as it need not be unique.
        selective_access : bool
            Whether users with assigned rights have access only to the items that `assign` gives
            them, and to those below.
        """
        check_name("list", name, self.lists)
        if parent is not None and parent not in self.lists.values():
            raise ValueError(
                f"The parent list {parent.name!r} is not in model {self.name!r}. Give a list of "
                "this model."
            )
        if parent is not None and top_level_item is not None:
            raise ValueError(
                f"The list {name!r} has a parent list: give the top level item to that list."
            )
        if top_level_id is not None and not top_level_id.isdecimal():
            raise ValueError(
                f"The top level item of list {name!r} has the id {top_level_id!r}. Give the item "
                "another."
            )
        formats = {
            key: definition_parsing.parse_property(given, key)
            for key, given in (properties or {}).items()
        }
        columns = ["Name", "Code", "Parent", *formats, *subsets]
        if repeated := [column for column in columns if columns.count(column) > 1]:
            raise ValueError(
                f"The list {name!r} has {repeated[0]!r} twice. Name each property and subset once."
            )
        definition_parsing.check_display_name(name, display_name, formats, numbered=numbered)
        lst = ListDefinition(
            self._ids.take(object_ids.LIST, id, f"list {name!r}"),
            name,
            parent,
            numbered=numbered,
            properties=formats,
            subsets={
                subset: self._ids.take(object_ids.SUBSET, given, f"subset {subset!r}")
                for subset, given in _with_ids(subsets)
            },
            top_level_item=top_level_item,
            production=production,
            data_tags=tuple(data_tags),
            top_level_id=top_level_id,
            display_name=display_name,
            selective_access=selective_access,
        )
        with self.store.transaction() as con:
            if list_tables.create_table(con, lst) and items is not None:
                load_items(con, lst, items)
        self.lists[lst.id] = lst
        return lst

    def module(
        self,
        name: str,
        id: str | None = None,
        dimensions: Sequence[DimensionLike] = (),
        line_items: Mapping[str, FormatLike] | None = None,
        cells: pd.DataFrame | None = None,
        time_scale: str | None = None,
    ) -> ModuleDefinition:
        """Make a module.

        Parameters
        ----------
        dimensions : sequence
            Lists, subsets of lists (``staff.subset("Active")``) and line item subsets, or their
            names, "Time", "Versions".
        line_items : mapping of str to format
            A format as for a list's property, "NONE" for a heading, or a mapping with "format" (or
            "list") and any of

            - "formula", "code", "notes", "summary" ("Sum", "Formula", "None"), "style", "id";
            - "dimensions" and "time_scale", if they are not those of the module;
            - "parent", "read_access_driver", "write_access_driver" (names of line items) and
              "data_tags" (names, or ids by name), which are only shown;
            - "given": "totals" or "all" for values that are not calculated, because the sandbox
              does not know the summary method or formula.
        cells : DataFrame, optional
            Cells to begin with, in a column per dimension (names or codes) and per line item.
        time_scale : str, optional
            The smallest periods, such as "Quarter"; by default those of the calendar.
        """
        check_name("module", name, self.modules)
        found = self.dimensions.dimensions(dimensions, time_scale)
        module = ModuleDefinition(
            self._ids.take(object_ids.MODULE, id, f"module {name!r}"),
            name,
            found,
            line_item_parsing.parse_line_items(
                line_items or {}, self._ids, (), found, self.dimensions.dimensions
            ),
        )
        definition_parsing.check_module(module)
        self._add_parts(module)
        with self.store.transaction() as con:
            if cell_tables.create_table(con, module) and cells is not None:
                load_cells(con, module, cells)
        self.modules[module.id] = module
        axes = definition_parsing.default_axes(module)
        self.views[module.id] = ViewDefinition(module.id, name, module, *axes)
        return module

    def _add_parts(self, module: ModuleDefinition) -> None:
        """Make the parts of new line items with dimensions of their own, and their views."""
        parts = module.add_parts()
        for part in parts:
            definition_parsing.check_module(part)
        for part in parts:
            [item] = part.line_items
            with self.store.transaction() as con:
                cell_tables.create_table(con, part)
            axes = definition_parsing.default_axes(part)
            self.subsidiary_views[item.id] = ViewDefinition(item.id, item.name, part, *axes)

    def load_cells(self, into: ModuleDefinition | LineItem, cells: pd.DataFrame) -> None:
        """Load cells into a module, or a line item with dimensions of its own; see `module`."""
        target = self._cells_target(into)
        with self.store.transaction() as con:
            load_cells(con, target, cells)

    def _cells_target(self, into: ModuleDefinition | LineItem) -> ModuleDefinition:
        """Return the module, or the part with the cells of a line item."""
        if isinstance(into, ModuleDefinition):
            return into
        view = self.subsidiary_views.get(into.id)
        if view is None:
            raise ValueError(
                f"The line item {into.name!r} has the dimensions of its module: name the module."
            )
        return view.module

    def add_properties(self, lst: ListDefinition, properties: Mapping[str, FormatLike]) -> None:
        """Give a list more properties; see `list`."""
        for name, given in properties.items():
            if name in import_mapping.list_targets(lst):
                raise ValueError(f"The list {lst.name!r} has {name!r} already. Use another name.")
            lst.properties[name] = definition_parsing.parse_property(given, name)
            with self.store.transaction() as con:
                list_tables.add_property_column(con, lst, name)

    def add_line_items(
        self, module: ModuleDefinition, line_items: Mapping[str, FormatLike]
    ) -> None:
        """Give a module more line items; see `module`."""
        before = module.line_items
        module.line_items = line_item_parsing.parse_line_items(
            line_items, self._ids, before, module.dimensions, self.dimensions.dimensions
        )
        try:
            definition_parsing.check_module(module)
        except ValueError:
            module.line_items = before
            raise
        self._add_parts(module)
        with self.store.transaction() as con:
            cell_tables.add_value_columns(con, module)

    def remove(self, definition: Any) -> None:
        """Remove a list, module, view, file, action or other definition, with its data.

        Raises
        ------
        ValueError
            If it is not in this model, or another definition uses it.
        """
        kinds = self._kinds()
        kept = next((each for each in kinds if each.get(definition.id) is definition), None)
        if kept is None or (kept is self.views and definition.id in self.modules):
            raise ValueError(
                f"{definition.name!r} is not in model {self.name!r}. Use the model that it is in."
            )
        definition_uses.check_unused(definition, [one for each in kinds for one in each.values()])
        del kept[definition.id]
        if kept is self.lists or kept is self.modules:
            self.views.pop(definition.id, None)
            with self.store.transaction() as con:
                if kept is self.lists:
                    list_tables.drop_table(con, definition)
                    return
                for table in definition.tables:
                    self.subsidiary_views.pop(table.id, None)
                    cell_tables.drop_table(con, table)
        else:
            self._ids.release(definition.id)

    def release_id(self, id: str) -> None:
        """Let an id be given again, after the definition that had it was refused."""
        self._ids.release(id)

    def _kinds(self) -> tuple[dict[str, Any], ...]:
        tables = (self.lists, self.modules, self.line_item_subsets, self.views)
        actions = (self.imports, self.exports, self.actions, self.processes, self.dashboards)
        return (*tables, self.files, *actions)

    def line_item_subset(
        self, name: str, line_items: Sequence[LineItem], id: str | None = None
    ) -> LineItemSubset:
        """Make a line item subset from line items of the model's modules."""
        check_name("line item subset", name, self.line_item_subsets)
        known = [item for module in self.modules.values() for item in module.line_items]
        for item in line_items:
            if item not in known:
                raise ValueError(
                    f"The line item {item.name!r} is not in model {self.name!r}. Use one that is."
                )
        number = self._ids.take(object_ids.LINE_ITEM_SUBSET, id, f"line item subset {name!r}")
        subset = LineItemSubset(number, name, tuple(line_items))
        self.line_item_subsets[subset.id] = subset
        return subset

    def view(
        self,
        mod: ModuleDefinition,
        name: str,
        rows: Sequence[DimensionLike],
        columns: Sequence[DimensionLike],
        pages: Sequence[DimensionLike] | None = None,
        id: str | None = None,
        **options: Unpack[ViewOptions],
    ) -> ViewDefinition:
        """Make a saved view, with "Line items" as a dimension; by default, the rest is on pages.

        Parameters
        ----------
        **options
            - ``show={"City": ["Rome", "Oslo"]}``: the only items of a dimension that are shown, by
              names or codes; ``hide={...}``: those that are not. The order stays that of the model.
            - ``levels={"City": ["Region"], "Time": ["quarter", "year"]}``: the only levels of a
              hierarchy that are shown, by the names of its lists or kinds of periods.
            - ``where={"Open": True, "Units": (">", 0)}``: only the rows in which the line items
              meet all conditions, in at least one of the columns; they need not be shown. It takes
              "=", "<>", "<", "<=", ">" and ">=" and a value, an item by its name, or None.
            - ``omit_empty=True``: only the rows with a value that is not blank, 0 or false.
            - ``chosen={"Versions": "Forecast"}``: the item of a dimension on pages that is shown
              if none is asked for; by default the first.
        """
        axes = definition_parsing.parse_axes(
            mod,
            self._dimensions(rows),
            self._dimensions(columns),
            None if pages is None else self._dimensions(pages),
        )
        choices = view_choices.parse_choices(mod, axes[1], axes[2], options)
        view_id = self._ids.take(object_ids.VIEW, id, f"view {name!r}")
        self.views[view_id] = view = ViewDefinition(view_id, name, mod, *axes, choices)
        return view

    def role(
        self,
        name: str,
        *,
        modules: Mapping[Any, AccessLevel] | None = None,
        lists: Mapping[Any, AccessLevel] | None = None,
        versions: Mapping[str, AccessLevel] | None = None,
        actions: Sequence[Any] | None = None,
        others: AccessLevel = "none",
    ) -> Role:
        """Make a role, for users other than workspace administrators.

        Parameters
        ----------
        modules, lists, versions : mapping to {"none", "read", "write"}, optional
            Levels of access by definition or name.
        actions : sequence, optional
            The imports, exports, other actions and processes that may be run, or their names. By
            default all, or none if `others` is "none".
        others : {"none", "read", "write"}
            The level of the modules, lists and versions that are not named.
        """
        check_name("role", name, self.rights.roles)
        kinds: dict[str, dict[str, Any]] = {"modules": self.modules, "lists": self.lists}
        known = {kind: {one.id: one.name for one in of.values()} for kind, of in kinds.items()}
        known["versions"] = {version.id: version.name for version in self.versions}
        runnable: list[Any] = [self.imports, self.exports, self.actions, self.processes]
        known["actions"] = {one.id: one.name for each in runnable for one in each.values()}
        given = {"modules": modules or {}, "lists": lists or {}, "versions": versions or {}}
        role = parse_role(name, known, given, actions, others)
        self.rights.roles[name] = role
        return role

    def assign(
        self,
        user: Any,
        role: Role | None = None,
        *,
        items: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        """Give a user a role in the model, and access to items of lists.

        Users to whom nothing is assigned have full access.

        Parameters
        ----------
        user : User or str
            The user, or the email.
        role : Role, optional
            By default full access, which workspace administrators have in any case.
        items : mapping, optional
            ``{"Region": {"read": ["North"], "write": ["South"]}}``: the names or codes of items of
            lists with selective access; what is below an item can be reached, too. Of such lists
            that are not named, no item can be. By default all items can be.
        """
        if role is not None and role not in self.rights.roles.values():
            raise ValueError(
                f"The role {role.name!r} is not in model {self.name!r}. Use one that is."
            )
        grants: dict[str, ItemGrants] = {}
        for name, given in (items or {}).items():
            found = [lst for lst in self.lists.values() if lst.name == name]
            if not found or not found[0].selective_access:
                raise ValueError(
                    f"{name!r} is not a list with selective access of this model. Name one that is."
                )
            grants[found[0].id] = parse_grants(name, given)
        self.rights.assign(getattr(user, "email", user), role, None if items is None else grants)

    def find_view(self, id: str) -> tuple[ViewDefinition, tuple[LineItem, ...] | None] | None:
        """Find a view by its id; the id of a line item stands for its view.

        That is a view of its own if it has dimensions of its own, else its module's default view.

        Returns
        -------
        tuple or None
            The view, and the line items of it that are shown (None: all).
        """
        if id in self.views:
            return self.views[id], None
        for module in self.modules.values():
            for item in module.line_items:
                if item.id == id:
                    return self.subsidiary_views.get(id, self.views[module.id]), (item,)
        return None

    def file(
        self,
        name: str,
        id: str | None = None,
        columns: Sequence[str] = (),
        separator: str = ",",
        delimiter: str = '"',
        encoding: str = "UTF-8",
        header_row: int = 1,
        first_data_row: int = 2,
        decimal_separator: str = ".",
    ) -> FileDefinition:
        """Make an import data source with the columns and the dialect of its uploads.

        `header_row` (0: no header line) and `first_data_row` count from 1; a `delimiter` of ""
        means that texts are not delimited.
        """
        check_name("file", name, self.files, id)
        check_dialect(f"file {name!r}", separator, delimiter, encoding)
        check_file(name, columns, header_row, first_data_row, decimal_separator)
        file = FileDefinition(
            self._ids.take(object_ids.FILE, id, f"file {name!r}"),
            name,
            tuple(columns),
            separator,
            delimiter,
            encoding,
            header_row,
            first_data_row,
            decimal_separator,
        )
        self.files[file.id] = file
        return file

    def import_(
        self,
        name: str,
        file: FileDefinition,
        into: ListDefinition | ModuleDefinition | LineItem,
        id: str | None = None,
        mapping: Mapping[str, str] | None = None,
        *,
        match_by: str | Mapping[str, str] = "either",
        parameters: Mapping[str, str | None] | None = None,
        **options: Unpack[ImportChoices],
    ) -> ImportDefinition:
        """Make an import.

        Parameters
        ----------
        into : ListDefinition, ModuleDefinition or LineItem
            A line item if it has dimensions of its own: it is imported through its own view.
        mapping : mapping of str to str, optional
            Target column by file column, complete; by default columns of equal names. Targets of
            a list are "Name", "Code", "Parent", its properties and subsets; targets of a module
            are its dimensions and line items, or "Line items" and "Value" for a column that names
            the line item of the value in another one.
        match_by : {"either", "code", "name"} or mapping of dimension to one of them
            How items are found; "either" tries the code first, then the name.
        parameters : mapping of str to (str or None), optional
            Dimensions that a run of the import asks for (``"Version"``), with their defaults.
            Without a column or a parameter for Versions, the first version is used.
        **options
            - ``formats={"day": "D-M-Y"}``: how dates and periods are written, by file column: one
              of the orders Y-M-D, Y-D-M, D-M-Y and M-D-Y with any separators, or a pattern of YYYY
              or YY, MMM, MM or M, DD or D, and PP or P, the number of the period in its fiscal
              year; other letters are in quotes (``"YYYYMMDD"``, ``"'FY'YY 'P'PP"``). A date stands
              for the smallest period that contains it. Without a pattern, dates are written as
              ``2026-01-31``, and periods by name.
            - ``across="Time"``: the columns that are not mapped are items of this dimension, which
              their headers name. `line_item` is the line item of their values, unless a column is
              mapped to "Line items".
            - ``clear=True``: the line items of the import are cleared first, also if rows are
              rejected then. If the item of a dimension is fixed, only its cells are.
            - ``identify="name or code"``, ``"code"``, ``"name"`` or some of the list's properties
              and "Parent" (if it has a parent list): what identifies its items; by default the
              code, or else the name. ``"name or code"`` tries the code first.
            - ``duplicates="reject"``: the import fails if two rows have the same key; by default
              (``"first"``) the later ones are rejected.
            - ``unique_names=True``: a name that is taken gets a tilde and a number.
        """
        check_name("import", name, self.imports, id)
        return self._add_import(
            name, id, file, into, mapping, match_by, options, dict(parameters or {})
        )

    def _add_import(
        self,
        name: str,
        id: str | None,
        file: FileDefinition,
        into: ListDefinition | ModuleDefinition | LineItem,
        mapping: Mapping[str, str] | None,
        match_by: str | Mapping[str, str],
        choices: ImportChoices,
        asked: dict[str, str | None],
        source: ModelSource | None = None,
    ) -> ImportDefinition:
        if isinstance(into, LineItem):
            into = self._cells_target(into)
        options = import_options.parse_options(into, choices)
        columns = import_mapping.parse_mapping(file, into, mapping, asked, options)
        import_options.check_formats(into, columns, options, self.calendar.leaf)
        definition = ImportDefinition(
            self._ids.take(object_ids.IMPORT, id, f"import {name!r}"),
            name,
            file,
            into,
            columns,
            import_mapping.parse_match_by(into, match_by),
            asked,
            source,
            options=options,
        )
        self.imports[definition.id] = definition
        return definition

    def import_from_model(
        self,
        name: str,
        source: ModuleDefinition | ViewDefinition | ListDefinition | LineItem,
        into: ListDefinition | ModuleDefinition | LineItem,
        id: str | None = None,
        mapping: Mapping[str, str] | None = None,
        *,
        model: Model | None = None,
        match_by: str | Mapping[str, str] = "either",
        **options: Unpack[ImportChoices],
    ) -> ImportDefinition:
        """Make an import from a list, module or view, without totals.

        Parameters
        ----------
        source : ListDefinition, ModuleDefinition, ViewDefinition or LineItem
            Its columns are those of an export in the layout TABULAR_MULTI_COLUMN.
        mapping, match_by, **options
            As for `import_`.
        model : Model, optional
            The model of the source; by default this one.
        """
        check_name("import", name, self.imports, id)
        owner = model or self
        export = ExportDefinition(source.id, source.name, owner._exported(source), leaves_only=True)
        columns = tuple(owner.export_metadata(export)["headerNames"])
        file = FileDefinition(source.id, source.name, columns)
        origin = ModelSource(
            owner.id,
            owner.name,
            owner.workspace.id,
            partial(owner.run_export, export),
            owner.rights,
        )
        return self._add_import(name, id, file, into, mapping, match_by, options, {}, origin)

    def export(
        self,
        name: str,
        of: ModuleDefinition | ViewDefinition | ListDefinition | LineItem,
        layout: str = "TABULAR_MULTI_COLUMN",
        id: str | None = None,
        *,
        leaves_only: bool = False,
        omit_empty: bool = False,
        labels: Literal["name", "code"] = "name",
        separator: str = ",",
        delimiter: str = '"',
        encoding: str = "UTF-8",
    ) -> ExportDefinition:
        """Make an export.

        Parameters
        ----------
        of : ModuleDefinition, ViewDefinition, ListDefinition or LineItem
            A line item if it has dimensions of its own.
        leaves_only : bool
            Whether totals over lists and time are left out.
        omit_empty : bool
            Whether rows are left out in which every value is blank, 0 or false.
        labels : {"name", "code"}
            Whether items are written by name, as Anaplan does, or by their code if they have one.
        """
        check_name("export", name, self.exports, id)
        check_dialect(f"export {name!r}", separator, delimiter, encoding)
        exported = self._exported(of)
        check_layout(exported, layout)
        definition = ExportDefinition(
            self._ids.take(object_ids.EXPORT, id, f"export {name!r}"),
            name,
            exported,
            layout,
            leaves_only=leaves_only,
            omit_empty=omit_empty,
            labels=labels,
            separator=separator,
            delimiter=delimiter,
            encoding=encoding,
        )
        self.exports[definition.id] = definition
        return definition

    def _exported(
        self, of: ModuleDefinition | ViewDefinition | ListDefinition | LineItem
    ) -> ModuleDefinition | ViewDefinition | ListDefinition:
        """Return what is exported: for a line item, its own view."""
        return self.subsidiary_views[self._cells_target(of).id] if isinstance(of, LineItem) else of

    def history_export(
        self,
        name: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[str]] = (),
        id: str | None = None,
    ) -> ExportDefinition:
        """Make an export of the model's history, in the layout AUDIT_LOG, separated by tabs.

        The sandbox does not note changes: the export writes what is given.

        Parameters
        ----------
        columns : sequence of str
            The headers; in the service they depend on what was changed.
        rows : iterable of sequence of str
            They can be shorter than the header, or longer.
        """
        check_name("export", name, self.exports, id)
        if isinstance(columns, str) or not columns:
            raise ValueError(f"The export {name!r} needs columns.")
        history = ModelHistory(tuple(columns), tuple(map(tuple, rows)))
        number = self._ids.take(object_ids.EXPORT, id, f"export {name!r}")
        definition = ExportDefinition(number, name, history, HISTORY, separator="\t")
        self.exports[definition.id] = definition
        return definition

    def delete_action(
        self,
        name: str,
        of: ListDefinition,
        id: str | None = None,
        *,
        where: str | LineItem | None = None,
    ) -> DeleteDefinition:
        """Make an action that deletes items of a list and their cells.

        Parameters
        ----------
        where : str or LineItem, optional
            Selects the items: a property with the format BOOLEAN or a subset, by its name, or such
            a line item of a module whose only dimension is the list. By default all are deleted.
        """
        check_name("action", name, self.actions, id)
        check_selection(of, where, self.modules.values())
        action_id = self._ids.take(object_ids.ACTION, id, f"action {name!r}")
        definition = DeleteDefinition(action_id, name, of, where)
        self.actions[definition.id] = definition
        return definition

    def optimizer_action(
        self, name: str, solution_log: str, id: str | None = None
    ) -> OptimizerDefinition:
        """Make an action that stands for a run of the optimizer.

        It changes nothing. `solution_log` is the log of every process that runs it.
        """
        check_name("action", name, self.actions, id)
        action_id = self._ids.take(object_ids.ACTION, id, f"action {name!r}")
        definition = OptimizerDefinition(action_id, name, solution_log)
        self.actions[definition.id] = definition
        return definition

    def process(
        self, name: str, actions: Sequence[ActionDefinition], id: str | None = None
    ) -> ProcessDefinition:
        """Make a process that runs these actions one after the other."""
        check_name("process", name, self.processes, id)
        known = {**self.imports, **self.exports, **self.actions}
        for action in actions:
            if known.get(action.id) is not action:
                raise ValueError(
                    f"The action {action.name!r} is not in model {self.name!r}. Use one that is."
                )
        process_id = self._ids.take(object_ids.PROCESS, id, f"process {name!r}")
        definition = ProcessDefinition(process_id, name, tuple(actions))
        self.processes[process_id] = definition
        return definition

    def dashboard(
        self, name: str, id: str | None = None, code: str | None = None
    ) -> DashboardDefinition:
        """Make a dashboard, which is only listed."""
        check_name("dashboard", name, self.dashboards, id)
        dashboard_id = self._ids.take(object_ids.DASHBOARD, id, f"dashboard {name!r}")
        definition = DashboardDefinition(dashboard_id, name, code)
        self.dashboards[dashboard_id] = definition
        return definition

    def set_fiscal_year(self, label: str) -> None:
        """Move the calendar and delete the data of removed periods; see `Timing`."""
        self.timing.set_fiscal_year(label, self.lists.values(), self.tables)

    def run_import(
        self,
        definition: ImportDefinition,
        source: Path | None,
        parameters: Mapping[str, str],
        watch: Watch,
        access: Access = FULL,
    ) -> Outcome:
        """Run an import of the uploaded file `source` (None: nothing was uploaded) for a user.

        Raises
        ------
        Cancelled
            If `watch` raises it; nothing is changed then.
        """
        outcome = import_runner.run_import(
            self.store, definition, source, parameters, watch, access
        )
        into = definition.into
        if isinstance(into, ListDefinition) and into.subsets and outcome.successful:
            with self.store.transaction() as con:
                cell_tables.delete_outside_subsets(con, into, self.tables)
        return outcome

    def run_export(
        self, definition: ExportDefinition, target: Path, watch: Watch, access: Access = FULL
    ) -> Outcome:
        """Run an export for a user and write its output to `target`."""
        return export_runner.run_export(self.store, definition, target, watch, access)

    def run_delete(self, definition: DeleteDefinition, watch: Watch) -> Outcome:
        """Delete the items that the action selects, and their cells."""
        return item_deletion.run_delete(
            self.store, definition, self.lists.values(), self.tables, watch
        )

    def export_metadata(
        self, definition: ExportDefinition, access: Access = FULL
    ) -> dict[str, Any]:
        """Return the ``exportMetadata`` of the API for a user."""
        return export_runner.metadata(self.store, definition, access)

    def close(self) -> None:
        """Close the model's database."""
        self.store.close()

    def _dimensions(self, given: Sequence[DimensionLike]) -> Dimensions:
        return self.dimensions.dimensions(given)


def _with_ids(subsets: Sequence[str] | Mapping[str, str]) -> Iterable[tuple[str, str | None]]:
    """Pair the names of subsets with their ids, if they are given."""
    return subsets.items() if isinstance(subsets, Mapping) else ((name, None) for name in subsets)
