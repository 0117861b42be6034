"""A model with lists of every kind, to write to."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from tests.lists.staff import PROPERTIES


@pytest.fixture
def headcount(tenant: Sandbox) -> Iterator[af.Model]:
    built = tenant.workspace("Finance").model("Headcount")
    built.list("Staff", properties=PROPERTIES, subsets=["Active"])
    regions = built.list(
        "Regions", items=pd.DataFrame({"code": ["n", "s"], "name": ["North", "South"]})
    )
    built.list("Cities", parent=regions)
    built.list("Orders", numbered=True, properties={"Amount": "NUMBER"})
    with tenant.connect() as connection:
        yield connection.model("Headcount")


@pytest.fixture
def staff(headcount: af.Model) -> List:
    return headcount.lists["Staff"]
