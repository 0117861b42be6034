"""Keys that differ only in case, outer white space, invisible characters or composed accents."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anaplan_frames.errors import AnaplanWarning
from anaplan_frames.key_folding import INVISIBLE, WHITE_SPACE, fold_key, visible
from anaplan_frames.writes.folded_keys import (
    NOT_FOUND,
    SEVERAL,
    FoldedMatches,
    find_exactly,
    find_folded,
    fold_texts,
)

TEXT = pa.large_string()
LETTERS = st.sampled_from(
    [*"aAbBkK\u212aéÉßẞſsSσςΣİıIiǰ\u01f0ﬁ1-", "e\u0301", "E\u0301", "\u0345", "\U00010400"]
)
UNSEEN = st.sampled_from([*WHITE_SPACE, *"\u200b\u200d\u2060\ufeff\xad"])
KEYS = st.lists(LETTERS | UNSEEN, max_size=4).map("".join)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=8)


@given(st.lists(KEYS | ANY_TEXT | st.none(), max_size=8))
@example([None, "\n", "a\nb", "\né\n", "İ"])
@example([])
def test_texts_of_an_array_fold_as_single_texts_do(texts: list[str | None]) -> None:
    expected = [None if text is None else fold_key(text) or None for text in texts]
    assert fold_texts(pa.array(texts, TEXT)).to_pylist() == expected
    sliced = pa.array(["é", *texts], TEXT).slice(1)
    assert fold_texts(sliced).to_pylist() == expected


@given(KEYS | ANY_TEXT)
def test_a_key_is_the_same_however_it_is_written(text: str) -> None:
    folded = fold_key(text)
    assert fold_key(folded) == folded
    assert fold_key(unicodedata.normalize("NFC", text)) == folded
    assert fold_key(f"\ufeff\u3000{text}\u200b\xa0\t") == folded
    assert fold_key(unicodedata.normalize("NFC", text).casefold()) == folded


def test_all_white_space_and_all_zero_width_characters_are_known() -> None:
    every = map(chr, range(0x110000))
    assert {char for char in every if char.isspace()} == set(WHITE_SPACE)
    assert not any(INVISIBLE.match(char) for char in WHITE_SPACE)
    for char in "\u200b\u200c\u200d\u2060\ufeff\u180e\xad\u200e\u202e":
        assert INVISIBLE.match(char), hex(ord(char))


@given(st.lists(KEYS | st.none(), max_size=8), st.lists(KEYS | st.none(), max_size=8))
def test_a_key_is_found_exactly_or_folded_if_it_is_the_only_one(
    texts: list[str | None], keys: list[str | None]
) -> None:
    wanted, known = pa.array(texts, TEXT), pa.array(keys, TEXT)
    exact = find_exactly(wanted, known).tolist()
    assert exact == [
        keys.index(text) if text is not None and text in keys else NOT_FOUND for text in texts
    ]
    found = find_folded(fold_texts(wanted), fold_texts(known)).tolist()
    for text, place in zip(texts, found, strict=True):
        same = [
            at
            for at, key in enumerate(keys)
            if text is not None and key is not None and fold_key(key) == fold_key(text) != ""
        ]
        assert place == (same[0] if len(same) == 1 else SEVERAL if same else NOT_FOUND)


def test_invisible_characters_are_shown_as_escapes() -> None:
    assert visible("ABC\xa0") == r"'ABC\xa0'"
    assert visible("\ufeffé") == r"'\ufeffé'"
    assert visible("e\u0301") == r"'e\u0301'"
    assert visible("Ünïcode 東京") == "'Ünïcode 東京'"


def test_matches_are_said_with_their_number_and_an_example() -> None:
    found = FoldedMatches()
    found.add(pa.array(["abc ", "x"]), pa.array(["ABC", "X"]))
    with pytest.warns(AnaplanWarning, match=r"3 keys differ from those of list 'L' .*'abc ' from"):
        found.plus(FoldedMatches(1, ("a", "A"))).warn("list 'L'")
    FoldedMatches().warn("list 'L'")
