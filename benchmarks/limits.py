"""The limit: the same bytes moved by hand, as fast as the libraries below us can, with no checks.

Nothing is looked at: not the columns, not the values, not the answers; nothing is tried again, and
reading takes whatever types pyarrow guesses.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import requests
from isal import isal_zlib

from benchmarks import tenant
from benchmarks.frames import mixed_frame

_THREADS = 4
_SLICE_ROWS = 131_072  # measured: as fast as any from 65,536 to 262,144
_BLOCK_BYTES = 8_000_000  # measured: faster than 1 and 4 million


def write(url: str, rows: int) -> Callable[[], object]:
    """Prepare to write the frame: slices in a pool, each formatted, compressed and sent."""
    frame = mixed_frame(rows)
    session, file = _session(url), f"{_model(url)}/files/{tenant.FILE}"

    def send(index: int) -> None:
        piece = frame.iloc[index * _SLICE_ROWS : (index + 1) * _SLICE_ROWS]
        session.put(f"{file}/chunks/{index}", data=_gzip(_text(piece, header=index == 0)))

    def run() -> None:
        session.post(file, json={"chunkCount": -1})
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(send, range(-(-rows // _SLICE_ROWS))))
        session.post(f"{file}/complete", json={})
        _run_task(session, f"{_model(url)}/imports/{tenant.IMPORT}")

    return run


def read(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the export: all chunks in a pool, then one parse with all processors."""
    return _reading(url, lambda parts: pa.BufferReader(b"".join(parts)))


def read_fed(url: str, rows: int) -> Callable[[], object]:
    """Prepare the same with a parser that begins while chunks are still being fetched."""
    return _reading(url, lambda parts: pa.PythonFile(_Feed(parts), "r"))


def _reading(
    url: str, opened: Callable[[Iterator[bytes]], pa.NativeFile]
) -> Callable[[], pd.DataFrame]:
    session, model = _session(url), _model(url)
    path = f"{model}/files/{tenant.EXPORT}/chunks"

    def fetch(chunk: str) -> bytes:
        # Not `.content`, which takes 10 kB at a time and would be most of the time.
        return session.get(f"{path}/{chunk}", stream=True).raw.read()

    def run() -> pd.DataFrame:
        _run_task(session, f"{model}/exports/{tenant.EXPORT}")
        chunks = [chunk["id"] for chunk in session.get(path).json()["chunks"]]
        options = pa_csv.ReadOptions(block_size=_BLOCK_BYTES)
        with ThreadPoolExecutor(_THREADS) as pool:
            table = pa_csv.read_csv(opened(pool.map(fetch, chunks)), options)
        frame: pd.DataFrame = table.to_pandas(date_as_object=False, split_blocks=True)
        return frame

    return run


class _Feed(io.RawIOBase):
    """Chunks as a file, for a reader that asks for so many bytes at a time."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = memoryview(chunk)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece  # type: ignore[return-value]  # a copy less; pyarrow takes any buffer


def _text(piece: pd.DataFrame, header: bool) -> pa.Buffer:
    batch = pa.RecordBatch.from_pandas(piece, preserve_index=False, nthreads=1)
    day = batch.schema.get_field_index("Day")
    batch = batch.set_column(day, "Day", batch.column(day).cast(pa.date32(), safe=False))
    out = pa.BufferOutputStream()
    pa_csv.write_csv(batch, out, pa_csv.WriteOptions(include_header=header, batch_size=16_384))
    return out.getvalue()


def _gzip(text: pa.Buffer) -> bytes:
    compressor = isal_zlib.compressobj(1, isal_zlib.DEFLATED, 31)
    return bytes(compressor.compress(text)) + bytes(compressor.flush())


def _session(url: str) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = "AnaplanAuthToken benchmark"
    session.trust_env = False
    session.get(f"{_model(url)}/files")
    return session


def _model(url: str) -> str:
    return f"{url}/2/0/workspaces/{tenant.WORKSPACE}/models/{tenant.MODEL}"


def _run_task(session: requests.Session, action: str) -> None:
    task = session.post(f"{action}/tasks", json={"localeName": "en_US"}).json()["task"]["taskId"]
    session.get(f"{action}/tasks/{task}")
