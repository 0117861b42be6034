"""From any state of a list to any other: it ends equal, in any order within a stage."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.desired_state import DesiredState
from anaplan_frames.lists.item_differences import changed_values
from anaplan_frames.lists.item_matching import (
    NEW,
    ItemMatches,
    KeyedTable,
    check_unique,
    match_items,
)
from anaplan_frames.lists.write_stages import Stage, StagePlanner
from anaplan_frames.writes.folded_keys import fold_texts

Item = dict[str, Any]
COLUMNS = ("code", "name", "parent", "Grade", "FTE")
TYPES = {"FTE": pa.float64()}


def state_table(items: Mapping[str, Item]) -> pa.Table:
    """Make the table that reading the list gives; parents by name."""
    columns: dict[str, pa.Array] = {"id": pa.array(list(items), pa.string())}
    for name in COLUMNS:
        values = [item[name] for item in items.values()]
        if name == "parent":
            values = [None if parent is None else items[parent]["name"] for parent in values]
        columns[name] = pa.array(values, TYPES.get(name, pa.string()))
    return pa.table(columns)


def plan(
    items: Mapping[str, Item],
    rows: Sequence[Item],
    *,
    keys: Sequence[str] = ("code", "name"),
    delete: bool = True,
    blank: bool = True,
) -> StagePlanner:
    """Plan as the writing of lists does."""
    state = KeyedTable.of(state_table(items))
    table = pa.table(
        {
            name: pa.array(
                [None if row[name] is None else str(row[name]) for row in rows], pa.large_string()
            )
            for name in COLUMNS
        }
    )
    keyed = KeyedTable.of(table)
    matches = match_items(state, keyed, keys)
    check_unique(keyed, matches, keys, "list 'L'")
    found = matches.items
    compared = [name for name in COLUMNS if name != "parent"]
    values = changed_values(state.table, table, found, columns=compared, blank=blank)
    gone = np.full(state.table.num_rows, delete)
    gone[found[found >= 0]] = False
    parents = table["parent"].combine_chunks()
    return StagePlanner(
        DesiredState(
            state=state,
            items=found,
            values=values,
            wanted=folded(values),
            parents=parents,
            gone=gone,
            blank=blank,
            numbered=False,
            label="list 'L'",
        )
    )


def folded(values: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    return {key: fold_texts(values[key]) for key in ("name", "code")}


class Service:
    """A list by Anaplan's rules, as strict as can be: whatever is refused is an error."""

    def __init__(
        self, items: Mapping[str, Item], fold: Callable[[str], str] = lambda text: text
    ) -> None:
        self.items = {key: dict(item) for key, item in items.items()}
        self.made = 0
        self.fold = fold

    def having(self, key: str, text: str) -> list[str]:
        """The ids of the items with this name or code: exactly, or else when it is folded."""
        known = {id_: item[key] for id_, item in self.items.items() if item[key] is not None}
        return [id_ for id_, own in known.items() if own == text] or [
            id_ for id_, own in known.items() if self.fold(own) == self.fold(text)
        ]

    def carry_out(self, stage: Stage, order: random.Random) -> None:
        records = stage.records.to_pylist()
        order.shuffle(records)
        for record in records:
            getattr(self, stage.action)({k: v for k, v in record.items() if v is not None})

    def insert(self, record: Item) -> None:
        self.made += 1
        item = dict.fromkeys(COLUMNS)
        self.items[f"new{self.made}"] = item
        self._write(item, record)

    def update(self, record: Item) -> None:
        """Find an item by what the documented table of updates shows, and change it."""
        if "id" in record:
            assert (
                "name" not in record or "code" in record or self.items[record["id"]]["code"] is None
            )
            self._write(self.items[record["id"]], record)
        else:
            (id_,) = self.having("code", record["code"])
            self._write(self.items[id_], record)

    def delete(self, record: Item) -> None:
        assert not any(item["parent"] == record["id"] for item in self.items.values())
        del self.items[record["id"]]

    def _write(self, item: Item, record: Item) -> None:
        for name in ("name", "code"):
            if name in record:
                assert record[name], "a name or code cannot be taken away"
                folded = self.fold(record[name])
                for other in self.items.values():
                    free = other[name] is None or self.fold(other[name]) != folded
                    assert other is item or free, f"the {name} is already used"
                item[name] = record[name]
        if "parent" in record:
            item["parent"] = self._parent(item, record["parent"])
        for name in ("Grade", "FTE"):
            if name in record:
                item[name] = float(record[name]) if name == "FTE" else record[name] or None

    def _parent(self, child: Item, name: str) -> str | None:
        if not name:
            return None
        (found,) = self.having("name", name)
        above: str | None = found
        while above is not None:
            assert self.items[above] is not child, "an item cannot be below itself"
            above = self.items[above]["parent"]
        return found

    def rows(self) -> list[Item]:
        """The items as rows, parents by name, in the order of their codes."""
        rows = [
            {
                **item,
                "parent": item["parent"] and self.items[item["parent"]]["name"],
                "FTE": item["FTE"] or 0.0,  # as Anaplan has no missing number
            }
            for item in self.items.values()
        ]
        return sorted(rows, key=lambda row: (row["code"] or "", row["name"]))


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Item]:
    """Items with codes and names of a few letters, so that all of them collide often."""
    codes = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8))
    names = draw(st.permutations(["A", "B", "C", "D", "E", "F", "G", "H"]))
    items: dict[str, Item] = {}
    for number, code in enumerate(codes):
        items[f"2100{number}"] = {
            "code": code,
            "name": names[number],
            "parent": draw(st.sampled_from([None, *items])),
            "Grade": draw(st.sampled_from([None, "x", "y"])),
            "FTE": draw(st.sampled_from([None, 1.0, 0.5])),
        }
    return items


