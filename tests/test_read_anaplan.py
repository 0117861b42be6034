"""`read_anaplan` and `read_arrow`, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """Serve a tenant with one model, whose tables no test changes."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture(scope="module")
def costs(shared: Sandbox) -> af.Model:
    """A module with every kind of line item, and an export in each layout."""
    items = pd.DataFrame({"Code": ["001", "002"], "Name": ["Müller", "Ng"]})
    builder = shared.workspace("Finance").model("Headcount")
    people = builder.list("Employees", items=items)
    module = builder.module(
        "Costs",
        dimensions=[people],
        line_items={
            "Salary": "NUMBER",
            "Active": "BOOLEAN",
            "Since": "DATE",
            "Note": "TEXT",
            "Double": {"format": "NUMBER", "formula": "Salary * 2"},
        },
    )
    file = builder.file(
        "costs.csv", columns=["Employees", "Salary", "Active", "Since", "Note"], separator=";"
    )
    builder.import_("Load costs", file=file, into=module)
    for layout in ("TABULAR_MULTI_COLUMN", "TABULAR_SINGLE_COLUMN", "GRID_CURRENT_PAGE"):
        builder.export(layout, of=module, layout=layout)
    builder.export("Never run", of=module)
    model = shared.connect(requests_per_minute=None).model("Headcount")
    frame = pd.DataFrame(
        {
            "Employees": ["001", "002"],
            "Salary": [1234.5, None],
            "Active": [True, False],
            "Since": pd.to_datetime(["2020-02-29", "2021-01-01"]),
            "Note": ["00123", 'says "hi"; twice'],
        }
    )
    af.to_anaplan(frame, "Load costs", model)
    return model


def test_the_types_follow_the_metadata(costs: af.Model) -> None:
    frame = af.read_anaplan("TABULAR_MULTI_COLUMN", costs)
    assert frame.columns.tolist() == ["Employees", "Salary", "Active", "Since", "Note", "Double"]
    assert frame["Salary"].dtype == "float64"
    assert frame["Active"].dtype == "boolean"
    assert frame["Since"].dtype.kind == "M"
    assert frame["Note"].tolist() == ["00123", 'says "hi"; twice']
    assert frame["Employees"].tolist() == ["Müller", "Ng"]
    assert frame["Double"].tolist() == [2469.0, 0.0]
    assert frame["Since"].tolist() == [pd.Timestamp("2020-02-29"), pd.Timestamp("2021-01-01")]


def test_columns_dtype_and_index_are_as_in_read_csv(costs: af.Model) -> None:
    frame = af.read_anaplan(
        "TABULAR_MULTI_COLUMN",
        costs,
        columns=["Note", "Employees", "Salary"],
        dtype={"Employees": "category", "Salary": "Int64", "Active": "str"} | {"Salary": "Float64"},
        index_col="Employees",
    )
    assert frame.columns.tolist() == ["Note", "Salary"]
    assert isinstance(frame.index.dtype, pd.CategoricalDtype)
    assert frame["Salary"].dtype == "Float64"


def test_a_backend_of_pandas_can_be_chosen(costs: af.Model) -> None:
    frame = af.read_anaplan("TABULAR_MULTI_COLUMN", costs, dtype_backend="pyarrow")
    assert frame["Salary"].dtype == pd.ArrowDtype(pa.float64())


def test_the_last_output_is_read_without_running(costs: af.Model) -> None:
    with pytest.raises(af.NotFound, match="or run the export"):
        af.read_anaplan("Never run", costs, run=False)
    af.read_anaplan("Never run", costs)
    tasks = len(costs.exports["Never run"].tasks())
    assert len(af.read_anaplan("Never run", costs, run=False)) == 2
    assert len(costs.exports["Never run"].tasks()) == tasks


def test_chunks_have_the_asked_rows(costs: af.Model) -> None:
    chunks = list(af.read_anaplan("TABULAR_MULTI_COLUMN", costs, chunksize=1))
    assert [len(chunk) for chunk in chunks] == [1, 1]
    pd.testing.assert_frame_equal(pd.concat(chunks), af.read_anaplan("TABULAR_MULTI_COLUMN", costs))


def test_polars_duckdb_and_pyarrow_take_an_export_as_it_is(costs: af.Model) -> None:
    export = costs.exports["TABULAR_MULTI_COLUMN"]
    export.run()
    assert pl.DataFrame(export).height == 2
    assert pa.table(export).num_rows == 2
    reader = af.read_arrow("TABULAR_MULTI_COLUMN", costs)
    assert isinstance(reader, pa.RecordBatchReader)
    assert duckdb.from_arrow(reader).aggregate("count(*)").fetchall() == [(2,)]


def test_one_column_of_values_can_be_typed_by_hand(costs: af.Model) -> None:
    frame = af.read_anaplan("TABULAR_SINGLE_COLUMN", costs)
    assert frame.shape == (10, 3)
    assert pd.api.types.is_string_dtype(frame[frame.columns[-1]])


def test_a_grid_is_a_table_with_labelled_columns(costs: af.Model) -> None:
    frame = af.read_anaplan("GRID_CURRENT_PAGE", costs)
    assert frame.columns.tolist()[1:] == ["Salary", "Active", "Since", "Note", "Double"]
    assert frame["Note"].tolist() == ["00123", 'says "hi"; twice']


def test_a_file_is_read_in_its_own_dialect_as_text(costs: af.Model) -> None:
    frame = af.read_anaplan("costs.csv", costs)
    assert frame["Employees"].tolist() == ["001", "002"]
    assert frame["Salary"].tolist()[0] == "1234.5"
    assert af.read_anaplan("costs.csv", costs, dtype={"Salary": "float64"})["Salary"][0] == 1234.5


def test_a_name_of_two_kinds_is_settled_by_kind(tenant: Sandbox) -> None:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things", items=pd.DataFrame({"Name": ["a"]}))
    module = builder.module("Mod", dimensions=[things], line_items={"X": "NUMBER"})
    builder.export("Out", of=module, layout="TABULAR_MULTI_COLUMN", omit_empty=False)
    builder.file("Out", columns=["a"])
    model = tenant.connect().model("M")
    with pytest.raises(af.AmbiguousName) as caught:
        af.read_anaplan("Out", model)
    assert str(caught.value) == (
        "'Out' is among the exports and files of model 'M'. Say which with kind='exports'."
    )
    assert len(af.read_anaplan("Out", model, kind="exports")) == 1


def test_a_url_names_a_table_and_the_environment_the_tenant(
    costs: af.Model, shared: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANAPLAN_EMAIL", shared.email)
    monkeypatch.setenv("ANAPLAN_PASSWORD", shared.password)
    monkeypatch.setenv("ANAPLAN_API_URL", shared.api_url)
    monkeypatch.setenv("ANAPLAN_AUTH_URL", shared.auth_url)
    url = "anaplan://Finance/Headcount/exports/TABULAR_MULTI_COLUMN"
    assert len(af.read_anaplan(url)) == 2
    assert sum(len(chunk) for chunk in af.read_anaplan(url, chunksize=1)) == 2
    assert af.read_arrow(url).read_all().num_rows == 2
    monkeypatch.setenv("ANAPLAN_MODEL", "Headcount")
    assert len(af.read_anaplan("TABULAR_MULTI_COLUMN")) == 2
