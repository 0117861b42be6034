"""Formulas of line items."""

from __future__ import annotations

import io

import duckdb
import pandas as pd
import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from anaplan_frames.sandbox.planning.schema.formulas import names_in, to_sql
from tests.sandbox.planning.model_actions import export_lines, load, names, new_model

VALUES = {"a": 12, "b": 5, "Net pay": 7, "it's": 2, "zero": 0}


def value(formula: str) -> float | None:
    sql = to_sql(formula, lambda name: f"{VALUES[name]}::DOUBLE")
    with duckdb.connect() as con:  # other tests use the default connection
        row = con.execute(f"SELECT {sql}").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("a", 12),
        ("a * 2", 24),
        ("a - b - 1", 6),
        ("a - (b - 1)", 8),
        ("a + b * 2", 22),
        ("(a + b) * 2", 34),
        ("a / b / 2", 1.2),
        ("-a + 1", -11),
        ("a * -b", -60),
        ("'Net pay' * 'it''s'", 14),
        ("Net pay + 1.5", 8.5),
        ("a/b", 2.4),
        ("a / zero", None),
    ],
)
def test_a_formula_follows_the_usual_precedence(formula: str, expected: float | None) -> None:
    assert value(formula) == expected


def test_the_names_in_a_formula_are_the_line_items_that_it_uses() -> None:
    assert names_in("('Net pay' + a) / a * 2") == {"Net pay", "a"}
    assert names_in("3 + 9") == set()


