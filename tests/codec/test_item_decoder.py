"""List items: JSON in pieces into typed Arrow batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.item_blocks import BrokenItems, ItemSplitter
from anaplan_frames.codec.item_columns import ItemColumn, item_columns
from anaplan_frames.codec.item_decoder import ItemDecoder
from anaplan_frames.errors import EncodingError

METADATA = {
    "properties": [
        {"name": "Owner", "format": "TEXT"},
        {"name": "Amount", "format": "NUMBER"},
        {"name": "Start", "format": "DATE"},
        {"name": "Open", "format": "BOOLEAN"},
        {"name": 'Größe, "x"},{', "format": "TEXT"},
    ],
    "subsets": [{"id": "109000000001", "name": "Active"}, {"id": "109000000002", "name": "Old"}],
}
COLUMNS = item_columns(METADATA)
DECODER = ItemDecoder(COLUMNS)

# What could be taken for a cut between items, and what JSON escapes.
_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ['},{"id"', '"},{"', "]}", "\\", 'a"b', "é", "😀", "NA", "00123", "\n", "{", "}]"]
    ),
)
_PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "Owner": _TEXTS,
        "Amount": st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.just(""),
        "Start": st.dates().map(str) | st.just(""),
        "Open": st.sampled_from(["true", "false", ""]),
        'Größe, "x"},{': _TEXTS,
        "Unknown": _TEXTS,
    },
)
_ITEMS = st.fixed_dictionaries(
    {"id": st.integers(206_000_000_000, 206_999_999_999).map(str), "name": _TEXTS},
    optional={
        "code": _TEXTS,
        "parent": _TEXTS,
        "parentId": _TEXTS,
        "listName": _TEXTS,
        "subsets": st.dictionaries(st.sampled_from(["Active", "Old", "New"]), st.booleans()),
        "properties": _PROPERTIES,
    },
)
_WRITTEN = st.sampled_from(
    [
        {"separators": (",", ":")},
        {"separators": (",", ":"), "ensure_ascii": False},
        {"ensure_ascii": False},
        {"indent": 1},
    ]
)


def decoded(answer: bytes, step: int = 1 << 20, block_bytes: int = 1) -> list[dict[str, Any]]:
    """Decode an answer that comes in pieces of `step` bytes."""
    return [row for batch in batches(answer, step, block_bytes) for row in batch.to_pylist()]


def batches(answer: bytes, step: int, block_bytes: int) -> Iterator[pa.RecordBatch]:
    splitter, row = ItemSplitter(block_bytes), 0

    def blocks() -> Iterator[bytes]:
        for start in range(0, len(answer), step):
            yield from splitter.feed(answer[start : start + step])
        yield from splitter.finish()

    for block in blocks():
        batch = DECODER.decode(block, row)
        row += batch.num_rows
        yield batch


def expected(item: dict[str, Any]) -> dict[str, Any]:
    """Say in the plainest way what row an item is."""
    properties, subsets = item.get("properties", {}), item.get("subsets", {})
    start, amount, is_open = (properties.get(key) for key in ("Start", "Amount", "Open"))
    return {
        **{key: item.get(key) or None for key in ("id", "code", "name", "parent")},
        "Owner": properties.get("Owner") or None,
        "Amount": float(amount) if amount else None,
        "Start": date.fromisoformat(start) if start else None,
        "Open": is_open == "true" if is_open else None,
        'Größe, "x"},{': properties.get('Größe, "x"},{') or None,
        "Active": subsets.get("Active", False),
        "Old": subsets.get("Old", False),
    }


def answer_of(items: list[dict[str, Any]], **written: Any) -> bytes:
    meta = {"paging": {"totalSize": len(items)}}
    return json.dumps(
        {"meta": meta, "listItems": items, "status": {"code": 200}}, **written
    ).encode()


@given(st.lists(_ITEMS, max_size=6), _WRITTEN, st.integers(1, 60), st.integers(1, 200))
def test_items_in_any_spelling_and_pieces_come_out_as_they_are(
    items: list[dict[str, Any]], written: dict[str, Any], step: int, block_bytes: int
) -> None:
    rows = decoded(answer_of(items, **written), step, block_bytes)
    assert rows == [expected(item) for item in items]


@given(st.lists(_ITEMS, min_size=1, max_size=4), st.data())
def test_an_answer_that_is_cut_short_anywhere_is_noticed(
    items: list[dict[str, Any]], data: st.DataObject
) -> None:
    answer = answer_of(items)
    end = data.draw(st.integers(0, len(answer) - 1))
    with pytest.raises(BrokenItems):
        decoded(answer[:end])


@pytest.mark.parametrize(
    "answer",
    [
        {"status": {"code": 200}},
        {"listItems": []},
        {"listItems": None, "meta": {}},
        {"meta": {}, "listItems": [], "status": {}},
    ],
)
def test_a_list_without_items_has_no_rows_whether_its_key_is_there_or_not(
    answer: dict[str, Any],
) -> None:
    assert decoded(json.dumps(answer).encode()) == []


def test_what_is_around_the_items_is_returned_wherever_they_stand() -> None:
    for keys in (("meta", "listItems"), ("listItems", "meta")):
        whole = {"meta": {"paging": {"totalSize": 7}}, "listItems": [{"id": "1", "name": "]}"}]}
        splitter = ItemSplitter()
        list(splitter.feed(json.dumps({key: whole[key] for key in keys}).encode()))
        list(splitter.finish())
        assert splitter.envelope["meta"] == {"paging": {"totalSize": 7}}


def test_an_answer_is_cut_between_items_while_it_arrives() -> None:
    splitter = ItemSplitter(block_bytes=10)
    assert list(splitter.feed(b'{"listItems":[{"id":"1"},{"id":"2"},{"id"')) == [
        b'{"id":"1"},{"id":"2"}'
    ]
    assert list(splitter.feed(b':"3"}]}')) == []
    assert list(splitter.finish()) == [b'{"id":"3"}']


def one(**properties: Any) -> bytes:
    return json.dumps({"listItems": [{"id": "1", "name": "a", "properties": properties}]}).encode()


def test_a_number_that_is_written_differently_is_read_if_there_is_no_doubt() -> None:
    assert decoded(one(Amount=" 1.50 "))[0]["Amount"] == 1.5


@pytest.mark.parametrize("text", ["1,000", "12%", "n/a"])
def test_a_text_that_is_not_a_number_is_refused_with_its_column_and_row(text: str) -> None:
    second = {"id": "2", "name": "b", "properties": {"Amount": text}}
    items: list[dict[str, Any]] = [{"id": "1", "name": "a"}, second]
    with pytest.raises(EncodingError, match="Column 'Amount', row 1: ") as caught:
        decoded(answer_of(items))
    assert (caught.value.column, caught.value.row, caught.value.text) == ("Amount", 1, text)


def test_values_that_are_not_texts_are_read_all_the_same() -> None:
    row = decoded(one(Owner=12, Amount=2.5, Open=True, Start=None))[0]
    assert (row["Owner"], row["Amount"], row["Open"], row["Start"]) == ("12", 2.5, True, None)


def test_membership_that_is_given_as_text_is_read_all_the_same() -> None:
    items = [{"id": "1", "name": "a", "subsets": {"Active": "true"}}]
    assert decoded(answer_of(items))[0]["Active"] is True


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert decoded(one(Owner="a\ud83d"))[0]["Owner"] == "a\ufffd"


def test_bytes_that_are_not_utf8_are_refused_wherever_they_stand() -> None:
    for key in ("name", "code", "unknown"):
        block = b'{"id":"1"},{"id":"2","%s":"\x8e"}' % key.encode()
        with pytest.raises(EncodingError, match=r"Row 7: .*are not UTF-8"):
            DECODER.decode(block, 7)


def test_integers_keep_all_digits_and_may_be_written_with_a_point() -> None:
    decoder = ItemDecoder([ItemColumn("N", "properties", "N", pa.int64())])

    def numbers(*texts: str) -> list[int | None]:
        block = ",".join(json.dumps({"properties": {"N": text}}) for text in texts).encode()
        found: list[int | None] = decoder.decode(block, 0).column(0).to_pylist()
        return found

    assert numbers("4.0", "", "-7") == [4, None, -7]
    assert numbers("9007199254740993", "2") == [9007199254740993, 2]
    assert numbers("9007199254740993", "2.0") == [9007199254740993, 2]
    with pytest.raises(EncodingError, match=r"'1\.5'"):
        numbers("1.5")


def test_only_the_columns_asked_for_are_read() -> None:
    decoder = ItemDecoder([COLUMNS[5], COLUMNS[0]])
    block = b'{"id":"1","properties":{"Owner":7,"Amount":"3"}}'
    assert decoder.decode(block, 0).to_pylist() == [{"Amount": 3.0, "id": "1"}]


def test_membership_is_of_the_type_asked_for_or_refused() -> None:
    block = b'{"subsets":{"Active":true}},{}'

    def members(kind: pa.DataType) -> list[Any]:
        column = ItemColumn("Active", "subsets", "Active", kind)
        found: list[Any] = ItemDecoder([column]).decode(block, 0).column(0).to_pylist()
        return found

    assert members(pa.large_string()) == ["true", "false"]
    assert members(pa.int64()) == [1, 0]
    with pytest.raises(EncodingError, match="Column 'Active', row 0: 'true'"):
        members(pa.timestamp("s"))
