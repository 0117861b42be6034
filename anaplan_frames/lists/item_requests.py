"""The requests that add, change and delete items of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.json_records import json_array, json_records, nested
from anaplan_frames.lists.write_stages import Action
from anaplan_frames.writes.arrow_arrays import one_array
from anaplan_frames.writes.value_checks import flag_texts


class ItemRequest(NamedTuple):
    """How an action is requested, and under which name its answer counts the items."""

    method: str
    params: Mapping[str, str]
    counted_as: str


ITEM_REQUESTS: Mapping[Action, ItemRequest] = {
    "insert": ItemRequest("POST", {"action": "add"}, "added"),
    "update": ItemRequest("PUT", {}, "updated"),
    "delete": ItemRequest("POST", {"action": "delete"}, "deleted"),
}


def request_body(records: pa.Table, columns: Mapping[str, ItemColumn]) -> bytes:
    """Write records as JSON: properties and subsets in objects of their own.

    Parameters
    ----------
    records : pa.Table
        Texts, null if a record leaves a column out.
    columns : mapping of str to ItemColumn
        The list's columns by name.
    """
    count = records.num_rows
    sections: dict[str, dict[str, pa.Array]] = {"": {}, "properties": {}, "subsets": {}}
    for name in records.column_names:
        column = columns[name]
        values = one_array(records[name])
        is_flag = column.section == "subsets"
        sections[column.section][column.key] = flag_texts(values) if is_flag else values
    members = sections[""]
    for section in ("properties", "subsets"):
        if sections[section]:
            members[section] = nested(sections[section], count)
    return b'{"items":' + json_array(json_records(members, count)) + b"}"
