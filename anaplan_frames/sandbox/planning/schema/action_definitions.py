"""Definitions of a model's files, imports, exports, delete actions, processes and dashboards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from anaplan_frames.sandbox.planning.schema.access_rights import Access, AccessRights
from anaplan_frames.sandbox.planning.schema.definitions import (
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.schema.import_options import ImportOptions

LAYOUTS = (
    "TABULAR_MULTI_COLUMN",
    "TABULAR_SINGLE_COLUMN",
    "TABULAR_ALL_LINE_ITEMS",
    "TABULAR_CURRENT_LINE_ITEM",
    "GRID_CURRENT_PAGE",
    "GRID_ALL_PAGES",
)


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
        """The headers, "Column n" for an empty one."""
        return shown_headers(self.columns)


def shown_headers(columns: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return headers as Anaplan shows them: "Column n" for an empty one."""
    return tuple(name or f"Column {number}" for number, name in enumerate(columns, start=1))


@dataclass(frozen=True, slots=True, eq=False)
class ModelSource:
    """What an import reads from a model, in place of an uploaded file.

    Attributes
    ----------
    model_id, model_name, workspace_id : str
    write : callable
        Writes the rows, as an export does, to a file; it takes its path, a `Watch` and what the
        user may read.
    rights : AccessRights
        Of the model.
    """

    model_id: str
    model_name: str
    workspace_id: str
    write: Callable[[Path, Any, Access], object]
    rights: AccessRights


@dataclass(frozen=True, slots=True, eq=False)
class ImportDefinition:
    """An import of a file, or from a model, into a list or a module.

    Attributes
    ----------
    mapping : dict of str to str
        Target column by file column. Target columns of a list: "Name", "Code", "Parent", its
        properties and subsets; of a module: its dimensions and line items.
    match_by : dict of str to str
        Per dimension "code", "name" or "either" (code first).
    parameters : dict of str to (str or None)
        The parameters that a run of the import asks for, with their defaults.
    source : ModelSource or None
        None if the import reads an uploaded file; otherwise `file` describes what it writes, and
        has the id of the list, module or view.
    blocked : str
        Why it cannot run; empty if it can.
    options : ImportOptions
    """

    id: str
    name: str
    file: FileDefinition
    into: ListDefinition | ModuleDefinition
    mapping: dict[str, str]
    match_by: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str | None] = field(default_factory=dict)
    source: ModelSource | None = None
    blocked: str = ""
    options: ImportOptions = field(default_factory=ImportOptions)

    @property
    def import_type(self) -> str:
        """``importType`` of the API."""
        return "HIERARCHY_DATA" if isinstance(self.into, ListDefinition) else "MODULE_DATA"

    def asks_for(self, dimension: str) -> bool:
        """Return whether a run of the import asks for an item of this dimension, in any case."""
        return dimension.casefold() in (name.casefold() for name in self.parameters)


HISTORY = "AUDIT_LOG"
"""The layout of exports of a model's history."""


@dataclass(frozen=True, slots=True)
class ModelHistory:
    """What an export of a model's history writes; the sandbox does not note changes itself.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuple of str
        They can be shorter than the header.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name: str = "Model history"


@dataclass(frozen=True, slots=True, eq=False)
class ExportDefinition:
    """An export of a module, a view of one, a list, or the model's history.

    Its output file has the export's id.

    Attributes
    ----------
    blocked : str
        Why it cannot run; empty if it can.
    shown_metadata : mapping
        ``exportMetadata`` of an export that cannot run.
    """

    id: str
    name: str
    of: ModuleDefinition | ViewDefinition | ListDefinition | ModelHistory
    layout: str = "TABULAR_MULTI_COLUMN"
    _: KW_ONLY
    leaves_only: bool = False
    omit_empty: bool = False
    labels: Literal["name", "code"] = "name"
    separator: str = ","
    delimiter: str = '"'
    encoding: str = "UTF-8"
    blocked: str = ""
    shown_metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def format(self) -> str:
        """``exportFormat`` of the API."""
        return "text/csv" if self.separator == "," else "text/plain"


@dataclass(frozen=True, slots=True, eq=False)
class DeleteDefinition:
    """An action that deletes the items of a list that are selected.

    Attributes
    ----------
    where : str, LineItem or None
        The property, subset or line item that is true for them; None selects all items.
    blocked : str
        Why it cannot run; empty if it can.
    """

    id: str
    name: str
    of: ListDefinition
    where: str | LineItem | None = None
    action_type: str = "DELETE_BY_SELECTION"
    blocked: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class OptimizerDefinition:
    """An action that runs the optimizer; in the sandbox it only has a log, and changes nothing."""

    id: str
    name: str
    solution_log: str
    action_type: str = "OPTIMIZER"


@dataclass(frozen=True, slots=True, eq=False)
class DashboardDefinition:
    """A dashboard; the API only lists it."""

    id: str
    name: str
    code: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProcessDefinition:
    """Actions that run one after the other."""

    id: str
    name: str
    actions: tuple[ActionDefinition, ...]


ActionDefinition: TypeAlias = (
    ImportDefinition | ExportDefinition | DeleteDefinition | OptimizerDefinition
)
"""What a process can run."""


def check_file(
    name: str,
    columns: Sequence[str],
    header_row: int,
    first_data_row: int,
    decimal_separator: str,
) -> None:
    """Raise ValueError if a file of this name cannot have these columns, rows and separator."""
    if not columns:
        raise ValueError(f"The file {name!r} needs columns.")
    if not 0 <= header_row < first_data_row:
        raise ValueError(f"The first data row of file {name!r} must come after its header row.")
    if decimal_separator not in (".", ","):
        raise ValueError(f"The decimal separator of file {name!r} must be '.' or ','.")


def check_layout(of: ModuleDefinition | ViewDefinition | ListDefinition, layout: str) -> None:
    """Raise ValueError if there is no such layout, or `of` cannot be exported in it."""
    if layout not in LAYOUTS:
        raise ValueError(f"The layout {layout!r} is unknown; there are {', '.join(LAYOUTS)}.")
    if isinstance(of, ListDefinition) and layout != "TABULAR_MULTI_COLUMN":
        raise ValueError(
            "A list can only be exported in one layout: pass layout='TABULAR_MULTI_COLUMN'."
        )


def check_selection(
    of: ListDefinition, where: str | LineItem | None, modules: Iterable[ModuleDefinition]
) -> None:
    """Raise ValueError if a property, subset or line item cannot select items of a list."""
    if isinstance(where, str):
        form = of.properties.get(where)
        if where not in of.subsets and (form is None or form.type != "BOOLEAN"):
            raise ValueError(
                f"{where!r} is neither a property of the list {of.name!r} with the format BOOLEAN"
                " nor a subset of it. Name one of these."
            )
    elif where is not None:
        owner = next((each for each in modules if where in each.line_items), None)
        lists = [] if owner is None else [one.list for one in owner.holder_of(where).dimensions]
        if where.format.type != "BOOLEAN" or lists != [of]:
            raise ValueError(
                f"The line item {where.name!r} must have the format BOOLEAN, in a module of this"
                f" model whose only dimension is {of.name!r}."
            )
