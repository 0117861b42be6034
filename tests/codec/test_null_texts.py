"""Nulls in place of some texts, also of slices of arrays, which older pyarrows mistake."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.null_texts import texts_if, texts_unless, without_blanks

ROWS = st.lists(st.tuples(st.none() | st.booleans(), st.none() | st.text(max_size=5)), max_size=9)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@given(before=ROWS, rows=ROWS, after=ROWS)
def test_each_text_is_kept_or_dropped_as_its_own_mark_says(
    kind: pa.DataType,
    before: list[tuple[bool | None, str | None]],
    rows: list[tuple[bool | None, str | None]],
    after: list[tuple[bool | None, str | None]],
) -> None:
    whole = [*before, *rows, *after]
    marks = pa.array([mark for mark, _ in whole], pa.bool_()).slice(len(before), len(rows))
    texts = pa.array([text for _, text in whole], kind).slice(len(before), len(rows))
    assert texts_if(marks, texts).to_pylist() == [text if mark else None for mark, text in rows]
    assert texts_unless(marks, texts).to_pylist() == [
        text if mark is False else None for mark, text in rows
    ]
    assert without_blanks(texts).to_pylist() == [text or None for _, text in rows]
