"""The temporary table `faults`: why rows are rejected, with a row per message."""

from __future__ import annotations

from typing import Any

import duckdb

from anaplan_frames.sandbox.planning.store.sql_text import literal


def create_table(con: duckdb.DuckDBPyConnection) -> None:
    """Create `faults` (line, seq, type, message), with the faults of the malformed rows."""
    con.execute(
        "CREATE TEMP TABLE faults (line BIGINT, seq INTEGER, type VARCHAR, message VARCHAR)"
    )
    _insert(con, "line, 0, type, message", "malformed")


def add(
    con: duckdb.DuckDBPyConnection, rows: str, fault_type: str, message: str, seq: int = 0
) -> None:
    """Add a fault for every row of ``rows``: SQL that follows FROM and has a column s.line."""
    _insert(con, f"s.line, {seq}, {literal(fault_type)}, {message}", rows)


def _insert(con: duckdb.DuckDBPyConnection, columns: str, rows: str) -> None:
    """Insert these columns of the rows, if there are any.

    Rows without faults are usual, and looking for one costs less than an INSERT. Also, DuckDB 2.0.0
    loses a large INSERT into an empty table if an INSERT of no rows came before it in the same
    transaction.
    """
    if con.execute(f"SELECT 1 FROM {rows} LIMIT 1").fetchone():
        con.execute(f"INSERT INTO faults SELECT {columns} FROM {rows}")


def failed_rows(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many rows have a fault."""
    row = con.execute("SELECT count(DISTINCT line) FROM faults").fetchone()
    return int(row[0]) if row else 0


def details(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return one detail per type of fault, with the first message of the type as its text."""
    found = con.execute(
        "SELECT type, count(*), arg_min(message, (line, seq)) FROM faults"
        " GROUP BY type ORDER BY type"
    ).fetchall()
    return [
        {"type": kind, "localMessageText": text, "occurrences": count, "values": []}
        for kind, count, text in found
    ]


def mark_faulty(con: duckdb.DuckDBPyConnection) -> None:
    """Mark the rows of `work` that have a fault as not good."""
    if con.execute("SELECT 1 FROM faults LIMIT 1").fetchone():
        con.execute("UPDATE work SET good = false WHERE good AND line IN (SELECT line FROM faults)")
