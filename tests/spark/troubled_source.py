"""The format "troubled": "anaplan", in which tasks that write die or are slow."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark import TaskContext

from anaplan_frames.integrations.spark import AnaplanDataSource
from anaplan_frames.integrations.spark.chunk_writer import ChunkSent, ChunkWriter
from anaplan_frames.integrations.spark.source_options import WRITING, SourceOptions

LAST_TRY = 3  # that is not troubled, as Spark tries a task four times
SLOW = 20.0  # seconds, after which a task that was started a second time is long over
MOMENTS = ("at the beginning", "between rows", "at any time", "after the chunk")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class TroubledSource(AnaplanDataSource):
    """Takes one more option: ``trouble`` is ``folder seed``, or ``folder before`` or ``after``."""

    @classmethod
    def name(cls) -> str:
        return "troubled"

    def writer(self, schema: Any, overwrite: bool) -> ChunkWriter:
        options = {name: text for name, text in self.options.items() if name != "trouble"}
        folder, _, kind = self.options["trouble"].rpartition(" ")
        return TroubledWriter(SourceOptions(options, WRITING), schema, folder, kind)


class TroubledWriter(ChunkWriter):
    """Notes each trouble as a file of the folder, and has it."""

    def __init__(self, options: SourceOptions, schema: Any, folder: str, kind: str) -> None:
        super().__init__(options, schema)
        self._folder = folder
        self._kind = kind

    def write(self, iterator: Iterator[pa.RecordBatch]) -> ChunkSent:
        task = TaskContext.get()
        assert task is not None
        place = f"{task.partitionId()} {task.attemptNumber()}"
        if self._kind in ("before", "after"):
            return self._slow(iterator, place)
        draw = random.Random(f"{self._kind} {place}")
        if task.attemptNumber() >= LAST_TRY or draw.random() < 0.4:
            return super().write(iterator)
        moment = draw.choice(MOMENTS)
        self._note(place, moment)
        if moment == "at the beginning":
            die()
        later = threading.Timer(draw.random() / 2, die)
        if moment == "at any time":
            later.start()
        sent = super().write(dying(iterator) if moment == "between rows" else iterator)
        later.cancel()  # the process goes on with another task
        if moment == "after the chunk":
            die()
        return sent

    def _slow(self, iterator: Iterator[pa.RecordBatch], place: str) -> ChunkSent:
        """The first try of one partition is slow, before or after its chunk is sent."""
        slow = place == "1 0"
        if slow and self._kind == "before":
            self._note(place, "waits")
            time.sleep(SLOW)
        sent = super().write(iterator)
        self._note(place, "sent")
        if slow and self._kind == "after":
            time.sleep(SLOW)
        return sent

    def _note(self, place: str, what: str) -> None:
        (Path(self._folder) / f"{self._kind} {place} {what}").touch()


def dying(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.slice(0, 1)
        die()
