"""Answers with audit events become the same table, however their JSON is written."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec import event_decoder
from anaplan_frames.codec.event_columns import EVENT_COLUMNS, NAMES
from anaplan_frames.codec.event_decoder import BrokenEvents, EventDecoder

# Texts that could be mistaken for what stands around attributes.
_ODD = [
    '"additionalAttributes":{',
    'additionalAttributes":{"a":1},"b',
    "}",
    '},"message',
    "}}",
    "{",
    '"',
    "\\",
    '\\"}',
    "\\\\",
    "é\u2028\U0001f600",
    "\ud800",
]
texts = st.one_of(st.sampled_from(_ODD), st.text(max_size=4))
_SCALARS = [None, True, 4, -1.5, "text", *_ODD]
scalars = st.sampled_from(_SCALARS)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(texts, st.one_of(scalars, st.dictionaries(texts, scalars, max_size=2))),
)
attributes = st.one_of(
    st.dictionaries(st.sampled_from(["modelId", "additionalAttributes", *_ODD]), values),
    st.sampled_from([None, 71_293_846_501_127_339, [1, 2], "FRCST-1", *_ODD]),
)
of_time = st.one_of(st.none(), st.integers(0, 4_000_000_000_000))
of_text = st.one_of(st.none(), texts)
events = st.fixed_dictionaries(
    {"id": st.integers(0, 2**63 - 1), "eventDate": st.integers(0, 4_000_000_000_000)},
    optional={
        "objectId": of_text,
        "xadditionalAttributes": values,
        "additionalAttributes": attributes,
        "message": of_text,
        "success": st.sampled_from([None, True, False]),
        "createdDate": of_time,
        'x"additionalAttributes': values,
    },
)


def written(found: list[dict[str, Any]], *, spaces: bool = False, ascii_only: bool = True) -> bytes:
    separators = None if spaces else (",", ":")
    text = json.dumps(
        {"meta": {}, "response": found}, separators=separators, ensure_ascii=ascii_only
    )
    return text.encode("utf-8", "surrogatepass")


def whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def expected_text(value: Any) -> str | None:
    return None if value is None else whole(value) if isinstance(value, str) else json.dumps(value)


@given(st.lists(events, max_size=5), st.booleans(), st.booleans(), st.booleans())
def test_each_event_is_a_row_with_its_values(
    found: list[dict[str, Any]], spaces: bool, ascii_only: bool, turned: bool
) -> None:
    if turned:  # so that the attributes are followed by something else
        found = [dict(reversed(event.items())) for event in found]
    decoder = EventDecoder(NAMES, {"model": "modelId", "same": "additionalAttributes"})
    batch = decoder.decode(written(found, spaces=spaces, ascii_only=ascii_only))
    assert batch.num_rows == len(found)
    for column in EVENT_COLUMNS:
        array = batch.column(column.name)
        if pa.types.is_timestamp(array.type):
            array = array.cast(pa.int64())
        given_values = [event.get(column.key) for event in found]
        if column.name == "additional_attributes":
            assert [text and json.loads(text) for text in array.to_pylist()] == given_values
        elif pa.types.is_string(array.type):
            assert array.to_pylist() == list(map(expected_text, given_values))
        else:
            assert array.to_pylist() == given_values
    for name, key in (("model", "modelId"), ("same", "additionalAttributes")):
        maps = [event.get("additionalAttributes") for event in found]
        chosen = [each.get(key) if isinstance(each, dict) else None for each in maps]
        assert batch.column(name).to_pylist() == list(map(expected_text, chosen))


def usual(number: int) -> dict[str, Any]:
    return {
        "id": 10**17 + number,
        "eventTypeId": "USR-8",
        "additionalAttributes": {"modelId": f"M{number}", "name": 'Load "x"'},
        "message": "User login success",
        "eventDate": 1_780_000_000_000 + number,
    }


def test_usual_answers_are_parsed_by_arrow_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise AssertionError("Python parses it")

    monkeypatch.setattr(EventDecoder, "_reread", fail)
    monkeypatch.setattr(event_decoder.json, "loads", fail)
    rows = [usual(number) for number in range(20)]
    rows[3]["additionalAttributes"] = None
    rows[4]["additionalAttributes"] = {"nested": {"a": "}"}, "modelId": "M4"}
    rows[5]["additionalAttributes"] = "FRCST-1 of a client's report"
    del rows[6]["additionalAttributes"]
    batch = EventDecoder(NAMES, {}).decode(written(rows))
    monkeypatch.undo()
    found = [text and json.loads(text) for text in batch["additional_attributes"].to_pylist()]
    assert found == [row.get("additionalAttributes") for row in rows]


def test_attributes_that_have_the_same_key_themselves_are_read() -> None:
    """One event's are a text, so that all texts after the key are looked at."""
    inner = {"additionalAttributes": "a text", "more": {"additionalAttributes": "b"}}
    rows = [usual(0), {**usual(1), "additionalAttributes": inner}, usual(2)]
    rows[2]["additionalAttributes"] = "c"
    batch = EventDecoder(NAMES, {}).decode(written(rows))
    found = [json.loads(text) for text in batch["additional_attributes"].to_pylist()]
    assert found == [row["additionalAttributes"] for row in rows]


@given(st.lists(events, max_size=3), st.integers(0, 2000), st.sampled_from(list(b'{}",:1 ')))
def test_a_damaged_answer_is_read_or_refused(
    found: list[dict[str, Any]], place: int, byte: int
) -> None:
    content = bytearray(written([*found, usual(1), usual(2)]))
    content[place % len(content)] = byte
    for damaged in (bytes(content), bytes(content[: place % len(content)])):
        with suppress(BrokenEvents):
            EventDecoder(NAMES, {"model": "modelId"}).decode(damaged).validate(full=True)


def test_numbers_and_booleans_in_quotes_are_read() -> None:
    event = {"id": "18", "eventDate": "1780000000000", "success": "True"}
    batch = EventDecoder(["id", "success"], {}).decode(written([event]))
    assert batch["id"].to_pylist() == [18]
    assert batch["success"].to_pylist() == [True]


def test_columns_that_are_not_asked_for_are_not_looked_at() -> None:
    event = {**usual(1), "success": "neither true nor false", "message": {"a": 1}}
    assert EventDecoder(["user_id"], {}).decode(written([event])).num_rows == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"response": null}',
        b'{"response": [null]}',
        b'{"response": [1]}',
        b'{"response": {}}',
        b'{"response": [{"id": 1, "eventDate": 1}',
        b'{"response": [{"id": 1}]}',
        b'{"response": [{"eventDate": 1}]}',
        b'{"response": [{"id": 1.5, "eventDate": 1}]}',
        b'{"response": [{"id": true, "eventDate": 1}]}',
        b'{"response": [{"id": 99999999999999999999, "eventDate": 1}]}',
        b'{"response": [{"id": 1, "eventDate": "soon"}]}',
        b'{"response": [{"id": 1, "eventDate": 1, "success": "perhaps"}]}',
        b'{"response": [{"id": 1, "eventDate": 1, "message": "\xff"}]}',
    ],
)
def test_what_is_not_an_answer_with_events_raises(content: bytes) -> None:
    with pytest.raises(BrokenEvents):
        EventDecoder(NAMES, {}).decode(content)
