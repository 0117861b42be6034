"""The mixed frame that everything is measured with, and its text as an export writes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import tenant

_SEED = 20_240_229
_FIRST_DAY, _DAYS = np.datetime64("2022-01-01"), 1_461


def mixed_frame(rows: int) -> pd.DataFrame:
    """Return the frame: what a nightly load of a planning model looks like.

    Parameters
    ----------
    rows : int

    Returns
    -------
    pandas.DataFrame
        ``Region`` and ``Product`` (text of few values, the second with quotes and commas),
        ``Month`` (text such as ``Jan 24``), ``Day`` (datetime64), ``Units`` (int64), ``Amount``
        (float64 of two decimals), ``Active`` (bool).
    """
    random = np.random.default_rng(_SEED)
    days = random.integers(0, _DAYS, rows)
    months = pd.date_range("2022-01-01", periods=48, freq="MS").strftime("%b %y")
    return pd.DataFrame(
        {
            "Region": _some(random, [f"Region {i:03d}" for i in range(120)], rows),
            "Product": _some(random, _products(), rows),
            "Month": _some(random, list(months), rows),
            "Day": (_FIRST_DAY + days).astype("datetime64[us]"),
            "Units": random.integers(0, 10_000, rows),
            "Amount": (random.integers(-10_000_000, 100_000_000, rows) / 100),
            "Active": random.random(rows) < 0.7,
        },
        columns=list(tenant.COLUMNS),
    )


def _products() -> list[str]:
    """Return names of which every fourth needs quoting."""
    plain = [f"Product {i:04d}" for i in range(375)]
    quoted = [f'Pipe 3/4", steel, no. {i}' for i in range(125)]
    return plain + quoted


def _some(random: np.random.Generator, values: list[str], rows: int) -> pd.Series[str]:
    """Return texts as pandas itself stores them by default."""
    return pd.Series(np.array(values, dtype=object)[random.integers(0, len(values), rows)])


def write_text(frame: pd.DataFrame, path: Path) -> None:
    """Write the frame as Anaplan's export would: quotes only if needed, true and false."""
    active = frame["Active"].map({True: "true", False: "false"})
    frame.assign(Active=active).to_csv(path, index=False, lineterminator="\n")
