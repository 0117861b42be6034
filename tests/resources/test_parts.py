"""Parts of tables: each is read by itself, and together they are the table, once."""

from __future__ import annotations

import codecs
import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from operator import methodcaller
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.resources.parts import Parts
from anaplan_frames.sandbox import Sandbox

CHUNK = 20_000
ROWS = 6_000
ITEMS = 1_300


def notes(count: int) -> list[str]:
    """Make texts with quotes and line ends, some in long runs."""
    kinds = ['say "so"', "two\nlines", "plain", ',";\n"', "ünïcode", "x" * 300, '"\n"']
    return [f"{kinds[number % 7]} {number}" for number in range(count)]


@pytest.fixture(scope="module")
def parts_sandbox() -> Iterator[Sandbox]:
    """Serve a list, a module over it, an export of that, and files of several dialects."""
    sizes = {"export_chunk_size": CHUNK, "read_page_size": CHUNK}
    with Sandbox(rate_limit=None, task_pause=0, **sizes) as running:
        model = running.workspace("Demo").model("Stock")
        names = [f"Item {number:05}" for number in range(ROWS)]
        codes = [f"{number:05}" for number in range(ROWS)]
        frame = pd.DataFrame({"Name": names, "Code": codes})
        items = model.list("Parts", items=frame)
        model.list("Shops", items=frame.head(ITEMS))
        cells = pd.DataFrame({"Parts": names, "Amount": np.arange(ROWS) / 4, "Note": notes(ROWS)})
        formats = {"Amount": "NUMBER", "Note": "TEXT"}
        stock = model.module("Stock", dimensions=[items], line_items=formats, cells=cells)
        model.view(stock, "Flat", [items], ["Line items"], [])
        model.export("Out", of=stock, omit_empty=True)
        model.export("Grid", of=stock, layout="GRID_CURRENT_PAGE")
        model.file("comma.csv", columns=["code", "note", "amount"])
        model.file("tab.txt", columns=["code", "note"], separator="\t", delimiter="")
        model.file("wide.csv", columns=["code", "note"], encoding="UTF-16LE")
        model.file("latin.csv", columns=["code", "note"], encoding="ISO-8859-1", separator=";")
        yield running


@pytest.fixture(scope="module")
def parts_model(parts_sandbox: Sandbox) -> Iterator[af.Model]:
    with parts_sandbox.connect(requests_per_minute=None) as connection:
        found = connection.model("Stock")
        found.exports["Out"].run()
        found.exports["Grid"].run()
        yield found


def assert_exact(table: Any, parts: Parts, least: int = 1) -> None:
    """Check that the parts, read each by itself, are the table."""
    whole = table.read(run=False) if table.kind == "export" else table.read()
    copies = [pickle.loads(pickle.dumps(part)) for part in parts]
    frames = [part.read() for part in copies]
    assert len(frames) >= least
    assert all(len(frame) for frame in frames)
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), whole)
    streams = pa.concat_tables([part.read_arrow().read_all() for part in parts])
    assert streams.num_rows == len(whole)


@pytest.mark.parametrize("n", [1, 2, pytest.param(3, marks=pytest.mark.long), 7, 1000])
def test_the_parts_of_an_export_are_what_it_last_wrote(n: int, parts_model: af.Model) -> None:
    parts = parts_model.exports["Out"].parts(n)
    assert_exact(parts_model.exports["Out"], parts, least=min(n, 15))
    assert len(parts) <= n


def test_an_export_is_not_run_for_its_parts(parts_model: af.Model) -> None:
    before = len(parts_model.exports["Out"].tasks())
    for part in parts_model.exports["Out"].parts(2):
        part.read()
    assert len(parts_model.exports["Out"].tasks()) == before


@pytest.mark.sampled(2)
@pytest.mark.parametrize("n", [2, 9])
@pytest.mark.parametrize("name", ["comma.csv", "tab.txt", "latin.csv"])
def test_the_parts_of_a_file_are_its_rows(n: int, name: str, parts_model: af.Model) -> None:
    table = pd.DataFrame({"code": [f"{number:06}" for number in range(ROWS)]})
    table["note"] = "plain" if name == "tab.txt" else notes(ROWS)
    if name == "comma.csv":
        table["amount"] = np.arange(ROWS)
    file = parts_model.files[name]
    file.write(table)
    assert_exact(file, file.parts(n), least=min(n, 4))


def test_a_byte_order_mark_and_rows_without_an_end_are_not_rows(parts_model: af.Model) -> None:
    file = parts_model.files["comma.csv"]
    rows = "".join(f'{number},"{note}",1\n' for number, note in enumerate(["a", "b\nc"] * 9_000))
    file.upload(codecs.BOM_UTF8 + b"code,note,amount\n" + rows.encode()[:-1])
    assert_exact(file, file.parts(4), least=4)


