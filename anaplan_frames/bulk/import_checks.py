"""How the columns of a file are judged before an import reads it: by header, or as the caller says.

The API does not show how an import maps its columns. What it does show is the kind of data that an
import loads, and what is called like a header: a dimension for a module, a property for a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.bulk.header_checks import (
    ColumnAnswer,
    ColumnQuestion,
    HeaderCheck,
    HeaderChecks,
    member_formats,
)
from anaplan_frames.bulk.list_columns import FILLED, KEYS, ListColumnFinder
from anaplan_frames.bulk.list_keys import KeyColumns
from anaplan_frames.cells.dimensions import find_dimension
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.view_shape import LineItem
from anaplan_frames.lookup import find_id, matching_ids
from anaplan_frames.resources.catalogue import Catalogue

INTO_LIST = "HIERARCHY_DATA"
_INTO_MODULE = "MODULE_DATA"
_NO_NAME = (
    "Its header is not the name of a dimension, and the API does not show how the import maps it. "
    "Name what it holds with check={{{header!r}: ...}}."
)
_NO_CHECK = "The API does not show which values Anaplan takes for {what}."
_JUDGED = (
    "The API does not show how the import maps its columns. They were judged by their headers and "
    "by check=; "
)
_ACCESS = "access is only known once they are sent."
_ROWS = "access, and rows of one key, are only known once they are sent."
_WHICH_LIST = (
    "access, and which items there are, are only known once they are sent. Name the list that is "
    "loaded with check={'Code': 'List.Code'}, by the header of a column of codes or names."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportColumns:
    """What is known of the columns of a file for one of the imports that read it.

    Attributes
    ----------
    checks : list of HeaderCheck
    unknown : list of mapping of str to str
        Which columns cannot be checked, as a plan shows it.
    keys : KeyColumns or None
        Which columns hold keys of the list that it loads.
    reason : str
        What cannot be checked at all.
    """

    checks: list[HeaderCheck]
    unknown: list[Mapping[str, str]]
    keys: KeyColumns | None
    reason: str


class ImportChecks:
    """Finds the checks of an import's columns; reads each list once, also for several imports.

    Parameters
    ----------
    catalogue : Catalogue
        The model.
    named : mapping of str to str
        What the caller says of columns, by header: a dimension, or ``List.Property`` or
        ``Module.Line item``.

    Raises
    ------
    NotFound, AmbiguousName
        If the caller names what the model does not have, or has several of.
    """

    def __init__(self, catalogue: Catalogue, named: Mapping[str, str]) -> None:
        self._catalogue = catalogue
        self._named = named
        self._makers = HeaderChecks(catalogue)
        self._found = {what: self._find(what) for what in named.values()}

    def of(
        self,
        record: Mapping[str, Any],
        headers: Sequence[str],
        decimal_separator: str,
        *,
        lists_change: bool,
        alone: bool,
    ) -> ImportColumns:
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
        alone : bool
            Whether no other import loads a list of the same file.
        """
        if record.get("importType") == INTO_LIST:
            finder = ListColumnFinder(
                self._makers, self._named, decimal_separator, lists_change=lists_change
            )
            found = finder.find(headers, alone=alone)
            reason = _JUDGED + (_ACCESS if found.listed else _WHICH_LIST)
            return ImportColumns(
                checks=found.checks, unknown=found.unknown, keys=found.keys, reason=reason
            )
        into_module = record.get("importType") == _INTO_MODULE
        checks: list[HeaderCheck] = []
        unknown: list[Mapping[str, str]] = []
        for number, header in enumerate(headers):
            if not header:
                continue
            column = ColumnQuestion(number=number, header=header, named=self._named.get(header))
            answer = self._answer(
                column, decimal_separator, into_module=into_module, lists_change=lists_change
            )
            if answer.check is None:
                unknown.append(column.unknown(answer.reason))
            else:
                checks.append(replace(answer.check, needed=answer.check.needed and into_module))
        return ImportColumns(checks=checks, unknown=unknown, keys=None, reason=_JUDGED + _ROWS)

    def _answer(
        self,
        column: ColumnQuestion,
        decimal_separator: str,
        *,
        into_module: bool,
        lists_change: bool,
    ) -> ColumnAnswer:
        """Say what a column of an import that does not load a list holds."""
        number, header = column.number, column.header
        if column.named is not None:
            dimension, format_ = self._found[column.named]
            reason = _NO_CHECK.format(what=repr(column.named))
        else:
            dimension, format_ = self._dimension(header) if into_module else None, None
            reason = _NO_NAME.format(header=header)
        if dimension is not None:
            if lists_change and dimension in self._catalogue.records("lists"):
                return ColumnAnswer(reason=FILLED)
            return ColumnAnswer(check=self._makers.of_items(number, header, dimension))
        if format_ is None:
            return ColumnAnswer(reason=reason)
        check = self._makers.of_format(number, header, format_, decimal_separator)
        return ColumnAnswer(check=check, reason=reason)

    def _dimension(self, header: str) -> str | None:
        """Return the dimension of which a header is the name."""
        if header.casefold() in ("time", "versions"):
            return find_dimension(self._catalogue, header.capitalize())
        ids = [id_ for id_, name in self._makers.lists.items() if name == header]
        if not ids:
            return self._makers.subset_of_name(header)
        return ids[0] if len(ids) == 1 else None

    def _find(self, what: str) -> tuple[str | None, str | None]:
        """Return the dimension that the caller names, or the format of a property or line item."""
        owner, _, member = what.rpartition(".")
        if not matching_ids(owner, self._makers.lists):
            owner, _, member = what.partition(".")
        if not member or matching_ids(what, self._makers.lists):
            return find_dimension(self._catalogue, what), None
        return None, self._member_format(owner, member)

    def _member_format(self, owner: str, member: str) -> str:
        """Return the format of a list's property, or of a module's line item; empty of a key."""
        lists = self._makers.lists
        ids = matching_ids(owner, lists)
        if ids:
            formats = dict(member_formats(self._makers.described(ids[0])))
            if member.casefold() in KEYS and member not in formats:
                return ""
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
