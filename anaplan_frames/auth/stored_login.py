"""What is kept of a login by OAuth, and how it is written as text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.auth.credentials import Token
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.token_store import TokenStore
from anaplan_frames.json_parsing import parse_json

_SHORTEST = 60.0  # seconds; a token that ends sooner is replaced
_USUAL_LIFETIME = 2100.0  # seconds, if an answer does not say


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A login by OAuth.

    Attributes
    ----------
    client_id : str
    client_secret, refresh_token, access_token : Secret or None
    expires_at : float
        When the access token ends, in seconds since the epoch by the clock of this machine.
    given : str
        A digest of the refresh token that the user passed, from which the others come.
    """

    client_id: str
    client_secret: Secret[str] | None = None
    refresh_token: Secret[str] | None = None
    access_token: Secret[str] | None = None
    expires_at: float = 0.0
    given: str = ""

    def token(self, now: float, refused: Token | None) -> Token | None:
        """Return the access token, unless it ends soon or is the one that was refused."""
        if self.access_token is None or self.expires_at - now < _SHORTEST:
            return None
        if refused is not None and refused.value == self.access_token.reveal():
            return None
        return self.access()

    def access(self) -> Token:
        """Return the access token."""
        assert self.access_token is not None
        return Token(self.access_token.reveal(), self.expires_at, "Bearer")

    def renewed(self, answer: Mapping[str, Any], now: float) -> StoredLogin:
        """Return this login with the tokens of an answer; a missing refresh token stays."""
        seconds = answer.get("expires_in")
        lifetime = float(seconds) if isinstance(seconds, int | float) else _USUAL_LIFETIME
        refresh = answer.get("refresh_token")
        return replace(
            self,
            access_token=Secret(str(answer["access_token"])),
            refresh_token=Secret(str(refresh)) if refresh else self.refresh_token,
            expires_at=now + lifetime,
        )

    def save(self, store: TokenStore) -> None:
        """Keep it in a store."""
        store.save(
            json.dumps(
                {
                    "schema": 1,
                    "client_id": self.client_id,
                    "client_secret": _revealed(self.client_secret),
                    "refresh_token": _revealed(self.refresh_token),
                    "access_token": _revealed(self.access_token),
                    "expires_at": self.expires_at,
                    "given": self.given,
                }
            )
        )


def load_login(store: TokenStore) -> StoredLogin | None:
    """Return the login in a store; None if there is none, or it cannot be read."""
    try:
        found = parse_json(store.load() or "null")
    except ValueError:  # whose text is the login
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("client_id"), str):
        return None
    expires = found.get("expires_at")
    return StoredLogin(
        found["client_id"],
        _secret(found.get("client_secret")),
        _secret(found.get("refresh_token")),
        _secret(found.get("access_token")),
        float(expires) if isinstance(expires, int | float) else 0.0,
        str(found.get("given") or ""),
    )


def digest(secret: Secret[str] | None) -> str:
    """Return what shows whether two refresh tokens are the same, and nothing else of them."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest() if secret is not None else ""


def _secret(value: Any) -> Secret[str] | None:
    return Secret(value) if isinstance(value, str) and value else None


def _revealed(secret: Secret[str] | None) -> str | None:
    return secret.reveal() if secret is not None else None
