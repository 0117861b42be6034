"""A model with views to read, over cities in regions, shops, months and versions."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.planning.model_actions import load, names

MODULE, VIEW, WIDE, NO_PAGES = "102000000001", "203000000001", "203000000002", "203000000003"
ITEMS_ON_PAGES = "203000000004"
UNITS, NOTE, DOUBLE = "206000000001", "206000000002", "206000000003"
SHOPS, CITIES, NOBODY = "101000000002", "101000000003", "101000000004"
SMALL, EMPTY = "102000000002", "102000000003"
TIME, LINE_ITEMS, VERSIONS = "20000000003", "20000000012", "20000000020"
CELLS = """City,Shop,Time,Versions,Units,Note
Oslo,X,Jan 13,Actual,1,"p,q"
Oslo,X,Feb 13,Actual,2,
Rome,X,Jan 13,Actual,4,=1+1
Rome,"Y, Z",May 13,Actual,8,
Oslo,X,Jan 13,Forecast,16,
"""


def build_sales(sandbox: Sandbox) -> InModel:
    """Make the module, its views and two small modules."""
    model = sandbox.workspace("W").model("M", calendar=Calendar(2013, 0, 0))
    regions = model.list("Region", items=names("North", "South"))
    shops = model.list("Shop", id=SHOPS, items=names("X", "Y, Z"))
    cities = model.list(
        "City",
        id=CITIES,
        parent=regions,
        items=pd.DataFrame({"Name": ["Oslo", "Rome"], "Parent": ["North", "South"]}),
    )
    sales = model.module(
        "Sales",
        id=MODULE,
        dimensions=[cities, shops, "Time", "Versions"],
        line_items={
            "Units": {"format": "NUMBER", "id": UNITS},
            "Note": {"format": "TEXT", "id": NOTE},
            "Double": {"format": "NUMBER", "formula": "Units * 2", "id": DOUBLE},
        },
    )
    file = model.file("f", columns=["City", "Shop", "Time", "Versions", "Units", "Note"])
    assert load(model, model.import_("Load", file, into=sales), CELLS).counts[3] == 0
    model.view(sales, "By city", rows=["City"], columns=["Line items"], id=VIEW)
    wide = ["Line items", "Shop"]
    model.view(sales, "Wide", ["Time"], wide, ["Versions", "City"], id=WIDE)
    on_pages = ["Shop", "City", "Line items"]
    model.view(sales, "Items", ["Time"], ["Versions"], on_pages, id=ITEMS_ON_PAGES)
    small = model.module("Small", id=SMALL, dimensions=[shops], line_items={"V": "NUMBER"})
    model.view(small, "Whole", rows=["Shop"], columns=["Line items"], pages=[], id=NO_PAGES)
    nobody = model.list("Nobody", id=NOBODY)
    model.module("Empty", id=EMPTY, dimensions=[shops, nobody], line_items={"V": "NUMBER"})
    return in_model(Http(sandbox), model)
