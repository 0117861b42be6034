"""Tokens of the authentication service: issued, refreshed, revoked, expired."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from anaplan_frames.sandbox.tenant.tenant_users import User


@dataclass(slots=True)
class Token:
    """One login of a user; `expires_at` is in seconds since the epoch.

    `oauth` says whether it was made by a grant of OAuth, so that it is taken as ``Bearer``, too.
    """

    user: User
    expires_at: float
    oauth: bool = False
    value: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    refresh_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Tokens:
    """The valid tokens of a tenant.

    Parameters
    ----------
    lifetime : float
        Seconds from a login or a refresh until the token expires.
    clock : callable
        Returns the seconds since the epoch.
    notes_logins : bool
        Whether they are logins of the service, which a user's record shows.
    """

    def __init__(
        self, lifetime: float, clock: Callable[[], float], *, notes_logins: bool = True
    ) -> None:
        self._lifetime = lifetime
        self._clock = clock
        self._notes_logins = notes_logins
        self._alive: dict[str, Token] = {}
        self._lock = threading.Lock()

    def issue(self, user: User, *, oauth: bool = False) -> Token:
        """Log the user in; earlier tokens of the same user stay valid."""
        now = self._clock()
        token = Token(user, now + self._lifetime, oauth)
        with self._lock:
            self._alive = {v: t for v, t in self._alive.items() if t.expires_at > now}
            self._alive[token.value] = token
        if self._notes_logins:
            user.last_login = now
        return token

    def find(self, value: str) -> Token | None:
        """Return the token with this value, unless it has ended or its user is inactive."""
        with self._lock:
            token = self._alive.get(value)
        alive = token and token.expires_at > self._clock() and token.user.active
        return token if alive else None

    def refresh(self, value: str) -> Token | None:
        """Extend a valid token; its value stays the same."""
        token = self.find(value)
        if token:
            token.expires_at = self._clock() + self._lifetime
            token.refresh_id = str(uuid.uuid4())
        return token

    def revoke(self, value: str) -> bool:
        """Log out; return False if the token was not valid."""
        token = self.find(value)
        with self._lock:
            self._alive.pop(value, None)
        return token is not None

    def revoke_all(self) -> None:
        """Revoke all tokens, as a restart of the service does."""
        with self._lock:
            self._alive.clear()
