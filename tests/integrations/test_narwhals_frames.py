"""narwhals reads tables of Anaplan into the library that is asked for, and loads its dataframes."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.narwhals import read_narwhals, to_anaplan
from tests.integrations.small_tables import AIRLINES

# narwhals itself needs neither; alone it is tested by `nox -s extras`.
HAS_POLARS = find_spec("polars") is not None
FRAMES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": nw.from_native,
    "pyarrow": lambda frame: nw.from_native(pa.Table.from_pandas(frame)),
    "lazy": lambda frame: nw.from_native(frame).lazy(),
}
if HAS_POLARS:
    FRAMES["lazy of Polars"] = lambda frame: nw.from_native(frame).lazy(backend="polars")


@pytest.mark.parametrize("backend", ["pandas", "pyarrow", *(["polars"] if HAS_POLARS else [])])
def test_narwhals_reads_into_the_library_that_is_asked_for(
    table_model: af.Model, backend: str
) -> None:
    frame = read_narwhals("airlines.csv", table_model, backend=backend)  # type: ignore[arg-type]
    assert frame.implementation.value == backend
    assert frame.to_dict(as_series=False) == AIRLINES.to_dict("list")


@pytest.mark.parametrize("framed", FRAMES.values(), ids=FRAMES)
def test_narwhals_loads_dataframes_and_lazy_ones(demo_model: af.Model, framed: Any) -> None:
    assert to_anaplan(framed(AIRLINES), "Load airlines", demo_model).rows_loaded == 3


def test_what_is_not_meant_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="backend must be"):
        read_narwhals("flights.csv", backend="dask")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="must be a dataframe of narwhals"):
        to_anaplan(AIRLINES, "Load airlines")  # type: ignore[arg-type]
