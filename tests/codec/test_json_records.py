"""Columns as the JSON of records."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.json_records import json_array, json_records, nested

VALUES = st.none() | st.text() | st.sampled_from(['"', "\\", "\\\"'", "\n", "\x00", " ", ",", ",,"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": VALUES, 'a "key"\n': VALUES, "text": VALUES, "flag": st.none() | st.booleans()}
    )
)


@given(rows=ROWS)
def test_json_holds_each_row_s_values_and_leaves_out_what_is_missing(
    rows: list[dict[str, Any]],
) -> None:
    def column(key: str, kind: pa.DataType) -> pa.Array:
        return pa.array([row[key] for row in rows], kind)

    count = len(rows)
    inner = {"text": column("text", pa.string()), "flag": column("flag", pa.bool_())}
    members = {key: column(key, pa.large_string()) for key in ("name", 'a "key"\n')}
    text = json_array(json_records({**members, "properties": nested(inner, count)}, count))
    assert json.loads(text) == [_expected(row) for row in rows]


def _expected(row: dict[str, Any]) -> dict[str, Any]:
    outer = {key: row[key] for key in ("name", 'a "key"\n') if row[key] is not None}
    inner = {key: row[key] for key in ("text", "flag") if row[key] is not None}
    return {**outer, "properties": inner} if inner else outer


def test_records_without_members_are_empty() -> None:
    assert json_array(json_records({}, 2)) == b"[{},{}]"
    assert json_array(json_records({"a": pa.array([], pa.string())}, 0)) == b"[]"
