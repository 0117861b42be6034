"""The demo tenant's ids, the data that its files take and the numbers that must come out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import anaplan_frames
from tests.sandbox.http_client import InModel

WORKSPACE = "8a81b09d599f3c6e0159f605560c2630"
MODEL = "D2D29CEE237C422099D83DCC4338CEA6"
IN_WORKSPACE, DIRECT = f"/workspaces/{WORKSPACE}/models/{MODEL}", f"/models/{MODEL}"

AIRLINES_FILE, AIRPORTS_FILE, FLIGHTS_FILE = "113000000001", "113000000002", "113000000003"
LOAD_AIRLINES, LOAD_AIRPORTS, LOAD_FLIGHTS = "112000000001", "112000000002", "112000000003"
FLIGHTS_EXPORT = "116000000001"
CLEAR_AIRPORTS = "117000000001"
LOAD_ALL = "118000000001"

DATA = Path(anaplan_frames.__file__).parent / "demo" / "data"
AIRLINES = DATA / "airlines.csv"
AIRPORTS = DATA / "airports.csv"
FLIGHTS = DATA / "flights_monthly.csv"

AIRLINE_ROWS = 16
AIRPORT_ROWS, REJECTED_AIRPORTS = 1_458, 18
FLIGHT_ROWS, REJECTED_FLIGHT_ROWS = 3_869, 125
ALL_FLIGHTS, REJECTED_FLIGHTS = 336_776, 7_602


def upload_all(model: InModel) -> None:
    """Upload the three files as documented: how many chunks, the chunks, complete."""
    for file, path in (
        (AIRLINES_FILE, AIRLINES),
        (AIRPORTS_FILE, AIRPORTS),
        (FLIGHTS_FILE, FLIGHTS),
    ):
        content = path.read_bytes()
        middle = len(content) // 2  # within a row: one may straddle two chunks
        assert model.post(f"/files/{file}", {"chunkCount": 2}).status_code == 200
        for number, chunk in enumerate((content[:middle], content[middle:])):
            assert model.put(f"/files/{file}/chunks/{number}", chunk) == 204
        assert model.post(f"/files/{file}/complete", {}).status_code == 200


def counts(values: Sequence[str]) -> dict[str, int]:
    """Read the flat list of alternating names and numbers of a task's detail."""
    pairs = zip(values[::2], values[1::2], strict=True)
    return {name: int(number) for name, number in pairs if number.lstrip("-").isdigit()}


def total_flights(exported: bytes) -> float:
    """Sum the flights of the demo's export."""
    return float(pd.read_csv(io.BytesIO(exported))["flights"].sum())


def rows_of(counted: Mapping[str, int]) -> tuple[int, int]:
    """Return how many rows an import read and how many of them it rejected."""
    return counted["totalRowCount"], counted["failedCount"]
