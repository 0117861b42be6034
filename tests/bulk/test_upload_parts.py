"""Uploads that processes share: each sends its part, and all are imported once, or nothing is."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import cloudpickle
import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.bulk.file_targets import target_of_file
from anaplan_frames.bulk.upload_parts import UploadParts
from anaplan_frames.sandbox import Sandbox

COUNT = 4_000


@pytest.fixture
def upload_model(tenant: Sandbox) -> Iterator[af.Model]:
    """Connect to a model with imports from files of two dialects into a list."""
    plan = tenant.workspace("Demo").model("Plan")
    items, loads = plan.list("Parts"), []
    for name, options in (("Load", {}), ("Load wide", {"encoding": "UTF-16LE", "separator": ";"})):
        file = plan.file(f"{name}.csv", columns=["code", "name"], **options)
        loads.append(plan.import_(name, file, into=items, mapping={"code": "Code", "name": "Name"}))
    plan.process("Load one", loads[:1])
    plan.process("Load both", loads)
    plan.process("Clear", [plan.delete_action("Clear parts", of=items)])
    with tenant.connect() as connection:
        yield connection.model("Plan")


def frame(start: int, stop: int) -> pd.DataFrame:
    codes = [f"{number:05}" for number in range(start, stop)]
    return pd.DataFrame({"name": [f'Part "{code}"\n;' for code in codes], "code": codes})


def send(part: Any, data: pd.DataFrame) -> int:
    size: int = part.write(data)
    return size


def codes(model: af.Model) -> list[str]:
    return sorted(model.lists["Parts"].read(columns=["code"])["code"])


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Return processes, which begin with the first work that they are given."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.mark.long
@pytest.mark.parametrize("name", ["Load", "Load wide"])
def test_processes_send_parts_and_all_are_imported_once(
    name: str, upload_model: af.Model, pool: ProcessPoolExecutor
) -> None:
    frames = [frame(0, 1_000), frame(0, 0), frame(1_000, 1_001), frame(1_001, COUNT)]
    import_ = upload_model.imports[name]
    with import_.upload_parts(4) as parts:
        sizes = list(pool.map(send, parts, frames))
        assert codes(upload_model) == []
        result = parts.complete(sizes)
    assert (result.rows_sent, result.rows_created, result.rows_rejected) == (COUNT, COUNT, 0)
    assert codes(upload_model) == list(frame(0, COUNT)["code"])
    assert len(import_.tasks()) == 1
    assert sum(sizes) == len(b"".join(upload_model.files[f"{name}.csv"].stream()))


def test_a_part_that_is_sent_again_in_any_order_counts_once(upload_model: af.Model) -> None:
    with upload_model.imports["Load"].upload_parts(2) as parts:
        copies = [pickle.loads(module.dumps(parts[1])) for module in (pickle, cloudpickle)]
        sizes = [copies[0].write(frame(5, 9)), *(part.write(frame(5, 10)) for part in copies)]
        first = parts[0].write(pa.Table.from_pandas(frame(0, 5), preserve_index=False))
        result = parts.complete([first, sizes[-1]])
    assert result.rows_sent == 10
    assert codes(upload_model) == list(frame(0, 10)["code"])


@pytest.mark.parametrize("sizes", [[1], [1, None], [1, -1], [1, 2, 3]])
def test_a_part_that_was_not_sent_stops_the_import(
    sizes: list[int], upload_model: af.Model
) -> None:
    with upload_model.imports["Load"].upload_parts(2) as parts:
        parts[0].write(frame(0, 5))
        with pytest.raises(ValueError, match=r"Write each part|was not written"):
            parts.complete(sizes)
    assert upload_model.imports["Load"].tasks().empty


def test_an_upload_that_ends_early_imports_nothing_and_lets_the_next_begin(
    upload_model: af.Model,
) -> None:
    with upload_model.imports["Load"].upload_parts(1) as old:
        old[0].write(frame(0, 5))
    assert upload_model.imports["Load"].tasks().empty
    with pytest.raises(af.AnaplanError, match="was completed or ended before"):
        old.complete([1])
    af.to_anaplan(frame(7, 8), "Load", upload_model)
    assert codes(upload_model) == ["00007"]


def test_an_upload_is_completed_once(upload_model: af.Model) -> None:
    with upload_model.imports["Load"].upload_parts(1) as parts:
        sizes = [parts[0].write(frame(0, 5))]
        parts.complete(sizes)
        with pytest.raises(af.AnaplanError, match=r"\.upload_parts\(n\)"):
            parts.complete(sizes)
    assert len(upload_model.imports["Load"].tasks()) == 1


def test_more_than_a_chunk_in_a_part_is_refused_before_it_is_sent(upload_model: af.Model) -> None:
    large = pd.DataFrame({"code": ["x" * 1_000] * 51_000, "name": "y"})
    with upload_model.imports["Load"].upload_parts(2) as parts:
        with pytest.raises(ValueError, match=r"part 2 of 2 .*51,357,000 .*50,000,000.*more parts"):
            parts[1].write(large)
        with pytest.raises(af.ColumnMismatch, match="no column 'name'"):
            parts[1].write(large[["code"]])


def test_rejected_rows_are_those_of_the_dump(upload_model: af.Model) -> None:
    rows = pd.DataFrame({"code": ["a", None, "b"], "name": ["a", None, "b"]})
    with upload_model.imports["Load"].upload_parts(2) as parts:
        sizes = [parts[0].write(rows), parts[1].write(rows.tail(1).assign(code="c", name="c"))]
        with pytest.raises(af.RejectedRows) as caught:
            parts.complete(sizes)
    assert len(caught.value.result.unmatched) == 1
    assert codes(upload_model) == ["a", "b", "c"]


def test_wrong_arguments_are_refused_before_anything_is_sent(upload_model: af.Model) -> None:
    import_ = upload_model.imports["Load"]
    for wrong, error in ((0, ValueError), (1_001, ValueError), ("2", TypeError)):
        with pytest.raises(error, match="parts"):
            import_.upload_parts(wrong)  # type: ignore[arg-type]
    with import_.upload_parts(1) as parts:
        sizes = [parts[0].write(frame(0, 1))]
        with pytest.raises(ValueError, match="on_rejected must be"):
            parts.complete(sizes, on_rejected="rise")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="is written, not read"):
            parts[0].read()
        with pytest.raises(TypeError, match="each by itself"):
            pickle.dumps(parts)
        assert parts.complete(sizes).rows_sent == 1


def test_a_process_takes_the_parts_of_its_one_file(upload_model: af.Model) -> None:
    rows = pd.DataFrame({"code": ["a", None], "name": ["a", None]})
    with upload_model.processes["Load one"].upload_parts(2) as parts:
        assert "file 'Load.csv'" in repr(parts[0])
        sizes = [part.write(each) for part, each in zip(parts, (rows, frame(0, 3)), strict=True)]
        result = parts.complete(sizes, on_rejected="ignore")
    assert (result.kind, result.target) == ("process", "Load one")
    assert [(each.target, each.rows_created) for each in result.actions] == [("Load", 4)]
    assert (result.rows_rejected, len(result.unmatched)) == (1, 1)
    assert codes(upload_model) == ["00000", "00001", "00002", "a"]


@pytest.mark.parametrize(
    ("name", "files"),
    [("Load both", "2 files (file 'Load.csv', file 'Load wide.csv')"), ("Clear", "0 files")],
)
def test_a_process_of_none_or_several_files_has_no_parts(
    name: str, files: str, upload_model: af.Model
) -> None:
    with pytest.raises(af.ColumnMismatch, match=re.escape(f"process {name!r} reads {files}")):
        upload_model.processes[name].upload_parts(2)
    af.to_anaplan(frame(7, 8), "Load", upload_model)  # no file is held


def test_a_file_of_unknown_columns_has_no_parts(upload_model: af.Model) -> None:
    target = parts_target(upload_model)
    with pytest.raises(af.ColumnMismatch, match="does not say which columns"):
        UploadParts(upload_model._catalogue, target, 2, partial(print))


def parts_target(model: af.Model) -> Any:
    """Return the target of a file whose headers Anaplan does not say."""
    return replace(target_of_file(model._catalogue, model.files["Load.csv"].info), headers=())
