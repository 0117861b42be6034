"""The jobs that load files: data into one file or several, and the import or process that reads."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.store.list_tables import property_column
from tests.campaign.between import CHUNK
from tests.campaign.case import (
    ANOTHER,
    INFORMING,
    Case,
    Steps,
    Verdict,
    says_failed,
    start,
    upload_steps,
)
from tests.sandbox.planning.model_actions import items

ROWS = 100
_ONE_CHUNK = 1_000_000  # bytes
_HEADER = b"Name,Code,Text\n"
_BY_ANOTHER_MACHINE = _HEADER + b"their thing,c0001,theirs\nnew thing,t1,theirs\n"
_BY_ANOTHER_USER = _HEADER + b"another thing,a1,another\n"


def things(seed: int, rows: int = ROWS) -> pd.DataFrame:
    """Return items of a list, others for each seed."""
    chance = random.Random(seed)
    return pd.DataFrame(
        {
            "Name": [f"thing {number:04d}" for number in range(rows)],
            "Code": [f"c{number:04d}" for number in range(rows)],
            "Text": [f"{chance.getrandbits(64):016x}" for _ in range(rows)],
        }
    )


class Load(Case):
    """Data into files, in chunks, and what reads these files."""

    midway: ClassVar[str] = r"PUT .*/chunks/"
    has_tasks: ClassVar[bool] = True
    frames: Mapping[str, pd.DataFrame]  # by the name of the import
    action: str  # as in paths

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        # The content is compared in one request, and by every fourth seed in chunks.
        sandbox.export_chunk_size = CHUNK if seed % 4 == 0 else _ONE_CHUNK
        self._read: list[tuple[str, bytes | None]] = []  # the name of the import, and what it read
        self._lists: dict[str, Any] = {}
        self._files: dict[str, Any] = {}
        self._note_what_is_read()

    def add_import(self, name: str, frame: pd.DataFrame) -> Any:
        """Add a list, a file that holds an earlier load, and the import between them."""
        things_list = self.model.list(f"Things of {name}", properties={"Text": "TEXT"})
        file = self.model.file(f"{name}.csv", columns=list(frame.columns))
        earlier = frame.assign(Text="earlier").head(ROWS // 2)
        self.keep_earlier(file.id, earlier.to_csv(index=False).encode())
        self._lists[name], self._files[name] = things_list, file
        return self.model.import_(name, file, into=things_list)

    def others(self) -> Mapping[str, Steps]:
        [first, *_] = self._files.values()
        theirs = upload_steps(first.id, _BY_ANOTHER_MACHINE)
        others = upload_steps(first.id, _BY_ANOTHER_USER, ANOTHER)
        return {
            "second writer": theirs,
            "second writer who begins": theirs[:1],
            "another user's run": (*others, [start(self.action, ANOTHER)]),
        }

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        tasks = self.tasks()
        wrong = [read for read in self._reads() if not self._is_meant(*read)]
        if len(tasks) > 1 or (wrong and not self.met):
            return Verdict.DOUBLE
        if error is not None:
            if not tasks or says_failed(error) or isinstance(error, af.TaskUncertain):
                return Verdict.RAISED
            said = isinstance(error, INFORMING) and not wrong
            return Verdict.RAISED if said else Verdict.UNREPORTED
        if wrong or not tasks or not all(map(self._is_loaded, self.frames)):
            return Verdict.LOST
        return Verdict.WELL if self._is_reported(result) else Verdict.MISREPORTED

    def untouched(self) -> bool:
        return not self.tasks()

    def tasks(self) -> Sequence[Any]:
        kind, number = self.action.split("/")
        return self.started(kind, number)

    def end(self) -> None:
        self.sandbox.export_chunk_size = CHUNK
        super().end()

    def _reads(self) -> list[tuple[str, bytes | None]]:
        """Return what the job's own imports have read; another user has other contents."""
        return [read for read in self._read if read[1] != _BY_ANOTHER_USER]

    def _is_meant(self, name: str, read: bytes | None) -> bool:
        """Whether an import read what was sent; we write all texts between delimiters."""
        frame = self.frames[name]
        quoted = frame.to_csv(index=False, quoting=csv.QUOTE_ALL)
        return read in (None, frame.to_csv(index=False).encode(), quoted.encode())

    def _is_loaded(self, name: str) -> bool:
        things_list = self._lists[name]
        now = items(self.model, things_list).set_index("code")
        frame = self.frames[name]
        if not set(frame["Code"]) <= set(now.index):
            return False
        texts = now.loc[list(frame["Code"]), property_column(things_list, "Text")]
        return bool(texts.tolist() == frame["Text"].tolist())

    def _is_reported(self, result: Any) -> bool:
        rows = sum(map(len, self.frames.values()))
        return not isinstance(result, af.WriteResult) or result.rows_loaded == rows

    def _note_what_is_read(self) -> None:
        run_import = self.model.run_import

        def note(definition: Any, source: Path | None, *others: Any) -> Any:
            self._read.append((definition.name, source.read_bytes() if source else None))
            return run_import(definition, source, *others)

        self.model.run_import = note  # type: ignore[assignment,method-assign]


