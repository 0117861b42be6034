"""Plans of many rows against a list of 200,000 items: of imports and of a module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.cores import two_cores
from benchmarks.ours import connected_model
from benchmarks.preflight_tenant import ITEMS

_MONTHS = list(pd.date_range("2024-01-01", periods=60, freq="MS").strftime("%b %y"))
_WRONG = 100  # one row in so many names an item that there is not


def plan_import(url: str, rows: int) -> Callable[[], object]:
    """Prepare the plan of an import whose headers are the names of its dimensions."""
    two_cores()
    load, frame = connected_model(url).imports["Load sales"], _frame(rows)
    check = {"Amount": "Sales.Amount"}
    return lambda: _counted(load.write(frame, dry_run=True, check=check, progress=False), rows)


def plan_list_import(url: str, rows: int) -> Callable[[], object]:
    """Prepare the plan of an import into the list, of which most items are new."""
    two_cores()
    load, numbers = connected_model(url).imports["Load products"], np.arange(rows)
    numbers[::_WRONG] = 0  # the code and the name of one item, over and over
    frame = pd.DataFrame(
        {
            "Code": pd.Series([f"P{number:06d}" for number in numbers.tolist()], dtype="str"),
            "Name": pd.Series(
                [f"Product {number:06d}" for number in numbers.tolist()], dtype="str"
            ),
            "Weight": numbers % 1_000 / 10,
        }
    )
    check = {header: f"Products.{header}" for header in frame.columns}
    return lambda: _counted(
        load.write(frame, dry_run=True, check=check, progress=False), rows, taken=1
    )


def plan_module(url: str, rows: int) -> Callable[[], object]:
    """Prepare the plan of a module."""
    two_cores()
    sales, frame = connected_model(url).modules["Sales"], _frame(rows)
    return lambda: _counted(sales.write(frame, dry_run=True, progress=False), rows)


def read_list(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read what both plans read of the list."""
    two_cores()
    products = connected_model(url).lists["Products"]

    def read() -> int:
        products.read_arrow(columns=["id", "code", "name"]).read_all()
        return -1

    return read


def _counted(plan: Any, rows: int, *, taken: int = 0) -> int:
    assert plan.rows_rejected == len(range(0, rows, _WRONG)) - taken, plan
    return int(plan.rows_sent)


def _frame(rows: int) -> pd.DataFrame:
    numbers = np.arange(rows)
    names = np.array([*(f"Product {n:06d}" for n in range(ITEMS)), "nothing"], dtype=object)
    items = np.where(numbers % _WRONG == 0, ITEMS, numbers % ITEMS)
    months = np.array(_MONTHS, dtype=object)[numbers // ITEMS % len(_MONTHS)]
    return pd.DataFrame(
        {
            "Products": pd.Series(names[items], dtype="str"),
            "Time": pd.Series(months, dtype="str"),
            "Amount": numbers % 100_000 / 100,
        }
    )
