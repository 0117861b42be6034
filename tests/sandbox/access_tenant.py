"""A tenant with filtered views, roles and selective access, over cities in regions.

Ann plans the North and sees the South; Bob sees the North only; Eve is a workspace administrator
who sees the South only. All others have full access.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

ANN, BOB, EVE = "ann@corp.com", "bob@corp.com", "eve@corp.com"
PASSWORD = "secret"
REGIONS = pd.DataFrame({"Name": ["North", "South"], "Code": ["N", "S"]})
CITIES = pd.DataFrame(
    {
        "Name": ["Oslo", "Bergen", "Rome", "Milan"],
        "Code": ["os", "be", "ro", "mi"],
        "Parent": ["N", "N", "S", "S"],
        "Size": [3.0, 2.0, 5.0, 4.0],
    }
)
CELLS = pd.DataFrame(
    {
        "City": ["os", "os", "be", "ro", "ro", "mi"],
        "Time": ["Jan 26", "Feb 26", "Jan 26", "Jan 26", "May 26", "Jan 26"],
        "Versions": ["Actual", "Actual", "Actual", "Actual", "Actual", "Forecast"],
        "Units": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        "Open": [True, False, False, True, True, None],
        "Home": ["North", None, None, "South", None, None],
        "Since": ["2026-01-31", None, None, None, None, None],
        "Note": ["a", None, "b", None, "c", None],
    }
)
LINE_ITEMS = {
    "Units": "NUMBER",
    "Open": "BOOLEAN",
    "Note": "TEXT",
    "Since": "DATE",
    "Double": {"format": "NUMBER", "formula": "Units * 2"},
}


def build(sandbox: Sandbox, name: str = "Access") -> Model:
    """Make the model and its users."""
    model = sandbox.workspace("Corp").model(name, calendar=Calendar(2026, 0, 0))
    regions = model.list("Region", items=REGIONS, selective_access=True, top_level_item="World")
    cities = model.list("City", parent=regions, properties={"Size": "NUMBER"}, items=CITIES)
    sales = model.module(
        "Sales",
        dimensions=[cities, "Time", "Versions"],
        line_items={**LINE_ITEMS, "Home": regions},
        cells=CELLS,
    )
    model.module("Secret", dimensions=[cities], line_items={"Pay": "NUMBER"})
    model.list("Staff", items=pd.DataFrame({"Name": ["Ada"]}))
    _views(model, sales)
    _actions(model, sales)
    for email in (ANN, BOB, EVE):
        sandbox.add_user(email, PASSWORD, administrator=email == EVE)
    planner = model.role(
        "Planner",
        modules={"Sales": "write"},
        lists={"Region": "read", "City": "write"},
        versions={"Actual": "read", "Forecast": "write"},
        actions=["Load sales", "Load cities", "Out", "Night"],
    )
    reader = model.role("Reader", others="read", actions=["Out", "Load sales"])
    model.assign(ANN, planner, items={"Region": {"write": ["North"], "read": ["S"]}})
    model.assign(BOB, reader, items={"Region": {"read": ["N"]}})
    model.assign(EVE, items={"Region": {"write": ["South"]}})
    return model


def _views(model: Model, sales: Any) -> None:
    rows, across = ["City", "Time"], ["Line items"]
    model.view(sales, "Open", rows, across, where={"Open": True}, show={"Line items": ["Units"]})
    model.view(sales, "Filled", rows, across, omit_empty=True, hide={"City": ["Oslo"]})
    model.view(
        sales,
        "Quarters",
        rows=["City"],
        columns=["Time"],
        pages=["Line items", "Versions"],
        levels={"Time": ["quarter", "year"], "City": ["Region"]},
        chosen={"Versions": "Forecast"},
    )


def _actions(model: Model, sales: Any) -> None:
    file = model.file("sales.csv", columns=["City", "Time", "Versions", "Units"])
    load = model.import_("Load sales", file, into=sales)
    of_cities = model.file("cities.csv", columns=["Name", "Code", "Parent", "Size"])
    cities = model.import_("Load cities", of_cities, into=next(_named(model, "City")))
    out = model.export("Out", of=sales, leaves_only=True, omit_empty=True)
    opened = next(view for view in model.views.values() if view.name == "Open")
    model.export("Open out", of=opened)
    staff = model.list("Open cities")
    model.import_from_model("Take open", opened, into=staff, mapping={"City": "Name"})
    model.process("Night", [load, out])
    model.process("Hidden", [cities])


def _named(model: Model, name: str) -> Any:
    return (lst for lst in model.lists.values() if lst.name == name)


def connect(sandbox: Sandbox, email: str) -> af.Connection:
    """Connect as one of the users, without a limit of requests."""
    return af.connect(
        auth=af.BasicAuth(email, PASSWORD),
        api_url=sandbox.api_url,
        auth_url=sandbox.auth_url,
        requests_per_minute=None,
    )
