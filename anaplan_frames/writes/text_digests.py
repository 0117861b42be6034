"""Digests of texts: 128 bits by which a text is known again; pure, over whole Arrow columns."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from anaplan_frames.writes.arrow_arrays import TEXT, as_mask

Words: TypeAlias = npt.NDArray[np.uint64]
"""64-bit numbers; of digests, one row of two for each."""

Places: TypeAlias = npt.NDArray[np.int32]

MULTIPLIERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)

_SAMPLE_ROWS = 1_000
_LONGEST = 64  # bytes of a text that is mixed with others of its column; longer ones go alone
_WORD = 8  # bytes
_MISSING = 0xA0761D6478BD642F  # stands for the length of a missing text


def drawn_seeds(secret: bytes, name: str) -> tuple[int, int]:
    """Return the constants for the two halves of digests, drawn from a secret and a name."""
    drawn = xxhash.xxh3_128_digest(secret + name.encode("utf-8", "surrogatepass"))
    return int.from_bytes(drawn[:8], "little"), int.from_bytes(drawn[8:], "little")


def column_digests(texts: pa.Array, seeds: tuple[int, int]) -> Words:
    """Return the digests of a column of large_string, null if missing; shape (n, 2)."""
    return digests_of_distinct(*distinct_texts(texts), seeds)


def distinct_texts(texts: pa.Array) -> tuple[pa.Array, Places | None]:
    """Return the texts of a column without repetitions, and which of them each row has.

    If hardly any is there twice, the texts as they are, and None.
    """
    first = texts.slice(0, _SAMPLE_ROWS)
    if 2 * len(pc.unique(first)) > len(first):
        return texts, None
    encoded = pc.dictionary_encode(texts, null_encoding="encode")
    return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)


def digests_of_distinct(texts: pa.Array, places: Places | None, seeds: tuple[int, int]) -> Words:
    """Return the digests of a column that `distinct_texts` has split."""
    found = _of_texts(texts, seeds)
    return found if places is None else np.take(found, places, axis=0)


def _of_texts(texts: pa.Array, seeds: tuple[int, int]) -> Words:
    """Return the digests of one column."""
    lengths = pc.binary_length(texts)
    missing = as_mask(pc.is_null(texts))
    sizes = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.uint64)
    long = sizes > _LONGEST
    filled = pc.fill_null(texts, "")
    short = pc.if_else(pa.array(long), pa.scalar("", TEXT), filled) if long.any() else filled
    words = _words(short, int(sizes[~long].max(initial=0)))
    # How wide the words are depends on other texts, so a text does not count its empty ones.
    longer = [sizes > place * _WORD for place in range(1, words.shape[1])]
    sizes[missing] = _MISSING
    found = np.empty((len(texts), 2), dtype=np.uint64)
    for half, seed in enumerate(seeds):
        state = mixed((sizes * np.uint64(MULTIPLIERS[half]) + np.uint64(seed)) ^ words[:, 0])
        for place, mask in enumerate(longer, 1):
            state = np.where(mask, mixed(state ^ words[:, place]), state)
        found[:, half] = state
    if long.any():
        found[long] = _of_long_texts(filled.filter(pa.array(long)), seeds)
    return found


def _words(texts: pa.Array, longest: int) -> Words:
    """Return texts as rows of whole words, at least one, filled up with zeros."""
    width = max(1, -(-longest // _WORD)) * _WORD
    if not longest or not len(texts):
        return np.zeros((len(texts), 1), dtype=np.uint64)
    # "ascii" here: the width is counted in bytes, whatever the characters.
    padded = pc.ascii_rpad(texts, width=width, padding="\0")
    content = np.frombuffer(padded.buffers()[2], dtype="<u8", count=len(texts) * width // _WORD)
    return content.reshape(len(texts), -1)


def _of_long_texts(texts: pa.Array, seeds: tuple[int, int]) -> Words:
    """Return the digests of texts that are too long to be filled up."""
    seed = seeds[0] ^ seeds[1]
    contents = texts.cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    joined = b"".join(xxhash.xxh3_128_digest(each, seed) for each in contents)
    return np.frombuffer(joined, dtype="<u8").reshape(-1, 2).astype(np.uint64)


def mixed(words: Words) -> Words:
    """Spread every bit over all others, in an array of its own; no two words become one."""
    state = words ^ (words >> np.uint64(30))
    state *= np.uint64(MULTIPLIERS[0])
    state ^= state >> np.uint64(27)
    state *= np.uint64(MULTIPLIERS[1])
    state ^= state >> np.uint64(31)
    return state
