"""How the columns of a file are judged before an import reads it: by header, or as the caller says.

The API does not show how an import maps its columns. What it does show is the kind of data that an
import loads, and what is called like a header: a dimension for a module, a property for a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from anaplan_frames.bulk.load_forecast import HeaderCheck
from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.calendar.period_lookup import PeriodLookup
from anaplan_frames.cells.dimensions import VERSIONS_ID, find_dimension, items_frame
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.view_shape import LineItem
from anaplan_frames.codec.column_types import is_period
from anaplan_frames.lists.hierarchy_reader import lists_above
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lookup import find_id, matching_ids
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order
from anaplan_frames.writes.arrow_arrays import TEXT, as_texts
from anaplan_frames.writes.value_checks import (
    ValueCheck,
    check_of_format,
    check_of_items,
    check_of_length,
    check_of_numbers,
)

_INTO_MODULE, _INTO_LIST = "MODULE_DATA", "HIERARCHY_DATA"
_MOST_LISTS = 50  # whose properties are read, one request for each
_KEYS = ("Name", "Code")
_PATTERN = "None of its texts is the name of a period, so the import may read them by a pattern."
_NO_NAME = (
    "Its header is not the name of a {kind}, and the API does not show how the import maps it. "
    "Name what it holds with check={{{header!r}: ...}}."
)
_FILLED = (
    "The process also loads lists, so an item that is missing now may be there when the import "
    "reads this column."
)
_NO_CHECK = "The API does not show which values Anaplan takes for {what}."


class ImportChecks:
    """Finds the checks of an import's columns; reads each list once, also for several imports.

    Parameters
    ----------
    catalogue : Catalogue
        The model.
    named : mapping of str to str
        What the caller says of columns, by header: a dimension, or ``List.Property`` or
        ``Module.Line item``.
    """

    def __init__(self, catalogue: Catalogue, named: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self._named = named
        self._names: dict[str, tuple[str, list[pa.Array]]] = {}
        self._of_lists: set[str] = set()  # columns
        self._times = PeriodLookup(catalogue)
        self._versions = PeriodLookup(catalogue, VERSIONS_ID, "a version")

    def of(
        self,
        record: Mapping[str, Any],
        headers: Sequence[str],
        decimal_separator: str,
        *,
        lists_change: bool,
    ) -> tuple[list[HeaderCheck], list[Mapping[str, str]]]:
        """Return the checks of an import's columns, and which cannot be checked.

        Parameters
        ----------
        record : mapping
            Anaplan's record of the import.
        headers : sequence of str
            Those of the file for which there is data; others are empty.
        decimal_separator : str
            Of the file's numbers.
        lists_change : bool
            Whether other imports of the same process may add items to lists before.

        Raises
        ------
        NotFound, AmbiguousName
            If the caller names what the model does not have, or has several of.
        """
        into = str(record.get("importType") or "")
        found: list[HeaderCheck] = []
        unknown: list[Mapping[str, str]] = []
        for number, header in enumerate(headers):
            if not header:
                continue
            subject = f"column {header!r}"
            if header in self._named:
                check = self._as_named(number, header, self._named[header], decimal_separator)
                reason = _NO_CHECK.format(what=repr(self._named[header]))
            else:
                check = self._by_header(number, header, into, decimal_separator)
                kind = "property" if into == _INTO_LIST else "dimension"
                reason = _NO_NAME.format(kind=kind, header=header)
            if check is not None and lists_change and check.check.column in self._of_lists:
                check, reason = None, _FILLED
            if check is None:
                unknown.append({"subject": subject, "reason": reason})
            else:
                found.append(replace(check, needed=check.needed and into == _INTO_MODULE))
        return found, unknown

    def _by_header(
        self, number: int, header: str, into: str, decimal_separator: str
    ) -> HeaderCheck | None:
        lists = {id_: str(each["name"]) for id_, each in self._catalogue.records("lists").items()}
        if into == _INTO_MODULE:
            ids = [id_ for id_, name in lists.items() if name == header]
            if header.casefold() in ("time", "versions"):
                return self._as_named(number, header, header, decimal_separator)
            return self._items(number, header, ids[0]) if len(ids) == 1 else None
        if into != _INTO_LIST:
            return None
        if header in _KEYS:
            return HeaderCheck(number=number, check=check_of_length(header))
        formats = self._property_formats.get(header, set())
        if len(formats) != 1:
            return None
        return self._of_format(number, header, next(iter(formats)), decimal_separator)

    def _as_named(
        self, number: int, header: str, what: str, decimal_separator: str
    ) -> HeaderCheck | None:
        """Return the check of a column of which it is known what it holds."""
        if what.casefold() == "time":
            check = self._times.check(header, dates=False)
            return HeaderCheck(number=number, check=check, needed=True, pattern=_PATTERN)
        if what.casefold() == "versions":
            check = self._versions.check(header, dates=False)
            return HeaderCheck(number=number, check=check, needed=True)
        owner, _, member = what.partition(".")
        lists = {id_: str(each["name"]) for id_, each in self._catalogue.records("lists").items()}
        if not member or matching_ids(what, lists):
            return self._items(number, header, find_dimension(self._catalogue, what))
        format_ = self._member_format(owner, member, lists)
        return self._of_format(number, header, format_, decimal_separator)

    def _member_format(self, owner: str, member: str, lists: Mapping[str, str]) -> str:
        """Return the format of a list's property, or of a module's line item."""
        ids = matching_ids(owner, lists)
        if ids:
            described = ListDescription.fetch(
                self._catalogue, self._catalogue.records("lists")[ids[0]]
            )
            formats = _formats(described)
            names = {name: name for name in formats}
            return formats[find_id(member, names, kind="properties", owner=f"of list {owner!r}")]
        modules = {
            id_: str(each["name"]) for id_, each in self._catalogue.records("modules").items()
        }
        module = find_id(
            owner,
            {**modules, **lists},
            kind="lists and modules",
            owner=f"of {self._catalogue.label}",
        )
        records = {str(each["id"]): each for each in line_item_records(self._catalogue, module)}
        names = {id_: str(each["name"]) for id_, each in records.items()}
        found = find_id(member, names, kind="line items", owner=f"of module {owner!r}")
        return LineItem.of(records[found]).format

    def _of_format(
        self, number: int, header: str, format_: str, decimal_separator: str
    ) -> HeaderCheck | None:
        if is_period(format_):
            check = self._times.check(header, dates=False)
            return HeaderCheck(number=number, check=check, pattern=_PATTERN)
        found: ValueCheck | None
        if format_.strip().upper() == "NUMBER":
            found = check_of_numbers(header, decimal_separator)
        else:
            found = check_of_format(header, format_, blanks=True)
        return None if found is None else HeaderCheck(number=number, check=found)

    def _items(self, number: int, header: str, dimension: str) -> HeaderCheck:
        """Return the check of a column that holds items of a dimension."""
        if dimension in (TIME_ID, VERSIONS_ID):
            name = "Time" if dimension == TIME_ID else "Versions"
            found = self._as_named(number, header, name, ".")
            assert found is not None
            return found
        if dimension not in self._names:
            self._names[dimension] = self._read(dimension)
        owner, names = self._names[dimension]
        self._of_lists.add(header)
        check = check_of_items(header, owner, names, blanks=False)
        return HeaderCheck(number=number, check=check, needed=True)

    def _read(self, dimension: str) -> tuple[str, list[pa.Array]]:
        """Read what the items of a list or subset are called, and the totals above them."""
        record = self._catalogue.records("lists").get(dimension)
        if record is None:
            path = f"{self._catalogue.path}/dimensions/{dimension}/items"
            frame = items_frame(self._catalogue, path, "the items of a dimension")
            texts = [pa.array(frame[key].dropna().tolist(), TEXT) for key in ("name", "code")]
            return "the dimension", texts
        lowest = ListDescription.fetch(self._catalogue, record)
        every = [lowest, *lists_above(lowest)]
        tables = [each.read_items(["code", "name"]) for each in every]
        texts = [as_texts(table[key]) for key in ("name", "code") for table in tables]
        tops = [each.top_level_item for each in every]
        texts.append(pa.array([top for top in tops if top], TEXT))
        return lowest.label, texts

    @cached_property
    def _property_formats(self) -> dict[str, set[str]]:
        """The formats that properties of each name have, if there are not too many lists."""
        records = list(self._catalogue.records("lists").values())
        if len(records) > _MOST_LISTS:
            return {}
        found: dict[str, set[str]] = {}
        for described in self._described(records):
            for name, format_ in _formats(described).items():
                found.setdefault(name, set()).add(format_)
        return found

    def _described(self, records: Sequence[Mapping[str, Any]]) -> Iterator[ListDescription]:
        return in_order(
            lambda record: ListDescription.fetch(self._catalogue, record),
            records,
            threads=4,
            name="anaplan-list",
        )


def _formats(described: ListDescription) -> dict[str, str]:
    return {
        column.key: column.format for column in described.columns if column.section == "properties"
    }