class Upload(Load):
    """A frame into a file, in chunks, and the import that reads it."""

    name: ClassVar[str] = "upload and import"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self.frames = {"Load things": things(seed)}
        self._import = self.add_import("Load things", self.frames["Load things"])
        self.action = f"imports/{self._import.id}"
        self._text = self.frames["Load things"].to_csv(index=False)

    def owned(self, model: af.Model) -> Any:
        frame = self.frames["Load things"]
        return af.to_anaplan(frame, "Load things", model, chunk_bytes=CHUNK)

    def theirs(self, client: Any) -> Any:
        [file] = self._files.values()
        return client.upload_and_import(int(file.id), self._text, int(self._import.id))


class SmallUpload(Upload):
    """A frame into a file in one request, and the import that reads it."""

    name: ClassVar[str] = "small upload and import"
    midway: ClassVar[str] = r"PUT .*/files/"
    midways: ClassVar[int] = 1

    def owned(self, model: af.Model) -> Any:
        return af.to_anaplan(self.frames["Load things"], "Load things", model)


class UploadAsStream(Upload):
    """The same; anaplan-sdk by its way for what does not fit into memory."""

    name: ClassVar[str] = "upload as a stream and import"

    def theirs(self, client: Any) -> Any:
        [file] = self._files.values()
        pieces = [self._text[at : at + CHUNK] for at in range(0, len(self._text), CHUNK)]
        client.upload_file_stream(int(file.id), iter(pieces), batch_size=3)
        return client.run_action(int(self._import.id))


class LoadAll(Load):
    """Frames into the files of a process, and the process that reads them."""

    name: ClassVar[str] = "process with several files"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self.frames = {"Load one": things(seed, ROWS // 2), "Load two": things(~seed, ROWS // 3)}
        imports = [self.add_import(name, frame) for name, frame in self.frames.items()]
        self._process = self.model.process("Load all", imports)
        self.action = f"processes/{self._process.id}"

    def owned(self, model: af.Model) -> Any:
        return af.to_anaplan(self.frames, "Load all", model, chunk_bytes=CHUNK)

    def theirs(self, client: Any) -> Any:
        for name, file in self._files.items():
            client.upload_file(int(file.id), self.frames[name].to_csv(index=False))
        return client.run_action(int(self._process.id))


class SmallLoadAll(LoadAll):
    """Frames into the files of a process, each in one request, and the process that reads them."""

    name: ClassVar[str] = "process with several small files"
    midway: ClassVar[str] = r"PUT .*/files/"
    midways: ClassVar[int] = 2

    def owned(self, model: af.Model) -> Any:
        return af.to_anaplan(self.frames, "Load all", model)
