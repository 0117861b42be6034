"""The differences of two structures are exactly those that were made."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.model_structure.structure_comparison import compare_structures
from anaplan_frames.model_structure.structure_things import Structure, Thing
from tests.examples import FEW

NAMES = st.sampled_from(["A", "B", "C"])
SETTINGS = st.dictionaries(st.sampled_from(["format", "formula"]), st.sampled_from(["x", "y"]))
PARTS = st.dictionaries(NAMES, SETTINGS, max_size=3)
MODULES = st.dictionaries(NAMES, st.tuples(SETTINGS, PARTS), max_size=3)
Modules = dict[str, tuple[dict[str, str], dict[str, dict[str, str]]]]


def structure(modules: Modules) -> Structure:
    things = [
        Thing("module", name, "", settings, parts_of(parts))
        for name, (settings, parts) in modules.items()
    ]
    return Structure(tuple(things), {})


def parts_of(parts: dict[str, dict[str, str]]) -> tuple[Thing, ...]:
    return tuple(Thing("line item", name, "", settings) for name, settings in parts.items())


def flat(modules: Modules) -> dict[tuple[str, str], dict[str, str]]:
    found = {("module", name): settings for name, (settings, _) in modules.items()}
    for name, (_, parts) in modules.items():
        found |= {("line item", f"{name}.{part}"): parts[part] for part in parts}
    return found


@FEW
@given(old=MODULES, new=MODULES)
def test_things_are_added_removed_or_set_otherwise(old: Modules, new: Modules) -> None:
    found = compare_structures(structure(old), structure(new))
    before, after = flat(old), flat(new)
    for table, keys in (
        (found.added, after.keys() - before),
        (found.removed, before.keys() - after),
    ):
        assert set(zip(table["kind"], table["name"], strict=True)) == keys
    changes = {
        (*key, what): (before[key].get(what), after[key].get(what))
        for key in before.keys() & after.keys()
        for what in before[key].keys() | after[key].keys()
        if before[key].get(what) != after[key].get(what)
    }
    shown = {
        place: tuple(None if pd.isna(value) else value for value in row)
        for place, row in zip(found.changed.index, found.changed.to_numpy(), strict=True)
    }
    assert shown == changes
    assert (found.rows_old, found.rows_new) == (len(before), len(after))
    assert found.equal == (before == after)


def test_what_belongs_to_a_renamed_module_is_compared_and_not_listed_as_new() -> None:
    items = parts_of({"Cost": {"format": "NUMBER"}, "Note": {"format": "TEXT"}})
    others = (Thing("list", "Staff", "1"), Thing("list", "Cities", "2"))
    renamed = parts_of({"Cost": {"format": "TEXT"}, "Note": {"format": "TEXT"}})
    found = compare_structures(
        Structure((*others, Thing("module", "Costs", "3", {}, items)), {}),
        Structure((*others, Thing("module", "Spend", "3", {}, renamed)), {}),
    )
    assert not len(found.added)
    assert not len(found.removed)
    assert found.changed.index.tolist() == [
        ("module", "Costs", "name"),
        ("line item", "Costs.Cost", "format"),
    ]


def test_parts_of_a_list_that_could_not_be_read_are_not_taken_for_new() -> None:
    known = Thing("list", "Staff", "1", {}, (Thing("list property", "Size"),))
    unknown = Thing("list", "Staff", "1", None)
    found = compare_structures(
        Structure((known,), {}), Structure((unknown,), {"list 'Staff'": "Not allowed"})
    )
    assert (found.verdict, found.equal) == ("unclear", False)
    assert found.unchecked.to_dict("records") == [
        {"subject": "list 'Staff'", "reason": "new model: Not allowed"}
    ]


def test_a_kind_that_one_side_could_not_read_is_not_compared() -> None:
    calendar = Thing("calendar", "Calendar", "", {"start": "2026-01-01"})
    found = compare_structures(
        Structure((calendar,), {}), Structure((), {"calendar": "Administrators only"})
    )
    assert not len(found.removed)
    assert found.verdict == "unclear"
