"""Things of two models find their counterparts by name, and renamed ones by id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.model_structure.structure_things import Thing
from anaplan_frames.model_structure.thing_pairs import are_related, pairs_of

THINGS = st.lists(
    st.builds(
        Thing,
        st.sampled_from(["list", "module"]),
        st.sampled_from(["A", "a", "B", "C", "D"]),
        st.sampled_from(["", "1", "2", "3"]),
    ),
    max_size=6,
)


@given(old=THINGS, new=THINGS, by_id=st.booleans())
def test_each_thing_is_in_one_pair_and_its_counterpart_is_of_its_kind(
    old: list[Thing], new: list[Thing], by_id: bool
) -> None:
    pairs = list(pairs_of(old, new, by_id=by_id))
    assert [before for before, _ in pairs if before is not None] == old
    found = [after for _, after in pairs if after is not None]
    assert sorted(map(id, found)) == sorted(map(id, new))
    for before, after in pairs:
        if before is None or after is None:
            continue
        assert before.kind == after.kind
        same = before.name.lower() == after.name.lower()
        assert same or (by_id and before.id == after.id != "")
    left_old = {(each.kind, each.name) for each, other in pairs if each and not other}
    left_new = {(each.kind, each.name) for other, each in pairs if each and not other}
    assert not left_old & left_new


def test_a_renamed_thing_is_found_by_its_id_only_if_models_are_related() -> None:
    old = [Thing("list", "Staff", "1"), Thing("list", "Cities", "2"), Thing("list", "Old", "3")]
    new = [Thing("list", "Staff", "1"), Thing("list", "Cities", "2"), Thing("list", "New", "3")]
    assert are_related(old, new)
    assert (old[2], new[2]) in list(pairs_of(old, new, by_id=True))
    assert (old[2], None) in list(pairs_of(old, new, by_id=False))
    other = [Thing("list", "Staff", "2"), Thing("list", "Cities", "1"), Thing("list", "Old", "3")]
    assert not are_related(old, other)
    assert not are_related(old, [Thing("list", "Other", "1")])
