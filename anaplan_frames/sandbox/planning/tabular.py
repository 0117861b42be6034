"""Tabular layouts: dimensions in columns, then a column per line item or one for all values."""

from __future__ import annotations

import duckdb

from anaplan_frames.sandbox.planning import lists
from anaplan_frames.sandbox.planning.cube import create_cube, create_members
from anaplan_frames.sandbox.planning.definitions import (
    LINE_ITEMS,
    Dimension,
    ExportDefinition,
    Format,
    LineItem,
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.modules import list_members
from anaplan_frames.sandbox.planning.rendering import delimited, is_filled, label, value_text
from anaplan_frames.sandbox.planning.sql import literal


def module_of(export: ExportDefinition) -> ModuleDefinition:
    """Return the module whose cells are exported."""
    assert not isinstance(export.of, ListDefinition)
    return export.of.module if isinstance(export.of, ViewDefinition) else export.of


def dimensions_of(export: ExportDefinition) -> tuple[Dimension, ...]:
    """Return the dimensions in the order of their columns: a view's pages, rows, columns."""
    if isinstance(export.of, ViewDefinition):
        view = export.of
        every = (*view.pages, *view.rows, *view.columns)
        return tuple(dimension for dimension in every if dimension != LINE_ITEMS)
    return module_of(export).dimensions


def line_items_of(export: ExportDefinition) -> tuple[LineItem, ...]:
    """Return the line items that the layout shows; the current one is the first."""
    items = module_of(export).line_items
    return items[:1] if export.layout == "TABULAR_CURRENT_LINE_ITEM" else items


def columns(export: ExportDefinition) -> list[tuple[str, str, str]]:
    """Return header, data type and list name of every column."""
    if isinstance(export.of, ListDefinition):
        return _list_columns(export.of)
    found = [
        (dimension.name, dimension.data_type, dimension.name if dimension.list else "")
        for dimension in dimensions_of(export)
    ]
    if export.layout == "TABULAR_SINGLE_COLUMN":
        return [*found, (LINE_ITEMS.name, "ENTITY", ""), ("Value", "MIXED", "")]
    return found + [_column(item.name, item.format) for item in line_items_of(export)]


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


def module_lines(con: duckdb.DuckDBPyConnection, export: ExportDefinition) -> str:
    """Return a query for the lines of an export of cells, in order, in one column `line`."""
    module, items = module_of(export), line_items_of(export)
    create_members(con, module, export)
    create_cube(con, module, items, export)
    places = [module.dimensions.index(dimension) for dimension in dimensions_of(export)]
    labels = [f"m{place}.text" for place in places]
    order = [f"m{place}.ord" for place in places]
    joins = "".join(f" JOIN m{place} ON m{place}.id = d{place}" for place in places)
    texts = [
        value_text(f"cube.v{number}", item.format, export) for number, item in enumerate(items)
    ]
    if export.layout != "TABULAR_SINGLE_COLUMN":
        return _lines([*labels, *texts], f"cube{joins}", order, export)
    cells = ", ".join(
        f"{{'place': {number}, 'item': {delimited(literal(item.name), export)}, 'text': {text},"
        f" 'filled': {is_filled(f'cube.v{number}', item.format)}}}"
        for number, (item, text) in enumerate(zip(items, texts, strict=True))
    )
    selected = [f"{text} AS l{number}" for number, text in enumerate(labels)]
    selected += [f"{place} AS o{number}" for number, place in enumerate(order)]
    rows = f"(SELECT {', '.join([*selected, f'unnest([{cells}]) AS cell'])} FROM cube{joins})"
    if export.omit_empty:
        rows = f"(SELECT * FROM {rows} WHERE cell.filled)"
    return _lines(
        [*(f"l{number}" for number in range(len(labels))), "cell.item", "cell.text"],
        rows,
        [*(f"o{number}" for number in range(len(order))), "cell.place"],
        export,
    )


def list_lines(export: ExportDefinition) -> str:
    """Return a query for the lines of an export of a list."""
    lst = export.of
    assert isinstance(lst, ListDefinition)
    parents = list_members(lst.parent or lst)
    fields = [
        delimited("coalesce(item.name, item.code)", export),
        delimited("up.shown", export),
        delimited("item.code", export),
    ]
    for target in (*lst.properties, *lst.subsets):
        column, form = lists.column_of(lst, target)
        fields.append(value_text(f"item.{column}", form, export))
    rows = (
        f"{lists.table_of(lst)} item LEFT JOIN (SELECT id, {label(export)} AS shown"
        f" FROM ({parents})) up ON up.id = item.parent"
    )
    if export.leaves_only:
        rows += f" JOIN ({list_members(lst)}) m ON m.id = item.id AND m.leaf"
    return _lines(fields, rows, ["item.id"], export)


def _lines(fields: list[str], rows: str, order: list[str], export: ExportDefinition) -> str:
    line = f"concat_ws({literal(export.separator)}, {', '.join(fields)})"
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    return f"SELECT {line} AS line FROM {rows}{ordered}"
