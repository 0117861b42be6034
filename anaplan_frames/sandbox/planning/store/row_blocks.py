"""Blocks of rows that are sorted and written at a time, so that memory stays bounded."""

from __future__ import annotations

import duckdb


def ranges(con: duckdb.DuckDBPyConnection, numbers: str, size: int) -> list[tuple[int, int]]:
    """Split numbers, in their order, into blocks of `size`; return the first and last of each.

    Parameters
    ----------
    numbers : str
        A query for one column `n` without duplicates.
    """
    return con.execute(
        "SELECT min(n), max(n) FROM (SELECT n, row_number() OVER (ORDER BY n) AS place"
        f" FROM ({numbers})) GROUP BY (place - 1) // {max(1, size)} ORDER BY 1"
    ).fetchall()


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many rows a table has."""
    # All rows are fetched: the connection is then free for another query.
    [(found,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(found)
