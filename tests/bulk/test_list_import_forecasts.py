"""Plans of imports into lists: keys, rows of one key, parents and memberships."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.bulk import load_forecast
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes import number_spool

COLUMNS = ["Code", "Name", "Parent", "Weight", "Heavy"]
CHECK = {each: f"Products.{each}" for each in COLUMNS}


@pytest.fixture(scope="module")
def stock() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = sandbox.workspace("W").model("Stock")
        kinds = built.list("Kinds", items=pd.DataFrame({"Name": ["Tubes"], "Code": ["T"]}))
        built.list("Numbers", numbered=True, properties={"Label": "TEXT"})
        products = built.list(
            "Products",
            parent=kinds,
            items=pd.DataFrame({"Name": ["Pipe", "Valve"], "Code": ["p1", "p2"]}),
            properties={"Weight": "NUMBER"},
            subsets=["Heavy"],
        )
        tree = built.list(
            "Tree",
            items=pd.DataFrame({"Name": ["Root"], "Code": ["r"]}),
            top_level_item="All of the tree",
        )
        items = built.file("products.csv", columns=COLUMNS)
        fill = built.import_("Load products", file=items, into=products)
        names = built.file("names.csv", columns=["Name", "Parent"])
        built.import_("Load names", file=names, into=tree)
        labels = built.file("labels.csv", columns=["label", "Parent"])
        mapping = {"label": "Name", "Parent": "Parent"}
        built.import_("Load labels", file=labels, into=tree, mapping=mapping)
        sales = built.module("Sales", dimensions=[products], line_items={"Amount": "NUMBER"})
        cells = built.file("sales.csv", columns=["Products", "Amount"])
        load = built.import_("Load sales", file=cells, into=sales)
        copied = built.import_from_model("Copy the tree", tree, products)
        built.process("Load all", [fill, load])
        built.process("Copy and load", [copied, load])
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("Stock")


def plan(stock: af.Model, rows: Any, target: str = "Load products", **options: Any) -> af.WritePlan:
    frame = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return stock.imports[target].write(frame, dry_run=True, **{"check": CHECK, **options})


def errors(found: af.WritePlan) -> dict[Any, str]:
    return {} if found.rejected.empty else found.rejected["error"].to_dict()


def subjects(found: af.WritePlan) -> list[str]:
    return [each for each in found.unchecked["subject"] if not each.startswith("import ")]


def test_rows_with_the_code_of_an_earlier_row_are_rejected(stock: af.Model) -> None:
    found = plan(
        stock,
        [
            ["n1", "New", "Tubes", 1, "true"],
            ["n2", "Newer", "T", 2, "false"],
            ["n1", "Another", None, 3, None],
            ["p1", "Pipe", None, None, None],
            ["p1", "Pipe", None, None, None],
        ],
    )
    assert errors(found) == {
        2: "row 0 (counted from 0) has the same value in column 'Code'",
        4: "row 3 (counted from 0) has the same value in column 'Code'",
    }
    assert subjects(found) == []


def test_which_of_two_rows_is_taken_is_unclear_if_the_first_may_be_rejected(
    stock: af.Model,
) -> None:
    found = plan(stock, [["n1", "New", None, "1,000", None], ["n1", "New", None, 3, None]])
    assert errors(found) == {}
    assert subjects(found) == ["column 'Weight'", "rows of one key"]
    found = plan(stock, [["n1", "New", None, "heavy", None], ["n1", "New", None, 3, None]])
    assert list(errors(found)) == [0]


def test_which_of_two_rows_is_taken_is_unclear_if_the_first_has_the_name_of_another(
    stock: af.Model,
) -> None:
    rows = [["n1", "Shared"], ["n2", "Shared"], ["n2", "Own"], ["p1", "Valve"], ["p1", "Pipe"]]
    found = plan(stock, [[*row, None, None, None] for row in rows])
    assert errors(found) == {}
    assert subjects(found) == ["keys of items", "rows of one key", "rows of one name"]


def test_a_row_with_a_wrong_value_gets_no_other_reason_that_depends_on_it(stock: af.Model) -> None:
    found = plan(stock, [["n1", "New", None, 1, None], ["n1", "New", None, "x", None]])
    assert errors(found) == {1: "'x' in column 'Weight' is not a number"}


def test_a_row_that_is_equal_to_an_earlier_one_shares_its_fate(stock: af.Model) -> None:
    row = ["n1", "New", None, "1,000", None]
    assert list(errors(plan(stock, [row, row]))) == [1]
    found = plan(stock, [row, row], check=None)
    assert list(errors(found)) == [1]
    assert "Name the list that is loaded" in found.unchecked["reason"].iloc[-1]


def test_rows_without_a_code_and_a_name_are_rejected(stock: af.Model) -> None:
    rows = [
        [None, " ", "Tubes", 1, None],
        ["n1", None, None, None, None],
        [None] * 5,
    ]
    found = plan(stock, rows)
    assert errors(found) == {0: "the columns 'Code' and 'Name' have no value"}
    assert subjects(found) == ["blank rows", "rows without a key"]


def test_parents_are_those_of_the_parent_list(stock: af.Model) -> None:
    parents = ["Tubes", "T", "tubes", "Pipe", None, "Nuts"]
    rows = [[f"n{n}", f"New {n}", parent, None, None] for n, parent in enumerate(parents)]
    found = plan(stock, rows)
    assert errors(found) == {
        3: "'Pipe' in column 'Parent' is not an item of list 'Kinds'",
        5: "'Nuts' in column 'Parent' is not an item of list 'Kinds'",
    }
    assert subjects(found) == ["column 'Parent'"]  # 'tubes'


def test_parents_of_the_same_list_may_be_made_by_rows_that_are_taken(stock: af.Model) -> None:
    frame = pd.DataFrame(
        {
            "Name": ["a", "b", "c", "x" * 61, "d", "e", "f", "g"],
            "Parent": ["b", "Root", "nothing", None, "x" * 61, "d", "all of the tree", None],
        }
    )
    check = {"Name": "Tree.Name", "Parent": "Tree.Parent"}
    found = stock.imports["Load names"].write(frame, dry_run=True, check=check)
    assert list(errors(found)) == [2, 3, 4, 5]
    assert errors(found)[5] == (
        "the parent in column 'Parent' is not an item of list 'Tree', and no row that is taken "
        "makes it"
    )
    assert subjects(found) == ["parents that are alike", "parents that rows make"]
    frame["Name"], frame["Parent"] = ["a", "b", "a", "A", None, "c", "d", "e"], None
    found = stock.imports["Load names"].write(frame, dry_run=True, check=check)
    assert errors(found) == {
        2: "row 0 (counted from 0) has the same value in column 'Name'",
    }
    assert subjects(found) == ["blank rows", "keys that are alike"]


def test_a_parent_may_be_made_by_a_row_whose_keys_are_in_an_unknown_column(
    stock: af.Model,
) -> None:
    frame = pd.DataFrame({"label": ["a", "b"], "Parent": ["b", "nothing"]})
    load = stock.imports["Load labels"]
    found = load.write(frame, dry_run=True, check={"Parent": "Tree.Parent"})
    assert errors(found) == {}
    assert subjects(found) == ["parents that rows make", "column 'label'"]
    check = {"Parent": "Tree.Parent", "label": "Tree.Name"}
    assert list(errors(load.write(frame, dry_run=True, check=check))) == [0, 1]


def test_names_and_codes_that_other_items_have_are_unclear(stock: af.Model) -> None:
    rows = [
        ["p1", "Valve", None, None, None],
        ["p2", "New", None, None, None],
        ["n1", "Twice", None, None, None],
        ["n2", "Twice", None, None, None],
    ]
    found = plan(stock, rows)
    assert errors(found) == {}
    assert subjects(found) == ["keys of items", "rows of one name"]
    assert found.unchecked["reason"].iloc[0].startswith("2 rows have the code and the name of diff")


def test_memberships_and_properties_are_judged_by_the_list(stock: af.Model) -> None:
    found = plan(stock, [["n1", "New", None, "x", "maybe"], ["n2", "Newer", None, 1, "true"]])
    assert errors(found) == {
        0: "'x' in column 'Weight' is not a number\n'maybe' in column 'Heavy' is not true or false"
    }


def test_without_the_list_a_parent_and_perhaps_a_name_are_unchecked(stock: af.Model) -> None:
    rows = [["n1", "x" * 61, "Nuts", 1, None], ["y" * 61, "New", None, 1, None]]
    found = plan(stock, rows, check=None)
    assert list(errors(found)) == [1]
    assert subjects(found) == ["column 'Name'", "column 'Parent'"]
    reasons = found.unchecked["reason"].tolist()
    assert "property of a numbered list" in reasons[0]
    assert "check={'Parent': 'List.Parent'}" in reasons[1]


@pytest.mark.parametrize("named", ["Products", "Kinds"])
def test_a_list_alone_does_not_say_which_key_a_column_holds(stock: af.Model, named: str) -> None:
    rows = [["n1", "New", None, 1, None]]
    found = plan(stock, rows, check={"Code": named})
    assert errors(found) == {}
    assert "'List.Code'" in found.unchecked.set_index("subject").loc["column 'Code'", "reason"]
    found = plan(stock, rows, check=CHECK | {"Parent": named})
    assert subjects(found) == (["column 'Parent'"] if named == "Products" else [])


@pytest.mark.parametrize("process", ["Load all", "Copy and load"])
def test_items_that_a_process_may_load_before_are_not_judged(stock: af.Model, process: str) -> None:
    sales = pd.DataFrame({"Products": ["Nut"], "Amount": [1.0]})
    found = stock.processes[process].write({"Load sales": sales}, dry_run=True)
    assert found.rows_rejected == 0
    reasons = found.unchecked.set_index("subject")["reason"]
    assert "also loads lists" in reasons["column 'Products'"]
    if process == "Load all":
        assert reasons["import 'Load products'"].startswith("No data is given for its file")


@settings(deadline=None, max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_rows_are_judged_the_same_in_parts(
    stock: af.Model, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    keys = st.sampled_from(["a", "b", "c", "d", "A", None])
    drawn = data.draw(st.lists(st.tuples(keys, keys, keys), min_size=1, max_size=15))
    rows = [[code, name and f"N {name}", parent, None, None] for code, name, parent in drawn]
    whole = plan(stock, rows)
    with monkeypatch.context() as patched:
        patched.setattr(number_spool, "_PART_ROWS", 2)
        patched.setattr(load_forecast, "_ROWS_AT_ONCE", 4)
        parts = stock.imports["Load products"].write(
            iter([pd.DataFrame([row], columns=COLUMNS, dtype=object) for row in rows]),
            dry_run=True,
            check=CHECK,
        )
    assert list(errors(parts)) == list(errors(whole))
    assert parts.unchecked["subject"].tolist() == whole.unchecked["subject"].tolist()
