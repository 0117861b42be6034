"""The demo tenant: flights from New York's airports by month."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox.planning.time.month_calendar import Calendar
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

MEASURES = (
    "flights",
    "cancelled",
    "dep_delay_minutes",
    "arr_delay_minutes",
    "air_time_minutes",
    "distance_miles",
)


def build_demo(tenant: Tenant) -> None:
    """Build workspace "Demo" with model "Flight Planning"; Airlines and Airports start empty."""
    workspace = tenant.workspace("Demo", id="8a81b09d599f3c6e0159f605560c2630")
    model = workspace.model(
        "Flight Planning",
        id="D2D29CEE237C422099D83DCC4338CEA6",
        calendar=Calendar(2013, past_years=0, future_years=0),
    )
    airlines = model.list("Airlines", id="101000000001")
    airports = model.list(
        "Airports",
        id="101000000002",
        properties={"lat": "NUMBER", "lon": "NUMBER", "alt": "NUMBER", "tzone": "TEXT"},
    )
    codes = ["EWR", "JFK", "LGA"]
    origins = model.list(
        "Origins", id="101000000003", items=pd.DataFrame({"Name": codes, "Code": codes})
    )
    flights = model.module(
        "Flights by Month",
        id="102000000001",
        dimensions=[airlines, origins, airports, "Time"],
        line_items=dict.fromkeys(MEASURES, "NUMBER"),
    )
    load_airlines = model.import_(
        "Load airlines",
        model.file("airlines.csv", id="113000000001", columns=["carrier", "name"]),
        into=airlines,
        id="112000000001",
        mapping={"carrier": "Code", "name": "Name"},
    )
    places = ["lat", "lon", "alt", "tzone"]
    load_airports = model.import_(
        "Load airports",
        model.file(
            "airports.csv",
            id="113000000002",
            columns=["faa", "name", "lat", "lon", "alt", "tz", "dst", "tzone"],
        ),
        into=airports,
        id="112000000002",
        mapping={"faa": "Code", "name": "Name", **{place: place for place in places}},
    )
    keys = {"carrier": "Airlines", "origin": "Origins", "dest": "Airports", "period": "Time"}
    load_flights = model.import_(
        "Load flights",
        model.file("flights.csv", id="113000000003", columns=[*keys, *MEASURES]),
        into=flights,
        id="112000000003",
        mapping={**keys, **{measure: measure for measure in MEASURES}},
        match_by={"Airlines": "code", "Origins": "code", "Airports": "code"},
    )
    model.export("Flights export", of=flights, id="116000000001", leaves_only=True, omit_empty=True)
    model.process("Load all", [load_airlines, load_airports, load_flights], id="118000000001")
    model.delete_action("Clear airports", of=airports, id="117000000001")
