"""Ids as Anaplan makes them: 12 digits in a model; the first three show the kind of object."""

from __future__ import annotations

import hashlib

LIST = "101"
MODULE = "102"
VERSION = "107"
SUBSET = "109"
IMPORT = "112"
FILE = "113"
LINE_ITEM_SUBSET = "114"
DASHBOARD = "115"
EXPORT = "116"
ACTION = "117"
PROCESS = "118"
LINE_ITEM = "206"
VIEW = "207"
DATA_TAG = "127"
USER = "199"

TIME = "20000000003"
VERSIONS = "20000000020"
LINE_ITEMS = "20000000012"
USERS = "101999999999"


class Ids:
    """The ids of a model; none is used twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}
        self._tags: dict[str, str] = {}

    def take(self, prefix: str, given: str | None, label: str) -> str:
        """Return `given`, or the next free id with this prefix.

        Raises
        ------
        ValueError
            If `given` is already in use or is not a number of 11 to 13 digits.
        """
        if given is not None:
            if not (given.isascii() and given.isdigit() and 11 <= len(given) <= 13):
                raise ValueError(f"The id {given!r} of {label} must be a number of 12 digits.")
            if given in self._taken:
                raise ValueError(
                    f"The id {given} of {label} is already in use in this model. Give another, or "
                    "none."
                )
            self._taken.add(given)
            return given
        number = self._last.get(prefix, 0) + 1
        while f"{prefix}{number:09d}" in self._taken:
            number += 1
        self._last[prefix] = number
        found = f"{prefix}{number:09d}"
        self._taken.add(found)
        return found

    def release(self, id: str) -> None:
        """Let an id be given again; it is not made again."""
        self._taken.discard(id)

    def tag(self, name: str, given: str | None = None) -> str:
        """Return the id of the data tag with this name, which is made if there is none."""
        if name not in self._tags:
            self._tags[name] = self.take(DATA_TAG, given, f"data tag {name!r}")
        return self._tags[name]


def hexadecimal_id(*names: str) -> str:
    """Return an id for a workspace or model: 32 hex digits, always the same for the same names."""
    return hashlib.md5("\n".join(names).encode(), usedforsecurity=False).hexdigest()
