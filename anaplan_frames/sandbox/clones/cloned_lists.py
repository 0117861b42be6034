"""The lists of a snapshot: hierarchies, properties and subsets, and their items by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import parquet

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.mapping_file import Mappings
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import Format, ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.sql_text import literal
from anaplan_frames.sandbox.planning.store.typed_columns import number

_SIMPLE = {"TEXT", "NUMBER", "BOOLEAN", "DATE"}
_OF_TIME = {"TIME PERIOD", "TIME_PERIOD", "TIME_ENTITY", "TIME"}
_OF_LISTS = {"LIST", "ENTITY"}


def build_lists(
    model: Model,
    snapshot: OpenedSnapshot,
    mappings: Mappings,
    report: CloneReport,
    *,
    loads: bool,
) -> None:
    """Make all lists, and load their items if the snapshot has them and `loads` is true."""
    described: dict[str, dict[str, Any]] = {}
    for record in snapshot.records("lists"):
        id_, name = str(record["id"]), str(record["name"])
        metadata = snapshot.json(f"lists/{id_}").get("metadata")
        if metadata is None:
            why = snapshot.why_missing(f"lists/{id_}")
            report.add("list", id_, name, "not copied", why)
        else:
            described[id_] = {**metadata, "id": id_, "name": name}
    for metadata in _parents_first(described):
        _make(model, metadata, report)
    made = {id_: each for id_, each in described.items() if id_ in model.lists}
    for id_ in made if loads else ():
        _load(model, model.lists[id_], snapshot, report)
    if loads:
        _set_counters(model, made.values())
    for id_, metadata in made.items():
        formats = _formats(model, metadata, snapshot, mappings, report)
        model.add_properties(model.lists[id_], formats)
    for id_ in made if loads else ():
        _load_properties(model, model.lists[id_], snapshot)


def _parents_first(described: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    def depth(id_: str, seen: tuple[str, ...] = ()) -> int:
        above = _parent(described[id_])
        if above not in described or above in seen or above is None:
            return 0
        return 1 + depth(above, (*seen, id_))

    return [described[id_] for id_ in sorted(described, key=depth)]


def _parent(metadata: Mapping[str, Any]) -> str | None:
    """Return the id of the parent list; a list can be said to be its own parent."""
    above = str((metadata.get("parent") or {}).get("id") or "")
    return above if above and above != metadata["id"] else None


def _make(model: Model, metadata: Mapping[str, Any], report: CloneReport) -> None:
    above, top = _parent(metadata), metadata.get("topLevelItem") or {}
    if above is not None and above not in model.lists:
        why = f"Its parent list {above} is not in the clone."
        report.add("list", metadata["id"], metadata["name"], "not copied", why)
        return
    has_top = bool(top.get("name")) and above is None
    try:
        model.list(
            metadata["name"],
            metadata["id"],
            model.lists[above] if above else None,
            numbered=bool(metadata.get("numberedList")),
            subsets={str(one["name"]): str(one["id"]) for one in metadata.get("subsets") or ()},
            top_level_item=str(top["name"]) if has_top else None,
            top_level_id=str(top["id"]) if has_top and top.get("id") else None,
            production=bool(metadata.get("productionData")),
            data_tags=[str(tag) for tag in metadata.get("dataTags") or ()],
            selective_access=bool(metadata.get("hasSelectiveAccess")),
        )
    except ValueError as error:
        report.add("list", metadata["id"], metadata["name"], "not copied", str(error))
        return
    if metadata.get("hasSelectiveAccess"):
        why = "Its selective access: the API does not show which users have access to its items."
        report.add("list", metadata["id"], metadata["name"], "not copied", why)


def _load(
    model: Model,
    lst: ListDefinition,
    snapshot: OpenedSnapshot,
    report: CloneReport,
) -> None:
    """Load ids, names, codes, parents and subsets of the items."""
    path = snapshot.table(f"lists/{lst.id}")
    if path is None:
        if snapshot.include != "structure":
            why = snapshot.why_missing(f"lists/{lst.id}")
            report.add("list", lst.id, lst.name, "not copied", f"Its items: {why}")
        return
    columns = {name: f"c{place}" for place, name in enumerate(parquet.read_schema(path).names)}
    subsets = [f"coalesce({columns[f'subsets.{name}']}, false)" for name in lst.subsets]
    selected = [
        f"CAST({columns['id']} AS BIGINT)",
        f"nullif({columns['code']}, '')",
        columns["name"],
        f"TRY_CAST({columns['parentId']} AS BIGINT)",
        *subsets,
    ]
    top = lst.top_level_id or ""
    with model.store.transaction() as con:
        _register(con, parquet.read_table(path))
        con.execute(
            f"INSERT INTO {list_tables.table_of(lst)} SELECT {', '.join(selected)} FROM arrived"
            f" WHERE {columns['id']} <> {literal(top)}"
        )
        if top:
            con.execute(
                f"UPDATE {list_tables.table_of(lst)} SET parent = NULL WHERE parent = {top}"
            )
        con.unregister("arrived")


def _set_counters(model: Model, described: Iterable[Mapping[str, Any]]) -> None:
    """Have new items counted on from the last one, with a prefix that no other list has."""
    taken: set[int] = set()
    without_items = []
    with model.store.transaction() as con:
        for metadata in described:
            lst = model.lists[metadata["id"]]
            following = metadata.get("nextItemIndex") or metadata.get("nextitemIndex") or 1
            prefix, used = _last_of(con, lst)
            last = max(used, int(following) - 1)
            if prefix is None or prefix in taken:
                without_items.append((lst, last))
            else:
                taken.add(prefix)
                list_tables.set_counter(con, lst, (prefix, last))
        for lst, last in without_items:
            own = list_tables.counter(con, lst)[0]
            prefix = own if own not in taken else max(taken) + 1
            taken.add(prefix)
            list_tables.set_counter(con, lst, (prefix, last))


def _last_of(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> tuple[int | None, int]:
    """Return prefix and number of the greatest id of the items; None and 0 if there are none."""
    size = list_tables.ITEMS_PER_PREFIX
    [(prefix, number)] = con.execute(
        f"SELECT max(id) // {size}, max(id) % {size} FROM {list_tables.table_of(lst)}"
    ).fetchall()
    return (None, 0) if prefix is None else (int(prefix), int(number))


def _formats(
    model: Model,
    metadata: Mapping[str, Any],
    snapshot: OpenedSnapshot,
    mappings: Mappings,
    report: CloneReport,
) -> dict[str, Format]:
    """Return the formats of the properties; the API does not show of which list one is."""
    formats = {}
    for each in metadata.get("properties") or ():
        name, kind = str(each["name"]), str(each.get("format") or "TEXT").strip().upper()
        label = f"{metadata['name']}.{name}"
        if each.get("formula"):
            why = "It has a formula. Here it has the values of the snapshot and can be written."
            report.add("property", metadata["id"], label, "assumed", why)
        if kind in _SIMPLE:
            formats[name] = Format(kind)  # type: ignore[arg-type]
        elif kind in _OF_TIME:
            formats[name] = Format("TIME PERIOD")
        elif kind in _OF_LISTS:
            of = _list_of(model, metadata["id"], name, snapshot, mappings)
            formats[name] = Format("LIST", of) if of else Format("TEXT")
            if of is None:
                mappings.suggest_property(metadata["id"], name)
                why = "The API does not show of which list it is. Until then it is a text."
                report.add("property", metadata["id"], label, "to fill in", why)
        else:
            formats[name] = Format("TEXT")
            why = f"The sandbox has no format {kind}. It is a text."
            report.add("property", metadata["id"], label, "assumed", why)
    return formats


def _list_of(
    model: Model, list_id: str, name: str, snapshot: OpenedSnapshot, mappings: Mappings
) -> ListDefinition | None:
    """Return the list of a property: as filled in, of its name, or the only one with its values."""
    filled_in = mappings.property_list(list_id, name)
    wanted = filled_in or name
    for lst in model.lists.values():
        if wanted.casefold() in (lst.id, lst.name.casefold()):
            return lst
    values = set() if filled_in else _values(snapshot, list_id, name)
    if not values:
        return None
    with model.store.reading() as con:
        fitting = [lst for lst in model.lists.values() if values <= _labels(con, lst)]
    return fitting[0] if len(fitting) == 1 else None


def _values(snapshot: OpenedSnapshot, list_id: str, name: str) -> set[str]:
    path = snapshot.table(f"lists/{list_id}")
    if path is None:
        return set()
    column = parquet.read_table(path, columns=[f"properties.{name}"]).column(0)
    return set(column.unique().to_pylist()) - {None, ""}


def _labels(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> set[str]:
    found = con.execute(f"SELECT label FROM ({list_tables.labels((lst,))})").fetchall()
    return {label for (label,) in found}


def _load_properties(model: Model, lst: ListDefinition, snapshot: OpenedSnapshot) -> None:
    """Load the values of properties, when all items are there to which they may refer."""
    path = snapshot.table(f"lists/{lst.id}")
    if path is None or not lst.properties:
        return
    names = parquet.read_schema(path).names
    columns = {name: f"c{place}" for place, name in enumerate(names)}
    sets, joins = [], ""
    for name, form in lst.properties.items():
        text, target = f"a.{columns[f'properties.{name}']}", list_tables.property_column(lst, name)
        value, join = _value(text, form, target)
        sets.append(f"{target} = {value}")
        joins += join
    with model.store.transaction() as con:
        _register(con, parquet.read_table(path))
        con.execute(
            f"UPDATE {list_tables.table_of(lst)} item SET {', '.join(sets)} FROM arrived a{joins}"
            f" WHERE item.id = CAST(a.{columns['id']} AS BIGINT)"
        )
        con.unregister("arrived")


def _value(text: str, form: Format, name: str) -> tuple[str, str]:
    """Return SQL of the value that a text of the API means, and of the join that it needs."""
    if form.type == "NUMBER":
        return number(text, "."), ""
    if form.type == "BOOLEAN":
        return f"lower({text}) = 'true'", ""
    if form.type == "DATE":
        return f"TRY_CAST({text} AS DATE)", ""
    if form.type == "TEXT":
        return f"nullif({text}, '')", ""
    labels = (
        list_tables.labels(form.list.lineage)
        if form.list
        else "SELECT id, name AS label FROM time_members"
    )
    first = f"SELECT label, min(id) AS id FROM ({labels}) GROUP BY label"
    return f"of_{name}.id", f" LEFT JOIN ({first}) of_{name} ON of_{name}.label = {text}"


def _register(con: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Make a table known as `arrived`, with columns c0, c1, ..."""
    con.register("arrived", table.rename_columns(_plain(table.column_names)))


def _plain(names: Iterable[str]) -> list[str]:
    return [f"c{place}" for place, _ in enumerate(names)]
