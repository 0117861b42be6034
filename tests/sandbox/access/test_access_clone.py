"""A clone of the tenant with filtered views and users: what it shows, and what its report says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access.conftest import ALL, Seen
from tests.sandbox.access_tenant import BOB


class Cloned:
    """A clone and its model as its own user sees it."""

    def __init__(self, sandbox: Sandbox, model: af.Model) -> None:
        self.sandbox, self.model = sandbox, model


@pytest.fixture(scope="module")
def cloned(kept: Seen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloned]:
    folder = tmp_path_factory.mktemp("clone") / "snapshot"
    af.snapshot(kept[ALL], folder, include="all")
    with Sandbox.open(folder, verbose=False) as clone, clone.connect() as connection:
        yield Cloned(clone, connection.model("Access"))


@pytest.mark.long
def test_modules_and_views_with_chosen_items_read_the_same(kept: Seen, cloned: Cloned) -> None:
    for name in ("Sales", "Quarters"):
        for options in ({"totals": True}, {"totals": None}):
            before = kept[ALL].views[name].read(**options)
            assert cloned.model.views[name].read(**options).equals(before), name
    items = cloned.model.views["Sales.Open"].dimension_items("City")["name"].tolist()
    assert items == ["Oslo", "Rome"]
    assert cloned.model.views["Sales.Open"].read().columns.tolist()[-1] == "Units"


@pytest.mark.long
def test_the_report_names_what_the_api_does_not_show(cloned: Cloned) -> None:
    report = cloned.sandbox.report.set_index("name")
    assert report.loc["Region", "state"] == "not copied"
    assert "which users have access" in report.loc["Region", "why"]
    views = report[report["kind"] == "view"]
    assert set(views["state"]) == {"assumed"}
    assert "some items of City and Time and Line items" in views.loc["Open", "why"]
    assert "Quarters" in views.index


@pytest.mark.long
def test_a_snapshot_of_a_limited_user_says_what_was_not_read(kept: Seen, tmp_path: Path) -> None:
    af.snapshot(kept[BOB], tmp_path / "bob", include="all")
    with Sandbox.open(tmp_path / "bob", verbose=False) as clone:
        model = clone.connect().model("Access")
        assert model.lists["City"].read()["name"].tolist() == ["Oslo", "Bergen"]
        assert model.modules["Sales"].read()["Units"].sum() == 7.0
        assert "not copied" in clone.report.set_index("name").loc["Versions", "state"]


@pytest.mark.long
def test_a_snapshot_of_the_structure_asks_for_no_items_of_views(kept: Seen, tmp_path: Path) -> None:
    af.snapshot(kept[ALL], tmp_path / "structure")
    assert not list(tmp_path.glob("structure/**/view_items"))
