"""The users of a tenant: their logins, and the models that they may use."""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

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
DEFAULT_LICENSES = ("Professional",)
CUSTOMER_ID = uuid.uuid5(_NAMESPACE, "customer").hex


@dataclass(slots=True)
class User:
    """A user, who can log in.

    Attributes
    ----------
    id : str
        32 hex digits; by default an email has the same id in every run.
    administrator : bool
        Whether the user administers the workspaces; `GET /workspaces/{id}` is 404 for others.
    models : frozenset of str or None
        Ids of the models that the user may use; None stands for all.
    roles : frozenset of str
        The roles in the tenant; a first user has all of `ROLES`.
    active : bool
        Whether the user can log in.
    workspaces : tuple of str or None
        Ids of the workspaces that the user is entitled to; None stands for those of `models`.
    external_id : str or None
        The id that another system has for the user.
    licenses : tuple of str
    created, changed : float
        Seconds since the epoch.
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
    active: bool = True
    workspaces: tuple[str, ...] | None = None
    external_id: str | None = None
    licenses: tuple[str, ...] = DEFAULT_LICENSES
    created: float = 0.0
    changed: float = 0.0
    id: str = ""

    def __post_init__(self) -> None:
        self.id = self.id or user_id(self.email)

    def may_use(self, model_id: str) -> bool:
        """Return whether the user has a role in the model."""
        return self.models is None or model_id in self.models

    def may_enter(self, workspace_id: str) -> bool:
        """Return whether an entitlement, if there are any, lets the user into a workspace."""
        return self.workspaces is None or workspace_id in self.workspaces


def user_id(email: str) -> str:
    """Return the id of the user with this email."""
    return uuid.uuid5(_NAMESPACE, email.casefold()).hex


class Users:
    """The tenant's users, found by email or id."""

    def __init__(self) -> None:
        self._by_id: dict[str, User] = {}
        self._by_email: dict[str, User] = {}

    def add(
        self,
        email: str,
        password: str | None,
        *,
        roles: Iterable[str] | None = None,
        models: Iterable[str] | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        now: float = 0.0,
        **attributes: Any,
    ) -> User:
        """Add a user, or replace the one with this email.

        Parameters
        ----------
        email : str
        password : str or None
            None: the user cannot log in with one.
        roles, models : iterable of str, optional
        first_name, last_name : str, optional
            By default they follow from the email.
        now : float
            Seconds since the epoch.
        **attributes
            Of `User`.

        Raises
        ------
        ValueError
            If there is no such role.
        """
        held = ROLES if roles is None else frozenset(roles)
        if not held <= ROLES:
            unknown = ", ".join(sorted(held - ROLES))
            raise ValueError(f"Roles of a tenant are {', '.join(sorted(ROLES))}; not {unknown}.")
        first, _, last = email.partition("@")[0].replace(".", " ").title().partition(" ")
        user = User(
            email,
            secrets.token_urlsafe(24) if password is None else password,
            first_name or first or "Demo",
            last_name or last or "User",
            models=None if models is None else frozenset(models),
            roles=held,
            created=now,
            changed=now,
            **attributes,
        )
        before = self.by_email(email)
        if before is not None and before.id != user.id:
            del self._by_id[before.id]
        self._by_id[user.id] = self._by_email[email.casefold()] = user
        return user

    def remove(self, email: str) -> None:
        """Remove a user, as a tenant's administrators can ask the service's support to do.

        Raises
        ------
        KeyError
            If there is none with this email.
        """
        del self._by_id[self._by_email.pop(email.casefold()).id]

    def by_email(self, email: str) -> User | None:
        """Find a user by email, ignoring case."""
        return self._by_email.get(email.casefold())

    def by_login(self, email: str, password: str) -> User | None:
        """Find the user who can log in with this email and password."""
        user = self.by_email(email)
        if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
            return None
        return user if user.active else None

    def by_id(self, id: str) -> User | None:
        """Find a user by id."""
        return self._by_id.get(id)

    def all(self) -> list[User]:
        """List the users in the order in which they were added."""
        return list(self._by_id.values())
