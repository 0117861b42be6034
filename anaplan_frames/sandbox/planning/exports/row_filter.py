"""The rows that a view shows, if that depends on the cells: conditions, and empty rows.

A row is a combination of items of the dimensions on rows, on one page. It is shown if all
conditions are met in at least one of its columns, and, if empty rows are left out, one of its cells
is not empty.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.exports.rendering import Rendering, is_filled
from anaplan_frames.sandbox.planning.exports.shown_items import choices_of
from anaplan_frames.sandbox.planning.schema.chosen_items import Condition
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    LineItem,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.store.cell_tables import TIME_MEMBERS, list_members
from anaplan_frames.sandbox.planning.store.sql_text import literal


def compared_items(
    module: ModuleDefinition, items: Sequence[LineItem], rendering: Rendering
) -> tuple[LineItem, ...]:
    """Return the line items of conditions that are not among those that are shown."""
    named = {condition.item for condition in choices_of(rendering).conditions}
    return tuple(each for each in module.line_items if each.name in named and each not in items)


def keep_rows(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    items: Sequence[LineItem],
    compared: Sequence[LineItem],
    rendering: Rendering,
) -> None:
    """Create `kept`, the keys of the rows that are shown, and delete the others from `cube`.

    Parameters
    ----------
    items : sequence of LineItem
        Those that are shown, in the columns v0, v1, ... of `cube`.
    compared : sequence of LineItem
        Those in the columns that follow.
    """
    keys = kept_keys(rendering)
    of_items = [key for key in keys if key != "item"]
    choices, every = choices_of(rendering), (*items, *compared)
    met = [_met(module, condition, every) for condition in choices.conditions]
    condition = " AND ".join(met) or "true"
    selected = ", ".join(of_items) or "1 AS one"
    rows = f"SELECT DISTINCT {selected} FROM cube WHERE {condition}"
    cells = _filled_cells(selected, items, omit_empty=choices.omit_empty, by_item="item" in keys)
    same = ", ".join(of_items or ["one"])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE kept AS SELECT DISTINCT * FROM ({cells}) SEMI JOIN ({rows})"
        f" USING ({same})"
    )
    if of_items:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE cube AS SELECT * FROM cube SEMI JOIN kept USING ({same})"
        )
    elif not con.execute("SELECT 1 FROM kept LIMIT 1").fetchone():
        con.execute("DELETE FROM cube")


def _filled_cells(
    selected: str, items: Sequence[LineItem], *, omit_empty: bool, by_item: bool
) -> str:
    """Return a query for the keys of rows that are not empty, or of all rows."""
    filled = [
        is_filled(f"v{number}", item.format) if omit_empty else "true"
        for number, item in enumerate(items)
    ]
    if not by_item:
        return f"SELECT {selected} FROM cube WHERE {' OR '.join(filled)}"
    return " UNION ALL ".join(
        f"SELECT {selected}, {number} AS item FROM cube WHERE {each}"
        for number, each in enumerate(filled)
    )


def kept_keys(rendering: Rendering) -> list[str]:
    """Return the columns of `kept`: the keys of the dimensions on rows and on pages."""
    view = rendering.of
    assert isinstance(view, ViewDefinition)
    return [
        "item" if each == LINE_ITEMS else f"d{view.module.dimensions.index(each)}"
        for each in (*view.rows, *view.pages)
    ]


def _met(module: ModuleDefinition, condition: Condition, every: Sequence[LineItem]) -> str:
    """Return SQL of a condition over the columns of `cube`."""
    number = next(n for n, item in enumerate(every) if item.name == condition.item)
    form, value = every[number].format, condition.value
    column = f"v{number}"
    if form.type in ("NUMBER", "BOOLEAN"):
        column = f"coalesce({column}, {'0' if form.type == 'NUMBER' else 'false'})"
    if value is None:
        return f"{'NOT ' if condition.comparison == '=' else ''}{is_filled(f'v{number}', form)}"
    if form.type in ("LIST", "TIME PERIOD"):
        named = list_members(form.list, as_shown=True) if form.list else TIME_MEMBERS
        item = f"(SELECT id FROM ({named}) WHERE name = {literal(str(value))})"
        return f"coalesce({column} {'' if condition.comparison == '=' else 'NOT '}IN {item}, false)"
    text = str(value) if isinstance(value, (bool, int, float)) else literal(str(value))
    if form.type == "DATE":
        text = f"DATE {text}"
    if condition.comparison == "<>":
        return f"{column} IS DISTINCT FROM {text}"
    return f"coalesce({column} {condition.comparison} {text}, false)"
