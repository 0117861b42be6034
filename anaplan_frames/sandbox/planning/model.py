"""A model of the sandbox: the builder that makes it, and the actions that run in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from anaplan_frames.sandbox.planning.action_builder import ActionBuilder
from anaplan_frames.sandbox.planning.building import DimensionGiven, FormatGiven, refuse_name
from anaplan_frames.sandbox.planning.calendar import Timescale
from anaplan_frames.sandbox.planning.definitions import (
    DeleteDefinition,
    Dimension,
    ExportDefinition,
    ImportDefinition,
    LineItem,
    LineItemSubset,
    ListDefinition,
    ModuleDefinition,
    Version,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.initial import load_cells, load_items
from anaplan_frames.sandbox.planning.outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.store import Store
from anaplan_frames.sandbox.planning.timing import Timing
from anaplan_frames.sandbox.planning.versions import VersionGiven, parse_versions

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.workspace import Workspace


class Model(ActionBuilder):
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
        super().__init__(name)
        self.id = id
        self.workspace = workspace
        self.state = "UNLOCKED"
        self.is_open = True
        self.changes_until = 0.0
        self.lists: dict[str, ListDefinition] = {}
        self.modules: dict[str, ModuleDefinition] = {}
        self.line_item_subsets: dict[str, LineItemSubset] = {}
        self.views: dict[str, ViewDefinition] = {}
        self.store = Store(path)
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
        *,
        top_level_item: str | None = None,
        production: bool = False,
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
        top_level_item : str, optional
            The name of an item to which all items of the list, and of those below it, add up.
        production : bool
            Whether the list holds production data, which a deployed model may change.
        """
        refuse_name("list", name, self.lists)
        if parent is not None and parent not in self.lists.values():
            raise ValueError(f"The parent list {parent.name!r} is not in model {self.name!r}.")
        if parent is not None and top_level_item is not None:
            raise ValueError(f"The list {name!r} has a parent list: give that the top level item.")
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
            top_level_item,
            production,
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

    def line_item_subset(
        self, name: str, line_items: Sequence[LineItem], id: str | None = None
    ) -> LineItemSubset:
        """Make a line item subset of line items that modules of the model have."""
        refuse_name("line item subset", name, self.line_item_subsets)
        known = [item for module in self.modules.values() for item in module.line_items]
        for item in line_items:
            if item not in known:
                raise ValueError(f"The line item {item.name!r} is not in model {self.name!r}.")
        number = self._ids.take(ids.LINE_ITEM_SUBSET, id, f"line item subset {name!r}")
        subset = LineItemSubset(number, name, tuple(line_items))
        self.line_item_subsets[subset.id] = subset
        return subset

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
