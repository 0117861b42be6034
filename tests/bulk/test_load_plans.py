"""Dry runs of imports, processes and files: what a plan shows, and that it sends just that."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.errors import PlanStale
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.plan import WritePlan

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})


def untouched(model: af.Model) -> bool:
    with pytest.raises(af.NotFound):
        model.files["airlines.csv"].read()
    return bool(model.imports["Load airlines"].tasks().empty)


def test_a_plan_shows_what_would_be_sent_and_sends_nothing(demo_model: af.Model) -> None:
    frame = pd.DataFrame(
        {"full name": ["American", "007 Air"], "carrier": ["AA", "007"], "x": [1, 2]}
    )
    with pytest.warns(UserWarning, match="'x'"):
        plan = af.to_anaplan(
            frame, "Load airlines", demo_model, mapping={"full name": "name"}, dry_run=True
        )
    assert isinstance(plan, WritePlan)
    assert (plan.kind, plan.target, plan.rows_sent) == ("import", "Load airlines", 2)
    assert (plan.model, plan.model_id) == (demo_model.name, demo_model.id)
    assert plan.columns.astype(object).where(plan.columns.notna(), None).values.tolist() == [
        ["carrier", "carrier", True],
        ["full name", "name", True],
        ["x", None, False],
    ]
    assert plan.head(1).to_dict("list") == {"carrier": ["AA"], "name": ["American"]}
    assert plan.head()["name"].tolist() == ["American", "007 Air"]
    assert plan.unchecked["subject"].tolist() == [
        "column 'carrier'",
        "import 'Load airlines'",
    ]
    assert all("does not show how the import maps" in each for each in plan.unchecked["reason"])
    assert untouched(demo_model)
    result = plan.send()
    assert (result.rows_sent, result.rows_created) == (2, 2)
    assert demo_model.files["airlines.csv"].read()["carrier"].tolist() == ["AA", "007"]


def test_a_plan_is_sent_once_with_the_options_that_it_was_made_with(
    demo_model: af.Model, tmp_path: Path
) -> None:
    twice = pd.concat([AIRLINES, AIRLINES])
    folder = tmp_path / "dump"
    plan = af.to_anaplan(
        twice, "Load airlines", demo_model, dry_run=True, on_rejected="warn", dump=folder
    )
    assert not folder.exists()
    with pytest.warns(UserWarning, match="2 of 4 rows were rejected") as caught:
        result = plan.send()
    assert len(caught) == 1
    assert (result.dump, (folder / "rejected.csv").exists()) == (str(folder), True)
    with pytest.raises(af.AnaplanError, match="sent already"):
        plan.send()


def test_the_data_of_a_plan_is_read_when_the_plan_is_made(demo_model: af.Model) -> None:
    plan = af.to_anaplan(iter([AIRLINES]), "Load airlines", demo_model, dry_run=True)
    assert plan.head()["carrier"].tolist() == ["AA", "UA"]
    assert plan.send().rows_created == 2


def test_a_value_that_cannot_be_written_is_found_by_the_plan(demo_model: af.Model) -> None:
    frame = AIRLINES.assign(name=["fine", "a\x00b"])
    with pytest.raises(af.EncodingError, match="name"):
        af.to_anaplan(frame, "Load airlines", demo_model, dry_run=True)
    assert untouched(demo_model)


def test_a_plan_of_a_process_names_the_files_and_all_its_imports(demo_model: af.Model) -> None:
    plan = af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model, dry_run=True)
    assert (plan.kind, plan.rows_sent) == ("process", 2)
    assert plan.unchecked["subject"].tolist() == [
        "column 'carrier'",
        "import 'Load airlines'",
        "import 'Load airports'",
        "import 'Load flights'",
    ]
    assert plan.head()["name"].tolist() == ["American", "United"]
    assert untouched(demo_model)


def test_a_plan_of_a_file_uploads_it(demo_model: af.Model) -> None:
    plan = af.to_anaplan(AIRLINES, "airlines.csv", demo_model, dry_run=True)
    assert (plan.kind, plan.rows_sent, len(plan.unchecked)) == ("file", 2, 0)
    assert untouched(demo_model)
    result = plan.send()
    assert (result.kind, result.outcome, result.rows_loaded) == ("file", "loaded", 2)
    assert result.bytes_sent == len(b"".join(demo_model.files["airlines.csv"].stream()))


@pytest.fixture
def built(tenant: Sandbox) -> Iterator[tuple[Sandbox, af.Model]]:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things")
    file = builder.file("one.csv", columns=["Code", "Name"])
    builder.import_("Load", file=file, into=things)
    with tenant.connect() as connection:
        yield tenant, connection.model("M")


@pytest.mark.parametrize("target", ["Load", "one.csv"])
def test_a_target_that_has_changed_makes_the_plan_stale_and_nothing_is_sent(
    built: tuple[Sandbox, af.Model], target: str
) -> None:
    tenant, model = built
    frame = pd.DataFrame({"Code": ["a"], "Name": ["A"]})
    plan = af.to_anaplan(frame, target, model, dry_run=True)
    for built_model in tenant.models.values():
        for definition in built_model.imports.values():
            object.__setattr__(definition.file, "separator", ";")
    with pytest.raises(PlanStale, match="Nothing was sent"):
        plan.send()
    assert model.imports["Load"].tasks().empty
    with pytest.raises(af.NotFound, match="no content"):
        model.files["one.csv"].read()


def test_a_pickled_plan_shows_all_but_cannot_be_sent(demo_model: af.Model) -> None:
    plan = pickle.loads(
        pickle.dumps(af.to_anaplan(AIRLINES, "Load airlines", demo_model, dry_run=True))
    )
    assert plan.columns["target"].tolist() == ["carrier", "name"]
    with pytest.raises(af.AnaplanError, match="pickled"):
        plan.send()
