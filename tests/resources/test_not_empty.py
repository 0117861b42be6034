"""A text of no bytes at all is not a table without rows."""

from __future__ import annotations

from typing import Any

import pytest

from anaplan_frames.errors import EmptyContent
from anaplan_frames.progress import Progress
from anaplan_frames.resources.text_tables import not_empty

BAR = Progress("", unit="B", show=False)


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b"\r\n"], [b"\xff\xfe", b"\n\x00"]])
def test_nothing_but_blanks_counts_as_no_content(chunks: list[bytes]) -> None:
    fetch: Any = not_empty(lambda bar: iter(chunks), "export 'Out'")
    taken = []
    with pytest.raises(EmptyContent, match=r"export 'Out' has no content at all, not even a head"):
        taken.extend(fetch(BAR))
    assert taken == chunks


@pytest.mark.parametrize("chunks", [[b"A"], [b"\n", b"A,B\n"], [b"\n" * 2000]])
def test_a_header_is_content(chunks: list[bytes]) -> None:
    fetch: Any = not_empty(lambda bar: iter(chunks), "export 'Out'")
    assert list(fetch(BAR)) == chunks
