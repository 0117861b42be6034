"""anaplan_frames, as its users call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pyarrow as pa

import anaplan_frames as af
from anaplan_frames.model import Model
from benchmarks import tenant
from benchmarks.frames import mixed_frame

_PIECE_ROWS = 250_000


def connected_model(url: str) -> Model:
    """Return the sink's model."""
    credentials = af.BasicAuth(tenant.EMAIL, tenant.PASSWORD)
    return af.connect(auth=credentials, api_url=url, auth_url=url).model(tenant.MODEL_NAME)


def write(url: str, rows: int) -> Callable[[], object]:
    """Prepare to load a DataFrame."""
    return _loading(url, mixed_frame(rows))


def write_iterator(url: str, rows: int) -> Callable[[], object]:
    """Prepare to load an iterator of DataFrames."""
    return _loading(url, _repeated(mixed_frame(min(rows, _PIECE_ROWS)), rows))


def write_reader(url: str, rows: int) -> Callable[[], object]:
    """Prepare to load a RecordBatchReader."""
    piece = pa.RecordBatch.from_pandas(mixed_frame(min(rows, _PIECE_ROWS)))
    batches = (piece.slice(0, count) for count in _counts(rows))
    return _loading(url, pa.RecordBatchReader.from_batches(piece.schema, batches))


def _loading(url: str, data: Any) -> Callable[[], object]:
    model = connected_model(url)
    to_anaplan = af.to_anaplan  # looked up, and so imported, before the clock runs
    return lambda: to_anaplan(data, tenant.IMPORT_NAME, model, progress=False)


def _repeated(piece: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    """Yield `rows` rows in new frames: of the same values, as their making is not measured."""
    for count in _counts(rows):
        yield piece.iloc[:count].copy()


def _counts(rows: int) -> Iterator[int]:
    for start in range(0, rows, _PIECE_ROWS):
        yield min(_PIECE_ROWS, rows - start)


def read(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read an export to a DataFrame."""
    model = connected_model(url)
    read_anaplan = af.read_anaplan
    return lambda: read_anaplan(tenant.EXPORT_NAME, model, progress=False)


def read_chunksize(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read an export in DataFrames of 100,000 rows, each dropped."""
    model = connected_model(url)

    def run() -> int:
        parts = af.read_anaplan(tenant.EXPORT_NAME, model, chunksize=100_000, progress=False)
        return sum(len(part) for part in parts)

    return run


def read_arrow(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read an export as Arrow batches, each dropped."""
    model = connected_model(url)

    def run() -> int:
        reader = af.read_arrow(tenant.EXPORT_NAME, model, progress=False)
        return sum(batch.num_rows for batch in reader)

    return run


def first_row(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read an export's first batch, and leave the rest."""
    model = connected_model(url)

    def run() -> None:
        af.read_arrow(tenant.EXPORT_NAME, model, progress=False).read_next_batch()

    return run
