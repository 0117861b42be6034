"""The text of an export of a model's history: separated by tabs, with rows of any length."""

from __future__ import annotations

import csv
from pathlib import Path

from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    ModelHistory,
)
from anaplan_frames.sandbox.planning.schema.file_dialects import python_codec


def write_history(history: ModelHistory, export: ExportDefinition, target: Path) -> None:
    """Write the header and the rows; fields at the end of a row that are empty are left out."""
    with target.open("w", encoding=python_codec(export.encoding), newline="") as out:
        writer = csv.writer(
            out, delimiter=export.separator, quotechar=export.delimiter, lineterminator="\n"
        )
        writer.writerow(history.columns)
        for row in history.rows:
            width = max((place for place, text in enumerate(row, start=1) if text), default=0)
            writer.writerow(row[:width])
