"""The file of a failure dump: the rejected rows as in the file, with a message per fault."""

from __future__ import annotations

from pathlib import Path

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.store.line_batches import write_lines
from anaplan_frames.sandbox.planning.store.sql_text import literal

_STATUS = "Failed"


def write_dump(
    con: duckdb.DuckDBPyConnection, headers: tuple[str, ...], target: Path, watch: Watch
) -> None:
    """Write the rows that have faults: UTF-8, every field in quotes.

    The header has one message field, as documented; a row has one per fault. ``_Line_`` counts the
    lines of the file from 1, header included.
    """
    columns = ", ".join(f"c{number}" for number in range(len(headers)))
    fields = ", ".join(_in_quotes(f"r.c{number}") for number in range(len(headers)))
    query = (
        "WITH messages AS (SELECT line, string_agg("
        f"{_in_quotes('message')}, ',' ORDER BY seq) AS texts FROM faults GROUP BY line),"
        f" rows AS (SELECT line, {columns} FROM staged UNION ALL"
        f" SELECT line, {columns} FROM malformed)"
        f" SELECT concat_ws(',', {_in_quotes(literal(_STATUS))}, {fields},"
        f" {_in_quotes('CAST(r.line AS VARCHAR)')}, m.texts) AS line"
        " FROM rows r JOIN messages m ON m.line = r.line ORDER BY r.line"
    )
    names = ("_Status_", *headers, "_Line_", "_Error_1_")
    first = ",".join('"' + name.replace('"', '""') + '"' for name in names) + "\n"
    with target.open("wb") as out:
        write_lines(con, first, [query], out, "utf-8", watch, 0.95)


def _in_quotes(text: str) -> str:
    """Return SQL that quotes a text."""
    return f"""'"' || replace(coalesce({text}, ''), '"', '""') || '"'"""
