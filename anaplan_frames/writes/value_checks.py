"""Whether texts are values of Anaplan's formats, so that it takes them; pure, in Arrow.

A text can be surely right, surely wrong, or unclear: Anaplan documents that a value must fit its
format and not each spelling that it takes, such as ``1,000`` for a number.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.key_folding import MOST_CHARACTERS, visible
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask
from anaplan_frames.writes.folded_keys import find_exactly, fold_texts

RIGHT, WRONG, UNCLEAR = 0, 1, 2
Verdicts: TypeAlias = npt.NDArray[np.int8]
"""For each text `RIGHT`, `WRONG` or `UNCLEAR`."""

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_SURE_CHARACTERS = 255  # how long a text may be is not documented
_LONGEST = 300  # characters of a number that surely has no more digits than a double can have
_SPELLED_NUMBER = r"^\s*[(+-]?\s*[$€£¥]?\s*[\d.,' \x{a0}]*\d[\d.,' \x{a0}]*\s*[$€£¥%]?\s*[)-]?\s*$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_SPELLED_DATE = r"^\d{1,4}[-/. ]?(\d{1,2}|[A-Za-z]{3,9})[-/. ,]*\d{1,4}([T ][\d:.]+Z?)?$"
_FLAGS = pa.array(["true", "false", "1", "0"], TEXT)
_FLAG_WORDS = {
    True: pa.array(["true", "1", "yes"], TEXT),
    False: pa.array(["false", "0", "no"], TEXT),
}
_SPELLED_FLAGS = pa.array(["yes", "no", "y", "n", "t", "f", "on", "off"], TEXT)


@dataclass(frozen=True, slots=True)
class ValueCheck:
    """How the values of a column are judged.

    Attributes
    ----------
    column : str
        The column's name.
    words : str
        What its values must be, such as ``"a number"``.
    judge : callable
        Returns the verdicts on different texts that are not null.
    blanks : bool
        Whether white space alone is right, because it is a missing value.
    format : {"NUMBER", "BOOLEAN", "DATE", ""}
        Anaplan's word for its format, if it is one of these.
    quick : bool
        Whether to judge a text takes less time than to find out whether it came before.
    """

    column: str
    words: str
    judge: Callable[[pa.Array], Verdicts]
    blanks: bool = False
    format: str = ""
    quick: bool = False

    def fits(self, kind: pa.DataType) -> bool:
        """Whether all values of an Arrow type are right, so that none has to be looked at."""
        if self.format == "NUMBER":
            return bool(pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind))
        if self.format == "DATE":
            return bool(pt.is_temporal(kind))
        return self.format == "BOOLEAN" and bool(pt.is_boolean(kind))

    def look_at(self, texts: pa.Array) -> JudgedTexts:
        """Judge each different text once.

        Parameters
        ----------
        texts : pa.Array of large_string
            The values as they are sent; null if one is not sent.
        """
        if self.quick:
            every = self.judge(texts.fill_null(""))
            every[as_mask(pc.is_null(texts))] = RIGHT
            return JudgedTexts(self, texts, every)
        coded = pc.dictionary_encode(texts)
        verdicts = np.append(self.judge(coded.dictionary), np.int8(RIGHT))
        if self.blanks:
            verdicts[:-1][as_mask(is_blank(coded.dictionary))] = UNCLEAR
            plain = pc.equal(pc.utf8_trim(coded.dictionary, characters=" "), "")
            verdicts[:-1][as_mask(plain)] = RIGHT
        indices = pc.fill_null(coded.indices, pa.scalar(-1, coded.indices.type))
        rows = verdicts[indices.to_numpy(zero_copy_only=False)]
        return JudgedTexts(self, texts, rows)


@dataclass(frozen=True, slots=True)
class JudgedTexts:
    """A column's texts with their verdicts.

    Attributes
    ----------
    check : ValueCheck
    texts : pa.Array of large_string
    verdicts : array of int8
    """

    check: ValueCheck
    texts: pa.Array
    verdicts: Verdicts

    @property
    def wrong(self) -> Mask:
        """Which texts Anaplan is sure to reject."""
        found: Mask = self.verdicts == WRONG
        return found

    def reasons(self) -> dict[int, str]:
        """Return why texts are wrong, by position."""
        rows = np.flatnonzero(self.wrong)
        coded = pc.dictionary_encode(self.texts.take(pa.array(rows)))
        column, words = self.check.column, self.check.words
        texts = [
            f"{visible(text)} in column {column!r} is not {words}"
            for text in coded.dictionary.to_pylist()
        ]
        return {
            row: texts[index]
            for row, index in zip(rows.tolist(), coded.indices.to_pylist(), strict=True)
        }


class UnclearValues:
    """The texts that are sent although Anaplan may reject them, counted by column."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, tuple[str, str]] = {}

    def add(self, judged: JudgedTexts, among: Mask | None = None) -> None:
        """Count the unclear texts of a column, or those of some of its rows."""
        unclear = judged.verdicts == UNCLEAR
        if among is not None:
            unclear = unclear & among
        count = int(unclear.sum())
        if not count:
            return
        column = judged.check.column
        self._counts[column] = self._counts.get(column, 0) + count
        if column not in self._examples:
            first = judged.texts[int(np.argmax(unclear))].as_py()
            self._examples[column] = visible(first), judged.check.words

    def records(self) -> list[dict[str, str]]:
        """Return what a plan shows in ``unchecked``."""
        return [
            {
                "subject": f"column {column!r}",
                "reason": f"Whether Anaplan takes {count:,} of its values, such as "
                f"{self._examples[column][0]}, for {self._examples[column][1]} is only known "
                "once they are sent.",
            }
            for column, count in self._counts.items()
        ]


