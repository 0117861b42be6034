"""Tabular layouts: a column per dimension, then a column per line item or one for all values."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from anaplan_frames.sandbox.planning.exports.cell_cube import create_cube, create_members
from anaplan_frames.sandbox.planning.exports.rendering import (
    Rendering,
    delimited,
    is_filled,
    item_join,
    label,
    value_text,
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
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.cell_tables import list_members
from anaplan_frames.sandbox.planning.store.item_access import granted_items
from anaplan_frames.sandbox.planning.store.row_blocks import count, ranges
from anaplan_frames.sandbox.planning.store.sql_text import literal

# The number of lines that are sorted and written at a time, by items of the first dimension.
_LINES_PER_BLOCK = 500_000


def module_of(rendering: Rendering) -> ModuleDefinition:
    """Return the module whose cells are exported."""
    assert not isinstance(rendering.of, ListDefinition)
    return rendering.of.module if isinstance(rendering.of, ViewDefinition) else rendering.of


def dimensions_of(rendering: Rendering) -> tuple[Dimension, ...]:
    """Return the dimensions in the order of their columns: a view's pages, rows, columns."""
    if isinstance(rendering.of, ViewDefinition):
        view = rendering.of
        every = (*view.pages, *view.rows, *view.columns)
        return tuple(dimension for dimension in every if dimension != LINE_ITEMS)
    return module_of(rendering).dimensions


def line_items_of(rendering: Rendering) -> tuple[LineItem, ...]:
    """Return the line items as they are shown: those whose cells are elsewhere without values."""
    module = module_of(rendering)
    return tuple(module.shown(item) for item in defined_line_items(rendering))


def defined_line_items(rendering: Rendering) -> tuple[LineItem, ...]:
    """Return the line items shown; the layout of the current line item has only the first."""
    of = rendering.of.line_items if isinstance(rendering.of, ViewDefinition) else None
    items = rendering.line_items or of or module_of(rendering).line_items
    return items[:1] if rendering.layout == "TABULAR_CURRENT_LINE_ITEM" else items


def columns(rendering: Rendering) -> list[tuple[str, str, str]]:
    """Return header, data type and list name of every column."""
    if isinstance(rendering.of, ListDefinition):
        return _list_columns(rendering.of)
    found = [
        (dimension.name, dimension.data_type, dimension.name if dimension.list else "")
        for dimension in dimensions_of(rendering)
    ]
    if rendering.layout == "TABULAR_SINGLE_COLUMN":
        return [*found, (LINE_ITEMS.name, "ENTITY", ""), ("Value", "MIXED", "")]
    return found + [_column(item.name, item.format) for item in defined_line_items(rendering)]


def _column(name: str, form: Format) -> tuple[str, str, str]:
    return name, form.data_type, form.list.name if form.list else ""


def _list_columns(lst: ListDefinition) -> list[tuple[str, str, str]]:
    above = lst.parent or lst
    return [
        (lst.name, "ENTITY", lst.name),
        ("Parent", "ENTITY", above.name),
        ("Code", "TEXT", ""),
        *(_column(name, form) for name, form in lst.properties.items()),
        *((name, "BOOLEAN", "") for name in lst.subsets),
    ]


