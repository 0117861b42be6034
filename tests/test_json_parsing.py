"""JSON is parsed as `json` does, unless it is nested without end."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.json_parsing import parse_json

_LEAVES = st.none() | st.booleans() | st.integers() | st.text(alphabet='a"\\{}[]é\n', max_size=8)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)


@given(_VALUES, st.integers(0, 130), st.booleans())
def test_json_is_parsed_unless_it_has_more_than_a_hundred_levels(
    value: Any, more: int, ascii_only: bool
) -> None:
    for level in range(more):
        value = [value] if level % 2 else {"{": value, "x": "]" * 7}  # more closed than opened
    text = json.dumps(value, ensure_ascii=ascii_only)
    for content in (text, text.encode()):
        if _depth(value) > 100:
            with pytest.raises(ValueError, match="levels deep"):
                parse_json(content)
        else:
            assert parse_json(content) == value


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, dict | list) else 0


def test_depth_that_brackets_in_strings_hide_is_an_error_of_the_same_kind() -> None:
    levels = 10_000
    with pytest.raises(ValueError, match="levels deep"):
        parse_json('{"}":' * levels + "1" + ',"x":"{"}' * levels)


@pytest.mark.parametrize("text", ["{" * 500, '{"a": "' + "[" * 500, "[" * 500 + "}" * 500])
def test_brackets_without_an_end_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"levels|delimiter|Expecting|Unterminated"):
        parse_json(text)


def test_brackets_in_texts_do_not_count_as_levels() -> None:
    items = [{"name": "{[" * 40, "code": 'a\\"['}] * 300
    assert parse_json(json.dumps(items)) == items


class _Released:
    """Counts how often its own code ran when it was released."""

    ended = 0

    def __del__(self) -> None:
        json.loads("[" * 50 + "]" * 50)
        _Released.ended += 1


def test_objects_are_released_as_usual_while_deep_json_is_refused() -> None:
    def circle() -> None:
        one = _Released()
        one.owner = one  # type: ignore[attr-defined]

    thresholds = gc.get_threshold()
    gc.collect()
    _Released.ended = 0
    gc.set_threshold(20)
    try:
        for _ in range(20):
            circle()
            with pytest.raises(ValueError, match="levels deep"):
                parse_json(b'{"a":' * 10_000 + b"1" + b"}" * 10_000)
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert _Released.ended == 20
