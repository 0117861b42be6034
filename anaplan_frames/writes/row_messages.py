"""Why rows were rejected, as a last column of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def with_messages(frame: pd.DataFrame, messages: Sequence[str]) -> pd.DataFrame:
    """Add the column ``error``; where the caller's data has one, it is ``anaplan_error``."""
    name = "anaplan_error" if "error" in frame else "error"
    return frame.assign(**{name: list(messages)})
