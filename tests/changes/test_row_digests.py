"""Digests of rows: equal for equal rows, and only for those, however the rows come."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.changes.row_digests import RowDigester, group_digests
from anaplan_frames.key_folding import fold_key

_SECRET = b"0123456789abcdef"
_texts = st.one_of(
    st.none(),
    st.text(min_size=1, max_size=12),
    st.sampled_from(
        ["a", "b", "ab", "a\0", "a\0\0", "é", "e\u0301", " a", "A", "x" * 64, "x" * 65]
    ),
    st.text(min_size=60, max_size=80),
)
_rows = st.lists(st.tuples(_texts, _texts, _texts), min_size=1, max_size=30)


def _columns(rows: list[tuple[str | None, ...]]) -> list[pa.Array]:
    return [pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)]


def _digester(key: tuple[int, ...] = (0, 1)) -> RowDigester:
    return RowDigester(["A", "B", "C"], key, _SECRET)


@given(_rows)
def test_digests_of_rows_are_equal_exactly_if_all_texts_are(rows: list[tuple[str, ...]]) -> None:
    digests = _digester().digests(_columns(rows)).rows.tolist()
    by_row = defaultdict(set)
    for row, digest in zip(rows, digests, strict=True):
        by_row[row].add(tuple(digest))
    assert all(len(found) == 1 for found in by_row.values())
    assert len(set.union(*by_row.values())) == len(by_row)


@given(_rows)
def test_digests_of_keys_are_equal_exactly_if_the_folded_keys_are(
    rows: list[tuple[str | None, ...]],
) -> None:
    digests = _digester().digests(_columns(rows)).keys.tolist()
    folded = [tuple(fold_key(text or "") for text in row[:2]) for row in rows]
    pairs = set(zip(folded, map(tuple, digests), strict=True))
    assert len(pairs) == len(set(folded)) == len(set(map(tuple, digests)))


@given(_rows, st.integers(1, 30))
def test_digests_do_not_depend_on_where_batches_are_cut(
    rows: list[tuple[str | None, ...]], size: int
) -> None:
    columns, digester = _columns(rows), _digester()
    whole = digester.digests(columns)
    parts = [
        digester.digests([column.slice(start, size) for column in columns])
        for start in range(0, len(rows), size)
    ]
    assert np.array_equal(whole.rows, np.concatenate([part.rows for part in parts]))
    assert np.array_equal(whole.keys, np.concatenate([part.keys for part in parts]))
    assert np.array_equal(whole.keys, digester.keys(columns))


@given(_rows)
def test_the_same_rows_have_other_digests_with_another_secret_or_under_other_names(
    rows: list[tuple[str | None, ...]],
) -> None:
    columns = _columns(rows)
    first = _digester().digests(columns).rows
    for other in (
        RowDigester(["A", "B", "C"], [0, 1], b"another secret.."),
        RowDigester(["A", "B", "D"], [0, 1], _SECRET),
    ):
        assert not (first == other.digests(columns).rows).any()


def test_the_order_of_columns_does_not_matter() -> None:
    columns = _columns([("a", "b", "c"), ("c", "b", "a")])
    turned = RowDigester(["C", "B", "A"], [2, 1], _SECRET).digests(columns[::-1])
    straight = _digester().digests(columns)
    assert np.array_equal(straight.rows, turned.rows)
    assert np.array_equal(straight.keys, turned.keys)


def test_many_numbers_in_a_row_have_as_many_digests_in_each_half() -> None:
    numbers = pa.array(np.arange(100_000)).cast(pa.large_string())
    found = RowDigester(["A"], [0], _SECRET).digests([numbers]).rows
    assert [len(np.unique(found[:, half])) for half in (0, 1)] == [100_000] * 2
    bits = np.unpackbits(found.view(np.uint8), axis=1).mean(axis=0)
    assert abs(bits - 0.5).max() < 0.01


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=1, max_size=8))
def test_digests_of_groups_depend_on_their_rows_and_the_order_of_these(
    groups: list[list[int]],
) -> None:
    rows = np.array([[n + 1, n * 7 + 1] for group in groups for n in group], dtype=np.uint64)
    starts = np.cumsum([0, *map(len, groups)])[:-1]
    digests = [tuple(found) for found in group_digests(rows, starts).tolist()]
    assert len(set(digests)) == len({tuple(group) for group in groups})
    pairs = {(tuple(group), digest) for group, digest in zip(groups, digests, strict=True)}
    assert len(pairs) == len(set(digests))
