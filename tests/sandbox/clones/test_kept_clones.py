"""A clone whose data are kept goes on with them; what was loaded before stays."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox


def opened(folder: Path, data: Path) -> Sandbox:
    return Sandbox.open(folder, data=data, rate_limit=None, task_pause=0, verbose=False)


@pytest.mark.long
def test_data_that_were_loaded_into_a_clone_stay(copied: Path, tmp_path: Path) -> None:
    with opened(copied, tmp_path / "data") as clone, clone.connect() as connection:
        orders = connection.model("Planning").lists["Orders"]
        assert orders.insert(pd.DataFrame({"code": ["O3"]})).rows_created == 1
        made = orders.read().set_index("code")
    with opened(copied, tmp_path / "data") as clone, clone.connect() as connection:
        again = connection.model("Planning").lists["Orders"].read().set_index("code")
        pd.testing.assert_frame_equal(again, made)
        assert len(connection.model("Planning").lists["Cities"].read()) == 3
    assert int(made.loc["O3", "id"]) == int(made.loc["O2", "id"]) + 1
    assert made.loc["O3", "name"] == "#3"


@pytest.mark.long
def test_a_clone_can_be_made_of_a_model_without_a_folder(planning: Sandbox) -> None:
    with planning.connect() as connection:
        model = connection.model("Planning")
        with Sandbox.clone(model, include="all", verbose=False, rate_limit=None) as clone:
            [copied] = clone.models.values()
            assert copied.id == model.id
            cities = copied.lists["101000000002"]
            assert list(cities.properties)[:2] == ["Since", "Size"]
