"""Journals that are damaged: nothing of them is believed, and no error stops a transfer."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.transfer.journal import Journal
from tests.transfer.journals import FACTS, Still, believed, written_journal

KEYS = st.sampled_from(["format", "facts", "time", "begun", "arrived", "digest", "task"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def test_a_journal_is_believed_as_it_was_written(tmp_path: Path) -> None:
    written_journal(tmp_path / "x.journal")
    assert believed(tmp_path / "x.journal") == {index: f"{index:032x}" for index in range(3)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_journal_is_set_aside_or_believed_only_as_far_as_it_was_written(
    tmp_path: Path, data: Any
) -> None:
    path = tmp_path / "x.journal"
    content = bytearray(written_journal(path))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    path.write_bytes(content)
    believed(path)  # no error, whatever it holds


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_lines_of_any_json_end_in_no_error(tmp_path: Path, data: Any) -> None:
    path = tmp_path / "x.journal"
    lines = written_journal(path).splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = json.dumps(data.draw(JSON)).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    journal = Journal(path, FACTS, Still())
    journal.resumes("x")
    journal.start()
    assert believed(path) == {}


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"begun": "1"}',
        b'{"begun": -1}',
        b'{"arrived": 1}',
        b'{"task": 1}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_journal_is_set_aside_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: bytes
) -> None:
    path = tmp_path / "x.journal"
    content = written_journal(path) + line + b"\n"
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING, "anaplan_frames"):
        assert believed(path) == {}
    assert "was damaged and is set aside" in caplog.text
    assert not path.exists()
    assert path.with_suffix(".damaged").read_bytes() == content


def test_a_line_that_is_not_whole_is_that_of_a_killed_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.journal"
    path.write_bytes(written_journal(path)[:-3])
    assert believed(path) == {}
    assert caplog.messages == []