def test_what_cannot_be_cut_is_one_part(parts_model: af.Model) -> None:
    file = parts_model.files["wide.csv"]
    file.write(pd.DataFrame({"code": range(ROWS), "note": notes(ROWS)}))
    assert len(file.parts(5)) == 1
    assert_exact(file, file.parts(5))
    doubtful = parts_model.files["comma.csv"]
    doubtful.upload(b"code,note,amount\n" + b'",\n","\n","\n"\n' * 8_000)
    assert len(doubtful.parts(5)) == 1
    assert_exact(doubtful, doubtful.parts(5))
    grid = parts_model.exports["Grid"]
    assert len(grid.parts(5)) == 1
    assert_exact(grid, grid.parts(5))


def test_a_cut_within_a_long_text_without_quotes_raises(parts_model: af.Model) -> None:
    """What is read is never wrong: the part before the cut is cut short, and says so."""
    file = parts_model.files["comma.csv"]
    long = "\n".join(["line"] * 100_000)
    file.upload(f'code,note,amount\n1,"a",1\n2,"{long}",2\n3,"c",3\n'.encode())
    parts = file.parts(3)
    with pytest.raises(af.EncodingError, match="cut short"):
        parts[0].read()


def test_a_file_that_changed_meanwhile_raises(parts_model: af.Model) -> None:
    file = parts_model.files["comma.csv"]
    file.write(pd.DataFrame({"code": range(ROWS), "note": "old", "amount": 1}))
    parts = file.parts(3)
    file.write(pd.DataFrame({"code": range(ROWS), "note": "newer", "amount": 1}))
    with pytest.raises(af.TransferError, match=r"was changed after it was divided into parts"):
        parts[1].read()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["modules", "views"])
@pytest.mark.parametrize("n", [1, 2, 6])
def test_the_parts_of_a_module_or_view_are_pages_of_one_large_read(
    kind: str, n: int, parts_model: af.Model, parts_sandbox: Sandbox
) -> None:
    table = getattr(parts_model, kind)["Stock" if kind == "modules" else "Stock.Flat"]
    with table.parts(n) as parts:
        assert_exact(table, parts, least=n)
        if n > 1:
            assert len(reads(parts_sandbox)) == 1
    assert reads(parts_sandbox) == []
    if n > 1:
        with pytest.raises(af.TransferError, match=r"no longer there.*\.parts\(n\)"):
            parts[0].read()


def reads(sandbox: Sandbox) -> list[str]:
    """Return the read requests that take room in the sandbox."""
    return [id_ for id_, read in sandbox.large_reads._reads.items() if read.folder.exists()]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have pages of 500 items in place of 5,000."""
    for module in ("item_parts", "item_reader"):
        monkeypatch.setattr(f"anaplan_frames.lists.{module}.PAGE_SIZE", 500)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("n", [1, 2, 3, 100])
def test_the_parts_of_a_list_are_pages_of_its_items(n: int, parts_model: af.Model) -> None:
    parts = parts_model.lists["Shops"].parts(n)
    assert len(parts) == min(n, 3)
    assert_exact(parts_model.lists["Shops"], parts)


@pytest.mark.usefixtures("small_pages")
def test_a_list_that_changed_meanwhile_raises(parts_model: af.Model) -> None:
    items = parts_model.lists["Shops"]
    parts = items.parts(2)
    more = pd.DataFrame({"code": ["new"], "name": ["new"]})
    items.insert(more)
    try:
        with pytest.raises(af.TransferError, match="was changed while its items were read"):
            parts[0].read()
    finally:
        items.delete(more[["code"]])


@pytest.mark.long
def test_parts_are_read_by_other_processes(parts_model: af.Model) -> None:
    export = parts_model.exports["Out"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        frames = list(pool.map(methodcaller("read"), export.parts(4)))
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), export.read(run=False))


@pytest.mark.usefixtures("small_pages")
def test_parts_are_a_sequence_that_shows_what_it_has(parts_model: af.Model) -> None:
    parts = parts_model.lists["Shops"].parts(3)
    assert repr(parts[1]) == f"<part 2 of 3 of {parts_model.lists['Shops']!r}>"
    assert [repr(part) for part in parts[1:]] == [repr(part) for part in list(parts)[1:]]
    assert repr(pickle.loads(cloudpickle.dumps(parts))) == repr(parts)
    with pytest.raises(TypeError, match="is read, not written"):
        parts[0].write(pd.DataFrame())


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError)])
def test_a_number_of_parts_is_asked_for(
    n: Any, error: type[Exception], parts_model: af.Model
) -> None:
    with pytest.raises(error, match="parts must be asked for"):
        parts_model.lists["Shops"].parts(n)
