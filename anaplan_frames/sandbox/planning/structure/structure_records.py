"""Snapshots of a model's structure: its definitions as plain records, and the items of its lists.

The items of lists without production data are structure, too: a revision holds them, and a
synchronization brings them to other models. (Clients make a new revision after adding an item.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    DeleteDefinition,
    ExportDefinition,
    ImportDefinition,
    ModelHistory,
    OptimizerDefinition,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
    Format,
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.schema.dimension_parsing import scale_word
from anaplan_frames.sandbox.planning.schema.view_choices import options_of
from anaplan_frames.sandbox.planning.store import list_tables

Record: TypeAlias = dict[str, Any]

KINDS = (
    "lists",
    "modules",
    "lineItems",
    "lineItemSubsets",
    "views",
    "files",
    "imports",
    "exports",
    "actions",
    "processes",
    "dashboards",
)
"""The kinds of records, each after those that it refers to."""

LIST_ITEMS = "listItems"
THIS_MODEL = ""
"""What stands for the model itself as the source of an import."""

_FILE = ("columns", "separator", "delimiter", "encoding", "header_row", "first_data_row")
_EXPORT = ("layout", "leaves_only", "omit_empty", "labels", "separator", "delimiter", "encoding")
_LINE_ITEM = ("formula", "code", "notes", "summary", "style", "parent", "given")
_DRIVERS = ("read_access_driver", "write_access_driver")


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A snapshot of a model's structure.

    Attributes
    ----------
    records : mapping of str to mapping of str to dict
        By kind and id; they refer to each other by id.
    items : mapping of str to pyarrow.Table
        The items of lists without production data, by the list's id.
    counters : mapping of str to (int, int)
        Of these lists, the prefix of their items' ids and the last number that was used.
    """

    records: Mapping[str, Mapping[str, Record]]
    items: Mapping[str, pa.Table]
    counters: Mapping[str, tuple[int, int]]

    def equals(self, other: Structure) -> bool:
        """Return whether nothing differs."""
        return (
            self.records == other.records
            and self.items.keys() == other.items.keys()
            and all(table.equals(other.items[id_]) for id_, table in self.items.items())
        )


def structure_of(model: Model) -> Structure:
    """Return the structure of a model as it is now."""
    kept = [lst for lst in model.lists.values() if not lst.production]
    with model.store.snapshot() as con:
        items = {lst.id: list_tables.all_items(con, lst) for lst in kept}
        counters = {lst.id: list_tables.counter(con, lst) for lst in kept}
    return Structure(_records(model), items, counters)


def _records(model: Model) -> dict[str, dict[str, Record]]:
    modules = model.modules
    views = (view for view in model.views.values() if view.id not in modules)
    return {
        "lists": {lst.id: _list(lst) for lst in model.lists.values()},
        "modules": {each.id: _module(each) for each in modules.values()},
        "lineItems": {
            item.id: _line_item(item, each.id)
            for each in modules.values()
            for item in each.line_items
        },
        "lineItemSubsets": {
            each.id: {"name": each.name, "line_items": [item.id for item in each.line_items]}
            for each in model.line_item_subsets.values()
        },
        "views": {
            view.id: {
                "name": view.name,
                "module": view.module.id,
                "options": options_of(view.choices, _dimension_names(view)),
                **{
                    axis: [one.id for one in getattr(view, axis)]
                    for axis in ("rows", "columns", "pages")
                },
            }
            for view in views
        },
        **_actions(model),
    }


def _dimension_names(view: ViewDefinition) -> dict[str, str]:
    return {each.id: each.name for each in (*view.module.dimensions, LINE_ITEMS)}


def _actions(model: Model) -> dict[str, dict[str, Record]]:
    return {
        "files": {
            each.id: {
                "name": each.name,
                **{name: getattr(each, name) for name in (*_FILE, "decimal_separator")},
            }
            for each in model.files.values()
        },
        "imports": {each.id: _import(each, model.id) for each in model.imports.values()},
        "exports": {each.id: _export(each) for each in model.exports.values()},
        "actions": {each.id: _action(each) for each in model.actions.values()},
        "processes": {
            each.id: {"name": each.name, "actions": [one.id for one in each.actions]}
            for each in model.processes.values()
        },
        "dashboards": {
            each.id: {"name": each.name, "code": each.code} for each in model.dashboards.values()
        },
    }


def _list(lst: ListDefinition) -> Record:
    return {
        "name": lst.name,
        "parent": lst.parent.id if lst.parent else None,
        "numbered": lst.numbered,
        "properties": {name: _format(form) for name, form in lst.properties.items()},
        "subsets": dict(lst.subsets),
        "top_level_item": lst.top_level_item,
        "top_level_id": lst.top_level_id,
        "production": lst.production,
        "data_tags": lst.data_tags,
        "display_name": lst.display_name,
        "selective_access": lst.selective_access,
    }


def _module(module: ModuleDefinition) -> Record:
    return {"name": module.name, **_dimensions(module.dimensions)}


def _dimensions(dimensions: tuple[Dimension, ...]) -> Record:
    """Return ids of dimensions, and the time scale if it is not the calendar's own."""
    scales = [scale_word(one.scale) for one in dimensions if one.scale is not None]
    ids = [one.id for one in dimensions]
    return {"dimensions": ids, **({"time_scale": scales[0]} if scales else {})}


def _line_item(item: LineItem, module_id: str) -> Record:
    return {
        "name": item.name,
        "module": module_id,
        "format": _format(item.format),
        **{name: getattr(item, name) for name in (*_LINE_ITEM, *_DRIVERS)},
        "data_tags": tuple(name for _, name in item.data_tags),
        **({} if item.dimensions is None else _dimensions(item.dimensions)),
    }


def _format(form: Format) -> tuple[str, str | None]:
    return form.type, form.list.id if form.list else None


def _import(each: ImportDefinition, model_id: str) -> Record:
    source = None
    if each.source is not None:
        owner = each.source.model_id
        source = (THIS_MODEL if owner == model_id else owner, each.file.id)
    return {
        "name": each.name,
        "file": None if source else each.file.id,
        "source": source,
        "into": each.into.id,
        "mapping": dict(each.mapping),
        "match_by": dict(each.match_by),
        "options": each.options.choices(),
        "parameters": dict(each.parameters),
    }


def _export(each: ExportDefinition) -> Record:
    if isinstance(each.of, ModelHistory):
        return {"name": each.name, "columns": each.of.columns, "rows": each.of.rows}
    options = {name: getattr(each, name) for name in _EXPORT}
    return {"name": each.name, "of": each.of.id, **options}


def _action(each: DeleteDefinition | OptimizerDefinition) -> Record:
    if isinstance(each, OptimizerDefinition):
        return {"name": each.name, "solution_log": each.solution_log}
    by_name = isinstance(each.where, str)
    return {
        "name": each.name,
        "of": each.of.id,
        "where": each.where if by_name else None,
        "line_item": each.where.id if isinstance(each.where, LineItem) else None,
    }
