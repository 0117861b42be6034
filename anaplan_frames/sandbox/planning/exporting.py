"""Runs exports: the layout's lines are computed in the store and streamed to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from anaplan_frames.sandbox.planning import grid, lists, modules, tabular
from anaplan_frames.sandbox.planning.blocks import count
from anaplan_frames.sandbox.planning.definitions import ExportDefinition, ListDefinition
from anaplan_frames.sandbox.planning.dialects import python_codec
from anaplan_frames.sandbox.planning.lines import header_line, write_lines
from anaplan_frames.sandbox.planning.outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.rendering import Rendering, create_macros
from anaplan_frames.sandbox.planning.store import Store


def run_export(store: Store, export: ExportDefinition, target: Path, watch: Watch) -> Outcome:
    """Write the export's output to `target`; see `Model.run_export`."""
    with store.transaction() as con, target.open("wb") as out:
        watch.step("Computing the cells", 0.1)
        first, queries = text_of(con, Rendering.of_export(export))
        watch.step("Writing the rows", 0.5)
        codec = python_codec(export.encoding)
        rows = write_lines(con, first, queries, out, codec, watch, 0.5)
    return Outcome(
        True,
        [
            {
                "type": "exportSucceeded",
                "localMessageText": f"{export.name}: {rows} rows exported",
                "occurrences": 0,
                "values": ["exportName", export.name, "totalRowCount", str(rows)],
            }
        ],
    )


def text_of(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> tuple[str, Iterator[str]]:
    """Return what is before the rows (a header line, or nothing) and queries for their lines.

    What the queries need is computed at once; each gives a block of lines, in one column `line`.
    """
    create_macros(con)
    if isinstance(rendering.of, ListDefinition):
        queries = tabular.list_lines(con, rendering)
    elif rendering.layout.startswith("GRID_"):
        return "", grid.grid_lines(con, rendering)
    else:
        queries = tabular.module_lines(con, rendering)
    return header_line([name for name, *_ in tabular.columns(rendering)], rendering), queries


def metadata(store: Store, export: ExportDefinition) -> dict[str, Any]:
    """Return the ``exportMetadata`` of the API; ``rowCount`` is an estimate."""
    rendering = Rendering.of_export(export)
    with store.reading() as con:
        if export.layout.startswith("GRID_"):
            columns, rows = grid.columns(con, rendering), grid.row_estimate(con, rendering)
        else:
            columns = tabular.columns(rendering)
            rows = _row_estimate(con, rendering)
    return {
        "columnCount": len(columns),
        "dataTypes": [data_type for _, data_type, _ in columns],
        "delimiter": export.delimiter,
        "encoding": export.encoding,
        "exportFormat": export.format,
        "headerNames": [name for name, *_ in columns],
        "listNames": [list_name for *_, list_name in columns],
        "rowCount": rows,
        "separator": export.separator,
        "layout": export.layout,
    }


def _row_estimate(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> int:
    if isinstance(rendering.of, ListDefinition):
        return lists.item_count(con, rendering.of)
    module = tabular.module_of(rendering)
    if rendering.omit_empty:
        rows = count(con, modules.cells_of(module))
    else:
        rows = 1
        for dimension in module.dimensions:
            rows *= modules.member_count(con, dimension, rendering.leaves_only)
    single = rendering.layout == "TABULAR_SINGLE_COLUMN"
    return rows * len(module.line_items) if single else rows
