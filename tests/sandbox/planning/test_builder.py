"""The builder: ids, defaults, and invalid definitions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from tests.sandbox.planning.model_actions import new_model


def test_generated_ids_begin_with_the_prefix_of_their_kind(empty_model: Model) -> None:
    lst = empty_model.list("L", subsets=["S"])
    module = empty_model.module("M", dimensions=[lst], line_items={"V": "NUMBER"})
    file = empty_model.file("f", columns=["L", "V"])
    definition = empty_model.import_("I", file, into=module)
    export = empty_model.export("E", module)
    action = empty_model.delete_action("D", of=lst)
    process = empty_model.process("P", [definition, export, action])
    made = [lst, module, module.line_items[0], file, definition, export, action, process]
    assert [one.id[:3] for one in made] == ["101", "102", "206", "113", "112", "116", "117", "118"]
    assert lst.subsets["S"].startswith("109")
    assert all(len(one.id) == 12 for one in made)


def test_a_given_id_is_kept_and_not_used_again(empty_model: Model) -> None:
    assert empty_model.list("A", id="101000000001").id == "101000000001"
    assert empty_model.list("B").id == "101000000002"
    with pytest.raises(ValueError, match="101000000001 of list 'C' is already in use"):
        empty_model.list("C", id="101000000001")


def test_ids_of_workspaces_and_models_are_hexadecimal_and_reproducible() -> None:
    first, second = Workspace("Finance"), Workspace("Finance")
    assert first.id == second.id
    assert len(first.id) == 32
    assert first.id == first.id.lower()
    model = first.model("Headcount")
    assert model.id == second.model("Headcount").id
    assert model.id == model.id.upper()


def test_two_models_can_have_the_same_name_but_not_the_same_id() -> None:
    workspace = Workspace("Finance")
    first, second = workspace.model("Same"), workspace.model("Same")
    assert first.id != second.id
    with pytest.raises(ValueError, match="already"):
        workspace.model("Other", id=first.id)


def test_columns_are_mapped_by_equal_names_by_default(empty_model: Model) -> None:
    lst = empty_model.list("L", properties={"Size": "NUMBER"})
    file = empty_model.file("f", columns=["Size", "Colour", "Name"])
    assert empty_model.import_("I", file, into=lst).mapping == {"Size": "Size", "Name": "Name"}


def test_every_module_has_a_default_view_with_the_id_of_the_module(empty_model: Model) -> None:
    lst = empty_model.list("L")
    module = empty_model.module(
        "M", dimensions=[lst, "Time", "Versions"], line_items={"V": "NUMBER"}
    )
    view = empty_model.views[module.id]
    assert view.name == "M"
    assert [dimension.name for dimension in view.columns] == ["Time"]
    assert [dimension.name for dimension in view.rows] == ["Line items"]
    assert [dimension.name for dimension in view.pages] == ["L", "Versions"]


def test_actions_can_share_a_name_if_their_ids_are_given(empty_model: Model) -> None:
    lst = empty_model.list("L")
    file = empty_model.file("f", columns=["Name"])
    empty_model.import_("I", file, into=lst)
    with pytest.raises(ValueError, match="already has an import named 'I'"):
        empty_model.import_("I", file, into=lst)
    empty_model.import_("I", file, into=lst, id="112000000099")
    assert [one.name for one in empty_model.imports.values()] == ["I", "I"]


def bad(build: Callable[[Model], object], words: str) -> object:
    return pytest.param(build, words, id=words)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        bad(lambda m: m.list("Products"), "already has a list named 'Products'"),
        bad(lambda m: m.list("L", id="12"), "must be a number of 12 digits"),
        bad(lambda m: m.list("L", properties={"P": "MONEY"}), "'MONEY' of property 'P' is unknown"),
        bad(lambda m: m.list("L", properties={"P": "TEXT"}, subsets=["P"]), "has 'P' twice"),
        bad(lambda m: m.list("L", properties={"Code": "TEXT"}), "has 'Code' twice"),
        bad(lambda m: m.list("L", parent=new_model().list("X")), "parent list 'X' is not in"),
        bad(
            lambda m: m.module("M", dimensions=["Shops"], line_items={"V": "NUMBER"}), "'Shops' is"
        ),
        bad(lambda m: m.module("M", dimensions=["Time"]), "at least one line item"),
        bad(
            lambda m: m.module("M", dimensions=["Time", "Time"], line_items={"V": "NUMBER"}),
            "has 'Time' twice",
        ),
        bad(
            lambda m: m.module("M", dimensions=["Time"], line_items={"Time": "NUMBER"}),
            "'M' has 'Time' twice",
        ),
        bad(
            lambda m: m.module("M", dimensions=["Line items"], line_items={"V": "NUMBER"}),
            "Line items are given by",
        ),
        bad(lambda m: m.file("f"), "needs columns"),
        bad(lambda m: m.file("f", columns=["a"], separator="::"), "one ASCII character"),
        bad(lambda m: m.file("f", columns=["a"], separator='"'), "not the separator"),
        bad(lambda m: m.file("f", columns=["a"], encoding="EBCDIC-9"), "'EBCDIC-9' of file 'f'"),
        bad(lambda m: m.file("f", columns=["a"], first_data_row=1), "after its header row"),
        bad(lambda m: m.file("f", columns=["a"], decimal_separator="x"), "'.' or ','"),
        bad(
            lambda m: m.import_("I", m.file("f", columns=["a"]), m.lists["101000000001"]),
            "must map Name or Code",
        ),
        bad(
            lambda m: m.import_(
                "I", m.file("f", columns=["a"]), m.lists["101000000001"], mapping={"b": "Name"}
            ),
            "no column 'b' to map",
        ),
        bad(
            lambda m: m.import_(
                "I", m.file("f", columns=["a"]), m.lists["101000000001"], mapping={"a": "Title"}
            ),
            "'Title' is not a target column",
        ),
        bad(
            lambda m: m.import_(
                "I",
                m.file("f", columns=["a", "b"]),
                m.lists["101000000001"],
                mapping={"a": "Name", "b": "Name"},
            ),
            "Two columns are mapped to 'Name'",
        ),
        bad(
            lambda m: m.import_("I", m.file("f", columns=["Time", "V"]), m.modules["102000000001"]),
            "must map the dimension 'Products'",
        ),
        bad(
            lambda m: m.import_(
                "I", m.file("f", columns=["Products", "Time"]), m.modules["102000000001"]
            ),
            "maps no line item",
        ),
        bad(
            lambda m: m.import_(
                "I",
                m.file("f", columns=["Products", "Time", "V"]),
                m.modules["102000000001"],
                parameters={"Colour": "red"},
            ),
            "parameter 'Colour'",
        ),
        bad(
            lambda m: m.import_(
                "I",
                m.file("f", columns=["Products", "Time", "V"]),
                m.modules["102000000001"],
                match_by="colour",
            ),
            "'code', 'name' or 'either'",
        ),
        bad(lambda m: m.export("E", m.modules["102000000001"], layout="PDF"), "'PDF' is unknown"),
        bad(
            lambda m: m.export("E", m.lists["101000000001"], layout="GRID_ALL_PAGES"),
            "only be exported in one layout",
        ),
        bad(
            lambda m: m.view(m.modules["102000000001"], "V", rows=["Time"], columns=["Time"]),
            "names 'Time' twice",
        ),
        bad(
            lambda m: m.view(
                m.modules["102000000001"], "V", rows=["Time"], columns=["Line items"], pages=[]
            ),
            "no axis for 'Products'",
        ),
        bad(
            lambda m: m.view(m.modules["102000000001"], "V", rows=["Versions"], columns=["Time"]),
            "'Versions' is not a dimension of module",
        ),
        bad(
            lambda m: m.view(m.modules["102000000001"], "V", rows=[], columns=["Time"]),
            "needs a dimension on its rows",
        ),
        bad(
            lambda m: m.process("P", [new_model().delete_action("D", of=m.lists["101000000001"])]),
            "'D' is not in model",
        ),
    ],
)
def test_invalid_definitions_are_refused_with_a_sentence(
    empty_model: Model, build: Callable[[Model], object], words: str
) -> None:
    products = empty_model.list("Products")
    empty_model.module("Sales", dimensions=[products, "Time"], line_items={"V": "NUMBER"})
    with pytest.raises(ValueError, match=words):
        build(empty_model)