def module_lines(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> Iterator[str]:
    """Compute the cells; return queries for their lines, in blocks in order."""
    module, items = module_of(rendering), line_items_of(rendering)
    create_members(con, module, rendering)
    create_cube(con, module, items, rendering)
    places = [module.dimensions.index(dimension) for dimension in dimensions_of(rendering)]
    labels = [f"m{place}.text" for place in places]
    order = [f"m{place}.ord" for place in places]
    joins = "".join(f" JOIN m{place} ON m{place}.id = d{place}" for place in places)
    joins += "".join(
        item_join(f"cube.v{number}", item.format, rendering, f"of_v{number}")
        for number, item in enumerate(items)
    )
    single = rendering.layout == "TABULAR_SINGLE_COLUMN"
    blocks = _blocks(con, places, len(items) if single else 1, rendering)
    texts = [
        value_text(f"cube.v{number}", item.format, rendering, f"of_v{number}")
        for number, item in enumerate(items)
    ]
    if not single:
        return (
            _lines([*labels, *texts], f"cube{joins}{block}", order, rendering) for block in blocks
        )
    cells = ", ".join(
        f"{{'place': {number}, 'item': {delimited(literal(item.name), rendering)}, 'text': {text},"
        f" 'filled': {is_filled(f'cube.v{number}', item.format)}}}"
        for number, (item, text) in enumerate(zip(items, texts, strict=True))
    )
    selected = [f"{text} AS l{number}" for number, text in enumerate(labels)]
    selected += [f"{place} AS o{number}" for number, place in enumerate(order)]
    rows = f"SELECT {', '.join([*selected, f'unnest([{cells}]) AS cell'])} FROM cube{joins}"
    shown = " WHERE cell.filled" if rendering.omit_empty else ""
    return (
        _lines(
            [*(f"l{number}" for number in range(len(labels))), "cell.item", "cell.text"],
            f"({rows}{block}){shown}",
            [*(f"o{number}" for number in range(len(order))), "cell.place"],
            rendering,
        )
        for block in blocks
    )


def _blocks(
    con: duckdb.DuckDBPyConnection, places: list[int], per_row: int, rendering: Rendering
) -> list[str]:
    """Return conditions that split the cube into blocks, by items of the first dimension."""
    if not places or rendering.max_rows is not None:
        return [""]
    first = f"m{places[0]}"
    lines = count(con, "cube") * per_row
    if lines <= _LINES_PER_BLOCK:
        return [""] if lines else []
    items = _LINES_PER_BLOCK * count(con, first) // lines
    return [
        f" WHERE {first}.ord BETWEEN {start} AND {end}"
        for start, end in ranges(con, f"SELECT ord AS n FROM {first}", items)
    ]


def list_lines(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> Iterator[str]:
    """Return queries for the lines of a list's items, in blocks in order."""
    lst = rendering.of
    assert isinstance(lst, ListDefinition)
    parents = list_members(lst.parent or lst)
    fields = [
        delimited("coalesce(item.name, item.code)", rendering),
        delimited("up.shown", rendering),
        delimited("item.code", rendering),
    ]
    rows = (
        f"{list_tables.table_of(lst)} item LEFT JOIN (SELECT id, {label(rendering)} AS shown"
        f" FROM ({parents})) up ON up.id = item.parent"
    )
    for target in (*lst.properties, *lst.subsets):
        column, form = list_tables.column_of(lst, target)
        fields.append(value_text(f"item.{column}", form, rendering, f"of_{column}"))
        rows += item_join(f"item.{column}", form, rendering, f"of_{column}")
    if rendering.leaves_only:
        rows += f" JOIN ({list_members(lst)}) m ON m.id = item.id AND m.leaf"
    allowed = granted_items(lst, rendering.access, "read")
    if allowed is not None:
        rows += f" SEMI JOIN ({allowed}) allowed ON allowed.id = item.id"
    if rendering.max_rows is not None:
        return iter([_lines(fields, rows, ["item.id"], rendering)])
    every = f"SELECT id AS n FROM {list_tables.table_of(lst)}"
    return (
        _lines(fields, f"{rows} WHERE item.id BETWEEN {start} AND {end}", ["item.id"], rendering)
        for start, end in ranges(con, every, _LINES_PER_BLOCK)
    )


def _lines(fields: list[str], rows: str, order: list[str], rendering: Rendering) -> str:
    line = f"concat_ws({literal(rendering.separator)}, {', '.join(fields)})"
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    limit = "" if rendering.max_rows is None else f" LIMIT {rendering.max_rows}"
    return f"SELECT {line} AS line FROM {rows}{ordered}{limit}"
