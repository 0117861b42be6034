"""Dask reads tables of Anaplan in parts and loads its partitions by one import."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

pytestmark = pytest.mark.long  # importing Dask takes a second
ROWS = pd.DataFrame(
    {
        "carrier": [f"C{n:05}" for n in range(300_000)],
        "name": [f"name {n}, quoted" for n in range(300_000)],
    }
)


@pytest.fixture
def airlines(demo_model: af.Model) -> af.Model:
    demo_model.files["airlines.csv"].write(ROWS, chunk_bytes=1_000_000)
    return demo_model


def test_partitions_are_together_the_table(airlines: af.Model) -> None:
    from anaplan_frames.integrations.dask import read_anaplan

    frame = read_anaplan("airlines.csv", airlines)
    whole = airlines.files["airlines.csv"].read()
    found = frame.compute()
    assert found["carrier"].tolist() == whole["carrier"].tolist()
    assert found["name"].tolist() == whole["name"].tolist()
    assert list(frame.columns) == list(whole.columns)
    assert frame.npartitions == len(airlines.files["airlines.csv"].parts(10_000))


def test_a_pickled_dataframe_holds_no_password(airlines: af.Model, demo_sandbox: Sandbox) -> None:
    from anaplan_frames.integrations.dask import read_anaplan

    frame = read_anaplan("airlines.csv", airlines)
    pickled = pickle.dumps(frame)
    assert demo_sandbox.password.encode() not in pickled
    assert len(pickle.loads(pickled)) == len(ROWS)


def test_all_partitions_are_loaded_by_one_import(demo_model: af.Model) -> None:
    import dask.dataframe as dd

    from anaplan_frames.integrations.dask import to_anaplan

    frame = dd.from_pandas(ROWS[:100], npartitions=4)
    result = to_anaplan(frame, "Load airlines", demo_model)
    assert result.rows_loaded == 100
    assert len(demo_model.imports["Load airlines"].tasks()) == 1


def test_a_task_that_is_tried_again_changes_nothing(
    demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask.dataframe as dd

    from anaplan_frames.integrations import dask as dask_frames

    send = dask_frames._write_part

    def send_twice(part: Any, partition: Any) -> int:
        send(part, partition)
        return send(part, partition)

    monkeypatch.setattr(dask_frames, "_write_part", send_twice)
    frame = dd.from_pandas(ROWS[:100], npartitions=4)
    assert dask_frames.to_anaplan(frame, "Load airlines", demo_model).rows_sent == 100
    codes = demo_model.lists["Airlines"].read_arrow().read_all().to_pylist()
    assert {"C00000", "C00099"} <= {str(text) for row in codes for text in row.values()}


def test_nothing_is_imported_if_a_partition_fails(demo_model: af.Model) -> None:
    import dask.dataframe as dd

    from anaplan_frames.integrations.dask import to_anaplan

    def fail(partition: pd.DataFrame) -> pd.DataFrame:
        if "C00099" in set(partition["carrier"]):
            raise RuntimeError("a worker died")
        return partition

    frame = dd.from_pandas(ROWS[:100], npartitions=4).map_partitions(fail, meta=ROWS[:0])
    with pytest.raises(RuntimeError, match="a worker died"):
        to_anaplan(frame, "Load airlines", demo_model)
    assert len(demo_model.imports["Load airlines"].tasks()) == 0
    assert to_anaplan(dd.from_pandas(ROWS[:9], npartitions=1), "Load airlines", demo_model)


def test_other_data_and_targets_are_refused(demo_model: af.Model) -> None:
    import dask.dataframe as dd

    from anaplan_frames.integrations.dask import to_anaplan

    with pytest.raises(TypeError, match="must be a dataframe of Dask"):
        to_anaplan(ROWS, "Load airlines", demo_model)  # type: ignore[arg-type]
    frame = dd.from_pandas(ROWS[:9], npartitions=1)
    with pytest.raises(TypeError, match="loaded by an import or process"):
        to_anaplan(frame, demo_model.lists["Airlines"])  # type: ignore[arg-type]


_LIMIT = 150_000_000
_COUNT = """
import pickle, re, sys
import dask.dataframe
import anaplan_frames

def peak():  # not ru_maxrss, which begins with that of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024

frame = pickle.load(open(sys.argv[1], "rb"))
frame.get_partition(0)["number"].count().compute(scheduler="synchronous")
before = peak()
rows = frame["number"].count().compute(scheduler="synchronous")
print(rows, peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_a_table_larger_than_the_memory_it_is_given_is_read_in_flat_memory(
    demo_model: af.Model, tmp_path: Path
) -> None:
    from anaplan_frames.integrations.dask import read_anaplan

    lines = (b"%09d,%090d\n" % (number, number) for number in range(2_500_000))
    content = b"number,text\n" + b"".join(lines)
    demo_model.files["airports.csv"].upload(content)
    assert len(content) > 1.5 * _LIMIT
    frame = read_anaplan("airports.csv", demo_model)
    assert frame.npartitions > 10
    pickled = tmp_path / "frame.pickle"
    pickled.write_bytes(pickle.dumps(frame))
    done = subprocess.run(
        [sys.executable, "-c", _COUNT, str(pickled)], capture_output=True, text=True, check=True
    )
    rows, grown = map(int, done.stdout.split())
    assert rows == 2_500_000
    assert grown < _LIMIT / 2, f"memory grew by {grown:,} bytes"
