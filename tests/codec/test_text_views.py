"""String views become strings, by pyarrow itself and without its functions."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec import text_views

VIEW = pa.string_view()
# Texts of at most 12 bytes are in the view itself.
TEXTS = (
    st.none() | st.text(max_size=5) | st.sampled_from(["", "x" * 12, "x" * 13, "ö" * 6, "ö" * 7])
)


@pytest.fixture(params=[False, True], ids=["without functions", "as this pyarrow can"])
def functions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr(text_views, "has_functions", lambda: False)


def views(parts: list[list[str | None]], start: int) -> pa.Array:
    """Return views that begin at a row of an array, in several buffers if there are parts."""
    arrays = [pa.array(part, VIEW) for part in parts]
    return (pa.concat_arrays(arrays) if arrays else pa.array([], VIEW)).slice(start)


@pytest.mark.usefixtures("functions")
@given(parts=st.lists(st.lists(TEXTS, max_size=6), max_size=3), start=st.integers(0, 4))
def test_every_text_is_the_same(parts: list[list[str | None]], start: int) -> None:
    given = views(parts, start)
    found = text_views.without_views(given)
    found.validate(full=True)
    assert found.type == pa.large_string()
    assert found.null_count == given.null_count
    assert found.to_pylist() == [text for part in parts for text in part][start:]


@pytest.mark.usefixtures("functions")
def test_more_rows_than_are_copied_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_views, "_ROWS_AT_A_TIME", 3)
    texts = [f"a text of the row {number}" if number % 4 else None for number in range(10)]
    assert text_views.without_views(pa.array(texts, VIEW)).to_pylist() == texts


@pytest.mark.parametrize("has_functions", [False, True])
def test_views_are_replaced_only_if_functions_are_missing(
    monkeypatch: pytest.MonkeyPatch, *, has_functions: bool
) -> None:
    monkeypatch.setattr(text_views, "has_functions", lambda: has_functions)
    columns = [pa.array(["a", None], VIEW), pa.array([1, 2]), pa.array(["b", "c"], VIEW)]
    batch = pa.RecordBatch.from_arrays(columns, ["x", "n", "x"])
    kind = VIEW if has_functions else pa.large_string()
    for found in (
        text_views.usable(batch),
        text_views.usable_table(pa.Table.from_batches([batch, batch])),
    ):
        assert found.schema.names == ["x", "n", "x"]
        assert found.schema.types == [kind, pa.int64(), kind]
        assert found.column(0).to_pylist()[:2] == ["a", None]
        assert found.column(2).to_pylist()[:2] == ["b", "c"]
        assert text_views.byte_size(found) > 0
