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
from anaplan_frames.cells.modules import Module
from anaplan_frames.errors import PlanStale
from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.store.cell_tables import cells_of
from anaplan_frames.sandbox.planning.store.list_tables import table_of
from anaplan_frames.sandbox.planning.writes import list_item_writes

_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
_FEW = settings(
    max_examples=settings.default.max_examples // 3, deadline=None, suppress_health_check=_CHECKS
)
_MANY = settings(max_examples=25, deadline=None, suppress_health_check=_CHECKS)  # of each shape

MONTHS = ("Jan 26", "Feb 26", "Mar 26")
ITEMS = ("Amount", "Text")
Cell = tuple[str, str, str]  # the key's id, the month, the line item


@dataclass
class World:
    """A module, what its cells are known to be, and the sandbox's own model.

    The library only writes. The sandbox says what is there, and changes the items.
    """

    module: Module
    model: Model
    cells: dict[Cell, Any] = field(default_factory=dict)

    def keys(self) -> dict[str, str]:
        """Return the ids of the keys by all that names them."""
        with self.model.store.reading() as con:
            rows = con.execute(f"SELECT id, code, name FROM {self._keys}").fetchall()
        return {
            str(text): str(id_)
            for id_, code, name in rows
            for text in (id_, code, name)
            if text is not None
        }

    def present(self) -> dict[Cell, Any]:
        """Return the cells that are not blank."""
        [module] = self.model.modules.values()
        query = (
            f"SELECT d0, name, v0, v1 FROM {cells_of(module)}"
            " JOIN time_members ON time_members.id = d1"
        )
        with self.model.store.reading() as con:
            rows = con.execute(query).fetchall()
        return {
            (str(key), month, item): value
            for key, month, *values in rows
            for item, value in zip(ITEMS, values, strict=True)
            if value not in (None, 0)
        }

    def change(self, how: str, what: str, *, back: bool = False) -> None:
        """Add or rename an item, or undo that."""
        with self.model.store.transaction() as con:
            if how == "add" and not back:
                [keys] = self.model.lists.values()
                list_item_writes.add(con, keys, [{"name": what}])
            if how == "add" and back:
                id_ = self.keys()[what]
                con.execute(f"DELETE FROM {self._keys} WHERE id = {id_}")
                [module] = self.model.modules.values()
                con.execute(f"DELETE FROM {cells_of(module)} WHERE d0 = {id_}")
                self.cells = {cell: v for cell, v in self.cells.items() if cell[0] != id_}
            if how == "rename":
                name = f"k{what}" if back else f"r{what}"
                con.execute(f"UPDATE {self._keys} SET name = '{name}' WHERE code = 'c{what}'")

    @property
    def _keys(self) -> str:
        [keys] = self.model.lists.values()
        return table_of(keys)


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
            yield World(connection.model("M").modules["Facts"], model)


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
    world.change(*drawn.change)
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
        world.change(*drawn.change, back=True)


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
