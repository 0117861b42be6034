"""An answer full of list items, in pieces as they arrive, cut into blocks of whole items.

Only the cuts are looked for: parsing is the decoder's work, in other threads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from anaplan_frames.codec.pieces import Piece
from anaplan_frames.json_parsing import check_depth, parse_json

_KEY = "listItems"
_BLOCK_BYTES = 1_000_000
# Within a text a quote is escaped, and after the quote that ends one there stands none of what
# begins a key. So these patterns are found between items, and at the list's begin, only.
_BEGIN = re.compile(rb'"listItems"\s*:\s*\[')
_USUAL_CUT = b'},{"id"'
_CUT = re.compile(rb'\}\s*,(?=\s*\{\s*"[^\s,:}\]"])')


class BrokenItems(ValueError):
    """The answer is not a JSON object, or is cut short."""


class ItemSplitter:
    """Cuts one answer of ``GET lists/{listId}/items``.

    Parameters
    ----------
    block_bytes : int
        How long a block is at least, the last one apart.

    Attributes
    ----------
    envelope : mapping
        The answer without its items, such as its ``meta``; complete after `finish`.
    """

    def __init__(self, block_bytes: int = _BLOCK_BYTES) -> None:
        self._block_bytes = block_bytes
        self.envelope: Mapping[str, Any] = {}
        self._pending = bytearray()
        self._before: bytes | None = None  # what stands before the first item

    def feed(self, piece: Piece) -> Iterator[bytes]:
        """Take the next bytes; yield blocks of whole items, which are separated by commas."""
        self._pending += memoryview(piece)
        if self._before is None:
            self._look_for_begin()
        if self._before is None or len(self._pending) < self._block_bytes:
            return
        start, end = _last_cut(self._pending)
        if start:
            block = bytes(memoryview(self._pending)[:start])
            del self._pending[:end]
            yield block

    def finish(self) -> Iterator[bytes]:
        """Yield the last block, and read what is around the items.

        Raises
        ------
        BrokenItems
            The answer does not end as it should.
        """
        try:
            text = self._pending.decode()
            if self._before is None:
                # If there are no items, their key may be missing.
                self.envelope = _object(text)
                return
            check_depth(text)
            items, end = json.JSONDecoder().raw_decode("[" + text)
            self.envelope = _object(f'{self._before.decode()}"{_KEY}": []{text[end - 1 :]}')
        except ValueError:
            raise BrokenItems("The answer is cut short, or is not a JSON object.") from None
        if items:
            yield text[: end - 2].rstrip().encode()

    def _look_for_begin(self) -> None:
        found = _BEGIN.search(self._pending)
        if found:
            self._before = bytes(self._pending[: found.start()])
            del self._pending[: found.end()]


def _last_cut(items: bytearray) -> tuple[int, int]:
    """Return where the last whole item ends and where the next one begins; 0, 0 if nowhere."""
    usual = items.rfind(_USUAL_CUT)
    if usual >= 0:
        return usual + 1, usual + 2
    last = max((cut.span() for cut in _CUT.finditer(items)), default=(-1, 0))
    return last[0] + 1, last[1]


def _object(text: str) -> Mapping[str, Any]:
    found = parse_json(text)
    if not isinstance(found, dict):
        raise ValueError(text[:1])
    return found
