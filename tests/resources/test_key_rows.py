"""Rows selected by keys: exactly, or else the only ones that are the same."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.errors import AmbiguousName, AnaplanWarning
from anaplan_frames.key_folding import fold_key
from anaplan_frames.resources.key_rows import KeyedRowsTable

SCHEMA = pa.schema([("code", pa.string()), ("parent", pa.string()), ("n", pa.int64())])
KEYS = st.sampled_from(["a", "A", "a ", "b", "B\u200b", "c"])


class Rows:
    """Rows in batches, which counts how many batches were taken."""

    schema = SCHEMA

    def __init__(self, rows: Sequence[tuple[str | None, str | None]], size: int = 2) -> None:
        self.taken = 0
        self._rows, self._size = rows, size

    def open(self, *_: object) -> Rows:
        return self

    def __iter__(self):  # type: ignore[no-untyped-def]
        for start in range(0, len(self._rows), self._size):
            self.taken += 1
            part = self._rows[start : start + self._size]
            numbers = range(start, start + len(part))
            columns = [[row[0] for row in part], [row[1] for row in part], list(numbers)]
            yield pa.RecordBatch.from_arrays(
                [pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
            )


def numbers(rows: Rows, asked: dict[str, list[str]]) -> list[int]:
    opened = KeyedRowsTable(rows, asked, "list 'L'").open(None, lambda s: s, lambda: None)  # type: ignore[arg-type, return-value]
    return [n for batch in opened for n in batch.column(2).to_pylist()]


def meant(texts: list[str | None], asked: list[str]) -> set[str | None]:
    """The texts that are asked for, by the rule; raises if one may be several."""
    found: set[str | None] = set()
    for text in asked:
        same = {t for t in texts if t and fold_key(t) == fold_key(text) and t not in asked}
        if text in texts:
            found.add(text)
        elif len(same) > 1:
            raise AmbiguousName(text)
        else:
            found |= same
    return found


@given(
    rows=st.lists(st.tuples(KEYS | st.none(), KEYS | st.none()), max_size=8),
    codes=st.lists(KEYS, min_size=1, max_size=2, unique=True),
    parents=st.lists(KEYS, min_size=1, max_size=2, unique=True) | st.none(),
    size=st.integers(1, 3),
)
@pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
def test_exact_keys_are_selected_or_else_the_only_same_ones_in_order(
    rows: list[tuple[str | None, str | None]],
    codes: list[str],
    parents: list[str] | None,
    size: int,
) -> None:
    asked = {"code": codes} | ({} if parents is None else {"parent": parents})
    try:
        of_codes = meant([code for code, _ in rows], codes)
        of_parents = meant([parent for _, parent in rows], parents or [])
    except AmbiguousName:
        with pytest.raises(AmbiguousName, match="where= of list 'L'"):
            numbers(Rows(rows, size), asked)
        return
    expected = [
        n
        for n, (code, parent) in enumerate(rows)
        if code in of_codes and (parents is None or parent in of_parents)
    ]
    assert numbers(Rows(rows, size), asked) == expected


def test_rows_are_passed_on_as_they_arrive_unless_their_keys_are_only_the_same() -> None:
    rows = Rows([("a", None)] * 6)
    opened = KeyedRowsTable(rows, {"code": ["a"]}, "L").open(None, lambda s: s, lambda: None)  # type: ignore[arg-type, return-value]
    batches = iter(opened)
    next(batches)
    assert rows.taken == 1


def test_a_key_that_was_taken_for_the_same_is_said() -> None:
    with pytest.warns(
        AnaplanWarning, match=r"1 key differs from those of list 'L' .*'a ' from 'A'"
    ):
        assert numbers(Rows([("A", None), ("b", None)]), {"code": ["a "]}) == [0]


def test_several_keys_that_may_be_meant_are_shown() -> None:
    with pytest.raises(AmbiguousName, match=r"no code is exactly 'a', .*: 'A', 'a\\u200b'"):
        numbers(Rows([("A", None), ("a\u200b", None)]), {"code": ["a"]})
