"""The caller's rows about users: their texts, and what these mean; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from anaplan_frames.admin.list_texts import split_list
from anaplan_frames.admin.tenant_lookup import ID
from anaplan_frames.errors import AmbiguousName, NotFound
from anaplan_frames.lookup import find_id
from anaplan_frames.outcomes import yes_or_no

_BOOLEANS = {"1": True, "0": False, "yes": True, "no": False}


class BadRow(Exception):
    """Why Anaplan would refuse a row."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """One row.

    Attributes
    ----------
    position : int
    texts : mapping of str to str
        By column, what is not blank.
    """

    position: int
    texts: Mapping[str, str]

    @property
    def id(self) -> str:
        """The id by which the row names its user; empty if it gives a name."""
        name = self.texts.get("user_name", "")
        return self.texts.get("id") or (name if ID.fullmatch(name) else "")

    @property
    def user_name(self) -> str:
        """The name of the user; empty if the row only has an id."""
        name = self.texts.get("user_name", "")
        return "" if ID.fullmatch(name) else name

    @property
    def key(self) -> tuple[str, str]:
        """What is equal for two rows about the same user."""
        return ("id", self.id) if self.id else ("user_name", folded(self.user_name))

    def active(self) -> bool | None:
        """Return whether the user is to be active; None if the row does not say.

        Raises
        ------
        BadRow
            If it says something else than yes or no.
        """
        text = self.texts.get("active")
        if text is None:
            return None
        found = yes_or_no(text)
        found = _BOOLEANS.get(text.casefold()) if found is None else found
        if found is None:
            raise BadRow(f"active must be true or false, not {text!r}")
        return found


def user_rows(table: pa.Table) -> Iterator[UserRow]:
    """Yield the rows of a table of texts; what is blank counts as not given."""
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for position in range(table.num_rows):
        texts = {name: (values[position] or "").strip() for name, values in columns.items()}
        yield UserRow(position, {name: text for name, text in texts.items() if text})


def folded(user_name: str) -> str:
    """Return what is equal for two names of one user: an email is the same in any case."""
    return user_name.strip().casefold()


def names_workspaces(row: UserRow) -> bool:
    """Whether a row gives workspaces by name, so that the names must be known."""
    text = row.texts.get("workspaces")
    return text is not None and not all(map(ID.fullmatch, split_list(text)))


def wanted_workspaces(
    row: UserRow, held: Mapping[str, str], names: Mapping[str, str]
) -> tuple[str, ...] | None:
    """Return the ids of the workspaces that a user is to be entitled to; None if it does not say.

    A row may have names and ids, as a frame of users has. If they differ, those count that are not
    what the user has.

    Parameters
    ----------
    held : mapping of str to str
        The workspaces that the user has: names by id.
    names : mapping of str to str
        The names of all workspaces that are known, by id.

    Raises
    ------
    BadRow
        If a name is not known, or the two columns contradict each other.
    """
    by_name = _ids(row.texts.get("workspaces"), names)
    by_id = _ids(row.texts.get("workspace_ids"), names)
    if by_name is None or by_id is None:
        return by_id if by_name is None else by_name
    if set(by_name) == set(by_id) or set(by_id) == set(held):
        return by_name
    if set(by_name) == set(held):
        return by_id
    raise BadRow("workspaces and workspace_ids name different workspaces; leave one of them out")


def _ids(text: str | None, names: Mapping[str, str]) -> tuple[str, ...] | None:
    if text is None:
        return None
    exact = [id_ for id_, name in names.items() if name == text]
    if len(exact) == 1:  # a name may hold a comma
        return (exact[0],)
    return tuple(dict.fromkeys(_id(part, names) for part in split_list(text)))


def _id(text: str, names: Mapping[str, str]) -> str:
    if ID.fullmatch(text):
        return text
    try:
        return find_id(text, names, kind="workspaces", owner="that your user may see")
    except (NotFound, AmbiguousName) as error:
        raise BadRow(str(error)) from None
