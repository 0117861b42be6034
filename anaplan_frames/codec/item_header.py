"""Which field of a list's large read holds which column of the list.

The service's documentation does not show the layout, so fields are found by their names,
in any order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from anaplan_frames.codec.item_columns import ItemColumn


class UnlikeHeader(ValueError):
    """The header does not name all columns that are asked for."""


def fields_in_header(
    header: Sequence[str], columns: Sequence[ItemColumn], list_name: str
) -> dict[str, str]:
    """Return for each column the name of its field.

    Parameters
    ----------
    header : sequence of str
        The fields' names, each its own, as `unique_names` makes them.
    columns : sequence of ItemColumn
        What is looked for. No known large read has the id, so it may be missing.
    list_name : str
        The list's: its items' names stand below it.

    Raises
    ------
    UnlikeHeader
        If a column other than the id is not there.
    """
    free = dict.fromkeys(header)
    own = {"name": [list_name, "name"], "code": ["code"], "parent": ["parent"], "id": ["id"]}
    # The item's own columns come first, even if a property has the name of one.
    found = {key: _take(free, names) for key, names in own.items()}
    fields_by_name: dict[str, str] = {}
    for column in columns:
        field = found.get(column.key) if not column.section else _take(free, [column.key])
        if field is not None:
            fields_by_name[column.name] = field
        elif column.section or column.key != "id":
            raise UnlikeHeader(f"No field {column.key!r} among {', '.join(map(repr, header))}")
    return fields_by_name


def _take(free: dict[str, None], names: Sequence[str]) -> str | None:
    """Find a field by the first of its names that is there, and take it out."""
    for name in names:
        for same in (_exactly, _in_any_case, _repeated):
            for field in free:
                if same(field, name):
                    del free[field]
                    return field
    return None


def _exactly(field: str, name: str) -> bool:
    return field == name


def _in_any_case(field: str, name: str) -> bool:
    return field.strip().casefold() == name.strip().casefold()


def _repeated(field: str, name: str) -> bool:
    """Whether a field has the same name as an earlier one."""
    return bool(re.fullmatch(re.escape(name) + r"\.\d+", field))
