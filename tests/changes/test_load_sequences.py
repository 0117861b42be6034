"""After any sequence of loads Anaplan equals a full load: what is drawn here has all that can be.

Rows share a cell, come and go, are rejected, and change their order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox import Sandbox
from tests.changes.twin_models import CITIES, COLUMNS, MONTHS, OnDeleted, Target, Twins, build

# A failing sequence is short, and a shorter one would take minutes to find.
# LOAD_SEQUENCES=12 tries as many of each, which takes four minutes.
EXAMPLES = int(os.environ.get("LOAD_SEQUENCES", "3"))
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_units = st.sampled_from(["1", "2", "30", "", "many"])  # the last one is rejected
_notes = st.sampled_from(["a", "b", ""])
_cells = st.tuples(
    st.sampled_from([*CITIES, CITIES[0].upper(), "Nowhere"]),
    st.sampled_from(MONTHS),
    _units,
    _notes,
)
_CODES = ["c1", "c2", "c3", "C3"]
_items = st.tuples(st.sampled_from(_CODES), _units, _notes)


@pytest.fixture(scope="module")
def built() -> Iterator[Sandbox]:
    """Serve an empty tenant; every sequence has models of its own."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


def _frames(how: Target, tables: list[list[tuple[str, ...]]]) -> list[pd.DataFrame]:
    if how in ("module import", "process", "module"):
        frames = [pd.DataFrame(rows, columns=COLUMNS, dtype=str) for rows in tables]
    else:
        columns = ["Code", "Units", "Note"]
        frames = [pd.DataFrame(rows, columns=columns, dtype=str) for rows in tables]
        frames = [frame.assign(Name="item " + frame["Code"].str.lower()) for frame in frames]
    if how == "module":
        frames = [_one_per_cell(frame) for frame in frames]
    if how == "list":
        frames = [
            frame.rename(columns={"Code": "code", "Name": "name"}).drop_duplicates("name")
            for frame in frames
        ]
    return frames


def _one_per_cell(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave one row of each cell: a module refuses several, whatever else there is."""
    folded = frame["City"].str.lower() + frame["Time"]
    return frame.loc[~folded.duplicated()]


def _check(
    sandbox: Sandbox, how: Target, on: OnDeleted, tables: list[list[tuple[str, ...]]]
) -> None:
    with TemporaryDirectory() as folder, sandbox.connect(requests_per_minute=None) as connection:
        names = [f"{side} {Path(folder).name}" for side in ("changed", "full")]
        for name in names:
            build(sandbox, name)
        twins = Twins(*(connection.model(name) for name in names), Path(folder))
        frames = _frames(how, tables)
        before = frames[0].iloc[:0]
        for frame in frames:
            twins.load(frame, before, how, on)
            twins.assert_equal()
            before = frame


_TABLES = {
    "cells": st.lists(st.lists(_cells, max_size=6), min_size=2, max_size=4),
    "items": st.lists(st.lists(_items, max_size=4), min_size=2, max_size=4),
}


@pytest.mark.parametrize(
    ("how", "on"),
    [("module import", "report"), ("module import", "blank"), ("process", "report")],
)
@given(tables=_TABLES["cells"])
@settings(max_examples=EXAMPLES, phases=_PHASES)
@pytest.mark.long
def test_any_sequence_of_imports_into_a_module_equals_full_loads(
    built: Sandbox, how: Target, on: OnDeleted, tables: list[list[tuple[str, ...]]]
) -> None:
    _check(built, how, on, tables)


@pytest.mark.parametrize(
    ("how", "on"),
    [
        ("list import", "report"),
        ("list", "report"),
        ("list", "blank"),
        ("list", "delete"),
    ],
)
@given(tables=_TABLES["items"])
@settings(max_examples=EXAMPLES, phases=_PHASES)
@pytest.mark.long
def test_any_sequence_of_loads_into_a_list_equals_full_loads(
    built: Sandbox, how: Target, on: OnDeleted, tables: list[list[tuple[str, ...]]]
) -> None:
    _check(built, how, on, tables)


@pytest.mark.parametrize("on", ["report", "blank"])
@given(tables=_TABLES["cells"])
@settings(max_examples=EXAMPLES, phases=_PHASES)
@pytest.mark.long
def test_any_sequence_of_writes_to_a_module_equals_full_loads(
    built: Sandbox, on: OnDeleted, tables: list[list[tuple[str, ...]]]
) -> None:
    _check(built, "module", on, tables)
