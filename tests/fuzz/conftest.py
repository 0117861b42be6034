"""How many contents are damaged: few by default, and more with ``-m long``.

``MUTATIONS=5000`` in the environment sets another number.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator

import pytest

from tests.fuzz.mutations import mutated

Mutations = Callable[..., Iterator[tuple[int, bytes]]]
_ORDINARY, _LONG = 40, 400


@pytest.fixture
def mutations(request: pytest.FixtureRequest) -> Mutations:
    """Return what yields seeds, and what each of them makes of a content.

    With a ``share``, one of several tests of the same format yields that part of the number.
    """
    is_long = request.config.option.markexpr == "long"
    count = int(os.environ.get("MUTATIONS") or (_LONG if is_long else _ORDINARY))

    def damaged(content: bytes, *, share: float = 1.0) -> Iterator[tuple[int, bytes]]:
        for seed in range(math.ceil(count * share)):
            yield seed, mutated(content, seed)

    return damaged
