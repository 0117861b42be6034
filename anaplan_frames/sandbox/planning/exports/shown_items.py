"""The items of dimensions that a rendering shows: those of its view that the user may read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.schema.chosen_items import EVERYTHING, ViewChoices
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, ViewDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.cell_tables import members
from anaplan_frames.sandbox.planning.store.item_access import readable_members
from anaplan_frames.sandbox.planning.store.sql_text import literal


def choices_of(rendering: Rendering) -> ViewChoices:
    """Return what the view shows; everything if it is not a view."""
    return rendering.of.choices if isinstance(rendering.of, ViewDefinition) else EVERYTHING


def shown_members(dimension: Dimension, rendering: Rendering, *, as_shown: bool = False) -> str:
    """Return the query of `cell_tables.members` for the items that are shown."""
    query = readable_members(dimension, rendering.access, as_shown=as_shown)
    conditions = ["leaf"] if rendering.leaves_only else []
    if dimension.id in rendering.selected:
        conditions.append(f"id = {rendering.selected[dimension.id]}")
    conditions += _chosen(dimension, choices_of(rendering))
    if not conditions:
        return query
    return f"SELECT * FROM ({query}) WHERE {' AND '.join(conditions)}"


def shown_count(
    con: duckdb.DuckDBPyConnection, dimensions: Sequence[Dimension], rendering: Rendering
) -> int:
    """Return how many combinations of items of these dimensions are shown."""
    if not dimensions:
        return 1
    counts = (f"(SELECT count(*) FROM ({shown_members(each, rendering)}))" for each in dimensions)
    [row] = con.execute(f"SELECT {', '.join(counts)}").fetchall()
    return math.prod(int(number) for number in row)


def _chosen(dimension: Dimension, choices: ViewChoices) -> list[str]:
    """Return SQL conditions of the items that a view shows of a dimension."""
    conditions = []
    if dimension.id in choices.shown:
        conditions.append(f"id IN ({_named(dimension, choices.shown[dimension.id])})")
    if dimension.id in choices.hidden:
        conditions.append(f"id NOT IN ({_named(dimension, choices.hidden[dimension.id])})")
    if dimension.id in choices.levels:
        conditions.append(f"id IN ({_of_levels(dimension, choices.levels[dimension.id])})")
    return conditions


def _named(dimension: Dimension, texts: Sequence[str]) -> str:
    """Return a query for the items with these names or codes."""
    named = ", ".join(map(literal, texts)) or "NULL"
    every = members(dimension)
    return f"SELECT id FROM ({every}) WHERE name IN ({named}) OR code IN ({named})"


def _of_levels(dimension: Dimension, levels: Sequence[str]) -> str:
    """Return a query for the items of these lists, or the periods of these kinds."""
    if dimension.list is None:
        kinds = ", ".join(map(literal, levels))
        return f"SELECT id FROM time_members WHERE level IN ({kinds})"
    tables = [list_tables.table_of(each) for each in dimension.list.lineage if each.name in levels]
    return " UNION ALL ".join(f"SELECT id FROM {table}" for table in tables)