def check_of_format(column: str, format_: str, *, blanks: bool) -> ValueCheck | None:
    """Return how the values of a number, boolean or date are judged; None for other formats.

    Parameters
    ----------
    column : str
    format_ : str
        Anaplan's word, such as ``"NUMBER"``.
    blanks : bool
        As for `ValueCheck`.
    """
    format_ = format_.strip().upper()
    found = _FORMATS.get(format_)
    return None if found is None else ValueCheck(column, *found, blanks=blanks, format=format_)


def check_of_flags(column: str) -> ValueCheck:
    """Return how memberships of a subset are judged, which are sent as JSON's true and false."""
    return ValueCheck(column, "true or false", _flags)


def is_blank(texts: pa.Array) -> pa.Array:
    """Return which texts are white space alone."""
    return pc.equal(pc.utf8_trim_whitespace(texts), "")


def _numbers(texts: pa.Array, decimal_separator: str = ".") -> Verdicts:
    trimmed = pc.utf8_trim_whitespace(texts)
    if decimal_separator != ".":
        pointed = pc.replace_substring(trimmed, ".", "?")
        trimmed = pc.replace_substring(pointed, decimal_separator, ".")
    plain = _matching(trimmed, _NUMBER)
    large = plain & (
        _matching(trimmed, "[eE]") | as_mask(pc.greater(pc.utf8_length(trimmed), _LONGEST))
    )
    for at in np.flatnonzero(large).tolist():
        plain[at] = math.isfinite(float(trimmed[at].as_py()))
    return _verdicts(plain, ~large & _matching(texts, _SPELLED_NUMBER))


def check_of_numbers(column: str, decimal_separator: str) -> ValueCheck:
    """Return how numbers of a file are judged, by its decimal separator."""
    return ValueCheck(
        column,
        "a number",
        lambda texts: _numbers(texts, decimal_separator),
        blanks=True,
        format="NUMBER",
    )


def check_of_texts(column: str) -> ValueCheck:
    """Return how plain texts are judged: all are right, unless they may be too long."""

    def judge(texts: pa.Array) -> Verdicts:
        short = _are_short(texts, _SURE_CHARACTERS)
        return _verdicts(short, ~short)

    return ValueCheck(column, "a text that is not too long", judge, quick=True)


