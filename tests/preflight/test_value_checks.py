"""What a plan takes for right is taken, and what it takes for wrong is rejected, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.value_checks import (
    RIGHT,
    UNCLEAR,
    WRONG,
    UnclearValues,
    check_of_flags,
    check_of_format,
    check_of_items,
    check_of_length,
    check_of_numbers,
)

ITEMS = 30


@pytest.fixture(scope="module")
def values() -> Iterator[Module]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        keys = model.list("Keys", items=pd.DataFrame({"Name": [f"k{n}" for n in range(ITEMS)]}))
        formats = {"NUMBER": "NUMBER", "BOOLEAN": "BOOLEAN", "DATE": "DATE"}
        model.module("Values", dimensions=[keys], line_items=formats)
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("M").modules["Values"]


TEXTS = {
    "NUMBER": st.text("0123456789.,-+eE _x%'()", min_size=1, max_size=8),
    "BOOLEAN": st.sampled_from(["true", "FALSE ", " 1", "0", "tRue", "yes", "wahr", "2", "-", " "]),
    "DATE": st.one_of(
        st.dates().map(str),
        st.text("0123456789-/ ", min_size=1, max_size=10),
        st.sampled_from(["2026-02-29", "2026-1-1", " 2026-01-01", "2026-01-01T00:00", " "]),
    ),
}
ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)


def check_as_sent(values: Module, format_: str, texts: list[str]) -> None:
    judge = check_of_format(format_, format_, blanks=format_ == "DATE")
    assert judge is not None
    verdicts = judge.look_at(pa.array(texts, TEXT)).verdicts
    keys = [f"k{n}" for n in range(len(texts))]
    frame = pd.DataFrame({"Keys": keys, format_: texts}, dtype=object)
    rejected = set(values.write(frame, on_rejected="ignore").rejected.index)
    for n, verdict in enumerate(verdicts):
        if verdict != UNCLEAR:
            assert (verdict == WRONG) == (n in rejected), texts[n]


usual = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("format_", ["NUMBER", "BOOLEAN", "DATE"])
@pytest.mark.sampled(1)
@settings(usual, max_examples=4)
@given(data=st.data())
def test_a_value_is_judged_as_it_is_received(
    values: Module, format_: str, data: st.DataObject
) -> None:
    drawn = st.lists(st.one_of(TEXTS[format_], ANY), min_size=ITEMS, max_size=ITEMS)
    check_as_sent(values, format_, data.draw(drawn))


@pytest.mark.long
@pytest.mark.parametrize("format_", ["NUMBER", "BOOLEAN", "DATE"])
@settings(usual, max_examples=10)
@given(data=st.data())
def test_many_values_are_judged_as_they_are_received(
    values: Module, format_: str, data: st.DataObject
) -> None:
    drawn = st.lists(st.one_of(TEXTS[format_], ANY), min_size=ITEMS, max_size=ITEMS)
    check_as_sent(values, format_, data.draw(drawn))


@pytest.mark.parametrize(
    ("format_", "text", "verdict"),
    [
        ("NUMBER", "-1.5e3", RIGHT),
        ("NUMBER", "9" * 400, WRONG),
        ("NUMBER", "1,000", UNCLEAR),
        ("NUMBER", "€ 5", UNCLEAR),
        ("NUMBER", "12x", WRONG),
        ("NUMBER", "", WRONG),
        ("BOOLEAN", " TRUE", RIGHT),
        ("BOOLEAN", "yes", UNCLEAR),
        ("BOOLEAN", "maybe", WRONG),
        ("DATE", "2024-02-29", RIGHT),
        ("DATE", "2023-02-29", WRONG),
        ("DATE", "31.12.2026", UNCLEAR),
        ("DATE", "1 January 2026", UNCLEAR),
        ("DATE", "soon", WRONG),
    ],
)
def test_each_kind_of_text(format_: str, text: str, verdict: int) -> None:
    check = check_of_format("c", format_, blanks=False)
    assert check is not None
    assert check.look_at(pa.array([None, text, text], TEXT)).verdicts.tolist() == [
        RIGHT,
        verdict,
        verdict,
    ]


def test_numbers_of_a_file_have_its_decimal_separator() -> None:
    texts = pa.array(["1,5", "1.5", "-2", " "], TEXT)
    verdicts = check_of_numbers("c", ",").look_at(texts).verdicts
    assert verdicts.tolist() == [RIGHT, UNCLEAR, RIGHT, RIGHT]


def test_memberships_are_true_or_false() -> None:
    texts = pa.array(["true", " YES ", "0", "no", "perhaps", "t"], TEXT)
    wrong = check_of_flags("Active").look_at(texts)
    assert wrong.wrong.tolist() == [False, False, False, False, True, True]
    assert wrong.reasons()[4] == "'perhaps' in column 'Active' is not true or false"


@pytest.mark.parametrize("many", [0, 1000])
def test_items_are_found_by_any_of_their_keys_and_those_alike_are_unclear(many: int) -> None:
    names = pa.array(["Ann", "Bob", None, *(f"n{n}" for n in range(many))], TEXT)
    codes = pa.array(["a", None, "ann", *(f"c{n}" for n in range(many))], TEXT)
    texts = pa.array(["Ann", "a", "ann", "ANN", "bob ", "nobody", None, "Ann"], TEXT)
    verdicts = check_of_items("c", "list 'L'", [names, codes]).look_at(texts).verdicts
    right = [RIGHT, RIGHT, RIGHT, UNCLEAR, UNCLEAR, WRONG, RIGHT, RIGHT]
    assert verdicts.tolist() == right


def test_keys_have_at_most_60_characters() -> None:
    judged = check_of_length("Code").look_at(pa.array(["x" * 60, "x" * 61], TEXT))
    assert judged.wrong.tolist() == [False, True]


def test_unclear_values_are_counted_with_an_example() -> None:
    check = check_of_format("FTE", "NUMBER", blanks=True)
    assert check is not None
    unclear = UnclearValues()
    unclear.add(check.look_at(pa.array(["1", "1,000", "5%", None], TEXT)))
    unclear.add(check.look_at(pa.array(["2,000"], TEXT)))
    assert unclear.records() == [
        {
            "subject": "column 'FTE'",
            "reason": "Whether Anaplan takes 3 of its values, such as '1,000', for a number is "
            "only known once they are sent.",
        }
    ]
