"""Parts of a file, each of some of its chunks."""

from __future__ import annotations

from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.text_parts import text_parts
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transport import Transport


def file_parts(owner: Table, transport: Transport, path: str, parts: int) -> Parts:
    """Divide the content of a file, which may be the output of an export."""
    count = len(list_chunks(transport, path, label=owner.label)) if parts > 1 else 1
    return text_parts(owner, transport, path, kind="chunk", count=count, parts=parts)
