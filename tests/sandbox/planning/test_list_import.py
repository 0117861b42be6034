"""Imports into lists: items created and updated, and rows rejected."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.planning.model_actions import items, load, names


def staff(model: Model, **options: object) -> tuple[object, object]:
    """A list with an import of its names, codes and typed properties."""
    lst = model.list(
        "Staff",
        properties={"FTE": "NUMBER", "Active": "BOOLEAN", "Since": "DATE", "Note": "TEXT"},
        **options,
    )
    file = model.file("staff.csv", columns=["Code", "Name", "FTE", "Active", "Since", "Note"])
    return lst, model.import_("Load staff", file, into=lst)


HEADER = "Code,Name,FTE,Active,Since,Note\n"


def test_rows_become_items_in_their_order_with_typed_properties(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + "b,Bea,0.5,true,2013-02-28,x\na,Al,,,,\n")
    assert loaded.counts == (2, 0, 0, 0)
    stored = items(empty_model, lst)
    assert list(stored["name"]) == ["Bea", "Al"]
    assert stored["p0"][0] == 0.5
    assert bool(stored["p1"][0]) is True
    assert stored["p2"][0] == pd.Timestamp("2013-02-28")
    assert stored["p3"][0] == "x"
    assert stored.loc[1, ["p0", "p1", "p2", "p3"]].isna().all()


def test_a_known_code_updates_its_item_and_renames_it(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    load(empty_model, definition, HEADER + "a,Al,1,,,\nb,Bea,1,,,\n")
    before = items(empty_model, lst)
    loaded = load(empty_model, definition, HEADER + "a,Alan,0.5,,,\nc,Cy,1,,,\nb,Bea,,,,\n")
    assert loaded.counts == (1, 2, 0, 0)
    assert loaded.count("renamedCount") == 1
    after = items(empty_model, lst)
    assert list(after["name"]) == ["Alan", "Bea", "Cy"]
    assert list(after["id"][:2]) == list(before["id"])
    assert after["p0"][0] == 0.5
    assert pd.isna(after["p0"][1])


def test_without_a_code_items_are_found_by_name(empty_model: Model) -> None:
    lst = empty_model.list("Regions", properties={"Size": "NUMBER"})
    file = empty_model.file("regions.csv", columns=["Name", "Size"])
    definition = empty_model.import_("Load regions", file, into=lst)
    load(empty_model, definition, "Name,Size\nNorth,1\nSouth,2\n")
    loaded = load(empty_model, definition, "Name,Size\nSouth,3\nWest,4\n")
    assert loaded.counts == (1, 1, 0, 0)
    assert list(items(empty_model, lst)["p0"]) == [1, 3, 4]


def test_columns_that_are_not_mapped_are_unchanged(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    load(empty_model, definition, HEADER + "a,Al,1,true,,old\n")
    file = empty_model.file("notes.csv", columns=["Code", "Note"])
    notes = empty_model.import_("Load notes", file, into=lst)
    assert load(empty_model, notes, "Code,Note\na,new\n").counts == (0, 1, 0, 0)
    stored = items(empty_model, lst).iloc[0]
    assert (stored["name"], stored["p0"], stored["p3"]) == ("Al", 1, "new")


def test_a_row_without_a_key_is_rejected(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + ",Al,1,,,\n  ,Bea,1,,,\nc,Cy,1,,,\n")
    assert loaded.counts == (1, 0, 0, 2)
    assert loaded.types == {"hierarchyImportEmptyKey": 2}
    assert loaded.lines == [2, 3]


def test_a_row_without_a_name_is_rejected(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + "a,,1,,,\n")
    assert loaded.types == {"hierarchyImportInvalidName": 1}


def test_a_second_row_of_the_same_code_is_rejected(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + "a,Al,1,,,\na,Other,2,,,\nb,Bea,3,,,\n")
    assert loaded.counts == (2, 0, 0, 1)
    assert loaded.types == {"hierarchyImportNameOrCodeExists": 1}
    assert list(items(empty_model, lst)["name"]) == ["Al", "Bea"]
    assert loaded.dump[1][1:4] == ["a", "Other", "2"]


def test_a_second_row_of_the_same_name_is_rejected(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + "a,Al,1,,,\nb,Al,2,,,\n")
    assert loaded.lines == [3]


def test_a_name_of_another_item_is_rejected(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    load(empty_model, definition, HEADER + "a,Al,1,,,\n")
    loaded = load(empty_model, definition, HEADER + "b,Al,2,,,\n")
    assert loaded.counts == (0, 0, 0, 1)
    assert list(items(empty_model, lst)["code"]) == ["a"]


def test_a_rejected_row_does_not_block_a_later_one(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    loaded = load(
        empty_model,
        definition,
        # The second row is rejected for its name, so the third is the first with its code.
        HEADER + "a,Al,1,,,\nb,Al,2,,,\nb,Bea,3,,,\nc,Cy,many,,,\nc,Cy,4,,,\n",
    )
    assert loaded.lines == [3, 5]
    assert list(items(empty_model, lst)["p0"]) == [1, 3, 4]


def test_each_kind_of_bad_property_has_its_type_and_rejects_the_row(empty_model: Model) -> None:
    lst, definition = staff(empty_model)
    loaded = load(
        empty_model,
        definition,
        HEADER + "a,A,1x,,,\nb,B,,maybe,,\nc,C,,,2013-02-30,\nd,D,nan,,01/02/2013,\n",
    )
    assert loaded.counts == (0, 0, 0, 4)
    assert loaded.types == {
        "moduleImportNumberFormat": 2,
        "moduleImportBooleanFormat": 1,
        "dateFormatInvalid": 2,
    }
    assert items(empty_model, lst).empty


def test_a_row_with_several_faults_has_a_message_for_each(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER + ",A,1x,maybe,,\nb,B,x,,,\n")
    columns = len(loaded.dump[0])
    assert [len(row) for row in loaded.dump] == [columns, columns + 2, columns]
    assert loaded.dump[1][-3:] == [
        'Empty key: Code ("")',
        'Invalid number: FTE ("1x")',
        'Invalid boolean: Active ("maybe")',
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("FALSE", False), ("Yes", True), ("no", False), ("1", True), ("0", False)],
)
def test_booleans_can_be_written_in_several_ways(
    empty_model: Model, text: str, value: bool
) -> None:
    lst, definition = staff(empty_model)
    load(empty_model, definition, HEADER + f"a,A,,{text},,\n")
    assert bool(items(empty_model, lst)["p1"][0]) is value


def test_subsets_are_columns_of_booleans(empty_model: Model) -> None:
    lst = empty_model.list("Staff", subsets=["Active"])
    file = empty_model.file("staff.csv", columns=["Name", "Active"])
    definition = empty_model.import_("Load", file, into=lst)
    load(empty_model, definition, "Name,Active\nAl,true\nBea,false\n")
    assert [bool(value) for value in items(empty_model, lst)["s0"]] == [True, False]


def test_a_numbered_list_names_its_items_itself(empty_model: Model) -> None:
    lst = empty_model.list("Orders", numbered=True, properties={"Total": "NUMBER"})
    file = empty_model.file("orders.csv", columns=["Code", "Total"])
    definition = empty_model.import_("Load", file, into=lst)
    load(empty_model, definition, "Code,Total\nx,1\ny,2\n")
    assert load(empty_model, definition, "Code,Total\nz,3\nx,4\n").counts == (1, 1, 0, 0)
    stored = items(empty_model, lst)
    assert list(stored["name"]) == ["#1", "#2", "#3"]
    assert list(stored["p0"]) == [4, 2, 3]


def test_parents_come_from_the_parent_list_by_code_or_name(empty_model: Model) -> None:
    regions = empty_model.list(
        "Regions", items=pd.DataFrame({"Name": ["North", "n"], "Code": ["n", "m"]})
    )
    cities = empty_model.list("Cities", parent=regions)
    file = empty_model.file("cities.csv", columns=["Name", "Parent"])
    definition = empty_model.import_("Load", file, into=cities)
    loaded = load(empty_model, definition, "Name,Parent\nOslo,n\nBergen,North\nRome,South\nBonn,\n")
    assert loaded.counts == (3, 0, 0, 1)
    assert loaded.types == {"hierarchyImportInvalidParent": 1}
    assert loaded.dump[1][1] == "Rome"
    north = items(empty_model, regions)["id"][0]
    with empty_model.store.reading() as con:
        found = con.execute(f"SELECT parent FROM list_{cities.id} ORDER BY id").fetchall()
    assert found == [(north,), (north,), (None,)]


@pytest.fixture
def tree(empty_model: Model) -> tuple[object, object]:
    lst = empty_model.list("Tree")
    file = empty_model.file("tree.csv", columns=["Name", "Parent", "Code"])
    return lst, empty_model.import_("Load tree", file, into=lst)


def test_parents_can_be_created_by_later_rows_of_the_file(empty_model: Model, tree: tuple) -> None:
    lst, definition = tree
    loaded = load(
        empty_model, definition, "Name,Parent,Code\nleaf,mid,1\nmid,top,2\ntop,,3\nlow,1,4\n"
    )
    assert loaded.counts == (4, 0, 0, 0)
    stored = items(empty_model, lst)
    assert dict(zip(stored["name"], stored["parent"], strict=True)) == {
        "leaf": "mid",
        "mid": "top",
        "top": "",
        "low": "leaf",
    }


def test_children_of_a_rejected_row_are_rejected_with_it(empty_model: Model, tree: tuple) -> None:
    lst, definition = tree
    loaded = load(
        empty_model,
        definition,
        "Name,Parent,Code\ntop,nowhere,1\nmid,top,2\nleaf,mid,3\nother,,\nchild,other,5\nfree,,6\n",
    )
    assert loaded.types == {
        "hierarchyImportInvalidParent": 1,
        "hierarchyImportFailedDependency": 3,
        "hierarchyImportEmptyKey": 1,
    }
    assert list(items(empty_model, lst)["name"]) == ["free"]


def test_a_cycle_of_parents_is_rejected(empty_model: Model, tree: tuple) -> None:
    lst, definition = tree
    loaded = load(empty_model, definition, "Name,Parent,Code\na,b,1\nb,a,2\nself,self,3\nfree,,4\n")
    assert loaded.types == {"hierarchyImportInvalidParent": 3}
    assert list(items(empty_model, lst)["name"]) == ["free"]


def test_an_update_cannot_move_an_item_below_itself(empty_model: Model, tree: tuple) -> None:
    lst, definition = tree
    load(empty_model, definition, "Name,Parent,Code\ntop,,1\nmid,top,2\nleaf,mid,3\n")
    loaded = load(empty_model, definition, "Name,Parent,Code\ntop,leaf,1\n")
    assert loaded.counts == (0, 0, 0, 1)
    assert items(empty_model, lst)["parent"][0] == ""


def test_properties_can_be_items_of_another_list_and_periods(empty_model: Model) -> None:
    grades = empty_model.list("Grades", items=names("G1", "G2"))
    lst = empty_model.list("Staff", properties={"Grade": grades, "Start": "TIME PERIOD"})
    file = empty_model.file("staff.csv", columns=["Name", "Grade", "Start"])
    definition = empty_model.import_("Load", file, into=lst)
    loaded = load(empty_model, definition, "Name,Grade,Start\nAl,G2,Jan 13\nBea,G3,\nCy,,Jan 99\n")
    assert loaded.types == {
        "moduleImportInvalidListIdentifier": 1,
        "moduleImportInvalidTimeEntityIdentifier": 1,
    }
    assert list(items(empty_model, lst)["p0"]) == [items(empty_model, grades)["id"][1]]


def test_nothing_to_load_changes_nothing(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    loaded = load(empty_model, definition, HEADER)
    assert loaded.outcome.successful
    assert loaded.outcome.details[0]["type"] == "hierarchyNoChanges"
    assert loaded.counts == (0, 0, 0, 0)


def test_the_summary_has_the_words_of_the_documentations_example(empty_model: Model) -> None:
    _, definition = staff(empty_model)
    load(empty_model, definition, HEADER + "a,Al,1,,,\n")
    loaded = load(empty_model, definition, HEADER + "a,Al,1,,,\nb,Bea,1,,,\n,,,,,\n")
    text = loaded.outcome.details[0]["localMessageText"]
    assert text == "Staff: 2 (1/1) rows successful, 1 failed, 0 ignored "
    assert loaded.outcome.details[0]["type"] == "hierarchyRowsProcessedWithFailures"
    assert loaded.count("totalRowCount") == 3
    assert all(isinstance(value, str) for value in loaded.outcome.details[0]["values"])


def test_invalid_items_given_to_the_builder_are_refused(empty_model: Model) -> None:
    with pytest.raises(ValueError, match="Item 2 of list 'L' is invalid: Name or code exists"):
        empty_model.list("L", items=names("a", "a"))
    with pytest.raises(ValueError, match="does not accept a column 'Colour'"):
        empty_model.list("L", items=pd.DataFrame({"Name": ["a"], "Colour": ["red"]}))


def test_items_given_to_the_builder_keep_their_types(empty_model: Model) -> None:
    lst = empty_model.list(
        "L",
        properties={"FTE": "NUMBER", "Since": "DATE"},
        items=pd.DataFrame(
            {"name": ["a", "b"], "FTE": [0.5, None], "Since": pd.to_datetime(["2013-01-02", None])}
        ),
    )
    stored = items(empty_model, lst)
    assert stored["p0"][0] == 0.5
    assert pd.isna(stored["p0"][1])
    assert stored["p1"][0] == pd.Timestamp("2013-01-02")
