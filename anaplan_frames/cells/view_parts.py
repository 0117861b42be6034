"""Parts of a view or module: pages of one large read."""

from __future__ import annotations

from anaplan_frames.cells.view_text import LAYOUT
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.text_parts import text_parts
from anaplan_frames.transfer.large_read import delete_read, finished_read
from anaplan_frames.transport import Transport


def view_parts(owner: Table, transport: Transport, path: str, parts: int) -> Parts:
    """Have Anaplan write the cells to pages, and divide these."""
    if parts == 1:
        return Parts.of(owner, [])
    body = {"exportType": LAYOUT}
    request, count = finished_read(transport, path, body, label=owner.label)

    def close() -> None:
        delete_read(transport, request, label=owner.label)

    try:
        found = text_parts(
            owner, transport, request, kind="page", count=count, parts=parts, close=close
        )
    except BaseException:
        close()
        raise
    if len(found) == 1:  # it is read at once, as usual
        found.close()
    return found
