"""The sandbox as a planning store: an import of millions of rows into a module, on two cores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from benchmarks.cores import two_cores

_MONTHS = list(pd.date_range("2024-01-01", periods=12, freq="MS").strftime("%b %y"))
_REGIONS = 500


def load(url: str, rows: int) -> Callable[[], object]:
    """Prepare a module of regions, products and months, and upload a row for each of its cells.

    The import itself is what is measured.
    """
    two_cores()  # before DuckDB counts its threads
    sandbox = Sandbox(email="planner@example.com", password="benchmark", rate_limit=None)
    calendar = Calendar(2024, past_years=0, future_years=0)
    model = sandbox.workspace("Benchmark").model("Plan", calendar=calendar)
    sales_model(model, rows)
    connected = sandbox.start().connect().model("Plan")
    cells = cells_of(names_of_items(rows), rows)
    connected.files["sales.csv"].write(cells, progress=False)
    load_sales = connected.imports["Load sales"]

    def run() -> None:
        result = load_sales.run(progress=False)
        assert result.rows_sent == rows, result

    return run


def names_of_items(rows: int) -> dict[str, list[str]]:
    """Return the names of so many regions and products that there is a cell for each row."""
    products = -(-rows // (_REGIONS * len(_MONTHS)))
    return {
        "Region": [f"Region {i:03d}" for i in range(_REGIONS)],
        "Product": [f"Product {i:05d}" for i in range(products)],
    }


def sales_model(model: Model, rows: int) -> None:
    """Make the module of regions, products and months, and the import of its file."""
    names = names_of_items(rows)
    lists = [model.list(name, items=pd.DataFrame({"Name": items})) for name, items in names.items()]
    module = model.module("Sales", dimensions=[*lists, "Time"], line_items={"Amount": "NUMBER"})
    file = model.file("sales.csv", columns=["Region", "Product", "Time", "Amount"])
    model.import_("Load sales", file, into=module)


def cells_of(names: dict[str, list[str]], rows: int) -> pd.DataFrame:
    """Return a row for each of the module's cells, up to so many."""
    numbers = np.arange(rows)
    months, regions = numbers % len(_MONTHS), numbers // len(_MONTHS) % _REGIONS
    products = numbers // (len(_MONTHS) * _REGIONS)
    return pd.DataFrame(
        {
            "Region": np.array(names["Region"], dtype=object)[regions],
            "Product": np.array(names["Product"], dtype=object)[products],
            "Time": np.array(_MONTHS, dtype=object)[months],
            "Amount": numbers % 100_000 / 100,
        }
    )
