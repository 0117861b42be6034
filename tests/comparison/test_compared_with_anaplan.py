"""Frames, exports, files, lists, modules and views of Anaplan, compared with one another."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

CELLS = pd.DataFrame(
    {
        "Shops": ["West", "West", "East"],
        "Time": ["Jan 26", "Feb 26", "Jan 26"],
        "Units": [1.0, 2.5, 3.0],
        "Open": [True, False, True],
        "Note": ["a", "", "b"],
    }
)
SHOPS = pd.DataFrame({"Name": ["West", "East"], "Code": ["007", "8"], "Since": ["2026-01-31", ""]})
KEY = ["Shops", "Time"]


@pytest.fixture(scope="module")
def model() -> Iterator[af.Model]:
    with Sandbox("a@b.com", "x", rate_limit=None, task_pause=0) as tenant:
        built = tenant.workspace("W").model("Sales")
        shops = built.list("Shops", properties={"Since": "DATE"})
        items = {"Units": "NUMBER", "Open": "BOOLEAN", "Note": "TEXT"}
        sales = built.module("Sales", dimensions=[shops, "Time"], line_items=items)
        built.view(sales, "Flat", [shops, "Time"], ["Line items"], [])
        built.file("shops.csv", columns=list(SHOPS))
        built.export("Sales out", of=sales, layout="TABULAR_MULTI_COLUMN")
        with tenant.connect() as connection:
            opened = connection.model("Sales")
            opened.lists["Shops"].insert(
                SHOPS.rename(columns={"Name": "name", "Code": "code"}).assign(
                    Since=pd.to_datetime(SHOPS["Since"])
                )
            )
            opened.modules["Sales"].write(CELLS)
            opened.files["shops.csv"].write(SHOPS)
            yield opened


def tables(model: af.Model) -> dict[str, object]:
    module = model.modules["Sales"]
    return {
        "module": module,
        "view": model.views["Sales.Flat"],
        "export": model.exports["Sales out"],
        "frame": module.read(),
        "texts": module.read().astype("str").replace({"nan": "", "<NA>": ""}),
        "arrow": pa.table(module),
        "stream": module.read_arrow(),
        "parts": iter([module.read(nrows=1), module.read().iloc[1:]]),
    }


@pytest.mark.sampled(1)
@pytest.mark.parametrize("other", ["export", "texts", "view", "frame", "arrow", "stream", "parts"])
def test_cells_are_the_same_however_they_are_read(model: af.Model, other: str) -> None:
    columns = ["Units", "Open", "Note"]
    both = tables(model)
    found = af.compare(both["module"], both[other], key=KEY, columns=columns)
    assert found.rows_old >= 3
    if other in ("view", "export"):  # which show totals
        assert not len(found.removed)
        assert not len(found.changed)
        assert found.rows_new == found.rows_old + len(found.added)
        return
    assert found.equal, found.changed


def test_the_data_that_was_written_is_found_in_the_module(model: af.Model) -> None:
    shown = model.modules["Sales"].read(omit_empty=True)
    assert af.compare(CELLS, shown, key=KEY).equal
    changed = CELLS.assign(Units=[1.0, 2.5, 4.0])
    found = af.compare(changed, shown, key=KEY)
    assert found.changed["Units"].to_dict("list") == {"old": [4.0], "new": [3.0]}
    assert found.totals("Shops")["Units", "difference"].to_dict() == {"West": 0.0, "East": -1.0}


def test_a_file_is_compared_with_a_list_by_a_mapping(model: af.Model) -> None:
    mapping = {"Code": "code", "Name": "name"}
    options = {"key": "code", "columns": ["name", "Since"], "mapping": mapping}
    assert af.compare(model.files["shops.csv"], model.lists["Shops"], **options).equal
    assert af.compare(SHOPS, model.lists["Shops"], **options).equal
    other = SHOPS.assign(Since=["2026-01-30", ""])
    found = af.compare(other, model.lists["Shops"], **options)
    assert found.changed["Since", "new"].tolist() == [pd.Timestamp("2026-01-31")]


def test_the_error_of_a_key_names_a_column_of_the_export(model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match=r"new table has no column 'Shop'.*mean 'Shops'"):
        af.compare(CELLS.rename(columns={"Shops": "Shop"}), model.exports["Sales out"], key="Shop")
