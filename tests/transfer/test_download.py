"""Chunks on their way down: whole, in order, and no more of them ahead than there are threads."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from anaplan_frames.codec.decode import decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import NotFound, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.download import download
from anaplan_frames.transport import Content, Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, TurnedClock, as_bytes, as_json

SCHEMA = pa.schema([("item", pa.string()), ("cost", pa.float64())])
ROWS = [(f"item {number}", float(number)) for number in range(200_000)]
TEXT = "item,cost\n" + "".join(f"{item},{cost}\n" for item, cost in ROWS)


class Chunked:
    """Answers for a file in chunks, and knows which ones were asked for."""

    def __init__(self, chunks: list[bytes], ids: list[str] | None = None) -> None:
        self._chunks = chunks
        self._ids = [str(n) for n in range(len(chunks))] if ids is None else ids
        self.asked: list[int] = []
        self.count: object = len(chunks)

    def __call__(self, seen: Seen) -> Answer:
        last = seen.path.split("?")[0].rsplit("/", 1)[1]
        if last == "files":
            return as_json({"files": [{"id": "1", "chunkCount": self.count}, {"id": "2"}]})
        if last == "chunks":
            paging = {"currentPageSize": len(self._ids), "totalSize": len(self._ids), "offset": 0}
            listed = [{"id": each} for each in self._ids]
            return as_json({"meta": {"paging": paging}, "chunks": listed})
        self.asked.append(int(last))
        return as_bytes(self._chunks[int(last)])


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def fetched(transport: Transport) -> Iterator[Content]:
    with Progress("Reading", unit="B", show=False) as bar:
        yield from download(transport, "/models/m/files/1", label="file 'costs.csv'", progress=bar)


@pytest.mark.parametrize("size", [100_000, 1_500_000])
def test_a_text_in_chunks_of_any_size_comes_back_as_the_table_it_was(
    size: int, server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Chunked(cut(TEXT.encode(), size))
    batches = decode_stream(fetched(transport), Dialect(), SCHEMA)
    table = pa.Table.from_batches(list(batches), SCHEMA)
    assert list(zip(*table.to_pydict().values(), strict=True)) == ROWS


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16LE"])
def test_large_chunks_lie_in_memory_of_their_own(
    encoding: str, server: ScriptedServer, transport: Transport
) -> None:
    dialect = Dialect(encoding=encoding)
    content = TEXT.encode(dialect.codec)
    server.rule = Chunked(cut(content, 2_000_001))
    chunks = list(fetched(transport))
    assert isinstance(chunks[0], mmap.mmap)
    assert b"".join(map(bytes, chunks)) == content
    batches = decode_stream(chunks, dialect, SCHEMA)
    assert sum(batch.num_rows for batch in batches) == len(ROWS)


def test_a_large_chunk_that_is_cut_is_fetched_again(
    server: ScriptedServer, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport.clock, "sleep", TurnedClock().sleep)
    whole = TEXT.encode()
    server.script = [as_bytes(whole, fault="cut"), as_bytes(whole)]
    found = transport.download_large("/models/m/files/1/chunks/0", label="chunk 0")
    assert bytes(found) == whole
    assert len(server.calls) == 2


def test_the_first_row_is_there_before_the_last_chunk_is_asked_for(
    server: ScriptedServer, transport: Transport
) -> None:
    chunks = Chunked(cut(TEXT.encode(), 100_000))
    server.rule = chunks
    batches = decode_stream(fetched(transport), Dialect(), SCHEMA)
    reader = pa.RecordBatchReader.from_batches(batches.schema, batches)
    first = reader.read_next_batch()
    assert first.slice(0, 1).to_pylist() == [{"item": "item 0", "cost": 0.0}]
    assert max(chunks.asked) < 10
    rows = first.num_rows + sum(batch.num_rows for batch in reader)
    assert (rows, sorted(chunks.asked)) == (
        len(ROWS),
        list(range(len(cut(TEXT.encode(), 100_000)))),
    )


def test_a_list_of_chunks_out_of_order_is_put_in_order(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Chunked([b"a", b"b", b"c"], ids=["2", "0", "1"])
    assert list(fetched(transport)) == [b"a", b"b", b"c"]


def test_a_gap_in_the_list_of_chunks_raises(
    server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    server.rule = Chunked([b"a", b"b", b"c"], ids=["0", "2"])
    with pytest.raises(TransferError, match=r"file 'costs\.csv' is not complete"):
        list(fetched(make_transport(clock=TurnedClock())))


@pytest.mark.parametrize("ids", [["0", "1", "x"], ["a"], ["0", "0"], ["0", "1", "-2"], ["1"]])
def test_ids_of_chunks_that_are_not_numbered_from_0_raise(
    ids: list[str], server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Chunked([b"a"], ids=ids)
    with pytest.raises(TransferError, match="is not complete"):
        list(fetched(transport))


def test_a_list_without_its_last_chunks_raises_however_consistent_it_is(
    server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    clock = TurnedClock()
    server.rule = Chunked([b"a", b"b", b"c"], ids=["0", "1"])
    with pytest.raises(TransferError, match="Anaplan lists 2 of its 3 chunks"):
        list(fetched(make_transport(clock=clock)))
    assert 3 <= clock.slept < 4


def test_a_list_without_a_chunk_is_asked_for_again(
    server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    rule = Chunked([b"a", b"b", b"c"])
    short = Chunked([b"a", b"b", b"c"], ids=["0"])
    asked: list[str] = []

    def answer(seen: Seen) -> Answer:
        asked.append(seen.path.split("?")[0].rsplit("/", 1)[1])
        return (short if asked.count("chunks") == 1 else rule)(seen)

    server.rule = answer
    assert list(fetched(make_transport(clock=TurnedClock()))) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("count", [None, -1, 0, "3", 2, True])
def test_a_count_that_says_nothing_or_less_is_not_compared(
    count: object, server: ScriptedServer, transport: Transport
) -> None:
    server.rule = chunks = Chunked([b"a", b"b", b"c"])
    chunks.count = count
    assert list(fetched(transport)) == [b"a", b"b", b"c"]


@pytest.mark.parametrize("content", [[b"a", b"", b"c"], [b"a", b""], [b"", b"b"]])
def test_an_empty_chunk_among_others_is_not_believed(
    content: list[bytes], server: ScriptedServer, make_transport: Callable[..., Transport]
) -> None:
    server.rule = Chunked(content)
    with pytest.raises(TransferError, match="did not answer as Anaplan does, but with nothing"):
        list(fetched(make_transport(clock=TurnedClock())))


def test_a_file_without_a_byte_is_one_empty_chunk(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Chunked([b""])
    assert list(fetched(transport)) == [b""]


def test_a_file_without_chunks_has_no_content(server: ScriptedServer, transport: Transport) -> None:
    server.rule = Chunked([])
    with pytest.raises(NotFound, match=r"file 'costs\.csv' has no content"):
        list(fetched(transport))
