"""Polars scans tables of Anaplan: columns and rows that a query needs."""

from __future__ import annotations

import importlib

import polars as pl
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.polars import scan_anaplan
from tests.integrations.small_tables import AIRLINES


def test_a_lazy_query_of_polars_gives_what_the_same_query_of_the_frame_gives(
    table_model: af.Model,
) -> None:
    whole = pl.from_arrow(table_model.files["flights.csv"].read_arrow())
    assert isinstance(whole, pl.DataFrame)
    scan = scan_anaplan("flights.csv", table_model, kind="files")
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
    table_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans = importlib.import_module("anaplan_frames.integrations.table_scans")
    asked = []
    read = scans.read_arrow

    def noted(*given: object, **options: object) -> object:
        asked.append((options.get("columns"), options.get("nrows")))
        return read(*given, **options)

    scan = scan_anaplan("flights.csv", table_model, kind="files", nrows=2)
    monkeypatch.setattr(scans, "read_arrow", noted)
    assert scan.select("dest").head(1).collect()["dest"].to_list() == ["LAX"]
    assert scan.select("dest").head(9).collect()["dest"].to_list() == ["LAX", "ORD"]
    assert asked == [(["dest"], 1), (["dest"], 2)]


def test_options_of_reading_apply_to_a_scan(table_model: af.Model) -> None:
    scan = scan_anaplan(
        "flights.csv", table_model, kind="files", columns=["dest"], where={"origin": "JFK"}
    )
    assert scan.collect().to_dict(as_series=False) == {"dest": ["LAX", "ATL"]}


def test_an_export_is_run_once_and_read_by_every_query(demo_model: af.Model) -> None:
    demo_model.files["airlines.csv"].write(AIRLINES)
    export = demo_model.exports["Flights export"]
    before = len(export.tasks())
    scan = scan_anaplan("Flights export", demo_model, kind="exports")
    assert scan.collect().equals(scan.collect())
    assert len(export.tasks()) == before + 1
