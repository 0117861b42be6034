"""A model with lists of every kind to write to, which all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from tests.lists.staff import PROPERTIES
from tests.restored_models import RestoredModel


@pytest.fixture(scope="package")
def headcount_server() -> Iterator[tuple[Sandbox, RestoredModel]]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = sandbox.workspace("Finance").model("Headcount")
        built.list("Staff", properties=PROPERTIES, subsets=["Active"])
        regions = built.list(
            "Regions", items=pd.DataFrame({"code": ["n", "s"], "name": ["North", "South"]})
        )
        built.list("Cities", parent=regions)
        built.list("Orders", numbered=True, properties={"Amount": "NUMBER"})
        yield sandbox, RestoredModel(built)


@pytest.fixture
def headcount_sandbox(headcount_server: tuple[Sandbox, RestoredModel]) -> Sandbox:
    """Serve the model with its first items, and without faults."""
    sandbox, built = headcount_server
    sandbox.faults.clear()
    built.restore()
    return sandbox


@pytest.fixture
def headcount(headcount_sandbox: Sandbox) -> Iterator[af.Model]:
    with headcount_sandbox.connect() as connection:
        yield connection.model("Headcount")


@pytest.fixture
def staff(headcount: af.Model) -> List:
    return headcount.lists["Staff"]
