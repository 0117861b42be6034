"""A small model with one of everything that the transactional API serves."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

REGIONS, CITIES, TICKETS = "101000000011", "101000000012", "101000000013"
SALES, BY_CITY = "102000000011", "207000000011"
UNITS, DOUBLE, NOTE = "206000000011", "206000000012", "206000000013"
MEASURES = "114000000011"
ACTUAL, FORECAST = "107000000011", "107000000012"
TIME, LINE_ITEMS, VERSIONS = "20000000003", "20000000012", "20000000020"
USERS = "101999999999"
OPTIMIZER, OPTIMIZE = "117000000011", "118000000011"
SOLUTION_LOG = "Optimal solution found\nBest objective 2.6e+04\n"


def build_planned(sandbox: Sandbox, name: str = "Sales planning") -> Model:
    """Build the model in workspace "Planning"; no model of the demo has its names and ids."""
    model = sandbox.workspace("Planning").model(
        name,
        calendar=Calendar(2026, past_years=0, future_years=0),
        versions=[
            {"name": "Actual", "id": ACTUAL, "code": "A"},
            {"name": "Forecast", "id": FORECAST, "code": "F"},
        ],
    )
    regions = model.list(
        "Region",
        id=REGIONS,
        items=pd.DataFrame({"Name": ["North", "South"], "Code": ["N", "S"]}),
    )
    cities = model.list(
        "City",
        id=CITIES,
        parent=regions,
        properties={"Size": "NUMBER", "Capital": "BOOLEAN", "Founded": "DATE", "Motto": "TEXT"},
        subsets=["Large"],
        items=pd.DataFrame(
            {
                "Name": ["Oslo", "Bonn", "Rome"],
                "Code": ["OSL", "BON", "ROM"],
                "Parent": ["North", "North", "South"],
                "Size": [0.7, 0.3, 2.8],
                "Capital": [True, False, True],
                "Large": [False, False, True],
            }
        ),
    )
    model.list("Ticket", id=TICKETS, numbered=True, properties={"Title": "TEXT"})
    sales = model.module(
        "Sales",
        id=SALES,
        dimensions=[cities, "Time", "Versions"],
        line_items={
            "Units": {"format": "NUMBER", "id": UNITS, "code": "U", "notes": "Sold"},
            "Double": {"format": "NUMBER", "id": DOUBLE, "code": "D", "formula": "Units * 2"},
            "Note": {"format": "TEXT", "id": NOTE},
            "Open": "BOOLEAN",
            "Since": "DATE",
            "Supplier": {"list": cities},
            "Due": "TIME PERIOD",
        },
        cells=pd.DataFrame(
            {
                "City": ["Oslo", "Rome", "Oslo"],
                "Time": ["Jan 26", "Jan 26", "Feb 26"],
                "Versions": ["Actual", "Actual", "Forecast"],
                "Units": [1, 4, 16],
                "Note": ["p,q", "=1+1", None],
            }
        ),
    )
    model.view(sales, "By city", ["City"], ["Line items"], ["Time", "Versions"], id=BY_CITY)
    model.line_item_subset("Measures", sales.line_items[:2], id=MEASURES)
    model.dashboard("Overview")
    optimizer = model.optimizer_action("Solve", SOLUTION_LOG, id=OPTIMIZER)
    model.process("Optimize", [optimizer], id=OPTIMIZE)
    return model
