"""What can be read and written says so to `isinstance`."""

from __future__ import annotations

import pytest

import anaplan_frames as af


@pytest.mark.parametrize("kind", ["exports", "files", "lists", "modules", "views"])
def test_tables_are_readable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert isinstance(things[things.ids[0]], af.Readable)
    assert isinstance(things[things.ids[0]], af.Table)


@pytest.mark.parametrize("kind", ["imports", "processes", "files", "lists", "modules"])
def test_targets_are_writable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert isinstance(things[things.ids[0]], af.Writable)


@pytest.mark.parametrize("kind", ["exports", "actions", "views"])
def test_others_are_not_writable(demo_model: af.Model, kind: str) -> None:
    things = getattr(demo_model, kind)
    assert not isinstance(things[things.ids[0]], af.Writable)