def check_of_items(
    column: str,
    owner: str,
    keys: Sequence[pa.Array],
    *,
    blanks: bool = True,
    perhaps: pa.Array | None = None,
) -> ValueCheck:
    """Return how items are judged that are given by name, or by name or code.

    Parameters
    ----------
    column : str
    owner : str
        Where the items are, in words.
    keys : sequence of pa.Array of large_string
        What the items are called; what most texts are comes first.
    blanks : bool
        As for `ValueCheck`.
    perhaps : pa.Array of large_string, optional
        What else may be taken for an item; it is unclear.
    """
    others = fold_texts(pa.nulls(0, TEXT) if perhaps is None else perhaps)
    folded = [cache(partial(fold_texts, each)) for each in keys]  # most texts are not folded

    def judge(texts: pa.Array) -> Verdicts:
        right = _are_among(texts, keys)
        alike = np.zeros(len(texts), dtype=bool)
        if not right.all():
            left = fold_texts(texts.filter(pa.array(~right)))
            alike[~right] = _are_among(left, (others, *(each() for each in folded)))
        return _verdicts(right, alike)

    return ValueCheck(column, f"an item of {owner}", judge, blanks=blanks)


def _are_among(texts: pa.Array, keys: Iterable[pa.Array]) -> Mask:
    """Return which texts are in one of several arrays."""
    found = np.zeros(len(texts), dtype=bool)
    for known in keys:
        left = ~found
        found[left] = find_exactly(texts.filter(pa.array(left)), known) >= 0
        if found.all():
            break
    return found


def check_of_length(column: str) -> ValueCheck:
    """Return how names and codes of new items are judged: by their length."""

    def judge(texts: pa.Array) -> Verdicts:
        short = _are_short(texts, MOST_CHARACTERS)
        if short.all():
            return _verdicts(short, short)
        trimmed = pc.utf8_trim_whitespace(texts)
        return _verdicts(short, _are_short(trimmed, MOST_CHARACTERS))

    return ValueCheck(column, f"of at most {MOST_CHARACTERS} characters", judge, quick=True)


def flag_texts(texts: pa.Array) -> pa.Array:
    """Return booleans of the texts of memberships; null for a text that is neither."""
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return pc.if_else(
        pc.is_in(plain, value_set=_FLAG_WORDS[True]),
        pa.scalar(True),
        pc.if_else(
            pc.is_in(plain, value_set=_FLAG_WORDS[False]),
            pa.scalar(False),
            pa.scalar(None, pa.bool_()),
        ),
    )


def _flags(texts: pa.Array) -> Verdicts:
    known = as_mask(pc.is_valid(flag_texts(texts)))
    return _verdicts(known, np.zeros(len(known), dtype=bool))


def _booleans(texts: pa.Array) -> Verdicts:
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return _verdicts(_is_in(plain, _FLAGS), _is_in(plain, _SPELLED_FLAGS))


def _dates(texts: pa.Array) -> Verdicts:
    trimmed = pc.utf8_trim(texts, characters=" ")
    iso = _matching(trimmed, _DATE)
    days = iso.copy()
    for at in np.flatnonzero(iso).tolist():
        days[at] = _is_day(trimmed[at].as_py())
    other_space = pc.not_equal(pc.utf8_trim_whitespace(texts), trimmed)
    spelled = _matching(trimmed, _SPELLED_DATE) | as_mask(pc.equal(trimmed, ""))
    unclear = ~iso & (spelled | as_mask(other_space))
    return _verdicts(days, unclear)


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _verdicts(right: Mask, unclear: Mask) -> Verdicts:
    return np.where(right, RIGHT, np.where(unclear, UNCLEAR, WRONG)).astype(np.int8)


def _matching(texts: pa.Array, pattern: str) -> Mask:
    return as_mask(pc.match_substring_regex(texts, pattern))


def _are_short(texts: pa.Array, most: int) -> Mask:
    """Return which texts have at most so many characters."""
    return as_mask(pc.less_equal(pc.utf8_length(texts), most))


def _is_in(texts: pa.Array, values: pa.Array) -> Mask:
    return as_mask(pc.is_in(texts, value_set=values))


_FORMATS: dict[str, tuple[str, Callable[[pa.Array], Verdicts]]] = {
    "NUMBER": ("a number", _numbers),
    "BOOLEAN": ("true or false", _booleans),
    "DATE": ("a date such as 2026-01-31", _dates),
}
