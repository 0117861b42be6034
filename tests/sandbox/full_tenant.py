"""A small tenant with every feature of the builder of models: for reads, writes, plans, clones."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition

NAME = "Everything"
CITIES = pd.DataFrame(
    {
        "Name": ["Oslo", "Rome", "Nice"],
        "Code": ["OSL", "ROM", "NCE"],
        "Parent": ["North", "South", "South"],
        "Since": ["2020-01-31", "", "2021-02-28"],
        "Open": ["true", "false", ""],
        "Home": ["South", "", "North"],
        "Large": ["true", "true", "false"],
    }
)
PRODUCTS = pd.DataFrame(
    {
        "Name": ["Tools", "Hammer", "Saw", "Glue"],
        "Code": ["T", "H", "S", "G"],
        "Parent": ["", "Tools", "Tools", ""],
        "Sold": [True, True, False, True],
        "Ended": [False, False, True, False],
    }
)
ORDERS = pd.DataFrame({"Code": ["O1", "O2"], "Label": ["Big, one", "Small"]})
SALES = pd.DataFrame(
    {
        "Large": ["Oslo", "Rome", "Oslo"],
        "Products": ["Hammer", "Saw", "Glue"],
        "Time": ["Jan 26", "Feb 26", "Dec 26"],
        "Units": [3, 4.5, -1],
        "Note": ["a", 'q"', ""],
    }
)


def build_everything(tenant: Sandbox) -> Model:
    """Build it, with data."""
    model = tenant.workspace("Finance").model(
        NAME,
        calendar=Calendar(2026, 0, 0, halves=True, year_to_date=True),
        versions=["Actual", {"name": "Plan", "current": True}],
    )
    model.timing.set_current_period(dt.date(2026, 5, 4))
    regions = model.list(
        "Regions",
        top_level_item="World",
        items=pd.DataFrame({"Name": ["North", "South", "East"], "Code": ["N", "S", "E"]}),
    )
    cities = model.list(
        "Cities",
        parent=regions,
        properties={"Since": "DATE", "Open": "BOOLEAN", "Home": regions},
        subsets=["Large"],
        items=CITIES,
    )
    products = model.list(
        "Products", subsets=["Sold"], properties={"Ended": "BOOLEAN"}, items=PRODUCTS
    )
    model.list(
        "Orders", numbered=True, properties={"Label": "TEXT"}, display_name="Label", items=ORDERS
    )
    sales = _sales(model, cities, products)
    _more_modules(model, sales, products)
    _actions(model, sales, cities, products)
    return model


def _sales(model: Model, cities: ListDefinition, products: ListDefinition) -> ModuleDefinition:
    """Make a module by a subset whose line items have all kinds of dimensions."""
    sales = model.module(
        "Sales",
        dimensions=[cities.subset("Large"), products, "Time"],
        line_items={
            "Inputs": "NONE",
            "Units": "NUMBER",
            "Note": "TEXT",
            "Outputs": {"format": "NONE", "style": "Heading1"},
            "Double": {"format": "NUMBER", "formula": "Units * 2"},
            "Price": {"format": "NUMBER", "dimensions": [products], "summary": "None"},
            "Cost": {"format": "NUMBER", "dimensions": [products]},
            "Goal": {"format": "NUMBER", "time_scale": "Quarter"},
            "Rate": {"format": "NUMBER", "dimensions": []},
            "Flag": {"format": "BOOLEAN", "dimensions": [cities, "Versions"]},
            "Best": {"list": products, "dimensions": [cities.subset("Large"), "Time"]},
        },
        cells=SALES,
    )
    own = {
        "Price": {"Products": ["Hammer", "Glue"], "Price": [1.5, 2]},
        "Cost": {"Products": ["Saw"], "Cost": [7]},
        "Goal": {"Large": ["Rome"], "Products": ["Glue"], "Time": ["Q2 FY26"], "Goal": [10]},
        "Rate": {"Rate": [0.25]},
        "Flag": {"Cities": ["Nice"], "Versions": ["Plan"], "Flag": [True]},
        "Best": {"Large": ["Oslo"], "Time": ["Mar 26"], "Best": ["Saw"]},
    }
    for name, cells in own.items():
        model.load_cells(sales.line_item(name), pd.DataFrame(cells))
    model.view(sales, "By product", rows=["Products"], columns=["Line items"])
    model.view(sales, "By month", ["Large", "Time"], ["Line items", "Products"], [])
    return sales


def _more_modules(model: Model, sales: ModuleDefinition, products: ListDefinition) -> None:
    model.module(
        "Quarterly",
        dimensions=[products.subset("Sold"), "Versions", "Time"],
        time_scale="Quarter",
        line_items={
            "Target": "NUMBER",
            "Day": "DATE",
            "Monthly": {"format": "NUMBER", "time_scale": "Month"},
            "Yearly": {"format": "NUMBER", "time_scale": "Year"},
        },
        cells=pd.DataFrame(
            {"Sold": ["Hammer"], "Versions": ["Actual"], "Time": ["Q3 FY26"], "Target": [5]}
        ).assign(Day="2026-08-01"),
    )
    measures = model.line_item_subset("Measures", [sales.line_items[1], sales.line_items[4]])
    model.module(
        "By measure",
        dimensions=[measures, products],
        line_items={"Weight": "NUMBER"},
        cells=pd.DataFrame({"Measures": ["Units"], "Products": ["Glue"], "Weight": [2]}),
    )
    model.module(
        "Loose",
        line_items={
            "A": {"format": "NUMBER", "dimensions": [products]},
            "B": {"format": "TEXT", "dimensions": ["Time"], "time_scale": "Half-Year"},
        },
    )


def _actions(
    model: Model, sales: ModuleDefinition, cities: ListDefinition, products: ListDefinition
) -> None:
    """Make imports in all ways, exports, and actions that run them."""
    plain = model.file("sales.csv", columns=["Large", "Products", "Time", "Units", "Note"])
    load = model.import_("Load sales", plain, into=sales)
    prices = model.file("prices.csv", columns=["Products", "Price"])
    model.import_("Load prices", prices, into=sales.line_item("Price"))
    goals = model.file("goals.csv", columns=["Large", "Products", "Day", "Goal"], separator=";")
    mapping = {"Large": "Large", "Products": "Products", "Day": "Time", "Goal": "Goal"}
    formats = {"Day": "D-M-Y"}
    goal = sales.line_item("Goal")
    model.import_("Load goals", goals, into=goal, mapping=mapping, formats=formats, clear=True)
    long = model.file("long.csv", columns=["Large", "Products", "Time", "Line items", "Value"])
    model.import_("Load long", long, into=sales)
    wide = model.file("wide.csv", columns=["Large", "Products", "Jan 26", "Feb 26"])
    model.import_("Load wide", wide, into=sales, across="Time", line_item="Units")
    names = model.file("cities.csv", columns=["Name", "Code", "Parent", "Large"])
    model.import_("Load cities", names, into=cities, identify="name or code")
    price, cost = sales.line_item("Price"), sales.line_item("Cost")
    copied = {"Products": "Products", "Price": "Cost"}
    model.import_from_model("Copy prices", price, cost, mapping=copied)
    out = model.export("Sales out", of=sales)
    model.export("Prices out", of=sales.line_item("Price"), leaves_only=True)
    model.export("Grid out", of=model.views["207000000001"], layout="GRID_ALL_PAGES")
    model.history_export("History", ["Date", "User"], [["2026-01-01", "ada@corp.com"], ["x"]])
    clear = model.delete_action("Clear ended", of=products, where="Ended")
    model.process("Night", [load, out, clear])
