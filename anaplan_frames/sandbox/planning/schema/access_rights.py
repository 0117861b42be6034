"""Who may see and change what in a model: users' roles, and selective access to items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

AccessLevel: TypeAlias = Literal["none", "read", "write"]
ItemLevel: TypeAlias = Literal["read", "write"]


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """A role in a model.

    Attributes
    ----------
    modules, lists, versions : dict of str to str
        The levels of access, by id.
    actions : frozenset of str or None
        The ids of the actions and processes that may be run; None for all.
    others : str
        The level of the modules, lists and versions that are not named.
    """

    name: str
    modules: Mapping[str, AccessLevel]
    lists: Mapping[str, AccessLevel]
    versions: Mapping[str, AccessLevel]
    actions: frozenset[str] | None
    others: AccessLevel


@dataclass(slots=True)
class ItemGrants:
    """The items of a list with selective access to which a user has access.

    Attributes
    ----------
    read, write : tuple of str
        Names or codes. An item that may be written may be read, too.
    added : list of int
        The ids of items that the user has added, and may write.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    added: list[int] = field(default_factory=list)

    def texts(self, level: ItemLevel) -> tuple[str, ...]:
        """Return the names or codes of the items with at least this level."""
        return self.write if level == "write" else (*self.read, *self.write)


@dataclass(frozen=True, slots=True)
class Access:
    """What one user may do in a model.

    Attributes
    ----------
    role : Role or None
        None for full access, which administrators have in any case.
    items : dict of str to ItemGrants, or None
        By the ids of lists with selective access; None if all items may be written.
    administrator : bool
        Whether the user may write to all cells, also those of items that are not shown.
    """

    role: Role | None = None
    items: dict[str, ItemGrants] | None = None
    administrator: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether there is something that the user may not read or change."""
        return self.role is not None or self.items is not None

    def module_level(self, id: str) -> AccessLevel:
        """Return the level of access to a module."""
        return "write" if self.role is None else self.role.modules.get(id, self.role.others)

    def list_level(self, id: str) -> AccessLevel:
        """Return the level of access to a list."""
        return "write" if self.role is None else self.role.lists.get(id, self.role.others)

    @property
    def managing(self) -> Access:
        """What the user may do with lists, and to cells; administrators may do all."""
        return FULL if self.administrator else self

    def note_added(self, list_id: str, ids: Iterable[int]) -> None:
        """Let the user write to items of a list that the user has added."""
        if self.items is not None:
            self.items.setdefault(list_id, ItemGrants()).added.extend(ids)

    def may_run(self, id: str) -> bool:
        """Return whether an action or process may be run."""
        return self.role is None or self.role.actions is None or id in self.role.actions

    def grants(self, list_id: str) -> ItemGrants:
        """Return the access to the items of a list with selective access."""
        return (self.items or {}).get(list_id) or ItemGrants()


FULL = Access()


class AccessRights:
    """The roles of a model, and the users who have them; all others have full access."""

    def __init__(self) -> None:
        self.roles: dict[str, Role] = {}
        self._assigned: dict[str, tuple[Role | None, dict[str, ItemGrants] | None]] = {}

    def assign(self, email: str, role: Role | None, items: dict[str, ItemGrants] | None) -> None:
        """Give a user a role, and access to items by the ids of their lists."""
        self._assigned[email.casefold()] = role, items

    def of(self, email: str, *, administrator: bool) -> Access:
        """Return what a user may do."""
        role, items = self._assigned.get(email.casefold(), (None, None))
        return Access(None if administrator else role, items, administrator)


def parse_role(
    name: str,
    known: Mapping[str, Mapping[str, str]],
    given: Mapping[str, Mapping[Any, str]],
    actions: Sequence[Any] | None,
    others: str,
) -> Role:
    """Check and make a role.

    Parameters
    ----------
    known : mapping of str to mapping of str to str
        The names of the model's modules, lists, versions and actions, by kind and id.
    given : mapping of str to mapping
        The levels by definition or name, by kind.
    actions : sequence, optional
        Actions or their names; by default all, or none if `others` is "none".
    others : {"none", "read", "write"}

    Raises
    ------
    ValueError
        If something is not in the model, or a level does not exist.
    """
    levels: dict[str, dict[str, Any]] = {}
    for kind, of_kind in given.items():
        levels[kind] = {
            _found(kind, one, known[kind]): _level(level) for one, level in of_kind.items()
        }
    chosen = (
        None
        if actions is None and others != "none"
        else frozenset(_found("actions", one, known["actions"]) for one in actions or ())
    )
    return Role(name, **levels, actions=chosen, others=_level(others))


def parse_grants(list_name: str, given: Mapping[str, Sequence[str]]) -> ItemGrants:
    """Check and make the access to items of a list."""
    for level, items in given.items():
        if level not in get_args(ItemLevel):
            raise ValueError(
                f"Access to items of {list_name!r} is 'read' or 'write', not {level!r}."
            )
        if isinstance(items, str):
            raise ValueError(f"Access to {list_name!r} needs a list of items, not {items!r}.")
    return ItemGrants(tuple(given.get("read", ())), tuple(given.get("write", ())))


def _level(given: str) -> AccessLevel:
    for level in get_args(AccessLevel):
        if given == level:
            found: AccessLevel = level
            return found
    raise ValueError(f"A level of access is 'none', 'read' or 'write', not {given!r}.")


def _found(kind: str, one: Any, known: Mapping[str, str]) -> str:
    """Return the id of something that is given by name or as a definition."""
    name = getattr(one, "id", one)
    for id, other in known.items():
        if name in (id, other):
            return id
    raise ValueError(
        f"{getattr(one, 'name', one)!r} is not among the {kind} of this model. Name one that is."
    )
