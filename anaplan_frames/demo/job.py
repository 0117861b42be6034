"""``anaplan-frames demo``: load, see what was rejected, correct it, load the rest, prove it."""

from __future__ import annotations

import time

import pandas as pd

from anaplan_frames.demo.samples import sample
from anaplan_frames.errors import RejectedRows
from anaplan_frames.model import Model
from anaplan_frames.reading import read_anaplan
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writing import to_anaplan

KEYS = ["carrier", "origin", "dest", "period"]
MEASURES = [
    "flights",
    "cancelled",
    "dep_delay_minutes",
    "arr_delay_minutes",
    "air_time_minutes",
    "distance_miles",
]


def run() -> bool:
    """Run the demo and say what happens.

    Returns
    -------
    bool
        Whether every measure in Anaplan equals the source.
    """
    began = time.perf_counter()
    airlines, airports, flights = sample("airlines"), sample("airports"), sample("flights")
    with Sandbox.demo() as sandbox, sandbox.connect() as connection:
        print(f"A sandbox of Anaplan is running at {sandbox.api_url}\n")
        model = connection.model("Flight Planning", workspace="Demo")

        print("1. Load airlines, airports and a year of flights, as they are")
        _load(airlines, "Load airlines", model)
        namesakes = _load(airports, "Load airports", model)
        strays = _load(flights, "Load flights", model)

        lost = f"{strays['flights'].sum():,} flights go to airports that are not in the list"
        print(f"\n2. Correct in pandas what was rejected, and load only that again ({lost})")
        namesakes["name"] += " (" + namesakes["faa"] + ")"
        airports.update(namesakes["name"])
        missing = sample("airports_missing")
        _load(namesakes, "Load airports", model)
        _load(missing, "Load airports", model)
        _load(strays, "Load flights", model)

        print("\n3. Read the export back and compare every measure with the source")
        exported = read_anaplan("Flights export", model)
        in_anaplan = _by_code(exported, airlines, pd.concat([airports, missing]))
    return _prove(flights, in_anaplan, seconds=time.perf_counter() - began)


def _load(data: pd.DataFrame, target: str, model: Model) -> pd.DataFrame:
    """Load data, say what happened to it, and return the rejected rows without the reasons."""
    try:
        result = to_anaplan(data, target, model)
    except RejectedRows as rejection:
        result = rejection.result
    assert result is not None
    rejected = result.rejected
    print(f"   {target:<13} {result.rows_loaded:>5,} rows loaded, {len(rejected):>3,} rejected")
    if len(rejected):
        for line in rejected[[*rejected.columns[:2], "error"]].head(3).to_string().splitlines():
            print(f"      {line}")
    return rejected.drop(columns="error", errors="ignore")


def _by_code(
    exported: pd.DataFrame, airlines: pd.DataFrame, airports: pd.DataFrame
) -> pd.DataFrame:
    """Put codes in the place of the names that Anaplan exports, as the source has them."""
    carriers = airlines.set_index("name")["carrier"]
    codes = airports.set_index("name")["faa"]
    keys = {
        "carrier": exported["Airlines"].map(carriers),
        "origin": exported["Origins"],
        "dest": exported["Airports"].map(codes),
        "period": exported["Time"],
    }
    return exported.assign(**keys)[[*KEYS, *MEASURES]]


def _prove(source: pd.DataFrame, in_anaplan: pd.DataFrame, *, seconds: float) -> bool:
    """Compare cell by cell and total by total, and print the verdict."""
    both = source.merge(
        in_anaplan, "outer", KEYS, suffixes=(" source", " Anaplan"), validate="one_to_one"
    )
    # Nothing is zero here, and the export leaves out rows in which every measure is nothing.
    left, right = (
        both[[f"{measure} {side}" for measure in MEASURES]].fillna(0).set_axis(MEASURES, axis=1)
        for side in ("source", "Anaplan")
    )
    same = bool((left.to_numpy() == right.to_numpy()).all())
    totals = pd.DataFrame({"source": left.sum(), "Anaplan": right.sum()})
    totals["equal"] = totals["source"] == totals["Anaplan"]
    for line in totals.to_string(float_format="{:,.0f}".format).splitlines():
        print(f"   {line}")
    cells = f"{left.size:,} cells compared, {'all equal' if same else 'NOT all equal'}"
    flights, loaded = int(left["flights"].sum()), int(right["flights"].sum())
    print(f"   {cells}; {seconds:.1f} seconds in all\n")
    print(f"{flights:,} flights in the source, {loaded:,} in Anaplan")
    return same
