"""The staff of a company, as data for a list."""

from __future__ import annotations

from typing import Any

import pandas as pd

from anaplan_frames.lists.lists import List

PROPERTIES = {"Grade": "TEXT", "FTE": "NUMBER", "Start": "DATE", "Permanent": "BOOLEAN"}
STAFF = pd.DataFrame(
    {
        "code": ["00e1", "e2", "e3"],
        "name": ["Ann", 'Bo "B" \\', "Çağ"],
        "parent": [None, "Ann", "e2"],
        "Grade": ["x", None, "z"],
        "FTE": [1.0, 0.5, 0.25],
        "Start": pd.to_datetime(["2024-01-01", None, "2024-02-03"]),
        "Permanent": pd.array([True, False, True], dtype="boolean"),
        "Active": [True, False, True],
    },
    index=pd.Index(["r1", "r2", "r3"]),
)


def rows(lst: List, *columns: str) -> list[tuple[Any, ...]]:
    """The list's items as tuples, by code."""
    frame = lst.read(columns=list(columns))
    assert isinstance(frame, pd.DataFrame)
    frame = frame.sort_values(columns[0]).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).to_numpy().tolist()]
