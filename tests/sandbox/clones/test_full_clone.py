"""The clone of a model with every feature answers as the model does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.reading import answers
from tests.sandbox.full_tenant import NAME, build_everything

pytestmark = pytest.mark.long
MAPPINGS = """
[imports.112000000003]
ready = true
into = "Sales.Goal"
clear = true
columns = {Large = "Large", Products = "Products", Day = "Time", Goal = "Goal"}
formats = {Day = "D-M-Y"}

[imports.112000000007]
ready = true
into = "206000000007"
columns = {Products = "Products", Price = "Cost"}
"""


@pytest.fixture(scope="module")
def original() -> Iterator[Sandbox]:
    tenant = Sandbox(rate_limit=None, task_pause=0)
    build_everything(tenant)
    with tenant:
        yield tenant


@pytest.fixture(scope="module")
def folder(original: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take a snapshot of all of it, and fill in two of its imports."""
    path = tmp_path_factory.mktemp("full") / "model"
    with original.connect() as connection:
        made = af.snapshot(connection.model(NAME), path, include="all")
    assert made.not_read.empty
    (path / "mappings.toml").write_text(MAPPINGS, "utf-8")
    return path


@pytest.fixture(scope="module")
def copy(folder: Path) -> Iterator[Sandbox]:
    with Sandbox.open(folder, rate_limit=None, task_pause=0, verbose=False) as opened:
        yield opened


def test_a_clone_of_everything_gives_equal_answers(original: Sandbox, copy: Sandbox) -> None:
    expected = answers(original)
    assert {status for status, _ in expected.values()} == {200}
    found = answers(copy)
    assert found.keys() == expected.keys()
    assert {path for path in expected if found[path] != expected[path]} == set()


def test_the_report_of_a_clone_of_everything_names_what_the_api_does_not_show(
    copy: Sandbox,
) -> None:
    report = copy.report
    assert set(report["state"]) <= {"assumed", "to fill in"}
    assert set(report.loc[report["state"] == "to fill in", "name"]) == {
        "Load long",
        "Load wide",
        "History",
        "Clear ended",
    }
    assumed = report.set_index("name")["why"]
    assert "'Sales.Price'" in assumed["Load prices"]


def test_imports_into_line_items_run_in_a_clone(copy: Sandbox) -> None:
    with copy.connect() as connection:
        model = connection.model(NAME)
        prices = model.views["Sales.Price"].read()
        model.imports["Copy prices"].run()
        costs = model.views["Sales.Cost"].read(totals=False)
        assert costs["Cost"].tolist() == [1.5, 0, 2]  # Hammer, Saw, Glue
        assert prices.loc[prices["Price"] > 0, "Price"].tolist() == [1.5, 2]


def test_an_older_snapshot_without_own_views_is_opened_by_the_shapes_of_line_items(
    folder: Path, tmp_path: Path
) -> None:
    """Most line items decide; the others have dimensions of their own, without their cells."""
    import json
    import shutil

    older = Path(shutil.copytree(folder, tmp_path / "older"))
    for path in older.glob("data-*/modules/*.json"):
        content = json.loads(path.read_text("utf-8"))
        content.pop("own_views")
        path.write_text(json.dumps(content), "utf-8")
    clone = Sandbox.open(older, verbose=False)
    [model] = clone.models.values()
    clone.close()
    sales = model.modules["102000000001"]
    assert [one.name for one in sales.dimensions] == ["Large", "Products", "Time"]
    assert {part.line_items[0].name for part in sales.parts.values()} == {
        *("Price", "Cost", "Goal", "Rate", "Flag", "Best")
    }
