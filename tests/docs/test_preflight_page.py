"""The page on plans shows what comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox
from tests.docs.shown import examples, output_of

AIRPORTS = {
    "code": ["EWR", "JFK", "SFO"],
    "name": ["Newark", "Kennedy", None],
    "opened": ["1928-10-01", "soon", None],
    "hub": ["true", "", "1"],
}
DELAYS = {
    "Airports": ["EWR", "JFK", "XXX", "EWR"],
    "Time": ["Jan 26", "Q1 FY26", "Feb 26", "Mar 26"],
    "Delay": ["4", "5", "6", "12 min"],
}
LOADS = {
    "dest": ["EWR", "XXX", "EWR"],
    "month": ["Jan 26", "Jan 26", "Jan 62"],
    "minutes": ["1", "2", "3"],
}
HANGARS = {
    "number": ["H1", "H1", "H2"],
    "label": ["North", "Old north", "South"],
    "airport": ["JFK", "EWR", "XXX"],
}


@pytest.fixture
def namespace() -> Iterator[dict[str, Any]]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M", calendar=Calendar(2026, 0, 0))
        airports = model.list(
            "Airports",
            properties={"opened": "DATE"},
            subsets=["hub"],
            items=pd.DataFrame({"Code": ["EWR", "JFK"], "Name": ["Newark", "Kennedy"]}),
        )
        flights = model.module(
            "Flights", dimensions=[airports, "Time"], line_items={"Delay": "NUMBER"}
        )
        file = model.file("delays.csv", columns=["dest", "month", "minutes"])
        mapping = {"dest": "Airports", "month": "Time", "minutes": "Delay"}
        model.import_("Load delays", file=file, into=flights, mapping=mapping)
        hangars = model.list("Hangars", parent=airports)
        file = model.file("hangars.csv", columns=["number", "label", "airport"])
        mapping = {"number": "Code", "label": "Name", "airport": "Parent"}
        model.import_("Load hangars", file=file, into=hangars, mapping=mapping)
        data = {"hangars": HANGARS, "airports": AIRPORTS, "delays": DELAYS, "loads": LOADS}
        frames = {name: pd.DataFrame(columns) for name, columns in data.items()}
        with sandbox.connect() as connection:
            yield {"pd": pd, "af": af, "model": connection.model("M"), **frames}


def normal(text: str) -> list[str]:
    """Return the words of each line: how wide columns are differs between versions of pandas."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def test_plans_show_what_their_page_shows(namespace: dict[str, Any]) -> None:
    for code, shown in examples("docs/preflight.md"):
        assert normal(output_of(code, namespace)) == normal(str(shown))
