"""`sample`: the demo's data as DataFrames, to try things with."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal, TypeAlias, get_args

import pandas as pd

SampleName: TypeAlias = Literal["airlines", "airports", "airports_missing", "flights"]
_FILES = {"flights": "flights_monthly"}


def sample(name: SampleName) -> pd.DataFrame:
    """Return one of the demo's DataFrames: the flights that left New York's airports in 2013.

    Their faults are real: some airports have the same name, and some flights go to airports that
    are not in the list.

    Parameters
    ----------
    name : {"airlines", "airports", "airports_missing", "flights"}
        ``"airlines"`` has 16 rows, ``"airports"`` 1,458, ``"airports_missing"`` the 4 that are
        missing there. ``"flights"`` has 3,869, one per airline, origin, destination and month.

    Returns
    -------
    pandas.DataFrame
        Read by `pandas.read_csv`. The data are nycflights13 (CC0, US Bureau of Transportation
        Statistics).

    Raises
    ------
    ValueError
        If there is no such sample.

    Examples
    --------
    >>> from anaplan_frames.demo import sample
    >>> sample("airlines").head(2)
      carrier                    name
    0      9E       Endeavor Air Inc.
    1      AA  American Airlines Inc.
    """
    if name not in get_args(SampleName):
        names = ", ".join(map(repr, get_args(SampleName)))
        raise ValueError(f"There is no sample {name!r}. There are {names}.")
    with (files("anaplan_frames.demo") / "data" / f"{_FILES.get(name, name)}.csv").open(
        "rb"
    ) as file:
        return pd.read_csv(file)
