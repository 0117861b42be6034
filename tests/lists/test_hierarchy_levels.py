"""Levels of a hierarchy as columns."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.lists.hierarchy import Cycle
from anaplan_frames.lists.hierarchy_levels import HierarchyList, Levels

Item = tuple[str, str, str | None]  # id, name, parent's id


def above(name: str, *items: Item) -> HierarchyList:
    columns = ("id", "name", "parentId")
    rows = [dict(zip(columns, item, strict=True)) for item in items]
    return HierarchyList(
        name, pa.Table.from_pylist(rows, pa.schema([(c, pa.string()) for c in columns]))
    )


def ancestors(levels: Levels, *items: Item) -> list[dict[str, Any]]:
    """Return the levels of items, as rows."""
    keys = [item[0] if levels.key == "id" else item[2] for item in items]
    names = pa.array([item[1] for item in items], pa.string())
    arrays = levels.of(pa.array(keys, pa.string()), names)
    rows: list[dict[str, Any]] = pa.table(dict(zip(levels.names, arrays, strict=True))).to_pylist()
    return rows


REGIONS = above("Regions", ("1", "Europe", None), ("2", "Asia", None))
COUNTRIES = above(
    "Countries", ("11", "France", "1"), ("12", "Japan", "2"), ("13", "Atlantis", None)
)


def test_lists_one_above_the_other_are_one_level_each() -> None:
    levels = Levels([REGIONS, COUNTRIES], "Cities")
    assert levels.names == ["Regions", "Countries", "Cities"]
    assert ancestors(levels, ("100", "Lyon", "11"), ("101", "Kyoto", "12")) == [
        {"Regions": "Europe", "Countries": "France", "Cities": "Lyon"},
        {"Regions": "Asia", "Countries": "Japan", "Cities": "Kyoto"},
    ]


def test_an_item_that_has_no_parent_has_no_level_above() -> None:
    levels = Levels([REGIONS, COUNTRIES], "Cities")
    assert ancestors(levels, ("100", "Nowhere", None), ("101", "Poseidonis", "13")) == [
        {"Regions": None, "Countries": None, "Cities": "Nowhere"},
        {"Regions": None, "Countries": "Atlantis", "Cities": "Poseidonis"},
    ]


def test_an_item_below_one_of_a_higher_list_leaves_the_level_between_missing() -> None:
    levels = Levels([REGIONS, COUNTRIES], "Cities")
    assert ancestors(levels, ("100", "Singapore", "2")) == [
        {"Regions": "Asia", "Countries": None, "Cities": "Singapore"}
    ]


def test_a_parent_that_the_user_may_not_see_is_missing() -> None:
    assert ancestors(Levels([REGIONS], "Countries"), ("11", "France", "999"))[0]["Regions"] is None


def test_a_list_with_parents_within_itself_has_as_many_levels_as_it_is_deep() -> None:
    items = [("1", "All", None), ("2", "Sales", "1"), ("3", "North", "2"), ("4", "HR", "1")]
    levels = Levels([above("Units", *items)])
    assert levels.names == ["Units level 1", "Units level 2", "Units level 3"]
    rows = [tuple(row.values()) for row in ancestors(levels, *items)]
    assert rows == [
        ("All", None, None),
        ("All", "Sales", None),
        ("All", "Sales", "North"),
        ("All", "HR", None),
    ]


def test_a_list_without_parents_is_one_level() -> None:
    levels = Levels([REGIONS])
    assert levels.names == ["Regions"]
    assert ancestors(levels, ("2", "Asia", None)) == [{"Regions": "Asia"}]


def test_the_levels_of_a_deep_list_come_before_those_below_it() -> None:
    levels = Levels([above("Units", ("1", "All", None), ("2", "Sales", "1"))], "Teams")
    assert levels.names == ["Units level 1", "Units level 2", "Teams"]
    assert ancestors(levels, ("9", "Red", "2")) == [
        {"Units level 1": "All", "Units level 2": "Sales", "Teams": "Red"}
    ]


def test_lists_without_items_still_have_levels() -> None:
    levels = Levels([above("Regions"), above("Countries")], "Cities")
    assert ancestors(levels, ("100", "Lyon", "11")) == [
        {"Regions": None, "Countries": None, "Cities": "Lyon"}
    ]
    assert ancestors(Levels([above("Regions")])) == []


def test_items_that_are_their_own_ancestors_are_refused() -> None:
    with pytest.raises(Cycle):
        Levels([above("Units", ("1", "a", "2"), ("2", "b", "1"))])


@given(st.lists(st.integers(-1, 200), min_size=1, max_size=40), st.randoms())
def test_the_levels_are_the_way_up_in_any_tree(choices: list[int], random: Any) -> None:
    ids = [str(206_000_000_000 + n) for n in range(len(choices))]
    random.shuffle(ids)  # neither ids nor parents come in any order
    parents = [None if c < 0 or not n else ids[c % n] for n, c in enumerate(choices)]
    items = [(id_, f"n{id_}", parent) for id_, parent in zip(ids, parents, strict=True)]
    random.shuffle(items)
    up = dict(zip(ids, parents, strict=True))
    levels = Levels([above("L", *items)])
    for item, row in zip(items, ancestors(levels, *items), strict=True):
        way: list[str] = []
        at: str | None = item[0]
        while at is not None:
            way.insert(0, f"n{at}")
            at = up[at]
        assert [name for name in row.values() if name is not None] == way
        assert list(row.values())[: len(way)] == way
