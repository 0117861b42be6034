"""The items of a list, fetched and parsed at the same time, whole or page by page."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import pyarrow as pa

from anaplan_frames.codec.decode import DecodedBatches
from anaplan_frames.codec.item_blocks import BrokenItems, ItemSplitter
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.item_decoder import ItemDecoder
from anaplan_frames.errors import RequestRefused, TransferError
from anaplan_frames.lists.early_items import EarlyItems, request_items
from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.transport.pagination import PAGE_SIZE
from anaplan_frames.transport.session import BrokenBody

_log = logging.getLogger("anaplan_frames")

MOST_WHOLE = 1_000_000  # items; Anaplan answers with no more at once
_TOO_MANY = (400, 413)
_PIECE_BYTES = 1 << 20
_FETCHERS = 4
_KEY = "id for checking"


@dataclass(frozen=True, slots=True)
class ItemSource:
    """Where items come from.

    Attributes
    ----------
    transport : Transport
    path : str
        The list's.
    label : str
        The list in words.
    expected : int
        About how many items it has.
    part : (range, int) or None
        The positions of the only items to read, and the number of all.
    early : EarlyItems or None
        The answer with all items, if it is on its way.
    """

    transport: Transport
    path: str
    label: str
    expected: int = 0
    part: tuple[range, int] | None = None
    early: EarlyItems | None = field(default=None, compare=False)


def read_items(
    source: ItemSource, columns: Sequence[ItemColumn], bar: Progress
) -> Iterator[pa.RecordBatch]:
    """Yield all items in the service's order, in batches.

    One request asks for all of them, and its answer is parsed while it arrives, so that only a few
    blocks are in memory and all items are of one moment. Items that it does not give (the answer
    broke off, there are too many items for one, or the service gave a page only) are fetched page
    by page.

    Parameters
    ----------
    columns : sequence of ItemColumn
        What to read of an item. Properties and subsets are asked for only if one is among them.

    Raises
    ------
    TransferError
        If not all items came, one has no id, or the list changed between two pages.
    EncodingError
        If a value is not of its column's type; names column, row and text.
    """
    reading = _ItemReading(source, columns, bar)
    if source.part is not None:
        yield from reading.part(*source.part)
        return
    if source.expected <= MOST_WHOLE:
        yield from reading.whole()
    yield from reading.rest()


def item_count(source: ItemSource) -> int | None:
    """Ask how many items a list has; None if Anaplan does not say."""
    answer = source.transport.get(
        f"{source.path}/items", label=f"items of {source.label}", params={"limit": 1, "offset": 0}
    )
    total = ((answer.get("meta") or {}).get("paging") or {}).get("totalSize")
    return None if total is None else int(total)


@dataclass(frozen=True, slots=True)
class _ItemPage:
    """One page of items."""

    offset: int
    size: int  # bytes
    batches: list[pa.RecordBatch]
    paging: Mapping[str, Any]

    @property
    def rows(self) -> int:
        return sum(batch.num_rows for batch in self.batches)


class _ItemReading:
    """One list that is being read: how far, and up to which item."""

    def __init__(self, source: ItemSource, columns: Sequence[ItemColumn], bar: Progress) -> None:
        self._source = source
        self._bar = bar
        self._width = len(columns)
        # The ids show whether later pages follow what came before.
        self._decoder = ItemDecoder([*columns, ItemColumn(_KEY, "", "id", pa.large_string())])
        optional = any(column.section for column in columns)
        self._params = {"includeAll": "true"} if optional else {}
        self._rows = 0
        self._last_id: str | None = None
        self._complete = False

    def whole(self) -> Iterator[pa.RecordBatch]:
        """Ask for all items at once, and yield those that arrive."""
        splitter = ItemSplitter()
        try:
            with closing(
                DecodedBatches(lambda: (self._decoder, self._arriving(splitter)))
            ) as batches:
                yield from self._counted(batches)
        except (BrokenBody, BrokenItems) as broken:
            _log.debug("%s: broke off after item %d: %s", self._source.label, self._rows, broken)
        except RequestRefused as refused:
            if refused.status not in _TOO_MANY:
                raise
        else:
            fault = self._source.transport.answer_fault(
                "GET", f"{self._source.path}/items", splitter.envelope
            )
            total = _paging(splitter).get("totalSize", 0) if fault is None else 0
            self._complete = fault is None and self._rows >= (total or 0)

    def rest(self) -> Iterator[pa.RecordBatch]:
        """Ask for what is still missing, several pages at a time, and yield it."""
        if self._complete:
            return
        # From the last item that came on, to check that the pages continue there.
        first = self._page(max(self._rows - 1, 0))
        total, step = first.paging.get("totalSize"), first.rows
        yield from self._counted(self._behind_last(first))
        if not step or (total is None and step < PAGE_SIZE):
            offsets: Iterable[int] = ()
        elif total is None:
            offsets = count(first.offset + step, step)
        else:
            offsets = range(first.offset + step, total, step)
        pages = in_order(self._page, offsets, threads=_FETCHERS, name="anaplan-download")
        for page in pages:
            yield from self._counted(page.batches)
            self._bar.advance(page.size)
            if page.paging.get("totalSize") != total:
                raise self._changed()
            if total is None and page.rows < step:
                break
        if total is not None and self._rows != total:
            raise TransferError(
                f"{self._source.label}: Anaplan gave {self._rows:,} of {total:,} items. Try again."
            )

    def part(self, items: range, total: int) -> Iterator[pa.RecordBatch]:
        """Ask for the pages of some items, and yield these."""
        offsets = items[::PAGE_SIZE]
        pages = in_order(self._page, offsets, threads=_FETCHERS, name="anaplan-download")
        for page in pages:
            end = min(page.offset + PAGE_SIZE, items.stop)
            if page.paging.get("totalSize") != total:
                raise self._changed()
            while page.offset < end:  # Anaplan may give less than is asked for
                if not page.rows:
                    raise self._changed()
                left = end - page.offset
                for batch in self._counted(page.batches):
                    yield batch.slice(0, max(left, 0))
                    left -= batch.num_rows
                self._bar.advance(page.size)
                if left <= 0:
                    break
                page = self._page(page.offset + page.rows)

    def _counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield batches without the added column of ids; count their rows and keep the last id."""
        for batch in batches:
            ids = batch.column(self._width)
            if ids.null_count:  # a sync could not delete it, for example
                raise TransferError(
                    f"{self._source.label}: Anaplan gave an item without an id. Try again."
                )
            if batch.num_rows:
                self._rows += batch.num_rows
                self._last_id = ids[-1].as_py()
            yield batch.select(range(self._width))
            del batch  # not held while the next is waited for

    def _arriving(self, splitter: ItemSplitter) -> Iterator[bytes]:
        """Yield blocks of all items while they arrive."""
        source, everything = self._source, bool(self._params)
        response = source.early.take(everything=everything) if source.early else None
        if response is None:
            response = request_items(
                source.transport, source.path, source.label, everything=everything
            )
        with closing(response):
            for piece in response.iter_content(_PIECE_BYTES):
                self._bar.advance(len(piece))
                yield from splitter.feed(piece)
        yield from splitter.finish()

    def _page(self, offset: int) -> _ItemPage:
        label = f"items of {self._source.label} from {offset:,} on"
        content = self._source.transport.download(
            f"{self._source.path}/items",
            label=label,
            params={**self._params, "limit": PAGE_SIZE, "offset": offset},
            headers={"Accept": "application/json"},
        )
        splitter, batches, row = ItemSplitter(), [], offset
        try:
            for block in chain(splitter.feed(content), splitter.finish()):
                batches.append(self._decoder.decode(block, row))
                row += batches[-1].num_rows
        except BrokenItems as broken:
            raise TransferError(f"{label}: {broken}") from None
        paging = _paging(splitter)
        if paging.get("offset", offset) != offset:
            raise TransferError(f"{label}: Anaplan gave another page. Try again.")
        return _ItemPage(offset, len(content), batches, paging)

    def _behind_last(self, page: _ItemPage) -> list[pa.RecordBatch]:
        """Return the items of the page that follow the last one that came."""
        if not self._rows:
            return page.batches
        first = page.batches[0].column(self._width)[0].as_py() if page.rows else None
        if first != self._last_id:
            raise self._changed()
        return [page.batches[0].slice(1), *page.batches[1:]]

    def _changed(self) -> TransferError:
        return TransferError(
            f"{self._source.label} was changed while its items were read. Try again."
        )


def _paging(splitter: ItemSplitter) -> Mapping[str, Any]:
    paging: Mapping[str, Any] = (splitter.envelope.get("meta") or {}).get("paging") or {}
    return paging
