"""pandas, Polars, DuckDB, pyarrow and Dask, each with files and exports by URL, in and out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import fsspec
import pandas as pd
import pandas.testing
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.fs
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.filesystem import AnaplanFileSystem
from anaplan_frames.sandbox import Sandbox
from tests.integrations.conftest import DATA

AIRLINES = "anaplan://Demo/Flight%20Planning/files/airlines.csv"
EXPORT = "anaplan://Demo/Flight%20Planning/exports/Flights%20export"
NEW = pd.DataFrame({"carrier": ["NEW", "ÄÖ"], "name": ["An airline, Inc.", "Øther"]})


@pytest.fixture
def airlines(fs: AnaplanFileSystem) -> Iterator[pd.DataFrame]:
    """The airlines that are in the file, before and after the test."""
    content = (DATA / "airlines.csv").read_bytes()
    yield pd.read_csv(str(DATA / "airlines.csv"))
    fs.pipe(AIRLINES, content)


def test_pandas(airlines: pd.DataFrame, options: dict[str, Any], files_of: af.Model) -> None:
    pandas.testing.assert_frame_equal(pd.read_csv(AIRLINES, storage_options=options), airlines)
    pieces = pd.read_csv(AIRLINES, storage_options=options, chunksize=5)
    assert [len(piece) for piece in pieces] == [5, 5, 5, 1]
    export = pd.read_csv(EXPORT, storage_options=options)
    assert export["flights"].sum() == files_of.exports["Flights export"].read()["flights"].sum()
    NEW.to_csv(AIRLINES, index=False, storage_options=options)
    pandas.testing.assert_frame_equal(pd.read_csv(AIRLINES, storage_options=options), NEW)
    files_of.imports["Load airlines"].run(on_rejected="ignore")
    assert {"NEW", "ÄÖ"} <= set(files_of.lists["Airlines"].read()["code"])


def test_a_frame_that_cannot_be_written_leaves_the_file_as_it_was(
    airlines: pd.DataFrame, options: dict[str, Any]
) -> None:
    with pytest.raises(UnicodeEncodeError):
        NEW.to_csv(AIRLINES, encoding="ascii", storage_options=options)
    assert len(pd.read_csv(AIRLINES, storage_options=options)) == len(airlines)


def test_polars(airlines: pd.DataFrame, options: dict[str, Any], fs: AnaplanFileSystem) -> None:
    names = airlines["name"].tolist()
    read = pl.read_csv(AIRLINES, storage_options=options, use_pyarrow=True)
    assert read["name"].to_list() == names
    with fs.open(AIRLINES) as file:
        assert pl.read_csv(file)["name"].to_list() == names
    with fs.open(AIRLINES) as file:
        few = pl.scan_csv(file).filter(pl.col("carrier") == "AA").select("name").collect()
    assert few.rows() == [("American Airlines Inc.",)]
    with fs.open(AIRLINES, "wb") as file:
        pl.from_pandas(NEW).write_csv(file)
    assert pl.read_csv(fs.cat(AIRLINES)).height == 2


def test_duckdb(airlines: pd.DataFrame, fs: AnaplanFileSystem) -> None:
    with duckdb.connect() as database:
        database.register_filesystem(fs)
        ((count,),) = database.sql(f"SELECT count(*) FROM read_csv('{AIRLINES}')").fetchall()
        assert count == len(airlines)
        joined = database.sql(
            f"SELECT carrier FROM read_csv('{EXPORT}') AS flights "
            f"JOIN read_csv('{AIRLINES}') AS airlines ON flights.Airlines = airlines.name"
        )
        assert set(joined.df()["carrier"]) <= set(airlines["carrier"])
        assert len(joined)
        database.sql(
            f"COPY (SELECT 'AA' AS carrier, 'x' AS \"name\") TO '{AIRLINES}' (USE_TMP_FILE FALSE)"
        )
    assert fs.cat(AIRLINES) == b"carrier,name\nAA,x\n"


def test_pyarrow(airlines: pd.DataFrame, fs: AnaplanFileSystem) -> None:
    through = pyarrow.fs.PyFileSystem(pyarrow.fs.FSSpecHandler(fs))
    path = fs._strip_protocol(AIRLINES)
    with through.open_input_stream(path) as stream:
        assert pyarrow.csv.read_csv(stream).num_rows == len(airlines)
    with through.open_input_file(path) as file:
        assert file.size() == len(fs.cat_file(path))
        assert pyarrow.csv.read_csv(file).num_rows == len(airlines)
    data = pyarrow.dataset.dataset(path, filesystem=through, format="csv")
    assert data.count_rows() == len(airlines)
    folder = pyarrow.fs.FileSelector("Demo/Flight Planning/files")
    assert path in [info.path for info in through.get_file_info(folder)]
    table = pa.table({"carrier": ["AA"], "name": ["x"]})
    with through.open_output_stream(path) as stream:
        pyarrow.csv.write_csv(table, stream)
    assert pd.read_csv(fs.open(AIRLINES)).equals(table.to_pandas())


@pytest.mark.long
def test_dask(airlines: pd.DataFrame, options: dict[str, Any], fs: AnaplanFileSystem) -> None:
    import dask.dataframe as dd

    frame = dd.read_csv([AIRLINES, AIRLINES], storage_options=options, blocksize=None)
    assert frame.npartitions == 2
    assert len(frame) == 2 * len(airlines)
    for scheduler in ("synchronous", "threads", "processes"):
        assert frame.compute(scheduler=scheduler)["name"].nunique() == len(airlines)
    dd.from_pandas(NEW, npartitions=1).to_csv(
        AIRLINES, single_file=True, index=False, storage_options=options
    )
    assert pd.read_csv(fs.open(AIRLINES)).equals(NEW)


def test_a_file_is_cached_by_fsspec_until_its_copy_expires(
    airlines: pd.DataFrame, options: dict[str, Any], fs: AnaplanFileSystem, tmp_path: Any
) -> None:
    before = fs.cat(AIRLINES)

    def read(folder: str) -> bytes:
        cache = {"cache_storage": str(tmp_path / folder), "expiry_time": 60}
        with fsspec.open(f"filecache::{AIRLINES}", anaplan=options, filecache=cache) as file:
            content: bytes = file.read()
            return content

    assert read("a") == before
    fs.pipe(AIRLINES, b"carrier,name\n")
    assert (read("a"), read("b")) == (before, b"carrier,name\n")


_PROGRAM = """
import resource, sys, fsspec
from anaplan_frames.integrations.filesystem import AnaplanFileSystem
fs = AnaplanFileSystem("demo@example.com", sys.argv[1], api_url=sys.argv[2], auth_url=sys.argv[2])
path = "Demo/Flight Planning/files/airlines.csv"
block = b"AA,a name of some length\\n" * 40_000

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

def run(blocks):
    with fs.open(path, "wb") as file:
        for _ in range(blocks):
            file.write(block)
    size = 0
    with fs.open(path) as file:
        while read := file.read(1 << 20):
            size += len(read)
    assert size == blocks * len(block)
    return peak()

print(run(100), run(int(sys.argv[3])))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process as on POSIX")
def test_memory_does_not_grow_with_the_content() -> None:
    with Sandbox.demo(task_pause=0, rate_limit=None) as sandbox:
        words = [sys.executable, "-c", _PROGRAM, sandbox.password, sandbox.api_url, "600"]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    small, large = map(int, done.stdout.split())
    assert large - small < 60  # MB, of 600
