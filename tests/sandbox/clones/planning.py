"""A model with all that the sandbox's builder has, to be cloned."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

REGIONS = pd.DataFrame({"Name": ["North", "South"], "Code": ["N", "S"]})
CITIES = pd.DataFrame(
    {
        "Name": ["Oslo", "Rome", "Nice"],
        "Code": ["OSL", "ROM", "NCE"],
        "Parent": ["North", "South", "South"],
        "Since": ["2020-01-31", "", "2021-02-28"],
        "Size": ["1.5", "", "-2"],
        "Open": ["true", "false", ""],
        "Home": ["South", "", "North"],
        "First": ["Apr 25", "", "Q1 FY26"],
        "Note": ['a "b", c', "", " x "],
        "Large": ["true", "", "false"],
    }
)
TREE = pd.DataFrame({"Name": ["Root", "Branch", "Leaf"], "Parent": ["", "Root", "Branch"]})
ORDERS = pd.DataFrame({"Code": ["O1", "O2"], "Label": ["Big, one", ""]})


def build_planning(tenant: Sandbox) -> Model:
    """Build it, with data."""
    model = tenant.workspace("Finance").model(
        "Planning",
        calendar=Calendar(2026, 1, 0, start_month=4, halves=True, total=True, year_to_date=True),
        versions=[
            "Actual",
            {"name": "Plan", "code": "P", "current": True, "edit_from": dt.date(2025, 5, 1)},
            {"name": "Budget", "notes": "Frozen", "switchover": dt.date(2025, 6, 1)},
        ],
    )
    model.timing.set_current_period(dt.date(2025, 7, 4))
    regions = model.list("Regions", top_level_item="World", items=REGIONS)
    formats = {"Since": "DATE", "Size": "NUMBER", "Open": "BOOLEAN", "Home": regions}
    cities = model.list(
        "Cities",
        parent=regions,
        properties={**formats, "First": "TIME PERIOD", "Note": "TEXT"},
        subsets=["Large"],
        items=CITIES,
    )
    tree = model.list("Tree", items=TREE, production=True, data_tags=["PII"])
    labels = {"N": "NUMBER", "Label": "TEXT", "Other": "TEXT"}
    orders = model.list(
        "Orders", numbered=True, properties=labels, display_name="Label", items=ORDERS
    )
    sales = _sales(model, cities)
    model.module(
        "Settings",
        line_items={"Rate": "NUMBER", "Start": "DATE", "Home": cities},
        cells=pd.DataFrame({"Rate": [1.5], "Start": ["2026-01-01"], "Home": ["Oslo"]}),
    )
    model.module(
        "Notes",
        dimensions=["Versions", tree],
        line_items={"Text": "TEXT", "Done": "BOOLEAN", "Due": "TIME PERIOD"},
        cells=pd.DataFrame(
            {"Versions": ["Plan"], "Tree": ["Leaf"], "Text": ['"q", é'], "Done": ["true"]}
        ).assign(Due="Q2 FY26"),
    )
    model.module(
        "Deliveries",
        dimensions=[orders],
        line_items={"Sent": "NUMBER", "With": orders},
        cells=pd.DataFrame({"Orders": ["O1", "O2"], "Sent": [1, 2], "With": ["O2", "O1"]}),
    )
    _actions(model, sales, cities)
    return model


def _sales(model: Model, cities: object) -> object:
    sales = model.module(
        "Sales & Co",
        dimensions=[cities, "Versions", "Time"],  # type: ignore[list-item]
        line_items={
            "Units": {"format": "NUMBER", "code": "U", "notes": "Pieces", "style": "Heading1"},
            "Price": {"format": "NUMBER", "summary": "None", "data_tags": {"PII": "127000000077"}},
            "Value": {"format": "NUMBER", "formula": "Units * Price", "parent": "Units"},
            "Mean": {"format": "NUMBER", "formula": "Value / Units", "summary": "Formula"},
        },
        cells=pd.DataFrame(
            {
                "Cities": ["Oslo", "Rome", "Rome"],
                "Versions": ["Actual", "Actual", "Plan"],
                "Time": ["Apr 25", "May 25", "Mar 26"],
                "Units": [2, 3.25, -1e-7],
                "Price": [10, 4, 1e15],
            }
        ),
    )
    model.view(sales, "By city", rows=["Cities"], columns=["Line items"])
    model.view(sales, "By/month", ["Time"], ["Line items", "Versions"], ["Cities"])
    return sales


def _actions(model: Model, sales: object, cities: object) -> None:
    by_name = model.file("cities.txt", columns=["Name", "Code", "Size"], separator="\t")
    load = model.import_("Load cities", by_name, into=cities)  # type: ignore[arg-type]
    other = model.file(
        "sales.csv", columns=["city", "v", "t", "n"], separator=";", decimal_separator=","
    )
    mapping = {"city": "Cities", "v": "Versions", "t": "Time", "n": "Units"}
    into_sales = model.import_("Load sales", other, into=sales, mapping=mapping)  # type: ignore[arg-type]
    out = model.export("All sales", of=sales, leaves_only=True)  # type: ignore[arg-type]
    model.export("Cities out", of=cities, separator=";", encoding="UTF-16LE")  # type: ignore[arg-type]
    clear = model.delete_action("Clear orders", of=next(reversed(model.lists.values())))
    model.optimizer_action("Solve", "log")
    model.process("Night", [clear, load, into_sales, out])
