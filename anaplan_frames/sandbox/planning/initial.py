"""The items that a list begins with, given as a DataFrame when the list is built."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from anaplan_frames.sandbox.planning import faults, list_import
from anaplan_frames.sandbox.planning.building import list_targets
from anaplan_frames.sandbox.planning.definitions import ListDefinition
from anaplan_frames.sandbox.planning.outcome import Unwatched
from anaplan_frames.sandbox.planning.plan import ImportPlan


def load_items(con: duckdb.DuckDBPyConnection, lst: ListDefinition, items: pd.DataFrame) -> None:
    """Load the items as an import would; raise ValueError if one does not fit."""
    targets = {target.casefold(): target for target in list_targets(lst)}
    headers = [str(column) for column in items.columns]
    if unknown := [header for header in headers if header.casefold() not in targets]:
        raise ValueError(
            f"The list {lst.name!r} takes no column {unknown[0]!r}; it takes"
            f" {', '.join(targets.values())}."
        )
    columns = {targets[header.casefold()]: f"c{place}" for place, header in enumerate(headers)}
    if not columns.keys() & {"Name", "Code"}:
        raise ValueError(f"The items of list {lst.name!r} need a column Name or Code.")
    texts = {
        f"c{place}": pa.array([_text(value) for value in items.iloc[:, place]], pa.string())
        for place in range(len(headers))
    }
    con.register("arrived", pa.table({"line": pa.array(range(1, len(items) + 1)), **texts}))
    con.execute("CREATE TEMP TABLE staged AS SELECT * FROM arrived")
    con.unregister("arrived")
    con.execute("CREATE TEMP TABLE malformed (line BIGINT, type VARCHAR, message VARCHAR)")
    faults.create_table(con)
    plan = ImportPlan(columns, tuple(headers))
    if list_import.load(con, lst, plan, Unwatched()).failed:
        first = con.execute("SELECT line, message FROM faults ORDER BY line, seq").fetchone()
        assert first is not None
        raise ValueError(f"Item {first[0]} of list {lst.name!r} does not fit: {first[1]}")


def _text(value: Any) -> str:
    """Write a value as a file would hold it."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)
