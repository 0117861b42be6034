"""A model of the sandbox: the builder that makes it, and the actions that run in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from anaplan_frames.sandbox.planning import (
    building,
    deleting,
    exporting,
    ids,
    importing,
    lists,
    memory,
    modules,
)
from anaplan_frames.sandbox.planning.building import DimensionGiven, FormatGiven, refuse_name
from anaplan_frames.sandbox.planning.calendar import Timescale
from anaplan_frames.sandbox.planning.definitions import (
    LAYOUTS,
    DashboardDefinition,
    DeleteDefinition,
    Dimension,
    ExportDefinition,
    FileDefinition,
    ImportDefinition,
    ListDefinition,
    ModuleDefinition,
    ProcessDefinition,
    Version,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.dialects import check_dialect
from anaplan_frames.sandbox.planning.initial import load_cells, load_items
from anaplan_frames.sandbox.planning.outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.store import Store
from anaplan_frames.sandbox.planning.timing import Timing
from anaplan_frames.sandbox.planning.versions import VersionGiven, parse_versions

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.workspace import Workspace

Action: TypeAlias = ImportDefinition | ExportDefinition | DeleteDefinition


class Model:
    """A model; made by `Workspace.model`.

    Every method that builds takes an `id` (made by default) and raises ValueError with a sentence
    that says what does not fit. All definitions are to be found by id in `lists`, `modules`,
    `views` (each module's default view included), `files`, `imports`, `exports`, `actions`,
    `processes` and `dashboards`, in the order in which they were made.

    Attributes
    ----------
    state : str
        ``activeState`` of the API; all but "UNLOCKED" refuse work.
    is_open : bool
        Whether the model is in memory; work opens it.
    changes_until : float
        By the sandbox's clock, until when it is being opened or closed.
    timing : Timing
        Calendar, current period and versions, as they are set.
    """

    def __init__(
        self,
        name: str,
        id: str,
        workspace: Workspace,
        calendar: Timescale,
        path: Path | None,
        versions: Sequence[VersionGiven] = ("Actual", "Forecast"),
        memory_usage: int | None = None,
    ) -> None:
        self.name = name
        self.id = id
        self.workspace = workspace
        self.state = "UNLOCKED"
        self.is_open = True
        self.changes_until = 0.0
        self.lists: dict[str, ListDefinition] = {}
        self.modules: dict[str, ModuleDefinition] = {}
        self.views: dict[str, ViewDefinition] = {}
        self.files: dict[str, FileDefinition] = {}
        self.imports: dict[str, ImportDefinition] = {}
        self.exports: dict[str, ExportDefinition] = {}
        self.actions: dict[str, DeleteDefinition] = {}
        self.processes: dict[str, ProcessDefinition] = {}
        self.dashboards: dict[str, DashboardDefinition] = {}
        self.store = Store(path)
        self._ids = ids.Ids()
        self._memory_usage = memory_usage
        self.timing = Timing(self.store, calendar, parse_versions(versions, self._ids))

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
        """Bytes that the model takes: as it was built, or by what it holds."""
        if self._memory_usage is not None:
            return self._memory_usage
        return memory.usage(self.store, self.lists.values(), self.modules.values())

    def list(
        self,
        name: str,
        id: str | None = None,
        parent: ListDefinition | None = None,
        numbered: bool = False,
        properties: Mapping[str, FormatGiven] | None = None,
        subsets: Sequence[str] = (),
        items: pd.DataFrame | None = None,
    ) -> ListDefinition:
        """Make a list.

        Parameters
        ----------
        parent : ListDefinition, optional
            The list whose items are the parents of this one's. Without it, items of the list
            itself may be parents.
        numbered : bool
            Whether the list makes the names of its items itself ("#1", "#2", ...).
        properties : mapping of str to format, optional
            "TEXT", "NUMBER", "BOOLEAN", "DATE", "TIME PERIOD" or a list.
        items : DataFrame, optional
            Items to begin with, in columns Name, Code, Parent, properties and subsets.
        """
        refuse_name("list", name, self.lists)
        if parent is not None and parent not in self.lists.values():
            raise ValueError(f"The parent list {parent.name!r} is not in model {self.name!r}.")
        formats = {
            key: building.parse_format(given, f"property {key!r}")
            for key, given in (properties or {}).items()
        }
        columns = ["Name", "Code", "Parent", *formats, *subsets]
        if repeated := [column for column in columns if columns.count(column) > 1]:
            raise ValueError(f"The list {name!r} has {repeated[0]!r} twice.")
        lst = ListDefinition(
            self._ids.take(ids.LIST, id, f"list {name!r}"),
            name,
            parent,
            numbered,
            formats,
            {subset: self._ids.take(ids.SUBSET, None, f"subset {subset!r}") for subset in subsets},
        )
        with self.store.transaction() as con:
            if lists.create_table(con, lst) and items is not None:
                load_items(con, lst, items)
        self.lists[lst.id] = lst
        return lst

    def module(
        self,
        name: str,
        id: str | None = None,
        dimensions: Sequence[DimensionGiven] = (),
        line_items: Mapping[str, FormatGiven] | None = None,
        cells: pd.DataFrame | None = None,
    ) -> ModuleDefinition:
        """Make a module.

        Parameters
        ----------
        dimensions : sequence
            Lists or their names, "Time", "Versions".
        line_items : mapping of str to format
            A format as for a list's property, or a mapping with "format" (or "list") and, as one
            likes, "formula", "code", "notes", "summary" ("Sum", "Formula", "None"), "style", "id".
        cells : DataFrame, optional
            Cells to begin with, in a column per dimension (names or codes) and per line item.
        """
        refuse_name("module", name, self.modules)
        module = ModuleDefinition(
            self._ids.take(ids.MODULE, id, f"module {name!r}"),
            name,
            tuple(building.parse_dimension(given, self.lists.values()) for given in dimensions),
            building.parse_line_items(line_items or {}, self._ids),
        )
        building.check_module(module)
        with self.store.transaction() as con:
            if modules.create_table(con, module) and cells is not None:
                load_cells(con, module, cells)
        self.modules[module.id] = module
        rows, columns, pages = building.default_axes(module)
        self.views[module.id] = ViewDefinition(module.id, name, module, rows, columns, pages)
        return module

    def view(
        self,
        mod: ModuleDefinition,
        name: str,
        rows: Sequence[DimensionGiven],
        columns: Sequence[DimensionGiven],
        pages: Sequence[DimensionGiven] | None = None,
        id: str | None = None,
    ) -> ViewDefinition:
        """Make a saved view; "Line items" is a dimension here, and what is left out is on pages."""
        axes = building.parse_axes(
            mod,
            self._dimensions(rows),
            self._dimensions(columns),
            None if pages is None else self._dimensions(pages),
        )
        view = ViewDefinition(self._ids.take(ids.VIEW, id, f"view {name!r}"), name, mod, *axes)
        self.views[view.id] = view
        return view

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
        """Make an import data source; its columns and dialect are those of the uploads to come.

        `header_row` (0: no header line) and `first_data_row` count from 1; a `delimiter` of ""
        means that texts are not delimited.
        """
        refuse_name("file", name, self.files, id)
        check_dialect(f"file {name!r}", separator, delimiter, encoding)
        if not columns:
            raise ValueError(f"The file {name!r} needs columns.")
        if not 0 <= header_row < first_data_row:
            raise ValueError(f"The first data row of file {name!r} must come after its header row.")
        if decimal_separator not in (".", ","):
            raise ValueError(f"The decimal separator of file {name!r} must be '.' or ','.")
        file = FileDefinition(
            self._ids.take(ids.FILE, id, f"file {name!r}"),
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
        into: ListDefinition | ModuleDefinition,
        id: str | None = None,
        mapping: Mapping[str, str] | None = None,
        *,
        match_by: str | Mapping[str, str] = "either",
        parameters: Mapping[str, str | None] | None = None,
    ) -> ImportDefinition:
        """Make an import.

        Parameters
        ----------
        mapping : mapping of str to str, optional
            Target column by file column, complete; by default columns of equal names. Targets of
            a list are "Name", "Code", "Parent", its properties and subsets; targets of a module
            are its dimensions and line items.
        match_by : {"either", "code", "name"} or mapping of dimension to one of them
            How an item is told; "either" tries the code first, then the name.
        parameters : mapping of str to (str or None), optional
            Dimensions that are asked for at run time (``"Version"``), with their defaults.
            An unmapped Versions dimension that is not asked for is the first version.
        """
        refuse_name("import", name, self.imports, id)
        asked = dict(parameters or {})
        definition = ImportDefinition(
            self._ids.take(ids.IMPORT, id, f"import {name!r}"),
            name,
            file,
            into,
            building.parse_mapping(file, into, mapping, asked),
            building.parse_match_by(into, match_by),
            asked,
        )
        self.imports[definition.id] = definition
        return definition

    def export(
        self,
        name: str,
        of: ModuleDefinition | ViewDefinition | ListDefinition,
        layout: str = "TABULAR_MULTI_COLUMN",
        id: str | None = None,
        leaves_only: bool = False,
        omit_empty: bool = False,
        *,
        labels: Literal["name", "code"] = "name",
        separator: str = ",",
        delimiter: str = '"',
        encoding: str = "UTF-8",
    ) -> ExportDefinition:
        """Make an export.

        Parameters
        ----------
        leaves_only : bool
            Whether totals over lists and time are left out.
        omit_empty : bool
            Whether rows are left out in which every value is blank, 0 or false.
        labels : {"name", "code"}
            How items are written; by name, as is Anaplan's habit, or by code where they have one.
        """
        refuse_name("export", name, self.exports, id)
        check_dialect(f"export {name!r}", separator, delimiter, encoding)
        if layout not in LAYOUTS:
            raise ValueError(f"The layout {layout!r} is unknown; there are {', '.join(LAYOUTS)}.")
        if isinstance(of, ListDefinition) and layout != "TABULAR_MULTI_COLUMN":
            raise ValueError("A list is exported in the layout TABULAR_MULTI_COLUMN only.")
        definition = ExportDefinition(
            self._ids.take(ids.EXPORT, id, f"export {name!r}"),
            name,
            of,
            layout,
            leaves_only,
            omit_empty,
            labels,
            separator,
            delimiter,
            encoding,
        )
        self.exports[definition.id] = definition
        return definition

    def delete_action(
        self, name: str, of: ListDefinition, id: str | None = None
    ) -> DeleteDefinition:
        """Make an action that deletes all items of a list and their cells."""
        refuse_name("action", name, self.actions, id)
        definition = DeleteDefinition(self._ids.take(ids.ACTION, id, f"action {name!r}"), name, of)
        self.actions[definition.id] = definition
        return definition

    def process(
        self, name: str, actions: Sequence[Action], id: str | None = None
    ) -> ProcessDefinition:
        """Make a process that runs these actions one after the other."""
        refuse_name("process", name, self.processes, id)
        known = {**self.imports, **self.exports, **self.actions}
        for action in actions:
            if known.get(action.id) is not action:
                raise ValueError(f"The action {action.name!r} is not in model {self.name!r}.")
        process_id = self._ids.take(ids.PROCESS, id, f"process {name!r}")
        definition = ProcessDefinition(process_id, name, tuple(actions))
        self.processes[process_id] = definition
        return definition

    def dashboard(
        self, name: str, id: str | None = None, code: str | None = None
    ) -> DashboardDefinition:
        """Make a dashboard, which is there to be listed."""
        refuse_name("dashboard", name, self.dashboards, id)
        dashboard_id = self._ids.take(ids.DASHBOARD, id, f"dashboard {name!r}")
        definition = DashboardDefinition(dashboard_id, name, code)
        self.dashboards[dashboard_id] = definition
        return definition

    def set_fiscal_year(self, label: str) -> None:
        """Move the calendar; data in periods that go are deleted, see `Timing.set_fiscal_year`."""
        self.timing.set_fiscal_year(label, self.lists.values(), self.modules.values())

    def run_import(
        self,
        definition: ImportDefinition,
        source: Path | None,
        parameters: Mapping[str, str],
        watch: Watch,
    ) -> Outcome:
        """Run an import over the bytes that were uploaded to its file (None: there are none).

        Raises
        ------
        Cancelled
            `watch` said so; nothing was changed.
        """
        return importing.run_import(self.store, definition, source, parameters, watch)

    def run_export(self, definition: ExportDefinition, target: Path, watch: Watch) -> Outcome:
        """Run an export and write its output to `target`."""
        return exporting.run_export(self.store, definition, target, watch)

    def run_delete(self, definition: DeleteDefinition, watch: Watch) -> Outcome:
        """Delete all items of the action's list, and their cells."""
        return deleting.run_delete(
            self.store, definition.of, self.lists.values(), self.modules.values(), watch
        )

    def export_metadata(self, definition: ExportDefinition) -> dict[str, Any]:
        """Return the ``exportMetadata`` of the API."""
        return exporting.metadata(self.store, definition)

    def close(self) -> None:
        """Close the model's database."""
        self.store.close()

    def _dimensions(self, given: Sequence[DimensionGiven]) -> tuple[Dimension, ...]:
        return tuple(building.parse_dimension(one, self.lists.values()) for one in given)
