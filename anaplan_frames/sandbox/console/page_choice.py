"""The page of a view: which item of each page dimension is shown, and the form to choose it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from anaplan_frames.sandbox.console.html_elements import Html, element, plain_text
from anaplan_frames.sandbox.planning.exports import grid_layout
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.exports.shown_items import shown_count, shown_members
from anaplan_frames.sandbox.planning.exports.tabular_layout import line_items_of
from anaplan_frames.sandbox.planning.exports.view_data import BadPage, select_pages
from anaplan_frames.sandbox.planning.schema.definitions import LINE_ITEMS, Dimension
from anaplan_frames.sandbox.planning.store.cell_tables import member_id

_LONGEST = 1000  # items in a list to choose from; of larger dimensions, a name is typed


def choose_page(
    con: duckdb.DuckDBPyConnection, rendering: Rendering, query: Mapping[str, str]
) -> tuple[Rendering, list[tuple[str, str]]]:
    """Select what the address asks for, and the first item of every other page dimension.

    Returns
    -------
    tuple
        The rendering of that page, and pairs of a dimension's name and a text that is not an item.
    """
    unknown = []
    for dimension in grid_layout.axes_of(rendering)[2]:
        typed, chosen = query.get(f"name.{dimension.id}"), query.get(f"item.{dimension.id}")
        if typed:
            found = member_id(con, dimension, typed)
            chosen = None if found is None else str(found)
        try:
            if chosen:
                rendering = select_pages(con, rendering, [(dimension.id, chosen)])
        except BadPage:
            chosen = None
        if not chosen and (typed or query.get(f"item.{dimension.id}")):
            unknown.append((dimension.name, typed or query[f"item.{dimension.id}"]))
    return grid_layout.on_one_page(con, rendering), unknown


def page_form(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> Html | None:
    """Make the form with a selector for each page dimension; None if there are none."""
    dimensions = grid_layout.axes_of(rendering)[2]
    if not dimensions:
        return None
    fields = [
        element("label", dimension.name, _selector(con, rendering, dimension))
        for dimension in dimensions
    ]
    return element("form", fields, element("button", "Show"), class_="bar")


def _selector(con: duckdb.DuckDBPyConnection, rendering: Rendering, dimension: Dimension) -> Html:
    if dimension == LINE_ITEMS:
        every = replace(rendering, line_items=None)
        items = [(item.id, item.name) for item in line_items_of(every)]
        return _select(dimension, items, line_items_of(rendering)[0].id)
    selected = rendering.selected.get(dimension.id)
    every = replace(rendering, selected={})
    shown_items = shown_members(dimension, every, as_shown=True)
    query = f"SELECT id, coalesce(name, code) FROM ({shown_items})"
    if shown_count(con, [dimension], every) > _LONGEST:
        [(_, shown)] = con.execute(f"{query} WHERE id = {selected}").fetchall()
        return element("input", name=f"name.{dimension.id}", value=shown)
    items = [(str(id), text) for id, text in con.execute(f"{query} ORDER BY ord").fetchall()]
    return _select(dimension, items, str(selected))


def _select(dimension: Dimension, items: list[tuple[str, str]], selected: str) -> Html:
    options = [
        element("option", plain_text(text), value=id, selected=id == selected) for id, text in items
    ]
    return element("select", options, name=f"item.{dimension.id}")
