"""Imports with items across columns: a row of the file becomes a row for each of its columns.

`staged` is replaced by a longer table, with the same `line` for all rows that come from one:
`across` is the header, which names an item, and `cell` the text below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from anaplan_frames.sandbox.planning.imports.import_plan import ACROSS, CELL, ImportPlan


@contextmanager
def lengthened(con: duckdb.DuckDBPyConnection, plan: ImportPlan) -> Iterator[None]:
    """Let `staged` be the longer table; afterwards, it is the file again."""
    if plan.across is None:
        yield
        return
    kept = "".join(f", {column}" for column in dict.fromkeys(plan.columns.values()))
    pairs = ", ".join(
        f"{{'header': {plan.header(column)}, 'value': {column}}}" for column in plan.across_columns
    )
    con.execute("ALTER TABLE staged RENAME TO file_rows")
    con.execute(
        f"CREATE TEMP TABLE staged AS SELECT line{kept}, one.header AS {ACROSS},"
        f" one.value AS {CELL} FROM (SELECT *, unnest([{pairs}]) AS one FROM file_rows)"
    )
    yield
    con.execute("DROP TABLE staged")
    con.execute("ALTER TABLE file_rows RENAME TO staged")
