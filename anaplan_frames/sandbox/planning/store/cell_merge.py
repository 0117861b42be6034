"""Merge of new values into the cells of a module."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from anaplan_frames.sandbox.planning.store.cell_tables import (
    cells_of,
    dimension_columns,
    value_column,
)


def merge_arriving(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, values: Mapping[str, str]
) -> None:
    """Write the rows of the temporary table `arriving` over the stored cells.

    Parameters
    ----------
    values : mapping of str to str
        SQL of the new value by value column, over `new` (a row of `arriving`) and `old` (the
        stored row, if any). Other columns keep their values.
    """
    cells, keys = cells_of(module), dimension_columns(module)
    same = " AND ".join(f"old.{key} = new.{key}" for key in keys) or "true"
    columns = [value_column(module, item) for item in module.line_items]
    selected = [f"new.{key}" for key in keys]
    selected += [values.get(column, f"old.{column}") for column in columns]
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {', '.join(selected)}"
        f" FROM arriving new LEFT JOIN {cells} old ON {same}"
    )
    con.execute(f"DELETE FROM {cells} old USING arriving new WHERE {same}")
    con.execute(f"INSERT INTO {cells} SELECT * FROM merged")
