"""The items of a list as CSV, in blocks, made of the same items as JSON.

The service sends CSV to clients that ask for it; its columns are not documented. Here they are the
list data that the documentation names, in that order.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition


def csv_blocks(
    lst: ListDefinition, json_blocks: Iterable[bytes], *, include_all: bool
) -> Iterator[bytes]:
    """Yield the header, and the items of each block.

    Parameters
    ----------
    json_blocks : iterable of bytes
        What `list_item_json.json_blocks` yields, with the same `include_all`.
    include_all : bool
        Whether there are columns of the properties and subsets.
    """
    columns = ["id", "name", "code", "parent", "parentId"]
    if lst.parent is not None:
        columns += ["listId", "listName"]
    extras = [*lst.properties, *lst.subsets] if include_all else []
    yield _lines([[*columns, *extras]])
    for block in json_blocks:
        if block.strip(b","):
            items = json.loads(b"[" + block.lstrip(b",") + b"]")
            yield _lines([_row(item, columns, extras) for item in items])


def _row(item: dict[str, Any], columns: list[str], extras: list[str]) -> list[str]:
    values = {**item.get("properties", {}), **item.get("subsets", {})}
    return [item.get(name, "") for name in columns] + [_text(values[name]) for name in extras]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lines(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
