"""Contents that are damaged at random: the same seed gives the same damage."""

from __future__ import annotations

import random

_WORDS = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\0",
    b"\xff",
    b"0",
    b"-1",
)


def mutated(content: bytes, seed: int) -> bytes:
    """Damage a content in one to three places, or cut it short."""
    chance = random.Random(seed)
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(found) + 1)
        size = chance.choice((0, 1, 1, 2, 4, 16))
        kind = chance.randrange(6)
        if kind == 0 and at < len(found):
            found[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del found[at : at + size]
        elif kind == 2:
            found[at:at] = chance.choice(_WORDS)
        elif kind == 3:
            found[at : at + size] = chance.randbytes(size)
        elif kind == 4:  # the same once more
            found[at:at] = found[max(at - 20, 0) : at]
        elif chance.random() < 0.3:
            del found[at:]
        else:  # two parts change places
            found[at : at + 2 * size] = found[at + size : at + 2 * size] + found[at : at + size]
    return bytes(found)
