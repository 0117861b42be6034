"""Properties and subsets of list items in a request, parsed to stored values."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import Format, ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Refused(Exception):
    """An item of a request is refused; `kind` is the ``failureType``."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def incorrect(column: str, value: Any) -> Refused:
    """Return the refusal of an invalid value, in the words of the service."""
    return Refused("INCORRECT_FORMAT", f"incorrect format -- column name:{column}, value:{value}")


def as_text(value: Any) -> str | None:
    """Return a JSON value as text, None if it is missing or blank."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


class Values:
    """Parses properties and subsets of the items of a request.

    Parameters
    ----------
    con : DuckDBPyConnection
    lst : ListDefinition
    items : list of mapping
        All items of the request; items of other lists in their values are looked up once.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, lst: ListDefinition, items: list[Mapping[str, Any]]
    ) -> None:
        self._list = lst
        self._columns = {name: list_tables.property_column(lst, name) for name in lst.properties}
        self._subsets = {name: list_tables.subset_column(lst, name) for name in lst.subsets}
        self._items = {
            name: _look_up(con, form, _texts(items, name))
            for name, form in lst.properties.items()
            if form.type in ("LIST", "TIME PERIOD")
        }

    def read(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the stored values by column; columns that are not given are left out.

        Raises
        ------
        Refused
            If a value is invalid, or the list has no such property or subset.
        """
        values = {}
        for name, value in _mapping(item, "properties").items():
            form = self._list.properties.get(name)
            if form is None:
                raise incorrect("properties", name)
            values[self._columns[name]] = self._property(name, form, as_text(value))
        for name, value in _mapping(item, "subsets").items():
            if name not in self._subsets:
                raise incorrect("subsets", name)
            values[self._subsets[name]] = _boolean(name, as_text(value))
        return values

    def _property(self, name: str, form: Format, text: str | None) -> Any:
        if text is None or form.type == "TEXT":
            return text
        if form.type == "NUMBER":
            value = float(text) if _NUMBER.fullmatch(text.strip()) else math.inf
            if not math.isfinite(value):
                raise incorrect(name, text)
            return value
        if form.type == "BOOLEAN":
            return _boolean(name, text)
        if form.type == "DATE":
            return _date(name, text)
        found = self._items[name].get(text)
        if found is None:
            raise incorrect(name, text)
        return found


def ids_by_text(
    con: duckdb.DuckDBPyConnection, members: str, texts: Iterable[str]
) -> dict[str, int]:
    """Find items by name, or by code if no item has that name; else the only one of the same key.

    Parameters
    ----------
    members : str
        A query for id, code, name and ord; if several items match, the first by ord is used.
    """
    wanted = set(texts)
    known = (
        f"WITH item AS ({members}), known AS (SELECT name AS text, 1 AS rank, id, ord FROM item"
        " UNION ALL SELECT code, 2, id, ord FROM item)"
    )
    found = _asked(
        con,
        f"{known} SELECT text, arg_min(id, (rank, ord)) FROM known"
        " WHERE text IN (SELECT text FROM asked) GROUP BY text",
        wanted,
    )
    if left := wanted - found.keys():
        found |= _asked(
            con,
            f"{known} SELECT asked.text, min(id) FROM asked JOIN known"
            " ON folded_key(known.text) = folded_key(asked.text)"
            " GROUP BY asked.text HAVING min(id) = max(id)",
            left,
        )
    return found


def _asked(con: duckdb.DuckDBPyConnection, query: str, texts: set[str]) -> dict[str, int]:
    """Return the rows (text, id) of a query over a table `asked` of these texts."""
    con.register("asked", pa.table({"text": pa.array(sorted(texts), pa.string())}))
    try:
        return dict(con.execute(query).fetchall())
    finally:
        con.unregister("asked")


def _look_up(con: duckdb.DuckDBPyConnection, form: Format, texts: set[str]) -> dict[str, int]:
    if form.list is None:
        return ids_by_text(con, "SELECT id, code, name, ord FROM time_members", texts)
    members = " UNION ALL ".join(
        f"SELECT id, code, name, {depth}00000000000000 + id AS ord FROM {list_tables.table_of(lst)}"
        for depth, lst in enumerate(form.list.lineage)
    )
    return ids_by_text(con, members, texts)


def _texts(items: list[Mapping[str, Any]], name: str) -> set[str]:
    """Return the texts that the items have for a property."""
    values = (
        as_text(item["properties"].get(name))
        for item in items
        if isinstance(item.get("properties"), dict)
    )
    return {value for value in values if value is not None}


def _mapping(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = item.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise incorrect(key, value)
    return value


def _boolean(name: str, text: str | None) -> bool | None:
    if text is None:
        return None
    value = _BOOLEANS.get(text.strip().lower())
    if value is None:
        raise incorrect(name, text)
    return value


def _date(name: str, text: str) -> datetime.date:
    if not _DATE.fullmatch(text.strip()):
        raise incorrect(name, text)
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise incorrect(name, text) from None
