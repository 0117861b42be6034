"""Initial cells of a module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from tests.sandbox.planning.model_actions import export_lines, names, new_model

GIVEN = pd.DataFrame(
    {
        "People": ["Ada", "E2"],
        "Time": pd.Categorical(["Jan 13", "Feb 13"]),
        "Salary": [1.5, None],
        "Active": [True, False],
        "Joined": pd.to_datetime(["2012-12-31", None]),
        "Note": ["a, b", None],
        "Grade": [None, "A"],
    }
)


def build(model: Model, cells: pd.DataFrame) -> ModuleDefinition:
    people = model.list("People", items=pd.DataFrame({"Name": ["Ada", "Bo"], "Code": ["E1", "E2"]}))
    grades = model.list("Grades", items=names("A"))
    return model.module(
        "Costs",
        dimensions=[people, "Time"],
        line_items={
            "Salary": "NUMBER",
            "Active": "BOOLEAN",
            "Joined": "DATE",
            "Note": "TEXT",
            "Grade": grades,
            "Double": {"format": "NUMBER", "formula": "Salary * 2"},
        },
        cells=cells,
    )


def rows(model: Model, module: ModuleDefinition) -> list[str]:
    export = model.export("Out", module, leaves_only=True, omit_empty=True)
    return export_lines(model, export)[1:]


def test_a_module_begins_with_the_cells_of_a_dataframe() -> None:
    model = new_model()
    assert rows(model, build(model, GIVEN)) == [
        'Ada,Jan 13,1.5,true,2012-12-31,"a, b",,3',
        "Bo,Feb 13,0,false,,,A,0",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Colour": "red"}, "does not accept a column 'Colour'"),
        ({"Double": 1}, "does not accept a column 'Double'"),
        ({"People": ["Ada", "Cy"]}, "Row 2 .* is invalid: Item not located .*Cy"),
        ({"Salary": ["1", "x"]}, "Row 2 .* is invalid: Invalid number"),
        ({"Time": "FY13"}, "2 rows of the cells of module 'Costs' are totals"),
    ],
)
def test_invalid_cells_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build(new_model(), GIVEN.assign(**change))


def test_cells_without_a_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match="need a column 'Time'"):
        build(new_model(), GIVEN.drop(columns="Time"))


def test_cells_kept_in_a_data_folder_are_not_loaded_again(tmp_path: Path) -> None:
    for _ in range(2):
        workspace = Workspace("Test", data=tmp_path)
        model = workspace.model("Model")
        module = model.module("M", line_items={"a": "NUMBER"}, cells=pd.DataFrame({"a": [1]}))
        assert rows(model, module) == ["1"]
        workspace.close()
