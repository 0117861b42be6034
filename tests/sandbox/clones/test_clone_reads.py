"""A clone of a model with all that the builder has answers reads as the model does."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.reading import answers


@pytest.mark.long
def test_a_clone_answers_every_read_as_the_model_does(planning: Sandbox, clone: Sandbox) -> None:
    expected, found = answers(planning), answers(clone)
    assert found.keys() == expected.keys()
    assert {path: found[path] for path in expected if found[path] != expected[path]} == {}


def test_all_pieces_could_be_read(snapshot: af.Snapshot) -> None:
    assert snapshot.not_read.empty
    assert snapshot.requests > 0
