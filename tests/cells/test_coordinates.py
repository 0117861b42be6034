"""The numbers of cells, and the requests made of them."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.cells.coordinates import Coordinates
from tests.cells.made_items import items


@given(st.lists(st.integers(1, 50), max_size=5), st.integers(1, 4), st.data())
def test_the_number_of_a_cell_gives_back_its_items(
    sizes: list[int], line_items: int, data: st.DataObject
) -> None:
    dimensions = [items([f"{d}-{n}" for n in range(size)]) for d, size in enumerate(sizes)]
    ids = [f'"{number}' for number in range(line_items)]
    coordinates = Coordinates(dimensions, ids)
    rows = data.draw(st.integers(1, 20))
    places = [
        np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=rows, max_size=rows)))
        for size in sizes
    ]
    item = data.draw(st.integers(0, line_items - 1))
    cells = coordinates.cells(coordinates.combinations(places, rows), item)
    requests = coordinates.requests(cells, pa.array(["true"] * rows, pa.large_string()))
    for row, text in enumerate(requests.to_pylist()):
        assert json.loads(text) == {
            "lineItemId": ids[item],
            "dimensions": [{"dimensionId": "101", "itemId": str(200 + at[row])} for at in places],
            "value": True,
        }
        assert len(text.encode()) + 1 <= coordinates.longest + len("true")
    wanted = {tuple(int(at[row]) for at in places) for row in range(rows)}
    assert len(set(cells.tolist())) == len(wanted)
