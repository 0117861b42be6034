"""What an import and an export are likely to do, by equal names: the API does not show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    LAYOUTS,
    ExportDefinition,
    FileDefinition,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.schema.import_mapping import (
    list_targets,
    module_targets,
    parse_mapping,
)
from anaplan_frames.sandbox.planning.schema.import_options import ImportOptions

Target: TypeAlias = "ListDefinition | ModuleDefinition"
Source: TypeAlias = "ModuleDefinition | ViewDefinition | ListDefinition"


@dataclass(frozen=True, slots=True)
class ImportGuess:
    """Where an import is likely to load its file.

    Attributes
    ----------
    into : ListDefinition, ModuleDefinition or None
        None if several fit equally well, or none does.
    mapping : dict of str to str
        Target by column of the file; empty for a column that has no target of its name.
    certain : bool
        Whether all columns have one, and no other list or module fits as well.
    """

    into: Target | None
    mapping: dict[str, str]
    certain: bool


def guess_import(model: Model, file: FileDefinition, import_type: str) -> ImportGuess:
    """Look for the list or module whose targets have the names of the file's columns."""
    candidates: Sequence[Target] = (
        list(model.lists.values())
        if import_type == "HIERARCHY_DATA"
        else [one for one in model.tables if one.id != file.id]
        if import_type == "MODULE_DATA"
        else []
    )
    headers = file.header_names
    found = [(one, _equal_names(headers, one)) for one in candidates]
    most = max((len(mapping) for _, mapping in found), default=0)
    best = [(one, mapping) for one, mapping in found if len(mapping) == most > 0]
    if len(best) != 1:
        return ImportGuess(None, dict.fromkeys(headers, ""), certain=False)
    [(into, mapping)] = best
    certain = len(mapping) == len(headers) and _is_complete(file, into, mapping)
    return ImportGuess(into, {header: mapping.get(header, "") for header in headers}, certain)


def target_name(into: Target) -> str:
    """Return the name of a list or module, or ``Module.Line item`` for a part of one."""
    if isinstance(into, ModuleDefinition) and into.whole is not None:
        return f"{into.name}.{into.line_items[0].name}"
    return into.name


def _equal_names(headers: Iterable[str], into: Target) -> dict[str, str]:
    targets = list_targets(into) if isinstance(into, ListDefinition) else module_targets(into)
    by_folded = {target.casefold(): target for target in reversed(targets)}
    found: dict[str, str] = {}
    for header in headers:
        target = by_folded.get(header.strip().casefold())
        if target is not None and target not in found.values():
            found[header] = target
    return found


def _is_complete(file: FileDefinition, into: Target, mapping: Mapping[str, str]) -> bool:
    try:
        parse_mapping(file, into, mapping, {}, ImportOptions())
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class ExportGuess:
    """What an export is likely to write.

    Attributes
    ----------
    of : ModuleDefinition, ViewDefinition, ListDefinition or None
        None if several fit, or none does.
    options : dict
        ``leaves_only`` and ``omit_empty``.
    certain : bool
        Whether the number of rows that the API shows fits one of these only.
    """

    of: Source | None
    options: dict[str, bool]
    certain: bool


def guess_export(model: Model, id_: str, layout: str, shown: Mapping[str, Any]) -> ExportGuess:
    """Look for the module, view or list whose export in this layout has the same columns."""
    options = {"leaves_only": False, "omit_empty": False}
    if layout not in LAYOUTS or not shown.get("headerNames"):
        return ExportGuess(None, options, certain=False)
    views = [view for id_, view in model.views.items() if id_ not in model.modules]
    candidates: list[Source] = [*model.modules.values(), *views, *model.subsidiary_views.values()]
    if layout == "TABULAR_MULTI_COLUMN":
        candidates += model.lists.values()
    keys = ("headerNames", "dataTypes")
    found = [
        one
        for one in candidates
        if all(_metadata(model, id_, one, layout)[key] == shown.get(key) for key in keys)
    ]
    if len(found) != 1:
        return ExportGuess(None, options, certain=False)
    rows = {
        leaves: _metadata(model, id_, found[0], layout, leaves_only=leaves)["rowCount"]
        for leaves in (False, True)
    }
    fitting = [leaves for leaves, count in rows.items() if count == shown.get("rowCount")]
    certain = len(fitting) == 1 or (bool(fitting) and isinstance(found[0], ListDefinition))
    if fitting:
        options["leaves_only"] = fitting[0]
    return ExportGuess(found[0], options, certain)


def _metadata(
    model: Model, id_: str, of: Source, layout: str, *, leaves_only: bool = False
) -> dict[str, Any]:
    return model.export_metadata(ExportDefinition(id_, "", of, layout, leaves_only=leaves_only))
