"""How the columns of a file are judged if it is known what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.calendar.period_lookup import PeriodLookup
from anaplan_frames.cells.dimensions import (
    applied_dimensions,
    items_frame,
    line_item_items_path,
)
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.own_dimensions import with_longest_periods
from anaplan_frames.cells.view_shape import VERSIONS_ID
from anaplan_frames.codec.column_types import is_period
from anaplan_frames.lists.hierarchy_reader import lists_above
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order
from anaplan_frames.writes.arrow_arrays import TEXT, as_texts
from anaplan_frames.writes.value_checks import (
    ValueCheck,
    check_of_format,
    check_of_items,
    check_of_numbers,
    check_of_texts,
)

_MOST_LISTS = 50  # whose properties are read, one request for each
_PATTERN = "None of its texts is the name of a period, so the import may read them by a pattern."


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCheck:
    """How a column of a file is judged.

    Attributes
    ----------
    number : int
        Which of the file's headers it has.
    check : ValueCheck
    needed : bool
        Whether a row without a value is rejected, because the column is a dimension.
    pattern : str
        If none of the column's texts is right, why it cannot be judged; an import can read periods
        by a pattern of its own. Empty if that cannot be.
    """

    number: int
    check: ValueCheck
    needed: bool = False
    pattern: str = ""


class HeaderChecks:
    """Makes the checks of columns; reads each list once.

    Parameters
    ----------
    catalogue : Catalogue
        The model.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names: dict[str, tuple[str, list[pa.Array]]] = {}
        self._times = PeriodLookup(catalogue, sure=lambda: self._periods_of_all)
        self._versions = PeriodLookup(catalogue, VERSIONS_ID, "a version")

    @property
    def lists(self) -> dict[str, str]:
        """The names of the model's lists, by id."""
        return {id_: str(each["name"]) for id_, each in self._catalogue.records("lists").items()}

    def of_time(self, number: int, header: str) -> HeaderCheck:
        """Return the check of a column of periods."""
        check = self._times.check(header, dates=False)
        return HeaderCheck(number=number, check=check, needed=True, pattern=_PATTERN)

    def of_versions(self, number: int, header: str) -> HeaderCheck:
        """Return the check of a column of versions."""
        check = self._versions.check(header, dates=False)
        return HeaderCheck(number=number, check=check, needed=True)

    def of_format(
        self, number: int, header: str, format_: str, decimal_separator: str
    ) -> HeaderCheck | None:
        """Return the check of values of a format, None if the API does not show which are right."""
        if is_period(format_):
            check = self._times.check(header, dates=False)
            return HeaderCheck(number=number, check=check, pattern=_PATTERN)
        found: ValueCheck | None
        if format_.strip().upper() == "NUMBER":
            found = check_of_numbers(header, decimal_separator)
        elif format_.strip().upper() == "TEXT":
            found = check_of_texts(header)
        else:
            found = check_of_format(header, format_, blanks=True)
        return None if found is None else HeaderCheck(number=number, check=found)

    def of_items(self, number: int, header: str, dimension: str) -> HeaderCheck:
        """Return the check of a column that holds items of a dimension."""
        if dimension == TIME_ID:
            return self.of_time(number, header)
        if dimension == VERSIONS_ID:
            return self.of_versions(number, header)
        if dimension not in self._names:
            self._names[dimension] = self._read(dimension)
        owner, names = self._names[dimension]
        check = check_of_items(header, owner, names, blanks=False)
        return HeaderCheck(number=number, check=check, needed=True)

    def described(self, list_id: str) -> ListDescription:
        """Return what Anaplan says of a list."""
        return ListDescription.fetch(self._catalogue, self._catalogue.records("lists")[list_id])

    @cached_property
    def every_list(self) -> Sequence[ListDescription]:
        """What Anaplan says of all lists; nothing if there are too many."""
        ids = list(self._catalogue.records("lists"))
        if len(ids) > _MOST_LISTS:
            return []
        return list(in_order(self.described, ids, threads=4, name="anaplan-list"))

    @property
    def knows_every_list(self) -> bool:
        """Whether `every_list` has all of them."""
        return len(self.every_list) == len(self._catalogue.records("lists"))

    def subset_of_name(self, header: str) -> str | None:
        """Return the subset that line items have by this name, if no line item is called so."""
        if header in {str(item["name"]) for item in self._line_items}:
            return None
        applied = applied_dimensions(self._line_items)
        ids = [id_ for id_, name in applied.items() if name == header]
        return ids[0] if len(ids) == 1 else None

    @cached_property
    def _line_items(self) -> list[dict[str, Any]]:
        return line_item_records(self._catalogue)

    @cached_property
    def _periods_of_all(self) -> frozenset[str] | None:
        """The periods of the longest time scale of line items; None if there is only one scale.

        It is not known into which module an import loads: one by quarter has no months.
        """
        longest = with_longest_periods(self._line_items)
        if longest is None:
            return None
        path = line_item_items_path(self._catalogue, str(longest["id"]), TIME_ID)
        frame = items_frame(self._catalogue, path, "the items of Time")
        return frozenset(frame["name"].dropna().tolist())

    def _read(self, dimension: str) -> tuple[str, list[pa.Array]]:
        """Read what the items of a list or subset are called, and the totals above them."""
        if dimension not in self._catalogue.records("lists"):
            path = f"{self._catalogue.path}/dimensions/{dimension}/items"
            for item in self._line_items:  # has the totals above the items of a subset, too
                if dimension in applied_dimensions([item]):
                    path = line_item_items_path(self._catalogue, str(item["id"]), dimension)
                    break
            frame = items_frame(self._catalogue, path, "the items of a dimension")
            texts = [pa.array(frame[key].dropna().tolist(), TEXT) for key in ("name", "code")]
            return "the dimension", texts
        lowest = self.described(dimension)
        every = [lowest, *lists_above(lowest)]
        tables = [each.read_items(["code", "name"]) for each in every]
        texts = [as_texts(table[key]) for key in ("name", "code") for table in tables]
        tops = [each.top_level_item for each in every]
        texts.append(pa.array([top for top in tops if top], TEXT))
        return lowest.label, texts


def member_formats(described: ListDescription) -> Iterator[tuple[str, str]]:
    """Yield the properties and subsets of a list with their formats."""
    for column in described.columns:
        if column.section == "properties":
            yield column.key, column.format
        elif column.section == "subsets":
            yield column.key, "BOOLEAN"


def shared_formats(lists: Sequence[ListDescription]) -> Mapping[str, set[str]]:
    """Return the formats that properties and subsets of each name have, in any of these lists."""
    found: dict[str, set[str]] = {}
    for described in lists:
        for name, format_ in member_formats(described):
            found.setdefault(name, set()).add(format_)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnQuestion:
    """A column of a file of which it is to be found out what it holds.

    Attributes
    ----------
    number : int
        Which of the file's headers it has.
    header : str
    named : str or None
        What the caller says that it holds.
    """

    number: int
    header: str
    named: str | None

    def unknown(self, reason: str) -> dict[str, str]:
        """Return what a plan shows of it if it cannot be checked."""
        return {"subject": f"column {self.header!r}", "reason": reason}


@dataclass(slots=True)
class ColumnAnswer:
    """What is known of a column.

    Attributes
    ----------
    check : HeaderCheck or None
        How it is judged.
    reason : str
        Why it is not, if there is no check.
    role : str
        Which key of the list it holds: ``"code"``, ``"name"`` or ``"parent"``; else empty.
    """

    check: HeaderCheck | None = None
    reason: str = ""
    role: str = ""