@pytest.mark.parametrize("formula", ["", "a +", "(a", "a b)", "a ** b", "a; DROP", "1 2", "IF(a)"])
def test_an_invalid_formula_is_refused(formula: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        value(formula)


def test_formulas_can_use_formulas_and_their_totals_are_sums_of_leaves() -> None:
    model = new_model()
    lst = model.list("L", items=names("x", "y"))
    module = model.module(
        "M",
        dimensions=[lst, "Time"],
        line_items={
            "a": "NUMBER",
            "b": "NUMBER",
            "Ratio": {"format": "NUMBER", "formula": "a / b"},
            "Double": {"format": "NUMBER", "formula": "Ratio * 2"},
        },
    )
    file = model.file("f", columns=["L", "Time", "a", "b"])
    load(
        model,
        model.import_("Load", file, into=module),
        "L,Time,a,b\nx,Jan 13,6,2\nx,Feb 13,1,2\nx,Mar 13,1,0\n",
    )
    lines = export_lines(model, model.export("Out", module, omit_empty=True))
    assert lines[1:] == [
        "x,Jan 13,6,2,3,6",
        "x,Feb 13,1,2,0.5,1",
        "x,Mar 13,1,0,0,0",
        "x,Q1 FY13,8,4,3.5,7",
        "x,FY13,8,4,3.5,7",
    ]


def ratios() -> tuple[Model, ModuleDefinition]:
    """A module over a hierarchy of lists and Time, with loaded numbers and formulas over them."""
    model = new_model()
    regions = model.list("Regions", items=names("North", "South"))
    sites = model.list(
        "Sites",
        parent=regions,
        items=pd.DataFrame({"Name": ["x", "y", "z"], "Parent": ["North", "North", "South"]}),
    )
    module = model.module(
        "M",
        dimensions=[sites, "Time"],
        line_items={
            "Price": {"format": "NUMBER", "formula": "Revenue / Pieces", "summary": "Formula"},
            "Revenue": "NUMBER",
            "Pieces": "NUMBER",
            "Twice": {"format": "NUMBER", "formula": "Price * 2", "summary": "Formula"},
            "Added": {"format": "NUMBER", "formula": "Revenue / Pieces"},
            "Of added": {"format": "NUMBER", "formula": "Added + 1", "summary": "Formula"},
            "Rate": {"format": "NUMBER", "summary": "None"},
        },
    )
    file = model.file("f", columns=["Sites", "Time", "Revenue", "Pieces", "Rate"])
    load(
        model,
        model.import_("Load", file, into=module),
        "Sites,Time,Revenue,Pieces,Rate\nx,Jan 13,6,2,5\ny,Jan 13,1,2,6\nx,Feb 13,1,0,7\n"
        "z,Feb 13,8,4,8\n",
    )
    return model, module


def test_the_summary_formula_calculates_totals_from_totals() -> None:
    model, module = ratios()
    header, *lines = export_lines(model, model.export("Out", module, omit_empty=True))
    assert header == "Sites,Time,Price,Revenue,Pieces,Twice,Added,Of added,Rate"
    shown = {tuple(fields[:2]): fields[2:] for fields in (line.split(",") for line in lines)}
    assert shown["x", "Jan 13"] == ["3", "6", "2", "6", "3", "4", "5"]
    assert shown["x", "Feb 13"] == ["0", "1", "0", "0", "0", "1", "7"]
    assert shown["North", "Jan 13"] == ["1.75", "7", "4", "3.5", "3.5", "4.5", "0"]
    assert shown["x", "Q1 FY13"] == ["3.5", "7", "2", "7", "3", "4", "0"]
    assert shown["North", "FY13"] == ["2", "8", "4", "4", "3.5", "4.5", "0"]
    assert shown["South", "FY13"] == ["2", "8", "4", "4", "2", "3", "0"]
    # A formula with a constant has values even without stored cells, at leaves and at totals.
    assert shown["z", "Jan 13"] == ["0", "0", "0", "0", "0", "1", "0"]
    assert shown["South", "Q4 FY13"] == ["0", "0", "0", "0", "0", "1", "0"]


def test_totals_over_an_uneven_hierarchy_and_time_equal_those_of_pandas() -> None:
    model = new_model()
    # The parent of an item is the item of half its number, so that branches end at several depths.
    parents = {f"i{number}": f"i{number // 2}" if number > 1 else "" for number in range(1, 12)}
    tree = pd.DataFrame({"Name": list(parents), "Parent": list(parents.values())})
    leaves = [name for name in parents if name not in parents.values()]
    months = ["Jan 13", "Mar 13", "Jul 13"]
    cells = pd.DataFrame(
        [(name, month) for name in leaves for month in months], columns=["Tree", "Time"]
    ).assign(a=lambda rows: rows.index**2 + 1.0, b=lambda rows: rows.index % 5 + 1.0)
    module = model.module(
        "M",
        dimensions=[model.list("Tree", items=tree), "Time"],
        line_items={
            "a": "NUMBER",
            "b": "NUMBER",
            "Ratio": {"format": "NUMBER", "formula": "a / b", "summary": "Formula"},
            "Product": {"format": "NUMBER", "formula": "a * b"},
        },
        cells=cells,
    )

    def above(name: str) -> list[str]:
        return [name, *above(parents[name])] if name else []

    periods = {"Jan 13": ["Q1 FY13"], "Mar 13": ["Q1 FY13"], "Jul 13": ["Q3 FY13"]}
    wanted = (
        cells.assign(
            Product=cells["a"] * cells["b"],
            Tree=cells["Tree"].map(above),
            Time=[[month, *periods[month], "FY13"] for month in cells["Time"]],
        )
        .explode("Tree")
        .explode("Time")
        .groupby(["Tree", "Time"])
        .sum()
        .assign(Ratio=lambda totals: totals["a"] / totals["b"])
    )
    lines = export_lines(model, model.export("Out", module, omit_empty=True))
    shown = pd.read_csv(io.StringIO("\n".join(lines)), index_col=["Tree", "Time"]).astype(float)
    pd.testing.assert_frame_equal(shown.sort_index(), wanted[shown.columns].sort_index())


def test_a_total_can_use_line_items_that_are_not_shown() -> None:
    model, module = ratios()
    export = model.export("Out", module, "TABULAR_CURRENT_LINE_ITEM", omit_empty=True)
    lines = export_lines(model, export)
    assert lines[0] == "Sites,Time,Price"
    assert "North,Jan 13,1.75" in lines


def test_exports_of_leaves_show_the_values_of_formulas() -> None:
    model, module = ratios()
    export = model.export("Out", module, leaves_only=True, omit_empty=True)
    assert "x,Jan 13,3,6,2,6,3,4,5" in export_lines(model, export)


def test_a_formula_with_a_constant_fills_empty_cells_too() -> None:
    model = new_model()
    lst = model.list("L", items=names("x", "y"))
    module = model.module(
        "M",
        dimensions=[lst],
        line_items={"a": "NUMBER", "Plus": {"format": "NUMBER", "formula": "a + 1"}},
    )
    lines = export_lines(model, model.export("Out", module, omit_empty=True))
    assert lines[1:] == ["x,0,1", "y,0,1"]


@pytest.mark.parametrize(
    ("line_items", "words"),
    [
        ({"a": {"format": "NUMBER", "formula": "b"}}, "names 'b', which is not a NUMBER line item"),
        ({"a": {"format": "NUMBER", "formula": "a + 1"}}, "refers to itself"),
        (
            {
                "a": {"format": "NUMBER", "formula": "b"},
                "b": {"format": "NUMBER", "formula": "a"},
            },
            "refers to itself",
        ),
        ({"t": "TEXT", "a": {"format": "NUMBER", "formula": "t"}}, "names 't'"),
        ({"a": {"format": "TEXT", "formula": "1"}}, "must be NUMBER"),
        ({"a": {"format": "NUMBER", "formula": "1 +"}}, "cannot be parsed"),
        ({"a": {"format": "NUMBER", "summary": "Formula"}}, "needs a formula"),
        ({"a": {"format": "TEXT", "summary": "Sum"}}, "must be NUMBER"),
        ({"a": {"format": "NUMBER", "summary": "Average"}}, "one of Sum, Formula, None"),
    ],
)
def test_a_line_item_with_an_unsuitable_formula_is_refused(line_items: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        new_model().module("M", line_items=line_items)
