"""Keys found in columns of keys, exactly or else folded; pure, in Arrow.

`anaplan_frames.key_folding` says which keys are the same. Only texts that no key equals exactly
are folded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.null_texts import texts_unless, without_blanks
from anaplan_frames.key_folding import WHITE_SPACE, fold_inner, fold_key, visible
from anaplan_frames.messages import warn
from anaplan_frames.writes.arrow_arrays import TEXT, Positions, as_mask, as_texts

NOT_FOUND, SEVERAL = -1, -2
"""In place of a key's position: no key is the same; several are, and none equals exactly."""

_FEW = 4  # a table of so many times fewer texts pays
_ASCII_SPACE = "".join(char for char in WHITE_SPACE if char.isascii())
_END = "\n"


def fold_texts(texts: pa.Array) -> pa.Array:
    """Fold every text as `fold_key` does; what folds to nothing is null.

    Parameters
    ----------
    texts : pa.Array of large_string
    """
    is_ascii = pc.string_is_ascii(texts)
    if pc.all(is_ascii, min_count=0).as_py():
        folded = pc.ascii_trim(pc.ascii_lower(texts), characters=_ASCII_SPACE)
    else:
        others = pc.fill_null(pc.invert(is_ascii), fill_value=False)
        plain = texts_unless(others, texts)
        folded = pc.ascii_trim(pc.ascii_lower(plain), characters=_ASCII_SPACE)
        folded = pc.replace_with_mask(folded, others, _fold_wide(texts.filter(others)))
    return without_blanks(folded)


def _fold_wide(texts: pa.Array) -> pa.Array:
    """Fold texts that are not ASCII: as one long text, which takes a few calls for all of them."""
    listed = texts.to_pylist()
    together = _END.join(listed)
    if together.count(_END) != len(listed) - 1:
        return pa.array([fold_key(text) for text in listed], TEXT)
    folded = pa.array(fold_inner(together).split(_END), TEXT)
    return pc.utf8_trim(folded, characters=WHITE_SPACE)


@dataclass(slots=True)
class FoldedMatches:
    """How many keys were found though their texts differ from those that Anaplan has.

    Attributes
    ----------
    count : int
        How many.
    example : (str, str) or None
        The text of one of them, and of the key that it means.
    """

    count: int = 0
    example: tuple[str, str] | None = None

    def add(self, texts: pa.Array, keys: pa.Array) -> None:
        """Count texts, and the keys that they mean."""
        self.count += len(texts)
        if self.example is None and len(texts):
            self.example = (texts[0].as_py(), keys[0].as_py())

    def plus(self, other: FoldedMatches) -> FoldedMatches:
        """Return the matches of both."""
        return FoldedMatches(self.count + other.count, self.example or other.example)

    def warn(self, label: str) -> None:
        """Say how many there were, if there were any.

        Parameters
        ----------
        label : str
            Where the keys are, in words.
        """
        if self.example is None:
            return
        text, key = map(visible, self.example)
        one = "key differs" if self.count == 1 else "keys differ"
        warn(
            f"{self.count:,} {one} from those of {label} only in case, outer white space, "
            f"invisible characters or how accents are composed, for instance {text} from {key}. "
            "They are taken for the same."
        )


def find_exactly(texts: pa.Array, keys: pa.Array) -> Positions:
    """Return the position of the first key that equals each text, or `NOT_FOUND`."""
    if len(texts) * _FEW < len(keys):
        return _find_few(texts, keys)
    hits = pc.fill_null(pc.index_in(texts, value_set=keys, skip_nulls=True), NOT_FOUND)
    found: Positions = hits.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _find_few(texts: pa.Array, keys: pa.Array) -> Positions:
    """Do as `find_exactly`, looking through the keys once, which suits few texts among many."""
    coded = pc.dictionary_encode(texts)
    hits = pc.index_in(keys, value_set=coded.dictionary, skip_nulls=True)
    at = np.flatnonzero(as_mask(pc.is_valid(hits)))[::-1]  # the first key is set last
    places = np.full(len(coded.dictionary) + 1, NOT_FOUND, dtype=np.int64)
    places[pc.drop_null(hits).to_numpy(zero_copy_only=False)[::-1]] = at
    indices = pc.fill_null(coded.indices, pa.scalar(-1, coded.indices.type))
    found: Positions = places[indices.to_numpy(zero_copy_only=False)]
    return found


def find_folded(wanted: pa.Array, known: pa.Array) -> Positions:
    """Return the position of the only key of each folded text, `NOT_FOUND` or `SEVERAL`."""
    places = find_exactly(wanted, known)
    hit = places >= 0
    if hit.any():
        found = pc.unique(wanted.filter(pa.array(hit)))
        twins = repeated(known.filter(pc.is_in(known, value_set=found, skip_nulls=True)))
        if len(twins):
            places[hit & as_mask(pc.is_in(wanted, value_set=twins, skip_nulls=True))] = SEVERAL
    return places


def repeated(texts: pa.Array) -> pa.Array:
    """Return the texts that are there more than once."""
    counts = pc.value_counts(pc.drop_null(texts))
    return counts.field(0).filter(pc.greater(counts.field(1), 1))


def twins_of(text: str, keys: pa.Array) -> list[int]:
    """Return the positions of all keys that are the same as a text."""
    wanted = fold_texts(pa.array([text], TEXT))
    return np.flatnonzero(as_mask(pc.is_in(fold_texts(keys), wanted, skip_nulls=True))).tolist()


class FoldedColumns:
    """The columns of a table as `fold_texts` folds them, each when it is first needed."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._folded: dict[str, pa.Array] = {}

    def __getitem__(self, name: str) -> pa.Array:
        if name not in self._folded:
            self._folded[name] = fold_texts(as_texts(self._table[name]))
        return self._folded[name]
