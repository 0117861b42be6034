"""Rows whose keys differ from an item's only in case, white space, invisible characters or accents.

Whether Anaplan itself takes such keys for the same is not documented, so that everything is tried
with a list that does and one that does not.
"""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from typing import Any, get_args

import pyarrow as pa
from hypothesis import event, given
from hypothesis import strategies as st

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.key_folding import fold_key
from anaplan_frames.lists.item_planner import ItemPlan, Mode, WriteRules, plan_items
from tests.lists.test_write_stages import COLUMNS, TYPES, Item, Service, state_table

SPELLINGS = [
    str,
    str.upper,
    lambda text: f" {text}\u00a0",
    lambda text: f"{text}\u200b",
    lambda text: unicodedata.normalize("NFD", text),
]
WORDS = ["aé", "bç", "c", "d"]


def spelt(words: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda word, way: way(word), st.sampled_from(words), st.sampled_from(SPELLINGS)
    )


@st.composite
def items(draw: st.DrawFn) -> dict[str, Item]:
    """Draw items, some of which have twins."""
    unique: Any = draw(st.sampled_from([None, fold_key]))
    codes = draw(st.lists(spelt(WORDS), unique_by=unique or str, max_size=5))
    names = draw(
        st.lists(
            spelt([f"N {word}" for word in WORDS]),
            unique_by=unique or str,
            min_size=min(len(codes), 4),
            max_size=4,
        )
    )
    found: dict[str, Item] = {}
    for number, (code, name) in enumerate(zip(codes, names, strict=False)):
        found[f"2100{number}"] = {
            "code": draw(st.sampled_from([code, code, None])),
            "name": name,
            "parent": draw(st.sampled_from([None, *found])),
            "Grade": None,
            "FTE": None,
        }
    return found


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "code": spelt(WORDS) | st.none(),
            "name": spelt([f"N {word}" for word in WORDS]),
            "parent": st.none() | st.none() | spelt([f"N {word}" for word in WORDS]),
            "Grade": st.sampled_from(["x", None]),
            "FTE": st.none(),
        }
    ),
    max_size=4,
)


def planned(before: dict[str, Item], rows: list[Item], mode: Mode) -> ItemPlan:
    columns = [ItemColumn(name, "", name, TYPES.get(name, pa.string())) for name in COLUMNS]
    rules = WriteRules(
        mode=mode,
        keys=("code", "name"),
        columns=columns,
        blank=mode == "sync",
        delete=mode == "sync",
        own_parents=True,
        numbered=False,
        skip_blank=True,
        label="list 'L'",
    )
    table = pa.table(
        {name: pa.array([r[name] for r in rows], pa.large_string()) for name in COLUMNS}
    )
    return plan_items(rules, state_table(before), table)


class Lenient(Service):
    """A list in which items below a deleted one stay, without a parent."""

    def delete(self, record: Item) -> None:
        del self.items[record["id"]]
        for item in self.items.values():
            if item["parent"] == record["id"]:
                item["parent"] = None


def folded(found: dict[str, Item], key: str) -> Counter[str]:
    return Counter(fold_key(item[key]) for item in found.values() if item[key] is not None)


@given(before=items(), rows=ROWS, mode=st.sampled_from(get_args(Mode)), order=st.randoms())
def test_no_twin_is_added_and_none_that_the_data_has_is_deleted(
    before: dict[str, Item], rows: list[Item], mode: Mode, order: random.Random
) -> None:
    try:
        plan = planned(before, rows, mode)
    except ColumnMismatch:
        event("columns, keys or parents do not fit")
        return
    event(f"{mode}: {'some' if plan.folded.count else 'none'} folded")
    services: list[Service] = [Lenient(before)]
    if all(max(folded(before, key).values(), default=1) == 1 for key in ("code", "name")):
        services.append(Lenient(before, fold_key))
    for service in services:
        for stage in plan.stages:
            service.carry_out(stage, random.Random(order.random()))
        check_items(before, service.items, rows, mode)
        check_rows(service, rows, plan, mode)
    assert services[0].rows() == services[-1].rows()


def check_items(
    before: dict[str, Item], after: dict[str, Item], rows: list[Item], mode: Mode
) -> None:
    for key in ("code", "name"):
        was, now = folded(before, key), folded(after, key)
        assert all(count <= max(1, was[text]) for text, count in now.items())
    if mode not in ("delete", "sync"):
        assert before.keys() <= after.keys()
    if mode == "sync":
        named = {fold_key(row["code"]) for row in rows if row["code"]}
        kept = {
            id_ for id_, item in before.items() if item["code"] and fold_key(item["code"]) in named
        }
        assert kept <= after.keys()


def check_rows(service: Service, rows: list[Item], plan: ItemPlan, mode: Mode) -> None:
    """The rows that are not refused are items, or are none any more."""
    for number, row in enumerate(rows):
        if number in plan.refused or not row["code"]:
            continue
        same = [
            i
            for i in service.items.values()
            if i["code"] and fold_key(i["code"]) == fold_key(row["code"])
        ]
        exact = [item for item in same if item["code"] == row["code"]]
        if mode == "delete":
            assert not exact
            continue
        (item,) = exact or same
        assert fold_key(item["name"]) == fold_key(row["name"])
        assert row["Grade"] is None or item["Grade"] == row["Grade"]
