"""Two models alike: one takes only changes, the other all rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox

CITIES, MONTHS = [f"City {n}" for n in range(4)], ["Jan 13", "Feb 13"]
COLUMNS = ["City", "Time", "Units", "Note"]
Target = Literal["module import", "list import", "process", "module", "list"]
OnDeleted = Literal["report", "blank", "delete"]


def build(sandbox: Sandbox, name: str) -> None:
    """Make a model with all that changes are loaded to."""
    model = sandbox.workspace("W").model(name, calendar=Calendar(2013, 0, 0))
    cities = model.list("City", items=pd.DataFrame({"Name": CITIES}))
    items = model.list("Items", properties={"Note": "TEXT", "Units": "NUMBER"})
    sales = model.module(
        "Sales",
        dimensions=[cities, "Time"],
        line_items={"Units": "NUMBER", "Note": "TEXT"},
    )
    cells = model.file("cells.csv", columns=COLUMNS)
    codes = model.file("items.csv", columns=["Name", "Code", "Units", "Note"])
    load = model.import_("Load cells", file=cells, into=sales)
    model.import_("Load items", file=codes, into=items)
    model.process("Load all", [load])


@dataclass
class Twins:
    """Both models, and the data that was loaded last to each target."""

    changed: af.Model
    full: af.Model
    folder: Path

    def load(self, df: pd.DataFrame, before: pd.DataFrame, how: Target, on: OnDeleted) -> None:
        """Load a table to both, as a whole and as changes; deal with what is gone in both."""
        key, target, kind = _TARGETS[how]
        options: dict[str, Any] = {"kind": kind, "on_rejected": "ignore"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            af.load_changes(
                df,
                target,
                self.changed,
                key=key,
                state=self.folder,
                on_deleted=on,
                confirm=True,
                **options,
            )
            gone = _gone(df, before, key) if on != "report" else before.iloc[:0]
            if how == "list":
                options["key"] = key[0]
            if len(gone):
                _remove(self.full, gone, how, on, options)
            if len(df):
                af.to_anaplan(df, target, self.full, **options)

    def assert_equal(self) -> None:
        """Compare all that the models hold."""
        for name in ("Sales", "Items"):
            kind = "modules" if name == "Sales" else "lists"
            left, right = (_content(model, name, kind) for model in (self.changed, self.full))
            pd.testing.assert_frame_equal(left, right)


_TARGETS: dict[str, tuple[list[str], str, Any]] = {
    "module import": (["City", "Time"], "Load cells", "imports"),
    "process": (["City", "Time"], "Load all", "processes"),
    "list import": (["Code"], "Load items", "imports"),
    "module": (["City", "Time"], "Sales", "modules"),
    "list": (["code"], "Items", "lists"),
}


def _content(model: af.Model, name: str, kind: Any) -> pd.DataFrame:
    found = af.read_anaplan(name, model, kind=kind)
    if kind == "lists":
        found = found.drop(columns="id").sort_values("code", ignore_index=True)
    return found


def _gone(df: pd.DataFrame, before: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Return the keys of rows that are there no more; case does not matter."""
    now = {_folded(row) for row in df[key].itertuples(index=False)}
    gone: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in before[key].itertuples(index=False, name=None):
        if _folded(row) not in now:
            gone.setdefault(_folded(row), row)
    return pd.DataFrame(list(gone.values()), columns=key, dtype=str)


def _folded(row: Iterable[str]) -> tuple[str, ...]:
    return tuple(text.lower() for text in row)


def _remove(
    model: af.Model, gone: pd.DataFrame, how: Target, on: OnDeleted, options: dict[str, Any]
) -> None:
    """Blank or delete what is gone."""
    target = _TARGETS[how][1]
    if how == "list" and on == "delete":
        model.lists["Items"].delete(gone, key="code", on_rejected="ignore")
    elif how == "list":
        values = gone.assign(Units=pd.NA, Note=pd.NA)
        model.lists["Items"].update(values, key="code", blank=True, on_rejected="ignore")
    elif how == "module":
        empty = gone.assign(Units=pd.NA, Note=pd.NA)
        model.modules["Sales"].write(empty, blank=True, on_rejected="ignore")
    else:
        columns = ["Name", "Code", "Units", "Note"] if how == "list import" else COLUMNS
        af.to_anaplan(gone.reindex(columns=columns), target, model, **options)
