"""What a comparison shows: totals, HTML, JSON."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from tests.examples import FEW

ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 2)),
    st.none() | st.integers(-(2**62), 2**62),
    max_size=6,
)


def table(rows: dict[tuple[str | None, int], int | None]) -> pd.DataFrame:
    groups, numbers = ([key[place] for key in rows] for place in (0, 1))
    columns = {"g": pd.Series(groups, dtype="str"), "n": pd.Series(numbers, dtype="int64")}
    return pd.DataFrame(columns | {"v": pd.array(list(rows.values()), "Int64")})


@FEW
@given(old=ROWS, new=ROWS, grouped=st.booleans())
def test_totals_are_the_sums_of_each_group_with_all_their_digits(
    old: dict[tuple[str | None, int], int | None],
    new: dict[tuple[str | None, int], int | None],
    grouped: bool,
) -> None:
    found = af.compare(table(old), table(new), key=["g", "n"]).totals("g" if grouped else ())
    sums: dict[str | None, list[int]] = {} if grouped else {"all": [0, 0]}
    for side, rows in enumerate((old, new)):
        for (group, _), value in rows.items():
            sums.setdefault(group if grouped else "all", [0, 0])[side] += value or 0
    shown = {
        None if pd.isna(group) else group: [int(row["old"]), int(row["new"])]
        for group, row in found["v"].iterrows()
    }
    assert shown == sums
    assert [int(each) for each in found["v", "difference"]] == [b - a for a, b in shown.values()]


def test_totals_without_numbers_or_of_other_columns_are_errors() -> None:
    old = pd.DataFrame({"k": ["a"], "t": ["x"]})
    found = af.compare(old, old, key="k")
    with pytest.raises(af.ColumnMismatch, match="No compared column is a number"):
        found.totals()
    numbers = af.compare(old.assign(v=1), old.assign(v=2), key="k")
    with pytest.raises(af.ColumnMismatch, match="'v' is in by= and in measures="):
        numbers.totals("v", "v")
    assert numbers.totals(["t", "k"], ["v"]).index.tolist() == [("x", "a")]
    with pytest.raises(af.ColumnMismatch, match="Did you mean 'k'"):
        numbers.totals("K")


def test_totals_are_not_changed_by_what_is_done_to_the_data_later() -> None:
    old = pd.DataFrame({"k": ["a"], "v": [1.0]})
    found = af.compare(old, old.copy(), key="k")
    old.loc[0, "v"] = 7.0
    assert found.totals()["v", "old"].tolist() == [1.0]


def test_changes_are_shown_in_html_as_old_and_new_without_what_is_the_same() -> None:
    old = pd.DataFrame(
        {"<k>": ["<a>", "b"], "v": [1000.5, 2.0], "day": pd.to_datetime(["2026-01-31", None])}
    )
    new = old.assign(v=[1000.5, np.nan], day=pd.to_datetime(["2026-02-28", "2026-03-31"]))
    html = af.compare(old, new, key="<k>").to_html()
    assert "<b>different</b>: 0 rows added, 0 removed, 2 changed" in html
    assert "<td>2026-01-31 → <b>2026-02-28</b></td>" in html
    assert "<td>2 → <b><i>missing</i></b></td>" in html
    assert "1,000.5" not in html  # which is the same
    assert "&lt;k&gt;" in html
    assert "<k>" not in html
    assert "color" not in html  # the colors are those of the page, light or dark


def test_html_says_how_many_rows_are_not_shown_and_shortens_long_values() -> None:
    new = pd.DataFrame({"k": range(25), "v": ["x" * 500] * 25})
    html = af.compare(new.head(0), new, key="k").to_html()
    assert html.count("<tr>") == 10
    assert "15 more are in <code>.added</code>." in html
    assert "x" * 79 + "…" in html
    assert "x" * 81 not in html


def test_json_has_exact_values() -> None:
    old = pd.DataFrame({"old v": [1], "v": [0.1234567890123456], "n": [2**53 + 1]})
    new = pd.DataFrame({"old v": [1], "v": [np.inf], "n": [None]})
    found = af.compare(old, new, key="old v").to_dict(rows=1)
    assert json.loads(json.dumps(found, allow_nan=False))["changed"] == [
        {
            "old v": 1,
            "v": {"old": 0.1234567890123456, "new": "inf"},
            "n": {"old": 2**53 + 1, "new": None},
        }
    ]
    added = af.compare(old.head(0), old.assign(d=pd.Timestamp("2026-01-31")), key="n", columns=[])
    assert added.to_dict(rows=1)["added"][0]["d"] == "2026-01-31T00:00:00"


def test_a_comparison_survives_pickling() -> None:
    old = pd.DataFrame({"k": ["a", "b"], "v": [1, 2]})
    found = af.compare(old, old.assign(v=[1, 3]), key="k")
    copied = pickle.loads(pickle.dumps(found))
    assert copied.to_dict(rows=5) == found.to_dict(rows=5)
    assert copied.totals().equals(found.totals())
