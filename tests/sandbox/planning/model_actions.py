"""Models without HTTP, and runs of their actions."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.action_outcome import Outcome, Unwatched
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    ImportDefinition,
)
from anaplan_frames.sandbox.planning.time.timescale import Timescale


@dataclass
class Loaded:
    """The outcome of an import."""

    outcome: Outcome
    dump: list[list[str]]

    def count(self, name: str) -> int:
        """Return a number of the summary by its name."""
        values = self.outcome.details[0]["values"]
        return int(dict(zip(values[::2], values[1::2], strict=True))[name])

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Created, updated, ignored, failed."""
        names = ("createdCount", "updatedCount", "ignoredCount", "failedCount")
        created, updated, ignored, failed = (self.count(name) for name in names)
        return created, updated, ignored, failed

    @property
    def types(self) -> dict[str, int]:
        """How often each type of fault occurred."""
        return {one["type"]: one["occurrences"] for one in self.outcome.details[1:]}

    @property
    def lines(self) -> list[int]:
        """`_Line_` of each rejected row."""
        place = self.dump[0].index("_Line_") if self.dump else 0
        return [int(row[place]) for row in self.dump[1:]]


_MADE: list[Model] = []


def new_model(calendar: Timescale | None = None, **options: Any) -> Model:
    """Make a model; those that a test makes are closed at its end."""
    model = Workspace("Test").model("Model", calendar=calendar or Calendar(2013), **options)
    _MADE.append(model)
    return model


@contextmanager
def closing_models() -> Iterator[None]:
    """Close the models that are made within, so that their databases serve the next ones."""
    first = len(_MADE)
    yield
    for model in _MADE[first:]:
        model.close()
    del _MADE[first:]


def load(
    model: Model,
    definition: ImportDefinition,
    content: str | bytes,
    parameters: dict[str, str] | None = None,
) -> Loaded:
    """Run an import of this content (text is encoded in UTF-8)."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "upload")
        source.write_bytes(content.encode() if isinstance(content, str) else content)
        outcome = model.run_import(definition, source, parameters or {}, Unwatched())
    dump: list[list[str]] = []
    if outcome.dump is not None:
        with outcome.dump.open(encoding="utf-8", newline="") as text:
            dump = list(csv.reader(text))
        outcome.dump.unlink()
    return Loaded(outcome, dump)


def export_bytes(model: Model, definition: ExportDefinition) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "output")
        assert model.run_export(definition, target, Unwatched()).successful
        return target.read_bytes()


def export_lines(model: Model, definition: ExportDefinition) -> list[str]:
    return export_bytes(model, definition).decode().splitlines()


def items(model: Model, lst: Any) -> pd.DataFrame:
    """Return the items in a list's table, with parents by name."""
    with model.store.reading() as con:
        frame: pd.DataFrame = con.execute(f"SELECT * FROM list_{lst.id} ORDER BY id").df()
    names = dict(zip(frame["id"], frame["name"], strict=True))
    frame["parent"] = [names.get(parent, "") for parent in frame["parent"]]
    return frame


def names(*values: str) -> pd.DataFrame:
    """Return items whose names are also their codes."""
    return pd.DataFrame({"Name": list(values), "Code": list(values)})
