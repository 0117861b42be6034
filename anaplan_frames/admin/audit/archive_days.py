"""The files of an archive of audit events: a Parquet file for each day, UTC."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from anaplan_frames.admin.audit.event_windows import DAY_MS
from anaplan_frames.errors import DataError
from anaplan_frames.folders import replace_synced

_FILE = "events.parquet"
_PART = ".events.parquet.part"  # what begins with a dot is not read as data
_SPOOL = "_pull"
_ROWS = 65_536

_Ids = npt.NDArray[np.int64]


def day_name(day: int) -> str:
    """Return the date of a day, which is counted from 1970."""
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


def remove_leftovers(folder: Path) -> None:
    """Remove what a run has left that did not come to its end."""
    shutil.rmtree(folder / _SPOOL, ignore_errors=True)
    for part in folder.glob(f"day=*/{_PART}"):
        part.unlink()


class DaySpool:
    """Events on their way into an archive, in a temporary file for each day.

    Parameters
    ----------
    folder : Path
        The archive's.
    schema : pyarrow.Schema
    """

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder = folder / _SPOOL
        self._folder.mkdir()
        self._schema = schema
        self._writers: dict[int, Any] = {}

    @property
    def days(self) -> list[int]:
        """The days of which there are events."""
        return sorted(self._writers)

    def add(self, batch: pa.RecordBatch) -> None:
        """Put events into the files of their days."""
        days = batch.column("event_date").cast(pa.int64()).to_numpy() // DAY_MS
        for day in np.unique(days).tolist():
            if day not in self._writers:
                self._writers[day] = pa.ipc.new_file(self._path(day), self._schema)
            self._writers[day].write_batch(batch.filter(pa.array(days == day)))

    def finish(self) -> None:
        """Write the ends of the files; nothing can be added any more."""
        for writer in self._writers.values():
            writer.close()

    def read(self, day: int) -> Iterator[pa.RecordBatch]:
        """Yield the events of a day."""
        with pa.OSFile(str(self._path(day))) as file:
            reader = pa.ipc.open_file(file)
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def remove(self) -> None:
        """Close and delete the files."""
        self.finish()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, day: int) -> str:
        return str(self._folder / f"{day_name(day)}.arrow")


def merge_day(folder: Path, day: int, spool: DaySpool, schema: pa.Schema) -> tuple[int, int]:
    """Add the events of a day that are not in its file yet; the file is replaced as a whole.

    Returns
    -------
    added, total : int
        How many events were added, and how many there are.

    Raises
    ------
    DataError
        The file of the day is not one of an archive.
    """
    path = folder / f"day={day_name(day)}" / _FILE
    known = _known_ids(path)
    if all(not len(_new(batch, known)) for batch in spool.read(day)):
        return 0, len(known)
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(_PART)
    added = 0
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        if len(known):
            for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=schema.names):
                writer.write_batch(batch.cast(schema))
        for batch in spool.read(day):
            places = _new(batch, known)
            ids: _Ids = batch.column("id").to_numpy()[places]
            known = np.concatenate([known, ids])
            added += len(places)
            writer.write_batch(batch.take(pa.array(places)))
    replace_synced(part, path)
    return added, len(known)


def _known_ids(path: Path) -> _Ids:
    """Return the ids of the events that a day's file has."""
    if not path.exists():
        return np.empty(0, np.int64)
    try:
        found: _Ids = pq.ParquetFile(path).read(columns=["id"]).column("id").to_numpy()
    except (pa.ArrowException, KeyError) as error:
        raise DataError(
            f"{path} is not a file of an archive of audit events: {error} Move it elsewhere; what "
            "Anaplan still has of that day is then read again."
        ) from None
    return found


def _new(batch: pa.RecordBatch, known: _Ids) -> npt.NDArray[np.int64]:
    """Return the positions of the events whose ids are not known, each id once."""
    ids = batch.column("id").to_numpy()
    _, first = np.unique(ids, return_index=True)
    places = np.sort(first)
    return places[~np.isin(ids[places], known)]
