"""What the columns of a file hold that an import loads into a list: keys, parents, properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from anaplan_frames.bulk.header_checks import (
    ColumnAnswer,
    ColumnQuestion,
    HeaderCheck,
    HeaderChecks,
    member_formats,
    shared_formats,
)
from anaplan_frames.bulk.list_keys import ItemKeys, KeyColumns
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lookup import matching_ids
from anaplan_frames.writes.arrow_arrays import TEXT, as_texts
from anaplan_frames.writes.value_checks import check_of_items, check_of_length

KEYS = ("code", "name", "parent")
_BY_FORMAT = "The API does not show which values Anaplan takes for {what}."
_NO_PROPERTY = (
    "Its header is not the name of a property, and the API does not show how the import maps it. "
    "Name what it holds with check={{{header!r}: ...}}."
)
_NO_LIST = (
    "The API does not show which list the import loads. Name it with "
    "check={{{header!r}: 'List.{role}'}}."
)
_NO_NAME = (
    "It may be a property of a numbered list, or a name: say which with "
    "check={{{header!r}: 'List.Name'}} or 'List.Property'."
)
_NO_ROLE = (
    "It may hold codes, names or parents of the list that is loaded: say which with "
    "check={{{header!r}: 'List.Code'}}, 'List.Name' or 'List.Parent'."
)
FILLED = (
    "The process also loads lists, so an item that is missing now may be there when the import "
    "reads this column."
)


@dataclass(slots=True)
class ListColumns:
    """The columns of one file for one list.

    Attributes
    ----------
    checks : list of HeaderCheck
    unknown : list of mapping of str to str
        Which columns cannot be checked, as a plan shows it.
    keys : KeyColumns or None
        None if it is not known which list the rows are for, because several are loaded of the file.
    listed : bool
        Whether it is known which list is loaded.
    """

    checks: list[HeaderCheck] = field(default_factory=list)
    unknown: list[Mapping[str, str]] = field(default_factory=list)
    keys: KeyColumns | None = None
    listed: bool = False


class ListColumnFinder:
    """Finds out what the columns of a file hold for the list that an import loads.

    Parameters
    ----------
    makers : HeaderChecks
    named : mapping of str to str
        What the caller says of columns, by header.
    decimal_separator : str
        Of the file's numbers.
    lists_change : bool
        Whether other imports of the same process may add items to lists before.
    """

    def __init__(
        self,
        makers: HeaderChecks,
        named: Mapping[str, str],
        decimal_separator: str,
        *,
        lists_change: bool,
    ) -> None:
        self._makers = makers
        self._named = named
        self._decimal = decimal_separator
        self._lists_change = lists_change
        self._list: ListDescription | None = None

    def find(self, headers: Sequence[str], *, alone: bool) -> ListColumns:
        """Find out what all columns hold.

        Parameters
        ----------
        headers : sequence of str
            Those of the file for which there is data; others are empty.
        alone : bool
            Whether no other import loads a list of the same file.
        """
        ids = {id_ for header in headers if (id_ := self._keyed_list(header))} if alone else set()
        self._list = self._makers.described(ids.pop()) if len(ids) == 1 else None
        found = ListColumns(listed=self._list is not None)
        columns = [
            ColumnQuestion(number=number, header=header, named=self._named.get(header))
            for number, header in enumerate(headers)
            if header
        ]
        answers = {column.number: self._answer(column) for column in columns}
        roles: dict[str, int] = {}
        for column in sorted(columns, key=lambda each: each.named is None):  # what is named wins
            role = answers[column.number].role
            if role in roles:
                reason = _NO_ROLE.format(header=column.header)
                answers[column.number] = ColumnAnswer(reason=reason)
            elif role:
                roles[role] = column.number
        for column in columns:
            answer = answers[column.number]
            if answer.check is not None:
                found.checks.append(answer.check)
            elif answer.role != "parent":
                found.unknown.append(column.unknown(answer.reason))
        if alone and roles:
            found.keys = self._key_columns(roles)
        return found

    def _keyed_list(self, header: str) -> str | None:
        """Return the list of which the caller says that a column holds keys."""
        owner, _, member = self._named.get(header, "").rpartition(".")
        ids = matching_ids(owner, self._makers.lists) if owner else []
        return ids[0] if len(ids) == 1 and member.casefold() in KEYS else None

    def _answer(self, column: ColumnQuestion) -> ColumnAnswer:
        if column.named is not None:
            return self._as_named(column, column.named)
        role = column.header.casefold()
        formats = self._formats().get(column.header, set())
        if role in KEYS and not formats:
            return self._as_key(column, role, by_header=True)
        if len(formats) != 1:
            return ColumnAnswer(reason=_NO_PROPERTY.format(header=column.header))
        return self._of_format(column, next(iter(formats)), column.header)

    def _as_named(self, column: ColumnQuestion, what: str) -> ColumnAnswer:
        owner, _, member = what.rpartition(".")
        ids = matching_ids(owner, self._makers.lists) if owner else []
        if not matching_ids(what, self._makers.lists) and ids:
            if self._keyed_list(column.header):
                return self._as_key(column, member.casefold(), by_header=False)
            formats = dict(member_formats(self._makers.described(ids[0])))
            if member in formats:
                return self._of_format(column, formats[member], what)
        return self._as_items(column, what)

    def _as_items(self, column: ColumnQuestion, what: str) -> ColumnAnswer:
        """Return the answer for a column of periods, or of items of a list that is not loaded."""
        if what.casefold() == "time":
            check = replace(self._makers.of_time(column.number, column.header), needed=False)
            return ColumnAnswer(check=check)
        ids = matching_ids(what, self._makers.lists)
        if self._list is None or len(ids) != 1 or ids[0] == self._list.id:
            return ColumnAnswer(reason=_NO_ROLE.format(header=column.header))
        if self._lists_change:
            return ColumnAnswer(reason=FILLED)
        check = self._makers.of_items(column.number, column.header, ids[0])
        judged = replace(check.check, blanks=True)
        return ColumnAnswer(check=replace(check, check=judged, needed=False))

    def _as_key(self, column: ColumnQuestion, role: str, *, by_header: bool) -> ColumnAnswer:
        if self._list is None and (role == "parent" or not by_header):
            reason = _NO_LIST if by_header else _NO_ROLE
            return ColumnAnswer(reason=reason.format(header=column.header, role=role.capitalize()))
        if role == "parent":
            return self._as_parent(column)
        if role == "name" and not self._are_named():
            return ColumnAnswer(reason=_NO_NAME.format(header=column.header))
        check = HeaderCheck(number=column.number, check=check_of_length(column.header))
        return ColumnAnswer(check=check, role=role)

    def _as_parent(self, column: ColumnQuestion) -> ColumnAnswer:
        assert self._list is not None
        if self._lists_change:
            return ColumnAnswer(reason=FILLED)
        above = self._list.parent
        if above is None:
            return ColumnAnswer(role="parent")
        parents = self._makers.described(str(above["id"]))
        tops = [each.top_level_item for each in (parents, self._list)]
        items = parents.read_items(["code", "name"])
        check = check_of_items(
            column.header,
            parents.label,
            [as_texts(items[key]) for key in ("code", "name")],
            perhaps=pa.array([top for top in tops if top], TEXT),
        )
        # It is known what it holds, and it is judged by itself.
        return ColumnAnswer(check=HeaderCheck(number=column.number, check=check))

    def _of_format(self, column: ColumnQuestion, format_: str, what: str) -> ColumnAnswer:
        check = self._makers.of_format(column.number, column.header, format_, self._decimal)
        return ColumnAnswer(check=check, reason=_BY_FORMAT.format(what=repr(what)))

    def _formats(self) -> Mapping[str, set[str]]:
        """Return the formats that a property of each name has in the list, or in all lists."""
        lists = self._makers.every_list if self._list is None else [self._list]
        return shared_formats(lists)

    def _are_named(self) -> bool:
        """Whether the items of the list have names of their own, as far as that is known."""
        if self._list is not None:
            return not self._list.is_numbered
        numbered = any(each.is_numbered for each in self._makers.every_list)
        return self._makers.knows_every_list and not numbered

    def _key_columns(self, roles: Mapping[str, int]) -> KeyColumns:
        items = None
        if self._list is not None and not self._lists_change:
            table = self._list.read_items(["code", "name"])
            items = ItemKeys(
                label=self._list.label,
                codes=as_texts(table["code"]),
                names=as_texts(table["name"]),
                top=self._list.top_level_item,
            )
        return KeyColumns(
            code=roles.get("code"),
            name=roles.get("name"),
            parent=roles.get("parent"),
            named=self._are_named(),
            items=items,
        )
