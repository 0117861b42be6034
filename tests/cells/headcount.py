"""A module of salaries over people, months and versions, with a line item of each format."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

PEOPLE = pd.DataFrame({"Name": ["Ada", "Bo", "Cy"], "Code": ["001", "002", "Ada"]})
WHERE = ["People", "Time", "Versions"]
CELLS = pd.DataFrame(
    {
        "People": ["Ada", "Bo"],
        "Time": ["Jan 26", "Feb 26"],
        "Versions": ["Actual", "Actual"],
        "Salary": [1.5, -1e15],
        "Active": pd.array([True, True], dtype="boolean"),
        # A line end in the first cell would make each reading of all cells a large read.
        "Note": ["b", '  00123, "a"\nü'],
        "Joined": pd.to_datetime(["2020-12-31", "1999-01-01"]),
        "Grade": ["A", "B"],
        "Paid in": ["Q1 FY26", "Mar 26"],
    },
    index=pd.Index(["x", "y"], name="row"),
)


def build(sandbox: Sandbox) -> Model:
    """Build the model "Headcount"."""
    model = sandbox.workspace("Finance").model("Headcount", calendar=Calendar(2026, 0, 0))
    regions = model.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    people = model.list("People", parent=regions, items=PEOPLE.assign(Parent="North"))
    grades = model.list("Grades", items=pd.DataFrame({"Name": ["A", "B"]}))
    model.module(
        "Costs",
        dimensions=[people, "Time", "Versions"],
        line_items={
            "Salary": "NUMBER",
            "Active": "BOOLEAN",
            "Note": "TEXT",
            "Joined": "DATE",
            "Grade": grades,
            "Paid in": "TIME PERIOD",
            "Double": {"format": "NUMBER", "formula": "Salary * 2"},
        },
    )
    model.module("Rates", dimensions=[], line_items={"Rate": "NUMBER"})
    return model
