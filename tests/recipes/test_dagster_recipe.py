"""The recipe of Dagster: the asset is materialized, and its check finds rejected rows."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from tests.recipes.conftest import RECIPES, Night

pytestmark = pytest.mark.weekly


@pytest.fixture
def recipe(night: Night, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Load the recipe, with the job's folder and variables."""
    for name, value in night.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(night.folder)
    return runpy.run_path(str(RECIPES / "dagster_assets.py"))


def materialize(recipe: dict[str, Any]) -> Any:
    import dagster

    return dagster.materialize([recipe["anaplan_flights"]], raise_on_error=False)


def test_the_definitions_can_be_loaded(recipe: dict[str, Any]) -> None:
    import dagster

    dagster.Definitions.validate_loadable(recipe["defs"])
    [schedule] = recipe["defs"].schedules
    assert schedule.cron_schedule == "15 3 * * *"


def test_the_asset_is_materialized_and_its_check_passes(
    night: Night, recipe: dict[str, Any]
) -> None:
    done = materialize(recipe)
    assert done.success
    [asset] = done.asset_materializations_for_node("anaplan_flights")
    assert {name: asset.metadata[name].value for name in ("rows_loaded", "rows_rejected")} == {
        "rows_loaded": 3,
        "rows_rejected": 0,
    }
    [check] = done.get_asset_check_evaluations()
    assert check.passed
    assert night.flights_loaded() == 16


def test_the_check_fails_if_rows_are_rejected(night: Night, recipe: dict[str, Any]) -> None:
    night.write_flights(misfit=True)
    done = materialize(recipe)
    assert not done.success  # the check blocks the assets that depend on this one
    [check] = done.get_asset_check_evaluations()
    assert not check.passed
    assert "SJU" in str(check.metadata["reasons"].value)
    assert "SJU" in (night.folder / "dumps" / "rejected.csv").read_text("utf-8")
    assert night.tasks_of("Load flights") == 1


def test_only_an_error_that_allows_it_is_tried_again(
    night: Night, recipe: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dagster

    night.lock()
    with pytest.raises(dagster.Failure, match="the model is locked") as failed:
        recipe["anaplan_flights"]()
    assert failed.value.allow_retries
    monkeypatch.setenv("ANAPLAN_PASSWORD", "wrong")
    with pytest.raises(dagster.Failure) as failed:
        recipe["anaplan_flights"]()
    assert not failed.value.allow_retries
