"""`compare`: rows that are new, gone or different, by key."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af

KEYS = st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2))
VALUES = st.tuples(
    st.none() | st.sampled_from([0.0, 1.0, 1.05, 2.0, -2.0]),
    st.none() | st.sampled_from(["x", "y", ""]),
    st.none() | st.booleans(),
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=6)
Table = dict[tuple[Any, ...], tuple[Any, ...]]


def frame(table: Table) -> pd.DataFrame:
    rows = [(*key, *values) for key, values in table.items()]
    made = pd.DataFrame(rows, columns=["k", "n", "number", "text", "yes"])
    types = {"k": "string", "n": "int64", "number": "float64", "text": "string", "yes": "boolean"}
    return made.astype(types)


def same(old: Any, new: Any, atol: float) -> bool:
    old, new = (None if value == "" else value for value in (old, new))
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= atol
    return bool(old == new)


@given(old=TABLES, new=TABLES, atol=st.sampled_from([0.0, 0.1]), changed_order=st.booleans())
def test_each_row_is_added_removed_changed_or_the_same(
    old: Table, new: Table, atol: float, changed_order: bool
) -> None:
    after = frame(new)
    if changed_order:
        after = after[["yes", "n", "text", "k", "number"]].iloc[::-1]
    found = af.compare(frame(old), after, key=["k", "n"], atol=atol)
    both = old.keys() & new.keys()
    differ = {
        key
        for key in both
        if not all(same(a, b, atol) for a, b in zip(old[key], new[key], strict=True))
    }
    assert keys_of(found.added) == new.keys() - old.keys()
    assert keys_of(found.removed) == old.keys() - new.keys()
    assert keys_of(found.changed.reset_index()[["k", "n"]].droplevel(1, axis=1)) == differ
    assert found.equal == (old.keys() == new.keys() and not differ)
    assert found.to_dict()["rows_changed"] == len(differ)
    for name in dict.fromkeys(found.changed.columns.get_level_values(0)):
        position = ["number", "text", "yes"].index(name)
        for key, a, b in zip(
            map(keyed, found.changed.index),
            found.changed[name, "old"],
            found.changed[name, "new"],
            strict=True,
        ):
            assert [None if pd.isna(v) else v for v in (a, b)] == [
                None if side[key][position] == "" else side[key][position] for side in (old, new)
            ]


def keyed(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(None if pd.isna(part) else part for part in key)


def keys_of(table: pd.DataFrame) -> set[tuple[Any, ...]]:
    return {keyed(key) for key in table[["k", "n"]].itertuples(index=False)}


def test_a_table_of_texts_equals_a_typed_one_with_the_same_values() -> None:
    typed = pd.DataFrame(
        {
            "code": [7, 8],
            "amount": [1.0, 2.5],
            "day": pd.to_datetime(["2026-01-31", None]),
            "open": pd.array([True, None], dtype="boolean"),
        }
    )
    texts = pd.DataFrame(
        {"code": ["7", "8"], "amount": ["1.00", "2.5"], "day": ["2026-01-31", None]}
        | {"open": ["TRUE", None]}
    )
    assert af.compare(typed, texts, key="code").equal
    assert af.compare(texts, typed, key="code").equal
    odd = texts.assign(amount=["one", "2.5"])
    assert list(af.compare(typed, odd, key="code").changed["amount", "new"]) == ["one"]


def test_two_columns_of_texts_are_numbers_only_if_a_tolerance_is_given() -> None:
    old, new = pd.DataFrame({"k": ["a"], "v": ["1.0"]}), pd.DataFrame({"k": ["a"], "v": ["1.04"]})
    assert not af.compare(old, new, key="k").equal
    assert af.compare(old, new, key="k", atol=0.05).equal
    assert af.compare(old, new, key="k", rtol=0.05).equal
    assert not af.compare(old, new, key="k", rtol=0.03).equal


def test_any_kind_of_data_is_compared() -> None:
    rows = {"k": ["a", "b"], "v": [1, 2]}
    for data in (
        pa.table(rows),
        pa.record_batch(rows),
        pl.DataFrame(rows),
        [pd.DataFrame(rows).head(1), pd.DataFrame(rows).tail(1)],
        iter([pa.table(rows)]),
    ):
        assert af.compare(pd.DataFrame(rows), data, key="k").equal
    with pytest.raises(TypeError):
        af.compare(rows, rows, key="k")


def test_totals_show_sums_of_both_sides() -> None:
    old = pd.DataFrame({"region": ["W", "W", "E"], "k": [1, 2, 3], "v": [1.0, 2, 4], "t": "x"})
    new = pd.DataFrame({"region": ["W", "W", "N"], "k": [1, 2, 4], "v": [1.0, 5, 8], "t": "x"})
    totals = af.compare(old, new, key=["region", "k"]).totals("region")
    assert totals.columns.tolist() == [("v", "old"), ("v", "new"), ("v", "difference")]
    assert totals.loc["W"].tolist() == [3, 6, 3]
    assert totals.loc["E"].tolist() == [4, 0, -4]
    assert totals.loc["N"].tolist() == [0, 8, 8]
    with pytest.raises(af.ColumnMismatch, match="'t' is not a number"):
        af.compare(old, new, key=["region", "k"]).totals("region", "t")
    with pytest.raises(af.ColumnMismatch, match="no column 'regions'"):
        af.compare(old, new, key=["region", "k"]).totals("regions")


def test_the_comparison_is_shown_as_text_html_and_json() -> None:
    old = pd.DataFrame({"k": ["<a>", "b"], "v": [1.0, None]})
    new = pd.DataFrame({"k": ["<a>", "c"], "v": [2.0, 3.0]})
    found = af.compare(old, new, key="k")
    assert repr(found) == (
        "<Comparison: different; 1 row added, 1 removed, 1 changed; 2 old rows, 2 new rows>"
    )
    assert "&lt;a&gt;" in found.to_html()
    assert "<a>" not in found._repr_html_()
    document = json.loads(json.dumps(found.to_dict(rows=5)))
    assert document["changed"] == [{"k": "<a>", "v": {"old": 1.0, "new": 2.0}}]
    assert document["removed"] == [{"k": "b", "v": None}]
    assert found.to_dict()["added"] == []


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"key": "q"}, af.ColumnMismatch, "The old table has no column 'q'."),
        ({"key": "kk"}, af.ColumnMismatch, "Columns are: 'k', 'v', 'day'."),
        ({"key": "k", "columns": ["dy"]}, af.ColumnMismatch, r"Did you mean 'day'\?"),
        ({"key": "k"}, af.ColumnMismatch, "only the new one has 'more'.*columns="),
        ({"key": "day", "columns": ["v"]}, af.DataError, "One row of the old table has the key of"),
        ({"key": []}, ValueError, "key must name at least one column"),
        ({"key": "k", "atol": -1}, ValueError, "must not be negative"),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    old = pd.DataFrame({"k": ["a", "b"], "v": [1, 2], "day": datetime.date(2026, 1, 1)})
    with pytest.raises(error, match=sentence):
        af.compare(old, old.assign(more=1), **options)


def test_only_the_columns_that_are_named_are_compared() -> None:
    old = pd.DataFrame({"k": ["a"], "v": [1], "w": [1]})
    new = pd.DataFrame({"k": ["a"], "v": [1], "x": [2]})
    found = af.compare(old, new, key="k", columns=["v"])
    assert found.equal
    assert found.columns == ("v",)
