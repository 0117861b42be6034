"""Imports into lists whose items are identified by code, name, both, or a combination."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from tests.sandbox.planning.model_actions import items, load, names, new_model

HEADER = "Name,Code,Grade\n"


def staff(model: Model, rows: list[tuple[str, str, str]], **options: Any) -> Any:
    """Make a list with these items, and an import into it."""
    frame = pd.DataFrame(rows, columns=["Name", "Code", "Grade"])
    lst = model.list("Staff", properties={"Grade": "TEXT"}, items=frame if rows else None)
    file = model.file("staff.csv", columns=["Name", "Code", "Grade"])
    return model.import_("Load", file, lst, **options)


def held(model: Model, lst: Any) -> list[tuple[str, str, str]]:
    frame = items(model, lst).fillna("")
    return list(zip(frame["name"], frame["code"], frame["p0"], strict=True))


STAFF = [("Ada", "1", "A"), ("Bo", "2", "B")]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("identify", "row", "ada"),
    [
        ("code", "Ann,1,C", ("Ann", "1", "C")),
        ("name", "Ada,9,C", ("Ada", "9", "C")),
        ("name", "Ada,,C", ("Ada", "1", "C")),  # an empty code keeps it
        ("name", "ada,9,C", ("Ada", "9", "C")),
        ("name or code", "Ann,1,C", ("Ann", "1", "C")),
        ("name or code", "Ada,9,C", ("Ada", "9", "C")),
        (["Grade"], "Ann,9,A", ("Ann", "9", "A")),
    ],
)
def test_an_item_is_updated_that_is_found_in_the_chosen_way(
    identify: Any, row: str, ada: tuple[str, str, str]
) -> None:
    model = new_model()
    definition = staff(model, STAFF, identify=identify)
    assert load(model, definition, f"{HEADER}{row}\n").counts == (0, 1, 0, 0)
    assert held(model, definition.into) == [ada, STAFF[1]]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("identify", "row", "message"),
    [
        ("code", "Bo,1,C", 'Name or code exists already: Name ("Bo")'),
        ("code", "Ann,,C", 'Empty key: Code ("")'),
        ("name", "Ada,2,C", 'Name or code exists already: Code ("2")'),
        ("name", ",1,C", 'Empty key: Name ("")'),
        ("name or code", "Bo,1,C", 'Name or code exists already: Name ("Bo")'),
        ("name or code", ",1,C", 'Empty name: Name ("")'),
        ("name or code", ",,C", 'Empty key: Code ("")'),
        (["Grade"], "Bo,1,A", 'Name or code exists already: Name ("Bo")'),
        (["Grade"], "Ann,2,A", 'Name or code exists already: Code ("2")'),
        (["Grade"], "Ann,1,", 'Empty key: Grade ("")'),
    ],
)
def test_a_row_that_takes_a_key_of_another_item_or_has_none_is_rejected(
    identify: Any, row: str, message: str
) -> None:
    model = new_model()
    definition = staff(model, STAFF, identify=identify)
    loaded = load(model, definition, f"{HEADER}{row}\n")
    assert loaded.counts == (0, 0, 0, 1)
    assert message in loaded.dump[1]
    assert held(model, definition.into) == STAFF


@pytest.mark.long
def test_a_key_that_several_items_have_is_rejected() -> None:
    model = new_model()
    definition = staff(model, [*STAFF, ("Cy", "3", "A")], identify=["Grade"])
    loaded = load(model, definition, f"{HEADER}Ann,9,A\nDi,4,D\nBob,2,B\n")
    assert loaded.counts == (1, 1, 0, 1)
    assert loaded.dump[1][-1] == 'Name or code exists already: Grade ("A")'


def test_two_rows_that_mean_one_item_by_different_keys_are_not_both_loaded() -> None:
    model = new_model()
    definition = staff(model, STAFF, identify="name or code")
    loaded = load(model, definition, f"{HEADER}Ann,1,C\nAda,9,D\nBo,2,E\n")
    assert loaded.counts == (0, 2, 0, 1)
    assert held(model, definition.into) == [("Ann", "1", "C"), ("Bo", "2", "E")]


def test_parent_and_date_can_identify_the_items_of_a_numbered_list() -> None:
    model = new_model()
    regions = model.list("Regions", items=names("North", "South"))
    orders = model.list(
        "Orders", parent=regions, numbered=True, properties={"Due": "DATE", "N": "NUMBER"}
    )
    file = model.file("f", columns=["Parent", "Due", "N"])
    definition = model.import_("Load", file, orders, identify=["Parent", "Due"])
    rows = "North,2026-01-31,1\nSouth,2026-01-31,2\nNorth,2026-01-31,3\nNowhere,2026-01-31,4\n,,5\n"
    loaded = load(model, definition, "Parent,Due,N\n" + rows)
    assert loaded.counts == (2, 0, 0, 3)
    assert loaded.lines == [4, 5, 6]
    again = load(model, definition, "Parent,Due,N\nSouth,2026-01-31,7\nSouth,2026-02-28,8\n")
    assert again.counts == (1, 1, 0, 0)
    found = items(model, orders)
    assert list(found["p1"]) == [1, 7, 8]
    assert list(found["name"]) == ["#1", "#2", "#3"]


def test_an_import_can_be_rejected_as_a_whole_if_keys_are_repeated() -> None:
    model = new_model()
    definition = staff(model, STAFF, duplicates="reject")
    outcome = load(model, definition, f"{HEADER}Cy,3,C\nDi,3,D\nEd,4,E\n").outcome
    assert not outcome.successful
    assert outcome.details[0]["type"] == "hierarchyImportFailed"
    assert "several rows have the same key" in outcome.details[0]["localMessageText"]
    assert held(model, definition.into) == STAFF
    assert load(model, definition, f"{HEADER}Cy,3,C\nDi,4,D\n").counts == (2, 0, 0, 0)


def test_names_that_are_taken_get_a_tilde_and_a_number() -> None:
    model = new_model()
    definition = staff(model, STAFF, unique_names=True)
    rows = "Ada,3,C\nADA,4,D\nBo,2,E\nBo,1,F\nCy,5,G\n"
    assert load(model, definition, HEADER + rows).counts == (3, 2, 0, 0)
    assert held(model, definition.into) == [
        *(("Bo~1", "1", "F"), ("Bo", "2", "E")),
        *(("Ada~1", "3", "C"), ("ADA~2", "4", "D"), ("Cy", "5", "G")),
    ]
    # Again: an item keeps a name with a number that is its own.
    assert load(model, definition, f"{HEADER}Bo,1,F\nCy,3,H\nDi,6,I\n").counts == (1, 2, 0, 0)
    assert [name for name, *_ in held(model, definition.into)] == [
        *("Bo~1", "Bo", "Cy~1", "ADA~2", "Cy", "Di")
    ]


@pytest.mark.long
def test_a_name_that_a_number_makes_too_long_is_rejected() -> None:
    model = new_model()
    definition = staff(model, [("x" * 59, "1", ""), ("y" * 58, "2", "")], unique_names=True)
    loaded = load(model, definition, f"{HEADER}{'x' * 59},3,\n{'y' * 58},4,\n")
    assert loaded.counts == (1, 0, 0, 1)
    assert f'Name longer than 60 characters: Name ("{"x" * 59}~1")' in loaded.dump[1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"identify": "key"}, "identify must be 'code', 'name'"),
        (
            {"identify": ["Name"]},
            "identify names 'Name', which is not a key of 'Staff'",
        ),
        ({"identify": ["Parent"]}, "identify names 'Parent', which is not"),
        ({"identify": []}, "identify names no property"),
        ({"identify": "name", "mapping": {"Code": "Code"}}, "identified by name: no column"),
        ({"identify": ["Grade"], "mapping": {"Code": "Code"}}, "'Grade', to which no column"),
        ({"unique_names": True, "identify": "name"}, "unique_names needs a column"),
        ({"unique_names": True, "mapping": {"Code": "Code"}}, "unique_names needs a column"),
        ({"duplicates": "last"}, "duplicates must be 'first' or 'reject'"),
    ],
)
def test_what_cannot_identify_items_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        staff(new_model(), STAFF, **options)


def test_a_numbered_list_is_not_identified_by_name() -> None:
    model = new_model()
    file = model.file("f", columns=["Code"])
    with pytest.raises(ValueError, match="The items of a numbered list, as 'N', have codes"):
        model.import_("Load", file, model.list("N", numbered=True), identify="name or code")


def test_options_of_items_are_not_for_modules() -> None:
    model = new_model()
    module = model.module("M", line_items={"V": "NUMBER"})
    file = model.file("f", columns=["V"])
    with pytest.raises(ValueError, match="'identify' is for imports into lists; 'M' is a module"):
        model.import_("Load", file, module, identify="name")


Row = tuple[str, str, str]


def expected(before: list[Row], rows: list[Row], identify: Any) -> tuple[list[Row], list[int]]:
    """Return the items after an import, and the numbers of the rejected rows, by simple steps."""
    keys = {"code": [1], "name": [0], "name or code": [1, 0], "grade": [2]}[identify]
    after, rejected = [list(item) for item in before], list[int]()
    seen: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
    updated: set[int] = set()
    for number, row in enumerate(rows):
        found: list[int] = []
        several = False
        for key in keys:
            same = [at for at, item in enumerate(before) if row[key] and item[key] == row[key]]
            several |= len(same) > 1
            found = found or (same if len(same) == 1 else [])
        at = found[0] if found else None
        wrong = not any(row[key] for key in keys) or (keys != [0] and not row[0])
        wrong |= several and at is None
        for unique in (0, 1):
            others = [item[unique] for place, item in enumerate(before) if place != at]
            wrong |= bool(row[unique]) and row[unique] in others and keys != [unique]
        repeated = at in updated or any(row[key] and row[key] in seen[key] for key in {0, 1, *keys})
        if wrong or repeated:
            rejected.append(number)
            continue
        for key in {0, 1, *keys}:
            seen[key].add(row[key])
        if at is None:
            after.append(list(row))
            continue
        updated.add(at)
        name = after[at][0] if keys == [0] else row[0]
        after[at] = [name, row[1] or after[at][1], row[2]]
    return [(name, code, grade) for name, code, grade in after], rejected


TEXT = st.sampled_from(["", "a", "b", "c", "d"])
BEFORE = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from("ab")),
    max_size=3,
    unique_by=(lambda row: row[0], lambda row: row[1]),
)


@settings(max_examples=max(3, settings().max_examples // 4 - 2))
@given(
    BEFORE,
    st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=6),
    st.sampled_from(["code", "name", "name or code", "grade"]),
)
def test_any_rows_change_the_items_that_they_mean(
    before: list[Row], rows: list[Row], identify: str
) -> None:
    model = Workspace("W").model("M")
    by = ["Grade"] if identify == "grade" else identify
    definition = staff(model, before, identify=by)
    loaded = load(model, definition, HEADER + "".join(f"{','.join(row)}\n" for row in rows))
    after, rejected = expected(before, rows, identify)
    assert [line - 2 for line in loaded.lines] == rejected
    assert held(model, definition.into) == after
    model.close()
