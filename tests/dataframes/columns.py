"""The columns of a DataFrame, in a form that a test can compare."""

from __future__ import annotations

import pandas as pd


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    """Return the names of the columns with their dtypes, in order."""
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
