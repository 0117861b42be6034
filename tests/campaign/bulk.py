"""The jobs that run actions: data into a file and its import, an export and its file."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.campaign.case import INFORMING, Case, Verdict
from tests.sandbox.planning.model_actions import export_bytes, items

CHUNK = 3_000  # bytes, so that small data come in several chunks
_ROWS = 250


def things(seed: int, rows: int = _ROWS) -> pd.DataFrame:
    """Return items of a list, others for each seed."""
    chance = random.Random(seed)
    return pd.DataFrame(
        {
            "Name": [f"thing {number:04d}" for number in range(rows)],
            "Code": [f"c{number:04d}" for number in range(rows)],
            "Text": [f"{chance.getrandbits(64):016x}" for _ in range(rows)],
        }
    )


class Upload(Case):
    """A frame into a file, in chunks, and the import that reads it."""

    name: ClassVar[str] = "upload and import"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self._frame = things(seed)
        self._text = self._frame.to_csv(index=False)
        # We write all texts between delimiters.
        quoted = self._frame.to_csv(index=False, quoting=csv.QUOTE_ALL)
        self._meant = (None, self._text.encode(), quoted.encode())
        self._list = self.model.list("Things", properties={"Text": "TEXT"})
        self._file = self.model.file("things.csv", columns=list(self._frame.columns))
        self._import = self.model.import_("Load things", self._file, into=self._list)
        earlier = things(seed, _ROWS // 2)
        self.keep_earlier(self._file.id, earlier.to_csv(index=False).encode())
        self._read: list[bytes | None] = []
        self._note_what_is_read()

    def owned(self, model: af.Model) -> Any:
        return af.to_anaplan(self._frame, "Load things", model, chunk_bytes=CHUNK)

    def theirs(self, client: Any) -> Any:
        return client.upload_and_import(int(self._file.id), self._text, int(self._import.id))

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        tasks = self.started("imports", self._import.id)
        if len(tasks) > 1 or any(read not in self._meant for read in self._read):
            return Verdict.DOUBLE
        if error is not None:
            return (
                Verdict.UNREPORTED if tasks and not isinstance(error, INFORMING) else Verdict.RAISED
            )
        loaded = items(self.model, self._list)["code"].tolist() == self._frame["Code"].tolist()
        reported = not isinstance(result, af.WriteResult) or result.rows_loaded == len(self._frame)
        if not (tasks and loaded):
            return Verdict.LOST
        return Verdict.WELL if reported else Verdict.MISREPORTED

    def untouched(self) -> bool:
        return not self.started("imports", self._import.id)

    def _note_what_is_read(self) -> None:
        run_import = self.model.run_import

        def note(definition: Any, source: Path | None, *others: Any) -> Any:
            self._read.append(source.read_bytes() if source else None)
            return run_import(definition, source, *others)

        self.model.run_import = note  # type: ignore[assignment,method-assign]


class UploadAsStream(Upload):
    """The same; anaplan-sdk by its way for what does not fit into memory."""

    name: ClassVar[str] = "upload as a stream and import"

    def theirs(self, client: Any) -> Any:
        pieces = [self._text[at : at + CHUNK] for at in range(0, len(self._text), CHUNK)]
        client.upload_file_stream(int(self._file.id), iter(pieces), batch_size=3)
        return client.run_action(int(self._import.id))


class Export(Case):
    """An export, and its file in chunks: into a DataFrame or, every other time, into a path."""

    name: ClassVar[str] = "export and download"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self._frame = things(seed)
        listed = self.model.list("Things", properties={"Text": "TEXT"}, items=self._frame)
        self._export = self.model.export("Things.csv", listed)
        self._content = export_bytes(self.model, self._export)
        lines = self._content.splitlines(keepends=True)
        self.keep_earlier(self._export.id, b"".join(lines[: _ROWS // 2]))
        self._target = folder / f"{seed}.csv"

    def owned(self, model: af.Model) -> Any:
        if self.seed % 2:
            return model.exports["Things.csv"].download(self._target)
        return af.read_anaplan("Things.csv", model)

    def theirs(self, client: Any) -> Any:
        return client.export_and_download(int(self._export.id))

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        tasks = self.started("exports", self._export.id)
        if len(tasks) > 1:
            return Verdict.DOUBLE
        if error is not None:
            return Verdict.LOST if self._target.exists() else Verdict.RAISED
        return Verdict.WELL if tasks and self._is_meant(result) else Verdict.LOST

    def untouched(self) -> bool:
        return not self.started("exports", self._export.id)

    def _is_meant(self, result: Any) -> bool:
        if isinstance(result, pd.DataFrame):
            return result["Text"].tolist() == self._frame["Text"].tolist()
        return (result.read_bytes() if isinstance(result, Path) else result) == self._content
