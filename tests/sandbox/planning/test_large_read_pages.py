"""Large texts: written in blocks, and split into pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.exports import grid_layout, tabular_layout
from anaplan_frames.sandbox.planning.exports.large_read_pages import write_pages
from anaplan_frames.sandbox.planning.exports.rendering import Rendering
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition
from tests.examples import FEW
from tests.sandbox.planning.model_actions import load, names, new_model


@pytest.fixture(scope="module")
def texts() -> Iterator[tuple[Model, ListDefinition]]:
    """A list whose one property holds any text."""
    model = new_model()
    yield model, model.list("Texts", properties={"T": "TEXT"})
    model.close()


@FEW
@given(
    rows=st.lists(st.text(st.sampled_from('ab,"\n\r é€😀='), max_size=12), max_size=30),
    size=st.integers(1, 300),
)
def test_pages_of_any_size_only_break_between_rows(
    texts: tuple[Model, ListDefinition], rows: list[str], size: int
) -> None:
    model, lst = texts
    with model.store.transaction() as con:
        con.execute(f"DELETE FROM list_{lst.id}")
        con.execute(
            f"INSERT INTO list_{lst.id} (id, name, p0)"
            " SELECT unnest(range(len(?))), 'n', unnest(?)",
            [rows, rows],
        )
    pages: list[bytes] = []
    write_pages(model.store, Rendering(lst), size, pages.append)
    parsed = [list(csv.reader(io.StringIO(page.decode(), newline=""))) for page in pages]
    assert [row for page in parsed for row in page] == [
        ["Texts", "Parent", "Code", "T"],
        *(["n", "", "", text] for text in rows),
    ]
    for page, of_page in zip(pages, parsed, strict=True):
        first = of_page[0][0] == "Texts"
        assert len(page) <= size or len(of_page) <= 1 + first


@pytest.fixture(scope="module")
def sales() -> Iterator[tuple[Model, ModuleDefinition]]:
    """Numbers and a text over two lists and months, half of them blank."""
    model = new_model(Calendar(2013, past_years=0, future_years=0))
    products, shops = names("A", "B", "C"), names("X", "Y")
    dimensions = [model.list("Product", items=products), model.list("Shop", items=shops), "Time"]
    formats = {"Units": "NUMBER", "Note": "TEXT"}
    module = model.module("Sales", dimensions=dimensions, line_items=formats)
    file = model.file("f", columns=["Product", "Shop", "Time", "Units", "Note"])
    rows = "A,X,Jan 13,1,a\nA,Y,Feb 13,2,\nC,Y,Jan 13,0,c\nC,X,Dec 13,4,\n"
    load(model, model.import_("Load", file, into=module), "Product,Shop,Time,Units,Note\n" + rows)
    yield model, module
    model.close()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("omit_empty", [False, True])
@pytest.mark.parametrize(
    "layout", ["TABULAR_MULTI_COLUMN", "TABULAR_SINGLE_COLUMN", "GRID_ALL_PAGES"]
)
def test_blocks_of_any_size_give_the_same_text(
    sales: tuple[Model, ModuleDefinition],
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
    omit_empty: bool,
) -> None:
    model, module = sales
    written: list[bytes] = []
    rendering = Rendering(module, layout, omit_empty=omit_empty)
    write_pages(model.store, rendering, 10**6, written.append)
    assert written[0].count(b"\n") > 6
    for size in (1, 5, 40, 100):
        monkeypatch.setattr(tabular_layout, "_LINES_PER_BLOCK", size)
        monkeypatch.setattr(grid_layout, "_CELLS_PER_BLOCK", size)
        write_pages(model.store, rendering, 10**6, written.append)
    assert written[1:] == [written[0]] * 4


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_list_in_blocks_gives_the_same_text(
    sales: tuple[Model, ModuleDefinition], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    model, module = sales
    product = module.dimensions[0].list
    assert product is not None
    monkeypatch.setattr(tabular_layout, "_LINES_PER_BLOCK", size)
    written: list[bytes] = []
    write_pages(model.store, Rendering(product), 10**6, written.append)
    assert written == [b"Product,Parent,Code\nA,,A\nB,,B\nC,,C\n"]
