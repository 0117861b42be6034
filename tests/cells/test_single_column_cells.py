"""Tables with one cell in each row: the columns "Line items" and "Value"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Calendar, Sandbox

KEYS = ["West", "East"]


@pytest.fixture
def facts_model(tenant: Sandbox) -> Iterator[af.Model]:
    builder = tenant.workspace("W").model("M", calendar=Calendar(2026, 0, 0))
    keys = builder.list("Region", items=pd.DataFrame({"Name": KEYS, "Code": ["w", "e"]}))
    module = builder.module(
        "Facts",
        dimensions=[keys],
        line_items={
            "Amount": "NUMBER",
            "Open": "BOOLEAN",
            "Note": "TEXT",
            "Since": "DATE",
            "Paid in": "TIME PERIOD",
            "Double": {"format": "NUMBER", "formula": "Amount * 2"},
        },
    )
    builder.export("Facts single", of=module, layout="TABULAR_SINGLE_COLUMN")
    with tenant.connect() as connection:
        yield connection.model("M")


@pytest.fixture
def facts(facts_model: af.Model) -> Module:
    return facts_model.modules["Facts"]


def rows(*found: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["Region", "Line items", "Value"])


def cells(module: Module) -> dict[str, list[Any]]:
    frame: Any = module.read().astype(object)
    return {row[0]: list(row[1:]) for row in frame.where(frame.notna(), None).to_numpy().tolist()}


def test_each_value_goes_to_its_line_item(facts: Module) -> None:
    result = facts.write(
        rows(
            ("West", "Amount", "1.5"),
            ("West", "Open", "true"),
            ("East", "Note", '007 "x"'),
            ("East", "Amount", "-2"),
            ("West", "Since", "2026-01-31"),
            ("West", "Paid in", "2026-05-17"),
            ("East", "Open", None),
        )
    )
    assert (result.rows_sent, result.rows_loaded, result.rows_ignored) == (7, 6, 1)
    assert cells(facts) == {
        "West": [1.5, True, None, pd.Timestamp(2026, 1, 31), "May 26", 3.0],
        "East": [-2.0, False, '007 "x"', None, None, -4.0],
    }


def test_what_an_export_gives_is_written_back_by_to_anaplan(
    facts_model: af.Model, facts: Module
) -> None:
    facts.write(rows(("West", "Amount", 1.5), ("East", "Note", "n")).astype({"Value": object}))
    before = cells(facts)
    frame: Any = af.read_anaplan("Facts single", facts_model)
    assert {"Line items", "Value"} <= set(frame.columns)
    facts.write(rows(("West", "Amount", "9"), ("East", "Note", "other")))
    result = af.to_anaplan(frame, "Facts", facts_model)
    assert result.rows_rejected == 0
    assert "2 rows of line items that Anaplan calculates ('Double') are left out." in result.note
    assert cells(facts) == before


def test_values_of_many_kinds(facts: Module) -> None:
    values = pd.Series([1.5, True, dt.date(2026, 2, 28), "n"], dtype=object)
    frame = rows(
        ("West", "Amount", 0), ("West", "Open", 0), ("West", "Since", 0), ("West", "Note", 0)
    ).assign(Value=values)
    facts.write(frame)
    assert cells(facts)["West"][:4] == [1.5, True, "n", pd.Timestamp(2026, 2, 28)]
    facts.write(rows(("West", "Amount", 3), ("East", "Amount", 4)))
    assert (cells(facts)["West"][0], cells(facts)["East"][0]) == (3.0, 4.0)
    days = pd.to_datetime(["2026-03-01"])
    facts.write(rows(("East", "Paid in", 0)).assign(Value=days))
    assert cells(facts)["East"][4] == "Mar 26"


def test_blank_blanks_the_cell_of_its_line_item(facts: Module) -> None:
    facts.write(rows(("West", "Amount", "1"), ("West", "Note", "n"), ("East", "Note", "m")))
    facts.write(rows(("West", "Amount", None), ("West", "Note", None)), blank=True)
    assert cells(facts)["West"][:3] == [0.0, False, None]
    assert cells(facts)["East"][2] == "m"


def test_line_items_that_are_not_there_are_rejected_rows(facts: Module) -> None:
    frame = rows(("West", "Amout", "1"), ("West", None, "2"), ("no", "Note", "3"))
    plan = facts.write(frame, dry_run=True)
    messages = {
        0: "There is no item 'Amout' in 'Line items'. Did you mean 'Amount'?",
        1: "No item of 'Line items' is given.",
        2: "There is no item 'no' in 'Region'.",
    }
    assert plan.rejected["error"].to_dict() == messages
    assert plan.note == ""
    with pytest.raises(af.RejectedRows) as error:
        facts.write(frame)
    assert error.value.result.rejected["error"].to_dict() == messages
    assert error.value.result.rejected.drop(columns="error").equals(frame)


def test_line_items_are_given_by_id_too(facts: Module) -> None:
    ids = facts.line_items().set_index("name")["id"]
    facts.write(rows(("w", ids["Amount"], "5")))
    assert cells(facts)["West"][0] == 5.0


def test_a_plan_shows_the_rows(facts: Module) -> None:
    frame = rows(("w", "Amount", 1.5), ("West", "Note", 2))
    plan = facts.write(frame, dry_run=True)
    assert plan.head().to_numpy().tolist() == [["West", "Amount", "1.5"], ["West", "Note", "2"]]
    assert plan.head().columns.tolist() == ["Region", "Line items", "Value"]
    assert plan.columns["target"].tolist() == ["Region", "Line items", "Value"]
    assert plan.send().rows_loaded == 2


def test_columns_may_have_other_names_and_a_dimension_be_fixed(facts: Module) -> None:
    frame = pd.DataFrame({"Measure": ["Amount"], "Number": [7.0]})
    facts.write(
        frame, mapping={"Measure": "Line items", "Number": "Value"}, fixed={"Region": "East"}
    )
    assert cells(facts)["East"][0] == 7.0
    facts.write(rows(("West", "Amount", 1)).rename(columns={"Line items": "Line Items"}))
    assert cells(facts)["West"][0] == 1.0


def test_the_same_cell_twice_and_values_that_have_no_counterpart(facts: Module) -> None:
    with pytest.raises(af.ColumnMismatch, match=r"Rows 0 and 2 .* line item 'Amount'"):
        facts.write(rows(("West", "Amount", 1), ("West", "Note", 1), ("w", "Amount", 2)))
    with pytest.raises(af.EncodingError, match="Column 'Value', row 1: 'inf' is infinite"):
        facts.write(rows(("West", "Note", 1.0), ("West", "Amount", float("inf"))))


def test_streams_of_them(facts: Module) -> None:
    frame = rows(("West", "Amount", "1"), ("no", "Amount", "1"), ("East", "Note", "n"))
    result = facts.write(iter([frame.iloc[:2], frame.iloc[2:]]), on_rejected="ignore")
    assert (result.rows_loaded, result.rejected.index.tolist()) == (2, [1])


def test_a_module_whose_line_item_is_called_value(tenant: Sandbox) -> None:
    builder = tenant.workspace("V").model("V")
    builder.module("Plain", dimensions=[], line_items={"Value": "NUMBER", "Other": "TEXT"})
    with tenant.connect() as connection:
        plain = connection.model("V").modules["Plain"]
        plain.write(pd.DataFrame({"Value": [1.0]}))
        assert plain.read()["Value"].tolist() == [1.0]
        plain.write(pd.DataFrame({"Line items": ["Value", "Other"], "Value": ["2", "x"]}))
        assert plain.read().to_numpy().tolist() == [[2.0, "x"]]


def test_after_a_lost_answer_the_cells_are_read_back(tenant: Sandbox, facts: Module) -> None:
    frame = rows(("West", "Amount", "1.5"), ("East", "Note", "n"), ("West", "Open", "true"))
    fault = tenant.faults.add("lost answer", method="POST", path="*/modules/*/data")
    result = facts.write(frame)
    assert fault.hits == 1
    assert (result.rows_loaded, result.outcome) == (3, "loaded")
    assert cells(facts)["West"][:2] == [1.5, True]
