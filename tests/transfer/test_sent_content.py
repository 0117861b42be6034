"""What is kept of the content that was sent."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.transfer import compression, sent_content
from anaplan_frames.transfer.compression import METHODS, deflate
from anaplan_frames.transfer.sent_content import SentContent


@given(st.lists(st.binary(max_size=20), max_size=8), st.integers(1, 30))
def test_pieces_are_known_together_by_size_checksum_beginning_and_end(
    pieces: list[bytes], edge: int
) -> None:
    sent = SentContent()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "EDGE", edge)
        patch.setattr(sent_content, "EDGE", edge)
        sent.add(deflate(piece, METHODS[0]) for piece in pieces)
    whole = b"".join(pieces)
    assert (sent.size, sent.checksum) == (len(whole), zlib.crc32(whole))
    assert (sent.first, sent.last) == (whole[:edge], whole[-edge:])
