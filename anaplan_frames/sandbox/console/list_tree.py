"""A list as a tree: parents above their children, with codes, properties and subsets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Html, element, fragment
from anaplan_frames.sandbox.console.model_overview import trail_of
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import (
    code,
    facts,
    link,
    name,
    note,
    pager,
    scrolled,
    whole_number,
)
from anaplan_frames.sandbox.http.response_envelope import not_found
from anaplan_frames.sandbox.planning.exports.rendering import Rendering, item_join, value_text
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.cell_tables import list_members
from anaplan_frames.sandbox.routes.request_context import overseen_model

_ROWS = 200
_DEEPEST = 8  # levels that are indented further


def tree(request: Request) -> Page:
    """Show a part of a list: from an item on, or the items with a text in their name or code."""
    model = overseen_model(request)
    lst = model.lists.get(request.path_params["list"])
    if lst is None:
        raise not_found()
    query = dict(request.query_params)
    start, wanted, under = (
        whole_number(query.get("from")),
        query.get("find", ""),
        query.get("under"),
    )
    items = _found() if wanted else _tree(whole_number(under))
    with model.store.reading() as con:
        con.execute("BEGIN")  # a consistent state for all queries
        total, rows = _rows(con, lst, items, wanted, start)
    pages = pager("Items", start, _ROWS, total, "from", query)
    shown = _table(model, lst, rows) if rows else note("No items.")
    back = note(link("Show the whole list", "models", model.id, "lists", lst.id))
    body = fragment(_about(model, lst), _search(wanted), back if wanted or under else None)
    return Page(lst.name, fragment(body, pages, shown, pages), trail_of(model))


def _tree(under: int) -> str:
    """Return a query for item ids with their depth and place: a whole tree, or that of one item."""
    roots = f"id = {under}" if under else "parent IS NULL OR parent NOT IN (SELECT id FROM item)"
    return (
        "SELECT id, depth, path AS place FROM (WITH RECURSIVE down(id, depth, path) AS ("
        f"SELECT id, 0, [ord] FROM item WHERE {roots} UNION ALL"
        " SELECT item.id, depth + 1, list_append(path, item.ord)"
        " FROM item JOIN down ON item.parent = down.id) FROM down)"
    )


def _found() -> str:
    """Return a query like `_tree` for the items whose name or code contains a text."""
    holds = " OR ".join(f"contains(lower({key}), lower($wanted))" for key in ("name", "code"))
    return f"SELECT id, 0 AS depth, [ord] AS place FROM item WHERE {holds}"


def _rows(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, items: str, wanted: str, start: int
) -> tuple[int, Sequence[Sequence[Any]]]:
    """Return how many items there are, and those that are shown, each with its values as texts."""
    con.execute(f"CREATE TEMP TABLE item AS {list_members(lst, as_shown=True)}")
    given = {"wanted": wanted} if wanted else {}
    con.execute(f"CREATE TEMP TABLE chosen AS {items}", given)
    [(total,)] = con.execute("SELECT count(*) FROM chosen").fetchall()
    rendering = Rendering(lst, delimiter="")
    fields, joins = [], ""
    for target in (*lst.properties, *lst.subsets):
        column, form = list_tables.column_of(lst, target)
        text = value_text(f"own.{column}", form, rendering, f"of_{column}")
        fields.append(f", CASE WHEN own.id IS NULL THEN '' ELSE {text} END")
        joins += item_join(f"own.{column}", form, rendering, f"of_{column}")
    rows = con.execute(
        "SELECT depth, item.id, name, code, (SELECT count(*) FROM item child"
        f" WHERE child.parent = item.id){''.join(fields)} FROM"
        f" (SELECT * FROM chosen ORDER BY place LIMIT {_ROWS} OFFSET {start}) part"
        f" JOIN item USING (id) LEFT JOIN (SELECT * RENAME (name AS own_name, code AS own_code)"
        f" FROM {list_tables.table_of(lst)}) own ON own.id = item.id{joins} ORDER BY place"
    ).fetchall()
    return int(total), rows


def _table(model: Model, lst: ListDefinition, rows: Sequence[Sequence[Any]]) -> Html:
    headers = ("Item", "Code", *lst.properties, *lst.subsets, "Id")
    head = element("tr", [element("th", each, scope="col") for each in headers])
    kinds = ["number" if form.type == "NUMBER" else None for form in lst.properties.values()]
    kinds += [None] * len(lst.subsets)
    body = [_row(model, lst, row, kinds) for row in rows]
    return scrolled(element("table", element("thead", head), element("tbody", body)))


def _row(
    model: Model, lst: ListDefinition, row: Sequence[Any], kinds: Sequence[str | None]
) -> Html:
    depth, id, item, item_code, children, *values = row
    level = f"d{min(depth, _DEEPEST)}"
    role = "branch" if children else "leaf"
    shown = item if item is not None else item_code
    where = ("models", model.id, "lists", lst.id)
    label = link(shown, *where, under=id) if children else name(shown)
    cells = [
        element("td", name(value), class_=kind) for value, kind in zip(values, kinds, strict=True)
    ]
    return element(
        "tr",
        element("td", label, class_=f"tree {role} {level}"),
        element("td", name(item_code or "")),
        cells,
        element("td", code(str(id))),
        class_="total" if children else None,
    )


def _about(model: Model, lst: ListDefinition) -> Html:
    parent = (
        link(lst.parent.name, "models", model.id, "lists", lst.parent.id) if lst.parent else None
    )
    pairs = [
        ("List id", code(lst.id)),
        ("Parent list", parent),
        ("Top level item", lst.top_level_item and name(lst.top_level_item)),
        ("Kind", "Numbered" if lst.numbered else None),
        ("Data", "Production" if lst.production else None),
    ]
    return facts((key, value) for key, value in pairs if value)


def _search(wanted: str) -> Html:
    entry = element("input", name="find", value=wanted, type="search")
    label = element("label", "Name or code contains", entry)
    return element("form", label, element("button", "Find"), class_="bar", role="search")
