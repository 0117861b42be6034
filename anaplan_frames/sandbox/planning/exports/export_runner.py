"""Runs of exports: the lines are computed in the database and streamed to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch, failed
from anaplan_frames.sandbox.planning.exports import grid_layout, tabular_layout
from anaplan_frames.sandbox.planning.exports.history_text import write_history
from anaplan_frames.sandbox.planning.exports.rendering import Rendering, header_line
from anaplan_frames.sandbox.planning.exports.shown_items import shown_count
from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    ModelHistory,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    ListDefinition,
    ModuleDefinition,
    ViewDefinition,
)
from anaplan_frames.sandbox.planning.schema.file_dialects import python_codec
from anaplan_frames.sandbox.planning.store import cell_tables, list_tables
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.store.line_batches import write_lines
from anaplan_frames.sandbox.planning.store.row_blocks import count


def run_export(
    store: Store, export: ExportDefinition, target: Path, watch: Watch, access: Access = FULL
) -> Outcome:
    """Write the export's output to `target`; see `Model.run_export`."""
    if denial := _denial(export.of, access):
        return denial
    if isinstance(export.of, ModelHistory):
        write_history(export.of, export, target)
        return _exported(export, len(export.of.rows))
    with store.transaction() as con, target.open("wb") as out:
        watch.step("Computing the cells", 0.1)
        first, queries = text_of(con, Rendering.of_export(export, access))
        watch.step("Writing the rows", 0.5)
        codec = python_codec(export.encoding)
        rows = write_lines(con, first, queries, out, codec, watch, 0.5)
    return _exported(export, rows)


def _denial(of: Any, access: Access) -> Outcome | None:
    """Return how an export ends of what the user may not read; None if it may be read."""
    module = of.module if isinstance(of, ViewDefinition) else of
    if isinstance(module, ListDefinition):
        denied = access.list_level(module.id) == "none"
    elif isinstance(module, ModuleDefinition):
        denied = access.module_level((module.whole or module).id) == "none"
    else:
        denied = False
    return failed("notAuthorised", f"Not authorized to read {of.name}") if denied else None


def _exported(export: ExportDefinition, rows: int) -> Outcome:
    return Outcome(
        successful=True,
        details=[
            {
                "type": "exportSucceeded",
                "localMessageText": f"{export.name}: {rows} rows exported",
                "occurrences": 0,
                "values": ["exportName", export.name, "totalRowCount", str(rows)],
            }
        ],
    )


def text_of(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> tuple[str, Iterator[str]]:
    """Return the header line (or nothing) and queries for the lines of the rows.

    The tables that the queries need are created at once; each query returns a block of lines, in
    one column `line`.
    """
    if isinstance(rendering.of, ListDefinition):
        queries = tabular_layout.list_lines(con, rendering)
    elif rendering.layout.startswith("GRID_"):
        return "", grid_layout.grid_lines(con, rendering)
    else:
        queries = tabular_layout.module_lines(con, rendering)
    return header_line([name for name, *_ in tabular_layout.columns(rendering)], rendering), queries


def metadata(store: Store, export: ExportDefinition, access: Access = FULL) -> dict[str, Any]:
    """Return the ``exportMetadata`` of the API for a user; ``rowCount`` is an estimate."""
    if export.blocked:
        return dict(export.shown_metadata)
    columns, rows = _shape(store, export, access)
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


def _shape(
    store: Store, export: ExportDefinition, access: Access
) -> tuple[list[tuple[str, str, str]], int]:
    """Return header, data type and list name of every column, and about how many rows there are."""
    if isinstance(export.of, ModelHistory):
        return [(name, "TEXT", "") for name in export.of.columns], len(export.of.rows)
    rendering = Rendering.of_export(export, access)
    with store.reading() as con:
        if export.layout.startswith("GRID_"):
            columns = grid_layout.columns(con, rendering)
            return columns, grid_layout.row_estimate(con, rendering)
        return tabular_layout.columns(rendering), _row_estimate(con, rendering)


def _row_estimate(con: duckdb.DuckDBPyConnection, rendering: Rendering) -> int:
    if isinstance(rendering.of, ListDefinition):
        return list_tables.item_count(con, rendering.of)
    module = tabular_layout.module_of(rendering)
    if rendering.omit_empty:
        rows = count(con, cell_tables.cells_of(module))
    else:
        rows = shown_count(con, module.dimensions, rendering)
    single = rendering.layout == "TABULAR_SINGLE_COLUMN"
    return rows * len(tabular_layout.line_items_of(rendering)) if single else rows
