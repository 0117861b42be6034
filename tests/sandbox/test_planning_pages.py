"""How the text of a large read is cut into pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.definitions import ListDefinition
from anaplan_frames.sandbox.planning.model import Model
from anaplan_frames.sandbox.planning.paging import write_pages
from anaplan_frames.sandbox.planning.rendering import Rendering
from tests.sandbox.planning import new_model


@pytest.fixture(scope="module")
def texts() -> Iterator[tuple[Model, ListDefinition]]:
    """A list whose one property holds any text."""
    model = new_model()
    yield model, model.list("Texts", properties={"T": "TEXT"})
    model.close()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.text(st.sampled_from('ab,"\n\r é€😀='), max_size=12), max_size=30),
    size=st.integers(1, 300),
)
def test_pages_of_any_size_break_between_rows_only(
    texts: tuple[Model, ListDefinition], rows: list[str], size: int
) -> None:
    model, lst = texts
    with model.store.transaction() as con:
        con.execute(f"DELETE FROM list_{lst.id}")
        for number, text in enumerate(rows):
            con.execute(
                f"INSERT INTO list_{lst.id} VALUES (?, NULL, ?, NULL, ?)", [number, "n", text]
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
