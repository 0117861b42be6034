"""Polars, DuckDB and narwhals read tables of Anaplan, and narwhals loads them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.duckdb import register_anaplan
from anaplan_frames.integrations.narwhals import read_narwhals, to_anaplan
from anaplan_frames.integrations.polars import scan_anaplan
from anaplan_frames.sandbox import Sandbox

AIRLINES = pd.DataFrame({"carrier": ["AA", "DL", "UA"], "name": ["American", "Delta", "United"]})
FLIGHTS = pd.DataFrame(
    {
        "carrier": ["AA", "AA", "DL"],
        "origin": ["JFK", "LGA", "JFK"],
        "dest": ["LAX", "ORD", "ATL"],
        "period": ["Jan 13", "Jan 13", "Feb 13"],
        **{name: ["3", "4", "5"] for name in ("flights", "cancelled")},
        **{name: ["1", "2", "3"] for name in ("dep_delay_minutes", "arr_delay_minutes")},
        **{name: ["10", "20", "30"] for name in ("air_time_minutes", "distance_miles")},
    }
)


@pytest.fixture(scope="module")
def model() -> Iterator[af.Model]:
    with Sandbox.demo(task_pause=0) as sandbox, sandbox.connect() as connection:
        found = connection.model("Flight Planning")
        found.files["airlines.csv"].write(AIRLINES)
        found.files["flights.csv"].write(FLIGHTS)
        yield found


def test_a_lazy_query_of_polars_gives_what_the_same_query_of_the_frame_gives(
    model: af.Model,
) -> None:
    whole = pl.from_arrow(model.files["flights.csv"].read_arrow())
    assert isinstance(whole, pl.DataFrame)
    scan = scan_anaplan("flights.csv", model, kind="files")
    assert scan.collect_schema() == whole.schema
    for _ in range(2):  # it can be collected again
        assert scan.collect().equals(whole)
    chosen = pl.col("origin") == "JFK"
    assert scan.filter(chosen).select("dest").collect()["dest"].to_list() == ["LAX", "ATL"]
    assert scan.head(2).filter(chosen).select("dest").collect()["dest"].to_list() == ["LAX"]
    assert scan.filter(chosen).head(2).collect().equals(whole.filter(chosen).head(2))
    assert scan.select(pl.len()).collect().item() == 3
    assert scan.filter(pl.col("origin") == "none").collect().schema == whole.schema


def test_a_scan_decodes_only_the_columns_and_rows_that_the_query_needs(
    model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = importlib.import_module("anaplan_frames.integrations.table_scans")
    asked = []
    read = scans.read_arrow

    def noted(*given: object, **options: object) -> object:
        asked.append((options.get("columns"), options.get("nrows")))
        return read(*given, **options)

    scan = scan_anaplan("flights.csv", model, kind="files", nrows=2)
    monkeypatch.setattr(scans, "read_arrow", noted)
    assert scan.select("dest").head(1).collect()["dest"].to_list() == ["LAX"]
    assert scan.select("dest").head(9).collect()["dest"].to_list() == ["LAX", "ORD"]
    assert asked == [(["dest"], 1), (["dest"], 2)]


def test_options_of_reading_apply_to_a_scan(model: af.Model) -> None:
    scan = scan_anaplan(
        "flights.csv", model, kind="files", columns=["dest"], where={"origin": "JFK"}
    )
    assert scan.collect().to_dict(as_series=False) == {"dest": ["LAX", "ATL"]}


def test_an_export_is_run_once_and_read_by_every_query(demo_model: af.Model) -> None:
    demo_model.files["airlines.csv"].write(AIRLINES)
    export = demo_model.exports["Flights export"]
    before = len(export.tasks())
    scan = scan_anaplan("Flights export", demo_model, kind="exports")
    assert scan.collect().equals(scan.collect())
    assert len(export.tasks()) == before + 1


def test_sql_of_duckdb_joins_tables_of_a_model_and_reads_them_again(model: af.Model) -> None:
    connection = duckdb.connect()
    register_anaplan(connection, {"f": model.files["flights.csv"], "a": "airlines.csv"}, model)
    query = (
        "SELECT name, sum(flights::INT) AS n FROM f JOIN a USING (carrier) GROUP BY 1 ORDER BY 1"
    )
    for _ in range(2):
        assert connection.sql(query).fetchall() == [("American", 7), ("Delta", 5)]
    assert connection.sql("SELECT count(*) FROM a x, a y").fetchall() == [(9,)]


def test_no_table_is_registered_if_one_is_not_found(model: af.Model) -> None:
    connection = duckdb.connect()
    with pytest.raises(af.NotFound):
        register_anaplan(connection, {"a": "airlines.csv", "b": "no such table"}, model)
    assert connection.sql("SHOW TABLES").fetchall() == []


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_narwhals_reads_into_the_library_that_is_asked_for(model: af.Model, backend: str) -> None:
    frame = read_narwhals("airlines.csv", model, backend=backend)  # type: ignore[arg-type]
    assert frame.implementation.value == backend
    assert frame.to_dict(as_series=False) == AIRLINES.to_dict("list")


@pytest.mark.parametrize("is_lazy", [False, True])
def test_narwhals_loads_dataframes_and_lazy_ones(demo_model: af.Model, is_lazy: bool) -> None:
    frame = pl.from_pandas(AIRLINES)
    data = nw.from_native(frame.lazy() if is_lazy else frame)
    assert to_anaplan(data, "Load airlines", demo_model).rows_loaded == 3


def test_what_is_not_meant_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(TypeError, match="The connection of DuckDB comes first"):
        register_anaplan({"f": "flights.csv"}, {})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="sources is a dict"):
        register_anaplan(duckdb.connect(), "flights.csv")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="backend must be"):
        read_narwhals("flights.csv", backend="dask")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be a dataframe of narwhals"):
        to_anaplan(AIRLINES, "Load airlines")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("library", "call"),
    [
        ("polars", lambda: scan_anaplan("x")),
        ("duckdb", lambda: register_anaplan(None, {})),  # type: ignore[arg-type]
        ("narwhals", lambda: read_narwhals("x")),
    ],
)
def test_a_library_that_is_missing_is_named_with_the_command(
    library: str, call: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(af.MissingExtra, match=rf"pip install 'anaplan-frames\[{library}\]'"):
        call()  # type: ignore[operator]
