"""Random frames: sending a plan does exactly what the plan said, or raises PlanStale."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.errors import PlanStale
from anaplan_frames.sandbox import Calendar, Sandbox

_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
_FEW = settings(
    max_examples=settings.default.max_examples // 3, deadline=None, suppress_health_check=_CHECKS
)
_MANY = settings(max_examples=17, deadline=None, suppress_health_check=_CHECKS)  # of each shape

MONTHS = ("Jan 26", "Feb 26", "Mar 26")
ITEMS = ("Amount", "Text")
Cell = tuple[str, str, str]  # the key's id, the month, the line item


@dataclass
class World:
    """A module of the sandbox, and what its cells are known to be."""

    model: af.Model
    cells: dict[Cell, Any] = field(default_factory=dict)

    @property
    def module(self) -> Any:
        return self.model.modules["Facts"]

    def keys(self) -> dict[str, str]:
        """Return the ids of the keys by all that names them."""
        found: dict[str, str] = {}
        for row in self.model.lists["Keys"].read()[["id", "code", "name"]].itertuples():
            found |= {str(text): str(row.id) for text in (row.name, row.code) if not pd.isna(text)}
            found[str(row.id)] = str(row.id)
        return found

    def present(self) -> dict[Cell, Any]:
        """Read the cells that are not blank."""
        ids = self.keys()
        frame: Any = self.module.read().astype(object)
        frame = frame[frame["Time"].isin(MONTHS)]
        return {
            (ids[row["Keys"]], row["Time"], item): row[item]
            for row in frame.to_dict("records")
            for item in ITEMS
            if not pd.isna(row[item]) and row[item] != 0
        }


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M", calendar=Calendar(2026, 0, 0))
        frame = pd.DataFrame({"Name": ["k0", "k1", "k2"], "Code": ["c0", "c1", "c2"]})
        keys = model.list("Keys", items=frame)
        model.module(
            "Facts", dimensions=[keys, "Time"], line_items={"Amount": "NUMBER", "Text": "TEXT"}
        )
        with sandbox.connect(requests_per_minute=None) as connection:
            yield World(connection.model("M"))


@dataclass
class Drawn:
    """A random write: rows as tuples, and how they are given."""

    rows: list[tuple[Any, ...]]
    single: bool
    form: str
    blank: bool
    change: tuple[str, str]

    def frame(self) -> pd.DataFrame:
        columns = ["Keys", "Time", *(["Line items", "Value"] if self.single else ITEMS)]
        return pd.DataFrame(self.rows, columns=columns, dtype=object)

    def data(self) -> Any:
        frame = self.frame()
        if self.form == "stream":
            return iter([frame.iloc[:1], frame.iloc[1:]])
        if self.form == "reader":
            schema = pa.schema([(name, pa.string()) for name in frame.columns])
            texts = frame.map(lambda value: None if value is None else str(value))
            return pa.Table.from_pandas(texts, schema, preserve_index=False).to_reader()
        return frame


TEXTS = st.sampled_from(["k0", "k1", "k2", "c0", "c2", "new", "r0", "r1", None])
TIMES = st.sampled_from([*MONTHS, "Jan 62", dt.date(2026, 2, 14), "2026-03-31", None])
NUMBERS = st.sampled_from([None, 1, 2.5, -3, "7"])
WORDS = st.sampled_from([None, "", "a", 'b"', "007"])
CHANGES = st.sampled_from(
    [("", ""), ("add", "new"), ("add", "other"), ("rename", "0"), ("rename", "1"), ("rename", "2")]
)


FORMS = ("frame", "stream", "reader")


@st.composite
def writes(draw: st.DrawFn, singles: Sequence[bool], forms: Sequence[str]) -> Drawn:
    single = draw(st.sampled_from(singles))
    if single:
        amounts = st.tuples(TEXTS, TIMES, st.just("Amount"), NUMBERS)
        texts = st.tuples(TEXTS, TIMES, st.sampled_from(["Text", "Text", "nope", None]), WORDS)
        row: Any = st.one_of(amounts, texts)
    else:
        row = st.tuples(TEXTS, TIMES, NUMBERS, WORDS)
    return Drawn(
        draw(st.lists(row, max_size=8)),
        single,
        draw(st.sampled_from(forms)),
        draw(st.booleans()),
        draw(CHANGES),
    )


class TwiceError(Exception):
    """A cell comes twice."""


def expected(drawn: Drawn, keys: dict[str, str]) -> tuple[dict[Cell, Any], set[int]]:
    """Return the cells that are written (None blanks one) and the rows that are refused."""
    cells: dict[Cell, Any] = {}
    refused = set()
    for number, (key, time, *values) in enumerate(drawn.rows):
        month = {dt.date(2026, 2, 14): "Feb 26", "2026-03-31": "Mar 26"}.get(time, time)
        pairs = [tuple(values)] if drawn.single else list(zip(ITEMS, values, strict=True))
        if key not in keys or month not in MONTHS or any(item not in ITEMS for item, _ in pairs):
            refused.add(number)
            continue
        for item, value in pairs:
            if value in (None, "") and not drawn.blank:
                continue
            cell = (keys[key], month, item)
            if cell in cells:
                raise TwiceError
            cells[cell] = None if value in (None, "") else value
    return cells, refused


def change(world: World, drawn: Drawn) -> None:
    how, what = drawn.change
    names = world.model.lists["Keys"]
    if how == "add":
        names.insert(pd.DataFrame({"name": [what]}))
    if how == "rename":
        names.update(pd.DataFrame({"code": [f"c{what}"], "name": [f"r{what}"]}), key="code")


def change_back(world: World, drawn: Drawn) -> None:
    how, what = drawn.change
    names = world.model.lists["Keys"]
    if how == "add":
        ids = names.read().set_index("name")["id"]
        names.delete(pd.DataFrame({"id": [ids[what]]}), key="id")
        world.cells = {cell: v for cell, v in world.cells.items() if cell[0] != ids[what]}
    if how == "rename":
        names.update(pd.DataFrame({"code": [f"c{what}"], "name": [f"k{what}"]}), key="code")


def check(world: World, drawn: Drawn) -> None:
    keys = world.keys()
    options: dict[str, Any] = {"blank": drawn.blank, "on_rejected": "ignore", "dry_run": True}
    try:
        cells, refused = expected(drawn, keys)
    except TwiceError:
        with pytest.raises(af.ColumnMismatch, match="both write the same cell"):
            world.module.write(drawn.data(), **options)
        return
    plan = world.module.write(drawn.data(), **options)
    assert plan.rows_sent == len(drawn.rows)
    assert plan.rows_rejected == len(plan.rejected) == len(refused)
    assert plan.rows_updated + plan.rows_ignored == len(drawn.rows) - len(refused)
    change(world, drawn)
    try:
        try:
            now = expected(drawn, world.keys())
        except TwiceError:
            now = None
        if now is None:
            with pytest.raises(af.ColumnMismatch):
                plan.send()
        elif now != (cells, refused):
            with pytest.raises(PlanStale):
                plan.send()
        else:
            result = plan.send()
            world.cells |= cells
            assert result.rows_loaded == result.rows_updated == plan.rows_updated
            assert (result.rows_rejected, result.rows_ignored) == (
                plan.rows_rejected,
                plan.rows_ignored,
            )
            # A row may be refused for one reason more, if an item has another name now.
            sent, planned = (
                each.drop(columns="error", errors="ignore")
                for each in (result.rejected, plan.rejected)
            )
            pd.testing.assert_frame_equal(sent, planned)
        blank = {cell: v for cell, v in world.cells.items() if v is not None}
        meant = {cell: float(v) if cell[2] == "Amount" else str(v) for cell, v in blank.items()}
        assert world.present() == meant
    finally:
        change_back(world, drawn)


@_FEW
@given(drawn=writes([False, True], FORMS))
def test_a_plan_does_what_it_said(world: World, drawn: Drawn) -> None:
    check(world, drawn)


# A test for each shape, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("single", [False, True], ids=["columns", "single column"])
@pytest.mark.parametrize("form", FORMS)
@_MANY
@given(data=st.data())
def test_many_plans_do_what_they_said(
    world: World, form: str, single: bool, data: st.DataObject
) -> None:
    check(world, data.draw(writes([single], [form])))