def as_rows(items: Mapping[str, Item]) -> list[Item]:
    return Service(items).rows()


@given(before=trees(), after=trees(), order=st.randoms(use_true_random=False))
def test_from_any_state_to_any_state_it_ends_equal(
    before: dict[str, Item], after: dict[str, Item], order: random.Random
) -> None:
    service = Service(before)
    rows = as_rows(after)
    order.shuffle(rows)
    for stage in plan(before, rows).stages():
        service.carry_out(stage, order)
    assert service.rows() == as_rows(after)


@given(before=trees(), after=trees())
def test_nothing_is_sent_that_does_not_change_and_nothing_twice_but_what_stood_in_the_way(
    before: dict[str, Item], after: dict[str, Item]
) -> None:
    old = {row["code"]: row for row in as_rows(before)}
    new = {row["code"]: row for row in as_rows(after)}
    ids = {key: item["code"] for key, item in before.items()}
    moved = _moved(before, after)
    sent: Counter[str] = Counter()
    in_the_way = {name for key, row in old.items() if (name := row["name"])} & {
        row["name"] for key, row in new.items() if old.get(key, {}).get("name") != row["name"]
    }
    for stage in plan(before, as_rows(after)).stages():
        items = stage.ids or [None] * stage.records.num_rows
        for item_id, record in zip(items, stage.records.to_pylist(), strict=True):
            code = ids[str(item_id)] if item_id is not None else record["code"]
            sent[code] += 1
            if stage.action == "update" and not stage.temporary:
                row, name = new[code], old[code]["name"]
                for column, value in record.items():
                    if column not in ("id", "code", "parent") and value is not None:
                        number = column == "FTE"
                        given = float(value) if number else value or None
                        assert old[code][column] != given
                        assert row[column] == given
                assert name in in_the_way or sent[code] == 1
    changed = {
        code
        for code in old.keys() | new.keys()
        if code in moved or _but_parent(old.get(code)) != _but_parent(new.get(code))
    }
    assert set(sent) == changed


def _moved(before: Mapping[str, Item], after: Mapping[str, Item]) -> set[str]:
    """Codes of the items that are below another item than before; names may have changed."""

    def above(items: Mapping[str, Item]) -> dict[str, str | None]:
        return {
            item["code"]: item["parent"] and items[item["parent"]]["code"]
            for item in items.values()
        }

    old, new = above(before), above(after)
    return {code for code in old.keys() & new.keys() if old[code] != new[code]}


def _but_parent(row: Item | None) -> Item | None:
    return row and {name: value for name, value in row.items() if name != "parent"}


@given(items=trees())
def test_an_equal_state_sends_nothing(items: dict[str, Item]) -> None:
    planning = plan(items, as_rows(items))
    assert planning.stages() == []
    assert not planning.changed.any()


