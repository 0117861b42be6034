"""Any value that is written to a single cell, and how it is stored."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from anaplan_frames.sandbox.planning.writes.single_cell_writes import WrittenCells, write_cells
from tests.examples import FEW
from tests.sandbox.planning.model_actions import names, new_model

PLACES = 12


@pytest.fixture(scope="module")
def built() -> Iterator[tuple[Model, ModuleDefinition]]:
    model = new_model()
    places = model.list("Places", items=names(*(f"p{number}" for number in range(PLACES))))
    formats = {"n": "NUMBER", "t": "TEXT", "d": "DATE", "b": "BOOLEAN"}
    yield model, model.module("M", dimensions=[places], line_items=formats)
    model.close()


def write(
    built: tuple[Model, ModuleDefinition], folder: Path, **columns: list[Any]
) -> WrittenCells:
    """Write the values of line items, from the first place on."""
    body = folder / "body.json"
    cells = [
        {
            "lineItemName": line_item,
            "dimensions": [{"dimensionName": "Places", "itemCode": f"p{place}"}],
            "value": value,
        }
        for line_item, values in columns.items()
        for place, value in enumerate(values)
    ]
    body.write_text(json.dumps(cells), encoding="utf-8")
    model, module = built
    return write_cells(model.store, module, body, 100)


def stored(built: tuple[Model, ModuleDefinition], line_item: str, count: int) -> list[Any]:
    model, module = built
    column = f"v{'ntdb'.index(line_item)}"
    with model.store.reading() as con:
        rows = con.execute(
            f"SELECT {column} FROM list_{module.dimensions[0].id} LEFT JOIN cells_{module.id}"
            " ON id = d0 ORDER BY id"
        ).fetchall()
    return [value for (value,) in rows[:count]]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NUMBERS = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))


@FEW
@given(values=st.lists(TEXTS, min_size=1, max_size=PLACES))
def test_a_text_is_stored_unchanged(
    built: tuple[Model, ModuleDefinition],
    tmp_path_factory: pytest.TempPathFactory,
    values: list[str],
) -> None:
    result = write(built, tmp_path_factory.getbasetemp(), t=values)
    assert result == WrittenCells(len(values), [])
    assert stored(built, "t", len(values)) == values


@FEW
@given(values=st.lists(NUMBERS, min_size=1, max_size=PLACES), quoted=st.booleans())
def test_a_number_is_stored_exactly_with_and_without_quotes(
    built: tuple[Model, ModuleDefinition],
    tmp_path_factory: pytest.TempPathFactory,
    values: list[float],
    quoted: bool,
) -> None:
    sent = [json.dumps(value) for value in values] if quoted else values
    result = write(built, tmp_path_factory.getbasetemp(), n=sent)
    assert result == WrittenCells(len(values), [])
    assert stored(built, "n", len(values)) == values


@FEW
@given(
    dates=st.lists(st.dates(min_value=datetime.date(1000, 1, 1)), min_size=1, max_size=PLACES),
    flags=st.lists(st.booleans(), min_size=1, max_size=PLACES),
)
def test_dates_and_booleans_are_stored_unchanged(
    built: tuple[Model, ModuleDefinition],
    tmp_path_factory: pytest.TempPathFactory,
    dates: list[datetime.date],
    flags: list[bool],
) -> None:
    days = [date.isoformat() for date in dates]
    result = write(built, tmp_path_factory.getbasetemp(), d=days, b=flags)
    assert result == WrittenCells(len(dates) + len(flags), [])
    assert stored(built, "d", len(dates)) == dates
    assert stored(built, "b", len(flags)) == flags
