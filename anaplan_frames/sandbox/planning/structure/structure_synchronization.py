"""A model is given the structure of another one: what is missing is built, what is gone removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import (
    Dimension,
    LineItem,
    ListDefinition,
)
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.structure.structure_records import (
    THIS_MODEL,
    Record,
    Structure,
    structure_of,
)
from anaplan_frames.sandbox.planning.writes import item_deletion

# What is made again if it differs: nothing is lost with it.
_REPLACED = (
    *("lineItemSubsets", "views", "files", "imports", "exports", "actions", "processes"),
    "dashboards",
)


def synchronize(model: Model, wanted: Structure, models: Mapping[str, Model]) -> None:
    """Give the model this structure; data of what stays is kept.

    Parameters
    ----------
    model : Model
    wanted : Structure
        Of the model itself or of one that it was copied from, earlier or later.
    models : mapping of str to Model
        All models by id, which imports may read from.
    """
    _remove(model, wanted)
    records = wanted.records
    for id_, record in records["lists"].items():
        if id_ not in model.lists:
            _build_list(model, id_, record)
    for id_, record in records["lists"].items():  # a property may be of a list that comes later
        _add_properties(model, model.lists[id_], record)
    builder = _Builder(model, models)
    for id_, record in records["modules"].items():
        of_module = {
            item: one for item, one in records["lineItems"].items() if one["module"] == id_
        }
        _build_module(model, id_, record, of_module)
        builder.build_line_item_subsets(records["lineItemSubsets"])
    for kind in _REPLACED:
        present: Mapping[str, Any] = _definitions(model, kind)
        for id_, record in records[kind].items():
            if id_ not in present:
                builder.build(kind, id_, record)
    _write_items(model, wanted)


def _remove(model: Model, wanted: Structure) -> None:
    """Remove what is not wanted, or not as it is; users before what they use."""
    current = structure_of(model).records
    for kind in reversed(_REPLACED):
        for id_, record in current[kind].items():
            if wanted.records[kind].get(id_) != record:
                model.remove(_definitions(model, kind)[id_])
    for kind in ("modules", "lists"):
        for id_ in reversed(list(current[kind])):
            if id_ not in wanted.records[kind]:
                model.remove(_definitions(model, kind)[id_])


def _definitions(model: Model, kind: str) -> Mapping[str, Any]:
    name = {"lineItemSubsets": "line_item_subsets"}.get(kind, kind)
    found: Mapping[str, Any] = getattr(model, name)
    return found


def _build_list(model: Model, id_: str, record: Record) -> None:
    model.list(
        record["name"],
        id_,
        model.lists[record["parent"]] if record["parent"] else None,
        numbered=record["numbered"],
        subsets=record["subsets"],
        top_level_item=record["top_level_item"],
        top_level_id=record["top_level_id"],
        production=record["production"],
        data_tags=record["data_tags"],
        selective_access=record["selective_access"],
    )


def _add_properties(model: Model, lst: ListDefinition, record: Record) -> None:
    new = {
        name: _format(model, form)
        for name, form in record["properties"].items()
        if name not in lst.properties
    }
    model.add_properties(lst, new)
    lst.display_name = record["display_name"]


def _build_module(model: Model, id_: str, record: Record, line_items: Mapping[str, Record]) -> None:
    """Make a module, or give it the line items that are new."""
    module = model.modules.get(id_)
    present = {item.id for item in module.line_items} if module else set()
    new = {
        item["name"]: _line_item(model, item_id, item)
        for item_id, item in line_items.items()
        if item_id not in present
    }
    if module is not None:
        if new:
            model.add_line_items(module, new)
        return
    dimensions = _dimensions(model, record["dimensions"])
    model.module(record["name"], id_, dimensions, new, time_scale=record.get("time_scale"))


def _line_item(model: Model, id_: str, record: Record) -> dict[str, Any]:
    kept = {name: value for name, value in record.items() if value and name not in _NOT_OPTIONS}
    if "dimensions" in record:
        kept["dimensions"] = _dimensions(model, record["dimensions"])
    type_, of = record["format"]
    form = {"list": model.lists[of]} if of else {"format": type_}
    return {**kept, **form, "id": id_}


_NOT_OPTIONS = ("name", "module", "format")


def _format(model: Model, form: tuple[str, str | None]) -> str | ListDefinition:
    type_, of = form
    return model.lists[of] if of else type_


def _dimensions(model: Model, ids: Sequence[str]) -> list[Dimension]:
    return [model.dimensions.by_id(id_) for id_ in ids]


def _source(model: Model, id_: str) -> Any:
    """Return a list, module, view, or line item with dimensions of its own."""
    if id_ in model.subsidiary_views:
        return model.subsidiary_views[id_].module.line_items[0]
    return model.lists.get(id_) or model.modules.get(id_) or model.views[id_]


class _Builder:
    """Makes what is made from records alone, by kind."""

    def __init__(self, model: Model, models: Mapping[str, Model]) -> None:
        self._model = model
        self._models = models

    def build(self, kind: str, id_: str, record: Record) -> None:
        makers: dict[str, Callable[[str, Record], object]] = {
            "lineItemSubsets": self._line_item_subset,
            "views": self._view,
            "files": lambda id_, record: self._model.file(id=id_, **record),
            "imports": self._import,
            "exports": self._export,
            "actions": self._action,
            "processes": self._process,
            "dashboards": lambda id_, record: self._model.dashboard(id=id_, **record),
        }
        makers[kind](id_, record)

    def build_line_item_subsets(self, records: Mapping[str, Record]) -> None:
        """Make those whose line items are there: they can be dimensions of the next module."""
        items = self._line_items()
        for id_, record in records.items():
            if id_ not in self._model.line_item_subsets and items.keys() >= set(
                record["line_items"]
            ):
                self._line_item_subset(id_, record)

    def _line_item_subset(self, id_: str, record: Record) -> None:
        items = self._line_items()
        chosen = [items[one] for one in record["line_items"]]
        self._model.line_item_subset(record["name"], chosen, id_)

    def _line_items(self) -> dict[str, LineItem]:
        modules = self._model.modules.values()
        return {item.id: item for module in modules for item in module.line_items}

    def _view(self, id_: str, record: Record) -> None:
        rows, columns, pages = (
            _dimensions(self._model, record[axis]) for axis in ("rows", "columns", "pages")
        )
        module = self._model.modules[record["module"]]
        options = record["options"]
        self._model.view(module, record["name"], rows, columns, pages, id_, **options)

    def _import(self, id_: str, record: Record) -> None:
        into = _source(self._model, record["into"])
        options = {key: record[key] for key in ("name", "mapping", "match_by")}
        options |= record["options"]
        if record["source"] is None:
            file = self._model.files[record["file"]]
            parameters = record["parameters"]
            self._model.import_(file=file, into=into, id=id_, parameters=parameters, **options)
            return
        owner_id, source_id = record["source"]
        owner = self._model if owner_id == THIS_MODEL else self._models[owner_id]
        source = _source(owner, source_id)
        self._model.import_from_model(source=source, into=into, id=id_, model=owner, **options)

    def _export(self, id_: str, record: Record) -> None:
        if "columns" in record:
            self._model.history_export(id=id_, **record)
            return
        of = _source(self._model, record["of"])
        self._model.export(id=id_, **{**record, "of": of})

    def _action(self, id_: str, record: Record) -> None:
        if "solution_log" in record:
            self._model.optimizer_action(id=id_, **record)
        else:
            of, where = self._model.lists[record["of"]], record["where"]
            if record["line_item"] is not None:
                where = self._line_items()[record["line_item"]]
            self._model.delete_action(record["name"], of, id_, where=where)

    def _process(self, id_: str, record: Record) -> None:
        known = {**self._model.imports, **self._model.exports, **self._model.actions}
        self._model.process(record["name"], [known[one] for one in record["actions"]], id_)


def _write_items(model: Model, wanted: Structure) -> None:
    """Give lists without production data the items of the structure."""
    every_list, every_module = list(model.lists.values()), model.tables
    present = structure_of(model).items
    for id_, table in wanted.items.items():
        if present[id_].equals(table):
            continue
        lst = model.lists[id_]
        name = list_tables.table_of(lst)
        with model.store.transaction() as con:
            con.register("wanted_items", table)
            gone = f"SELECT id FROM {name} WHERE id NOT IN (SELECT id FROM wanted_items)"
            item_deletion.delete_items(con, lst, gone, every_list, every_module)
            con.execute(f"DELETE FROM {name}")
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM wanted_items ORDER BY id")
            con.unregister("wanted_items")
            list_tables.set_counter(con, lst, wanted.counters[id_])