@given(before=trees(), after=trees(), order=st.randoms(use_true_random=False))
def test_without_delete_the_other_items_stay_as_they_are(
    before: dict[str, Item], after: dict[str, Item], order: random.Random
) -> None:
    codes = {item["code"] for item in after.values()}
    held = {item["name"] for item in before.values() if item["code"] not in codes}
    rows = [{**row, "name": f"{row['name']}'", "parent": None} for row in as_rows(after)]
    service = Service(before)
    for stage in plan(before, rows, delete=False).stages():
        assert stage.action != "delete"
        service.carry_out(stage, order)
    assert {row["code"] for row in service.rows()} == codes | {r["code"] for r in as_rows(before)}
    assert held <= {row["name"] for row in service.rows()}


def item(name: str, parent: str | None = None, **values: Any) -> Item:
    return {
        "code": name.lower(),
        "name": name,
        "parent": parent,
        "Grade": None,
        "FTE": None,
    } | values


def test_items_that_swap_names_get_temporary_names() -> None:
    before = {"1": item("A", code="a"), "2": item("B", code="b")}
    rows = [item("B", code="a"), item("A", code="b")]
    temporary, final = plan(before, rows).stages()
    assert temporary.temporary
    assert temporary.records.to_pylist() == [
        {"id": None, "code": "a", "name": "~1"},
        {"id": None, "code": "b", "name": "~2"},
    ]
    assert final.records["name"].to_pylist() == ["B", "A"]


def test_an_item_with_a_free_new_name_goes_before_the_one_that_takes_its_old_one() -> None:
    before = {"1": item("A", code="a"), "2": item("B", code="b")}
    rows = [item("B", code="a"), item("C", code="b")]
    first, second = plan(before, rows).stages()
    assert first.ids is not None
    assert second.ids is not None
    assert (first.ids.to_pylist(), second.ids.to_pylist()) == (["2"], ["1"])
    assert not first.temporary


def test_a_deleted_item_makes_way_for_a_new_one_of_its_name() -> None:
    stages = plan({"1": item("A", code="a")}, [item("A", code="z")]).stages()
    assert [stage.action for stage in stages] == ["delete", "insert"]


def test_a_deleted_parent_goes_last_and_its_children_move_to_the_new_one_of_its_name() -> None:
    before = {"1": item("A", code="a"), "2": item("B", "1")}
    stages = plan(before, [item("A", code="z"), item("B", "A")]).stages()
    assert [(s.action, s.temporary) for s in stages] == [
        ("update", True),
        ("insert", False),
        ("update", False),
        ("delete", False),
    ]


def test_new_parents_go_in_before_their_children_in_whatever_order_the_data_has_them() -> None:
    rows = [item("C", "B"), item("B", "A"), item("A")]
    stages = plan({}, rows).stages()
    assert [stage.rows.tolist() for stage in stages] == [[2], [1], [0]]


def test_a_parent_may_be_named_by_its_code_or_by_the_name_that_it_has_had() -> None:
    before = {"1": item("Old", code="p"), "2": item("B")}
    rows = [item("New", code="p"), item("B", "p"), item("C", "Old"), item("D", "New")]
    stages = plan(before, rows).stages()
    parents = [p for s in stages for p in s.records.to_pydict().get("parent", []) if p]
    assert parents == ["New"] * 3


def test_a_circle_is_an_error_that_names_its_items() -> None:
    with pytest.raises(ColumnMismatch, match=r"list 'L' would form a circle.*'A', 'B'"):
        plan({}, [item("A", "B"), item("B", "A"), item("C")])


def test_a_circle_through_an_item_without_a_row_is_found() -> None:
    before = {"1": item("A"), "2": item("B", "1")}
    with pytest.raises(ColumnMismatch, match="circle"):
        plan(before, [item("A", "B")], delete=False)


def test_a_parent_that_would_be_deleted_is_an_error() -> None:
    before = {"1": item("A"), "2": item("B", "1")}
    with pytest.raises(ColumnMismatch, match=r"would be deleted.*'A'"):
        plan(before, [item("B", "A")])


