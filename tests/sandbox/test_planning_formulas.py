"""Formulas of line items."""

from __future__ import annotations

import duckdb
import pytest

from anaplan_frames.sandbox.planning.formula import to_sql
from tests.sandbox.planning import export_lines, load, names, new_model

VALUES = {"a": 12, "b": 5, "Net pay": 7, "it's": 2, "zero": 0}


def value(formula: str) -> float | None:
    sql = to_sql(formula, lambda name: f"{VALUES[name]}::DOUBLE")
    with duckdb.connect() as con:  # not the default one, which other tests use
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
def test_a_formula_is_worked_out_as_usual(formula: str, expected: float | None) -> None:
    assert value(formula) == expected


@pytest.mark.parametrize("formula", ["", "a +", "(a", "a b)", "a ** b", "a; DROP", "1 2", "IF(a)"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        value(formula)


def test_formulas_may_use_formulas_and_are_added_up_from_the_leaves() -> None:
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
        ({"a": {"format": "NUMBER", "formula": "b"}}, "names 'b', which is no NUMBER line item"),
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
        ({"a": {"format": "NUMBER", "formula": "1 +"}}, "cannot be read"),
    ],
)
def test_a_formula_that_makes_no_sense_is_refused(line_items: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        new_model().module("M", line_items=line_items)
