"""What commands print on stdout: JSON documents and tables as text; and the summary of a run."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.log_output import LOGGER, SUMMARY

if TYPE_CHECKING:
    import pandas as pd

    from anaplan_frames.results import WriteResult

SCHEMA = 1
"""The version of the JSON documents; it changes if a key changes its meaning."""
_LONGEST_CELL = 60


class Run:
    """One run of a command: how long it takes, and the line that sums it up."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return round(time.monotonic() - self._begun, 3)

    def sum_up(self, text: str) -> None:
        """Log the one line that sums up the run, with its seconds."""
        LOGGER.log(SUMMARY, "%s (%.1f s)", text, self.seconds)


def sum_up(result: WriteResult) -> None:
    """Log the one line that sums up a run whose result is known."""
    name, said = f"{result.kind} {result.target!r}", result.summary
    if result.kind == "file" and not result.rows_sent:
        said = f"{result.bytes_sent:,} bytes"
    task = f", task {result.task_id}" if result.task_id else ""
    LOGGER.log(SUMMARY, "%s: %s, %s%s (%.1f s)", name, result.outcome, said, task, result.seconds)


def print_json(document: Any) -> None:
    """Print a JSON document on stdout."""
    plain = (sys.stdout.encoding or "").lower() not in {"utf-8", "utf8"}  # perhaps on Windows
    click.echo(json.dumps(document, ensure_ascii=plain, indent=2, default=str))


def print_json_line(document: Any) -> None:
    """Print a JSON document on one line of stdout, at once."""
    click.echo(json.dumps(document, default=str))


def print_table(frame: pd.DataFrame) -> None:
    """Print a table as text, with aligned columns; a missing value is empty."""
    names = [str(name) for name in frame.columns]
    rows = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for row in [names, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def print_facts(facts: dict[str, Any]) -> None:
    """Print names and values, one pair a line."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        click.echo(f"{name.ljust(width)}  {text}".rstrip())


def json_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON values; a missing value is null."""
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return records


def _cell(value: Any) -> str:
    import pandas as pd

    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."
