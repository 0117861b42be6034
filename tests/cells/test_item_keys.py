"""Items of a dimension found by name, code or id."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anaplan_frames.cells.item_keys import MISSING, SEVERAL, TWINS, UNKNOWN, DimensionItems
from tests.cells.made_items import items


def found(which: DimensionItems, texts: list[str | None], *keys: str) -> list[int]:
    array = pa.array(texts, pa.large_string())
    return which.find(array, keys or which.likely_keys(array)).tolist()  # type: ignore[arg-type]


def test_items_are_found_by_the_key_that_most_texts_are_and_otherwise_by_any() -> None:
    which = items(["a", "b", "c"], ["x", "a", None])
    assert found(which, ["a", "b", "c"]) == [0, 1, 2]
    assert found(which, ["x", "a"]) == [0, 1]
    assert found(which, ["a", "c", "x", "202", None, "?"]) == [0, 2, 0, 2, MISSING, UNKNOWN]
    assert found(which, ["a", "x", None], "name") == [0, UNKNOWN, MISSING]


def test_a_name_that_several_items_have_is_not_guessed() -> None:
    which = items(["a", "a", "b"], ["1", "2", "3"])
    assert found(which, ["a", "b", "2"]) == [SEVERAL, 2, 1]
    assert which.reason("a", SEVERAL, ("name",)) == (
        "Several items of 'D' are called 'a'. Use their codes or ids."
    )


def test_a_text_that_no_item_has_exactly_is_the_only_one_that_differs_in_nothing_seen() -> None:
    which = items(["West", "EAST", "east", "Süd"], ["w", "e", None, "west "])
    assert found(which, ["WEST\u200b", "Su\u0308d", "W", "East"], "name", "code") == [
        0,
        3,
        0,
        TWINS,
    ]
    assert found(which, ["west ", "east", "EAST"], "name", "code") == [3, 2, 1]
    assert found(which, ["W"], "id") == [UNKNOWN]
    assert (which.folded.count, which.folded.example) == (3, ("WEST\u200b", "West"))
    assert which.reason("East", TWINS, ("name", "code")) == (
        "No item of 'D' is exactly 'East', and several differ from it only in case, outer white "
        "space, invisible characters or accents: 'EAST' (id 201), 'east' (id 202)."
    )


def test_a_column_without_texts_finds_nothing() -> None:
    assert found(items([]), ["a", None]) == [UNKNOWN, MISSING]
    assert found(items(["a"]), []) == []


@pytest.mark.parametrize("size", [2, 3000])
def test_near_names_are_suggested_if_there_are_not_too_many_to_compare(size: int) -> None:
    which = items([f"Item {number}" for number in range(size)])
    assert "Did you mean 'Item 1'" in which.reason("Itm 1", UNKNOWN, ("name", "code"))
    assert which.reason(None, MISSING, ("name",)) == "No item of 'D' is given."
