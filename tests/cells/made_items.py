"""Items of a dimension, made for tests."""

from __future__ import annotations

import pyarrow as pa

from anaplan_frames.cells.item_keys import DimensionItems
from anaplan_frames.cells.view_shape import Dimension


def items(
    names: list[str], codes: list[str | None] | None = None, name: str = "D"
) -> DimensionItems:
    return DimensionItems(
        Dimension("101", name),
        {
            "name": pa.array(names),
            "code": pa.array(codes or [None] * len(names), pa.string()),
            "id": pa.array([str(200 + number) for number in range(len(names))]),
        },
    )
