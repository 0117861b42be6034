"""DuckDB queries tables of a model by SQL."""

from __future__ import annotations

import duckdb
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.duckdb import register_anaplan


def test_sql_of_duckdb_joins_tables_of_a_model_and_reads_them_again(table_model: af.Model) -> None:
    connection = duckdb.connect()
    register_anaplan(
        connection, {"f": table_model.files["flights.csv"], "a": "airlines.csv"}, table_model
    )
    query = (
        "SELECT name, sum(flights::INT) AS n FROM f JOIN a USING (carrier) GROUP BY 1 ORDER BY 1"
    )
    for _ in range(2):
        assert connection.sql(query).fetchall() == [("American", 7), ("Delta", 5)]
    assert connection.sql("SELECT count(*) FROM a x, a y").fetchall() == [(9,)]


def test_no_table_is_registered_if_one_is_not_found(table_model: af.Model) -> None:
    connection = duckdb.connect()
    with pytest.raises(af.NotFound):
        register_anaplan(connection, {"a": "airlines.csv", "b": "no such table"}, table_model)
    assert connection.sql("SHOW TABLES").fetchall() == []


def test_what_is_not_meant_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(TypeError, match="The connection of DuckDB comes first"):
        register_anaplan({"f": "flights.csv"}, {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sources is a dict"):
        register_anaplan(duckdb.connect(), "flights.csv")  # type: ignore[arg-type]