def test_an_unknown_parent_is_left_to_the_service() -> None:
    (stage,) = plan({}, [item("B", "Nowhere")]).stages()
    assert stage.records["parent"].to_pylist() == ["Nowhere"]


def test_missing_values_leave_the_item_alone_unless_they_blank_it() -> None:
    before = {"1": item("A"), "2": item("B", "1", Grade="x", FTE=1.0)}
    rows = [item("A"), item("B")]
    assert plan(before, rows, blank=False).stages() == []
    (stage,) = plan(before, rows).stages()
    assert stage.records.to_pylist() == [
        {"id": "2", "code": None, "name": None, "parent": "", "Grade": "", "FTE": "0"}
    ]


def test_items_are_identified_as_the_documented_table_of_updates_does() -> None:
    before = {"1": item("A", code="a"), "2": item("B", code=None), "3": item("C", code="c")}
    rows = [
        {"id": "1", **item("A2", code="a")},  # a new name: by the code
        {"id": "2", **item("B", code="b")},  # a new code: by id and name
        {"id": "3", **item("C", code="c", Grade="x")},  # a property: by id
    ]
    state = state_table(before)
    table = pa.table(
        {name: pa.array([r[name] for r in rows]) for name in ("id", "code", "name", "Grade")}
    )
    keyed = KeyedTable.of(state)
    found = match_items(keyed, KeyedTable.of(table), ["id"]).items
    values = changed_values(state, table, found, columns=["code", "name", "Grade"])
    none_gone = np.full(3, False)
    wanted = DesiredState(
        state=keyed,
        items=found,
        values=values,
        wanted=folded(values),
        parents=None,
        gone=none_gone,
        blank=False,
        numbered=False,
        label="list 'L'",
    )
    (stage,) = StagePlanner(wanted).stages()
    assert stage.records.to_pylist() == [
        {"id": None, "code": "a", "name": "A2", "Grade": None},
        {"id": "2", "code": "b", "name": "B", "Grade": None},
        {"id": "3", "code": None, "name": None, "Grade": "x"},
    ]


def test_rows_without_a_code_are_matched_by_name_and_give_a_code_only_to_items_without_one() -> (
    None
):
    state = state_table({"1": item("A", code=None), "2": item("B", code="b")})
    rows = pa.table({"code": ["a", "z", None], "name": ["A", "B", "B"]})
    assert found_items(state, rows, ["code", "name"]).items.tolist() == [0, NEW, 1]


def test_an_id_that_no_item_has_is_not_taken_for_a_new_item() -> None:
    state = state_table({"1": item("A")})
    rows = pa.table({"id": ["1", "9", None], "name": ["A", "X", "Y"]})
    assert found_items(state, rows, ["id", "name"]).items.tolist() == [0, -2, NEW]


@pytest.mark.parametrize(
    ("codes", "names", "said"),
    [
        (
            ["a", "b", "a"],
            ["A", "B", "C"],
            r"'code'.*names 1 more than once: 'a' \(rows 0, 2\)",
        ),
        ([None, None, "a"], ["A", "A", "C"], r"'name'.*'A' \(rows 0, 1\)"),
    ],
)
def test_rows_of_one_key_are_refused_by_name(
    codes: list[str | None], names: list[str], said: str
) -> None:
    rows = pa.table({"code": codes, "name": names})
    found = found_items(state_table({}), rows, ["code", "name"])
    with pytest.raises(ColumnMismatch, match=said):
        check_unique(KeyedTable.of(rows), found, ["code", "name"], "list 'L'")


def test_two_rows_that_find_one_item_by_different_keys_are_refused() -> None:
    state = state_table({"1": item("A", code="a")})
    rows = pa.table({"code": ["a", None], "name": ["X", "A"]})
    found = found_items(state, rows, ["code", "name"])
    assert found.items.tolist() == [0, NEW]
    exact = {key: np.full(2, True) for key in ("code", "name")}
    both = ItemMatches(np.array([0, 0]), exact)
    with pytest.raises(ColumnMismatch, match="Rows 0 and 1 are about the same item"):
        check_unique(KeyedTable.of(rows), both, ["code", "name"], "list 'L'")


def found_items(state: pa.Table, rows: pa.Table, keys: list[str]) -> ItemMatches:
    return match_items(KeyedTable.of(state), KeyedTable.of(rows), keys)
