"""A module's cells as a DataFrame: by anaplan_frames, and by anaplan-sdk's ways made to one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import tenant
from benchmarks.cores import two_cores
from benchmarks.ours import connected_model
from benchmarks.peers import sdk_client

_SEED = 20_240_229
_PAGES, _MONTHS = 5, 24


def write_cells(folder: Path, rows: int) -> tuple[Path, list[Path]]:
    """Write a module's cells as Anaplan does: in the tabular layout, and page by page as JSON.

    Products by months, on a page for each of five regions, which is few: so a page is large.
    """
    text = folder / f"cells-{rows}.csv"
    pages = [folder / f"cells-{rows}-{page}.json" for page in range(_PAGES)]
    if not text.exists():
        frame = cells(rows)
        frame.to_csv(text, index=False, lineterminator="\n")
        for path, (region, part) in zip(pages, frame.groupby("Region"), strict=True):
            _write_page(path, str(region), part)
    return text, pages


def cells(rows: int) -> pd.DataFrame:
    """Return at least so many cells of one line item, in the module's order."""
    products = -(-rows // (_PAGES * _MONTHS))
    months = pd.date_range("2024-01-01", periods=_MONTHS, freq="MS").strftime("%b %y")
    index = pd.MultiIndex.from_product(
        [
            [f"Region {i}" for i in range(_PAGES)],
            [f"Product {i:05d}" for i in range(products)],
            months,
        ],
        names=["Region", "Product", "Time"],
    )
    random = np.random.default_rng(_SEED)
    amounts = random.integers(-10_000_000, 100_000_000, len(index)) / 100
    return pd.DataFrame({tenant.LINE_ITEM: amounts}, index=index).reset_index()


def _write_page(path: Path, region: str, part: pd.DataFrame) -> None:
    """Write the answer to ``GET views/{viewId}/data?format=v1``."""
    grid = part.pivot(index="Product", columns="Time", values=tenant.LINE_ITEM)
    grid = grid[part["Time"].unique()]
    rows = [
        {"rowCoordinates": [product], "cells": [f"{value:.12g}" for value in values]}
        for product, values in zip(grid.index, grid.to_numpy(), strict=True)
    ]
    across = [[month] for month in grid.columns]
    answer = {"pages": [region], "columnCoordinates": across, "rows": rows}
    path.write_text(json.dumps(answer, separators=(",", ":")))


def write_dimension_items(folder: Path, rows: int) -> Path:
    """Write what the list of products answers."""
    path = folder / f"cells-{rows}-items.json"
    if not path.exists():
        products = -(-rows // (_PAGES * _MONTHS))
        items = [{"id": str(2 * 10**11 + i), "name": f"Product {i:05d}"} for i in range(products)]
        path.write_text(json.dumps({"listItems": items}, separators=(",", ":")))
    return path


def read(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the module to a DataFrame, all of it as the others do."""
    two_cores()
    module = connected_model(url).modules[tenant.MODULE_NAME]
    return lambda: module.read(totals=True, progress=False)


def read_leaves(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the module to a DataFrame, and leave totals out."""
    two_cores()
    module = connected_model(url).modules[tenant.MODULE_NAME]
    return lambda: module.read(progress=False)


def read_chunksize(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the module in DataFrames of 100,000 rows, each dropped."""
    two_cores()
    module = connected_model(url).modules[tenant.MODULE_NAME]

    def run() -> int:
        frames = module.read(totals=True, chunksize=100_000, progress=False)
        return sum(len(frame) for frame in frames)

    return run


def sdk_export(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-sdk's `export_and_download` and `pandas.read_csv`; it has no large reads."""
    two_cores()
    client = sdk_client(url)
    return lambda: pd.read_csv(io.BytesIO(client.export_and_download(int(tenant.EXPORT))))


def sdk_pages(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-sdk's `get_view_data` of each page, and a frame of the same shape."""
    two_cores()
    client = sdk_client(url)
    view, (dimension,) = int(tenant.MODULE), tenant.AXES["pages"]

    def run() -> pd.DataFrame:
        pages = [
            _tidy(client.tr.get_view_data(view, pages=[(int(dimension), page)]))
            for page in range(_PAGES)
        ]
        return pd.concat(pages, ignore_index=True)

    return run


def _tidy(grid: dict[str, Any]) -> pd.DataFrame:
    """Make the frame the quickest way that numpy has; `stack` takes far longer."""
    values = np.array([row["cells"] for row in grid["rows"]], dtype=float)
    across = [month for (month,) in grid["columnCoordinates"]]
    down = [product for row in grid["rows"] for product in row["rowCoordinates"]]
    return pd.DataFrame(
        {
            "Region": pd.Series(grid["pages"] * values.size),
            "Product": pd.Series(down).repeat(len(across)).to_numpy(),
            "Time": across * len(down),
            tenant.LINE_ITEM: values.ravel(),
        }
    )
