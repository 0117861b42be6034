"""The users of a tenant: their logins, and the models that they may use."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field

# A fixed namespace, so that a user or tenant has the same id in every run.
_NAMESPACE = uuid.UUID("6f1f4e0a-6b0f-4c55-9d0e-2f3f1f5c7a11")

# The roles of a tenant that APIs ask for; those of a workspace or model are not among them.
ROLES = frozenset(
    {
        "Tenant Administrator",
        "Tenant Auditor",
        "Tenant Security Admin",
        "User Administrator",
        "Restricted Integration User",
    }
)
CUSTOMER_ID = uuid.uuid5(_NAMESPACE, "customer").hex


@dataclass(slots=True)
class User:
    """A user, who can log in.

    Attributes
    ----------
    id : str
        32 hex digits; an email has the same id in every run.
    administrator : bool
        Whether the user administers the workspaces; `GET /workspaces/{id}` is 404 for others.
    models : frozenset of str or None
        Ids of the models that the user may use; None stands for all.
    roles : frozenset of str
        The roles in the tenant; a first user has all of `ROLES`.
    """

    email: str
    password: str = field(repr=False)
    first_name: str = "Demo"
    last_name: str = "User"
    _: KW_ONLY
    administrator: bool = True
    models: frozenset[str] | None = None
    roles: frozenset[str] = ROLES
    last_login: float | None = None
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = user_id(self.email)

    def may_use(self, model_id: str) -> bool:
        """Return whether the user has a role in the model."""
        return self.models is None or model_id in self.models


def user_id(email: str) -> str:
    """Return the id of the user with this email."""
    return uuid.uuid5(_NAMESPACE, email.casefold()).hex


class Users:
    """The tenant's users, found by email or id."""

    def __init__(self) -> None:
        self._by_id: dict[str, User] = {}

    def add(
        self,
        email: str,
        password: str,
        *,
        administrator: bool = True,
        models: Iterable[str] | None = None,
        roles: Iterable[str] | None = None,
    ) -> User:
        """Add a user, or replace the one with this email.

        Raises
        ------
        ValueError
            If there is no such role.
        """
        held = ROLES if roles is None else frozenset(roles)
        if not held <= ROLES:
            unknown = ", ".join(sorted(held - ROLES))
            raise ValueError(f"Roles of a tenant are {', '.join(sorted(ROLES))}; not {unknown}.")
        allowed = None if models is None else frozenset(models)
        first, _, last = email.partition("@")[0].replace(".", " ").title().partition(" ")
        user = User(
            email,
            password,
            first or "Demo",
            last or "User",
            administrator=administrator,
            models=allowed,
            roles=held,
        )
        self._by_id[user.id] = user
        return user

    def by_email(self, email: str) -> User | None:
        """Find a user by email, ignoring case."""
        return self._by_id.get(user_id(email))

    def by_id(self, id: str) -> User | None:
        """Find a user by id."""
        return self._by_id.get(id)

    def all(self) -> list[User]:
        """List the users in the order in which they were added."""
        return list(self._by_id.values())
