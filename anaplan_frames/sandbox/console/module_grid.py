"""A view of a module as a grid: one page at a time, chosen in a form, and a window of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Html, element, fragment
from anaplan_frames.sandbox.console.model_overview import dimension_names, trail_of
from anaplan_frames.sandbox.console.page_choice import choose_page, page_form
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import (
    address,
    code,
    facts,
    name,
    note,
    pager,
    scrolled,
    section,
    table,
    whole_number,
)
from anaplan_frames.sandbox.http.response_envelope import not_found
from anaplan_frames.sandbox.planning.exports import grid_layout, view_data
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition, ViewDefinition
from anaplan_frames.sandbox.planning.schema.summary_methods import summary_method
from anaplan_frames.sandbox.routes.request_context import overseen_model

_ROWS, _COLUMNS = 100, 60
_MOST_CELLS = 1_000_000  # on one page; more would take seconds to compute
_BLANKS = ("0", "false", "")


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a page that is shown.

    Attributes
    ----------
    rows, columns : int
        How many the page has.
    heads : list of list of str
        The items of each column.
    body : list of (list of str, list of str)
        The items and the cells of each row.
    """

    rows: int
    columns: int
    heads: list[list[str]]
    body: list[tuple[list[str], list[str]]]


def grid(request: Request) -> Page:
    """Show one page of a view, its page selectors, and the line items of the module."""
    model = overseen_model(request)
    found = request.path_params["view"]
    view = model.views.get(found) or model.subsidiary_views.get(found)
    if view is None:
        raise not_found()
    module = _module_of(view)
    query = dict(request.query_params)
    start = whole_number(query.get("row")), whole_number(query.get("column"))
    with model.store.reading() as con:
        con.execute("BEGIN")  # a consistent state for all queries
        rendering = Rendering(view, "GRID_CURRENT_PAGE", delimiter="")
        rendering, unknown = choose_page(con, rendering, query)
        form = page_form(con, rendering)
        cells = view_data.cell_count(con, rendering)
        window = _window(con, rendering, *start) if cells <= _MOST_CELLS else None
    body = fragment(
        _about(model, view),
        _views(model, view),
        form,
        [note(f"There is no item {text!r} in {name}.") for name, text in unknown],
        _too_many(cells) if window is None else _shown(view, window, start, query),
        section("Line items", _line_items(model, module), count=len(module.line_items)),
    )
    return Page(view.name, body, trail_of(model))


def _window(con: duckdb.DuckDBPyConnection, rendering: Rendering, row: int, column: int) -> _Window:
    """Compute the cells of a page, and return some of its rows and columns."""
    grid_layout.create_grid(con, rendering)
    sizes: list[int] = []
    for axis, first, most in (("row", row, _ROWS), ("col", column, _COLUMNS)):
        [(size,)] = con.execute(f"SELECT count(*) FROM {axis}_axis").fetchall()
        sizes.append(int(size))
        con.execute(
            f"DELETE FROM {axis}_axis WHERE number NOT BETWEEN {first + 1} AND {first + most}"
        )
    heads = con.execute("SELECT texts FROM col_axis ORDER BY number").fetchall()
    body = con.execute(
        f"SELECT texts, cells FROM ({grid_layout.body(rendering)}) ORDER BY number"
    ).fetchall()
    return _Window(sizes[0], sizes[1], [texts for (texts,) in heads], body)


def _shown(
    view: ViewDefinition, window: _Window, start: tuple[int, int], query: Mapping[str, str]
) -> Html:
    if not window.body or not window.heads:
        return note("No cells: a dimension of this view has no items.")
    width = len(view.rows)
    levels = range(len(view.columns))
    corner = " / ".join(each.name for each in view.rows)
    head = [
        element(
            "tr",
            element(
                "th", corner if level == 0 else "", class_="corner", colspan=width, scope="col"
            ),
            [
                element("th", name(texts[level]), scope="col", class_="number")
                for texts in window.heads
            ],
        )
        for level in levels
    ]
    body = [
        element(
            "tr",
            [element("th", name(text), scope="row") for text in texts],
            [_cell(text) for text in cells],
        )
        for texts, cells in window.body
    ]
    grid = scrolled(element("table", element("thead", head), element("tbody", body), class_="grid"))
    rows = pager("Rows", start[0], _ROWS, window.rows, "row", query)
    columns = pager("Columns", start[1], _COLUMNS, window.columns, "column", query)
    return fragment(rows, columns, grid)


def _cell(text: str) -> Html:
    kind = "blank" if text in _BLANKS else None
    return element("td", name(text), class_=kind)


def _too_many(cells: int) -> Html:
    return note(
        f"This page has {cells:,} cells, and at most {_MOST_CELLS:,} are computed here."
        " Choose another view, or read it through the API."
    )


def _about(model: Model, view: ViewDefinition) -> Html:
    return facts(
        [
            ("Dimensions", dimension_names(model, view.module.dimensions)),
            ("Rows", dimension_names(model, view.rows)),
            ("Columns", dimension_names(model, view.columns)),
            ("Module id", code(_module_of(view).id)),
            ("View id", code(view.id)),
        ]
    )


def _views(model: Model, shown: ViewDefinition) -> Html | None:
    """Link to the other views of the module, if there are any."""
    module = _module_of(shown)
    every = (*model.views.values(), *model.subsidiary_views.values())
    views = [each for each in every if _module_of(each) is module]
    if len(views) == 1:
        return None
    links = [
        element(
            "a",
            "Default view" if view.id == module.id else name(view.name),
            href=address("models", model.id, "views", view.id),
            aria_current="page" if view is shown else None,
        )
        for view in views
    ]
    return element("ul", [element("li", each) for each in links], class_="tabs")


def _module_of(view: ViewDefinition) -> ModuleDefinition:
    return view.module.whole or view.module


def _line_items(model: Model, module: ModuleDefinition) -> Html:
    rows = [
        (
            name(item.name),
            item.format.list.name if item.format.list else item.format.type.capitalize(),
            "" if item.dimensions is None else dimension_names(model, item.dimensions),
            code(item.formula) if item.formula else "",
            summary_method(item),
            item.notes or "",
            code(item.id),
        )
        for item in module.line_items
    ]
    heads = ("Line item", "Format", "Own dimensions", "Formula", "Summary", "Notes", "Id")
    return table(heads, rows)
