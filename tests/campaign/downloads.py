"""The jobs that read files: an export that is run and its output, and a file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.campaign.bulk import ROWS, things
from tests.campaign.case import ANOTHER, Case, Other, Steps, Verdict, start, upload_steps
from tests.sandbox.planning.model_actions import export_bytes


class _Reading(Case):
    """Chunks of one content into a DataFrame or, every other time, into a path."""

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self._target = folder / f"{seed}.csv"

    def _is(self, result: Any, content: bytes) -> bool:
        """Whether what was returned is exactly this content."""
        if isinstance(result, pd.DataFrame):
            lines = [line.split(",")[-1].strip('"') for line in content.decode().splitlines()]
            # A header that was taken for a row leaves the columns without their names.
            return list(result.get("Text", ())) == lines[1:]
        return (result.read_bytes() if isinstance(result, Path) else result) == content


class Export(_Reading):
    """An export, and its file in chunks."""

    name: ClassVar[str] = "export and download"
    midway: ClassVar[str] = r"GET .*/chunks/"
    has_tasks: ClassVar[bool] = True
    # In about one of nine the answer to the start is lost, which always is `TaskUncertain` here.
    well: ClassVar[float] = 0.7

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        frame = things(seed)
        self._list = self.model.list("Things", properties={"Text": "TEXT"}, items=frame)
        self._export = self.model.export("Things.csv", self._list)
        self._content = export_bytes(self.model, self._export)
        lines = self._content.splitlines(keepends=True)
        self.keep_earlier(self._export.id, b"".join(lines[: ROWS // 2]))

    def others(self) -> Mapping[str, Steps]:
        item = {"name": "added meanwhile", "code": "t1", "properties": {"Text": "theirs"}}
        add = Other("POST", f"/lists/{self._list.id}/items?action=add", {"items": [item]})
        action = f"exports/{self._export.id}"
        chunks = f"/files/{self._export.id}/chunks"
        return {
            "export run again": ([add, start(action)],),
            "export run by another user": ([add, start(action, ANOTHER)],),
            "second reader": tuple([Other("GET", f"{chunks}/{index}")] for index in (0, 1, 0)),
        }

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
        now = export_bytes(self.model, self._export)
        is_meant = self._is(result, self._content) or (self.met and self._is(result, now))
        return Verdict.WELL if tasks and is_meant else Verdict.LOST

    def untouched(self) -> bool:
        return not self.started("exports", self._export.id)

    def forget(self) -> None:
        self.foreign |= {task.id for task in self.started("exports", self._export.id)}
        self._target.unlink(missing_ok=True)


class Download(_Reading):
    """A file in chunks, as somebody has uploaded it."""

    name: ClassVar[str] = "download of a file"
    midway: ClassVar[str] = r"GET .*/chunks/"
    # A plain file has neither a version nor a time of change.
    blind_to: ClassVar[frozenset[str]] = frozenset({"second writer"})

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self._file = self.model.file("things.csv", columns=["Name", "Code", "Text"])
        self._content = things(seed).to_csv(index=False).encode()
        self._later = things(~seed, ROWS - 7).to_csv(index=False).encode()
        self.keep_earlier(self._file.id, self._content)

    def others(self) -> Mapping[str, Steps]:
        return {
            "second writer": upload_steps(self._file.id, self._later),
            "another user's upload": upload_steps(self._file.id, self._later, ANOTHER),
        }

    def owned(self, model: af.Model) -> Any:
        file = model.files["things.csv"]
        return file.download(self._target) if self.seed % 2 else file.read()

    def theirs(self, client: Any) -> Any:
        return client.get_file(int(self._file.id))

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        if error is not None:
            return Verdict.LOST if self._target.exists() else Verdict.RAISED
        is_meant = self._is(result, self._content) or (self.met and self._is(result, self._later))
        return Verdict.WELL if is_meant else Verdict.LOST

    def untouched(self) -> bool:
        return True

    def forget(self) -> None:
        self._target.unlink(missing_ok=True)
