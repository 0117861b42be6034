"""Building the files and the actions of a model, which hold no data of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from anaplan_frames.sandbox.planning import building, ids
from anaplan_frames.sandbox.planning.building import refuse_name
from anaplan_frames.sandbox.planning.definitions import (
    LAYOUTS,
    DashboardDefinition,
    DeleteDefinition,
    ExportDefinition,
    FileDefinition,
    ImportDefinition,
    ListDefinition,
    ModuleDefinition,
    ProcessDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.dialects import check_dialect

Action: TypeAlias = ImportDefinition | ExportDefinition | DeleteDefinition


class ActionBuilder:
    """Files, imports, exports, delete actions, processes and dashboards of a model, by id.

    Every method takes an `id` (made by default) and raises ValueError with a sentence that says
    what does not fit.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.files: dict[str, FileDefinition] = {}
        self.imports: dict[str, ImportDefinition] = {}
        self.exports: dict[str, ExportDefinition] = {}
        self.actions: dict[str, DeleteDefinition] = {}
        self.processes: dict[str, ProcessDefinition] = {}
        self.dashboards: dict[str, DashboardDefinition] = {}
        self._ids = ids.Ids()

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
