"""What can be read and written says so to `isinstance`."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox


@pytest.mark.parametrize("kind", ["exports", "files", "lists", "modules", "views"])
def test_tables_are_readable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert isinstance(things[things.ids[0]], af.Readable)
    assert isinstance(things[things.ids[0]], af.Table)


@pytest.mark.parametrize("kind", ["imports", "processes", "files", "lists", "modules"])
def test_targets_are_writable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert isinstance(things[things.ids[0]], af.Writable)


def test_files_and_actions_ask_for_their_record_again(
    demo_model: af.Model, demo_sandbox: Sandbox
) -> None:
    file, action = demo_model.files["airlines.csv"], demo_model.actions["Clear airports"]
    assert (file.metadata(), action.metadata()) == (file.info, action.info)
    file.upload(b"carrier,name\nAA,American\n")
    assert file.metadata()["chunkCount"] == 1 + file.info["chunkCount"]
    del demo_sandbox.models[demo_model.id].actions[action.id]
    with pytest.raises(af.NotFound, match="action 'Clear airports' does not exist any more"):
        action.metadata()


@pytest.mark.parametrize("kind", ["exports", "actions", "views"])
def test_others_are_not_writable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert not isinstance(things[things.ids[0]], af.Writable)
