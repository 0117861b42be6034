"""OAuth clients of a tenant, and what they were granted: device codes, codes, refresh tokens.

By the contract (oauth-openapi.json) and by what was measured of it: a device code lives 900 s and
is polled every 5 s, a rotatable refresh token ends when it is used, ``profile`` is dropped from the
scope, and a client that was made for one grant cannot use the other.
"""

from __future__ import annotations

import hmac
import secrets
import string
import threading
import uuid
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Literal

from anaplan_frames.sandbox.tenant.login_tokens import Tokens
from anaplan_frames.sandbox.tenant.tenant_users import User

DEVICE_SECONDS = 900
POLL_SECONDS = 5
CODE_SECONDS = 600
SCOPE = "openid profile email offline_access"
_DROPPED = "profile"
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_USER_CODE = string.digits + "ABCDEFGHJKLMNPQRSTUVWXYZ"

Grant = Literal["device", "authorization_code"]


class OAuthError(Exception):
    """A refusal, by its OAuth error code."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client that was made for one grant.

    Attributes
    ----------
    id : str
        32 hex digits.
    grant : str
    secret : str or None
        Only clients for authorization codes have one.
    redirect_uri : str or None
        Where the browser is sent with the code.
    rotatable : bool
        Whether each refresh gives a new refresh token and ends the old one.
    refresh_lifetime : float
        Seconds until a refresh token ends.
    """

    id: str
    grant: Grant
    secret: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    rotatable: bool = True
    refresh_lifetime: float = 43_200


@dataclass(slots=True)
class _Device:
    client: OAuthClient
    scope: str
    user_code: str
    expires_at: float
    interval: float = POLL_SECONDS
    polled_at: float = float("-inf")
    user: User | None = None
    denied: bool = False


@dataclass(slots=True)
class _Granted:
    """What a code or refresh token stands for."""

    client: OAuthClient
    user: User
    scope: str
    expires_at: float
    _: KW_ONLY
    redirect_uri: str | None = None


class OAuthGrants:
    """The OAuth clients of a tenant and their grants.

    Parameters
    ----------
    tokens : Tokens
        Issues the access tokens.
    lifetime : float
        Seconds until an access token ends.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, tokens: Tokens, lifetime: float, clock: Callable[[], float]) -> None:
        self._tokens = tokens
        self._lifetime = lifetime
        self._clock = clock
        self._clients: dict[str, OAuthClient] = {}
        self._devices: dict[str, _Device] = {}
        self._codes: dict[str, _Granted] = {}
        self._refreshes: dict[str, _Granted] = {}
        self._lock = threading.Lock()

    def add(self, client: OAuthClient) -> OAuthClient:
        """Register a client."""
        self._clients[client.id] = client
        return client

    def begin_device(self, client_id: Any, scope: Any) -> dict[str, Any]:
        """Begin a device grant; the answer is the contract's, without the addresses."""
        client = self._client(client_id, "device")
        code = secrets.token_urlsafe(12)
        letters = "".join(secrets.choice(_USER_CODE) for _ in range(8))
        device = _Device(
            client,
            _scope(scope),
            f"{letters[:4]}-{letters[4:]}",
            self._clock() + DEVICE_SECONDS,
        )
        with self._lock:
            self._devices[code] = device
        return {
            "device_code": code,
            "user_code": device.user_code,
            "expires_in": DEVICE_SECONDS,
            "interval": POLL_SECONDS,
        }

    def decide(self, user_code: str, user: User | None) -> None:
        """Approve the device with this code for a user, or deny it if there is none.

        Raises
        ------
        ValueError
            If no device waits with this code.
        """
        with self._lock:
            now = self._clock()
            for device in self._devices.values():
                waits = device.user is None and not device.denied and device.expires_at > now
                if waits and device.user_code == user_code.strip().upper():
                    device.user, device.denied = user, user is None
                    return
        raise ValueError(f"No device waits with the code {user_code!r}.")

    def authorize(self, client_id: Any, redirect_uri: Any, scope: Any, user: User) -> str:
        """Return a code for a user who has signed in; the contract's redirect carries it."""
        client = self.check_authorize(client_id, redirect_uri)
        code = secrets.token_urlsafe(32)
        expires = self._clock() + CODE_SECONDS
        granted = _Granted(client, user, _scope(scope), expires, redirect_uri=redirect_uri)
        with self._lock:
            self._codes[code] = granted
        return code

    def check_authorize(self, client_id: Any, redirect_uri: Any) -> OAuthClient:
        """Return the client of a link to sign in, or refuse the link."""
        client = self._client(client_id, "authorization_code")
        if redirect_uri != client.redirect_uri:
            raise OAuthError("invalid_request", "The redirect URI does not match the client's.")
        return client

    def exchange(self, body: dict[str, Any]) -> dict[str, Any]:
        """Answer ``POST /oauth/token``."""
        kind = body.get("grant_type")
        with self._lock:
            if kind == _DEVICE_GRANT:
                granted, refresh = self._of_device(body), None
            elif kind == "authorization_code":
                granted, refresh = self._of_code(body), None
            elif kind == "refresh_token":
                granted, refresh = self._of_refresh(body)
            else:
                raise OAuthError("invalid_request", "The grant type is not supported.")
            if refresh is None:
                refresh = secrets.token_urlsafe(36)
                lifetime = granted.client.refresh_lifetime
                granted.expires_at = self._clock() + lifetime
                self._refreshes[refresh] = granted
        return {
            "access_token": self._tokens.issue(granted.user, oauth=True).value,
            "id_token": f"{secrets.token_urlsafe(16)}.{uuid.uuid4().hex}.",
            "refresh_token": refresh,
            "scope": granted.scope,
            "expires_in": int(self._lifetime),
            "token_type": "Bearer",
        }

    def is_alive(self, refresh_token: str) -> bool:
        """Whether a refresh token can still be used."""
        granted = self._refreshes.get(refresh_token)
        return granted is not None and granted.expires_at > self._clock()

    def end_all(self) -> None:
        """End all refresh tokens, as an administrator may."""
        with self._lock:
            self._refreshes.clear()

    def _of_device(self, body: dict[str, Any]) -> _Granted:
        client = self._client(body.get("client_id"), "device")
        code = str(body.get("device_code"))
        device = self._devices.get(code)
        if device is None or device.client is not client:
            raise OAuthError("invalid_grant", "The device code is not valid.")
        now = self._clock()
        if device.expires_at <= now:
            raise OAuthError("expired_token", "The device code has expired.", 403)
        if device.denied:
            raise OAuthError("access_denied", "The user denied access.", 403)
        early = now < device.polled_at + device.interval
        device.polled_at = now
        if early:
            device.interval += POLL_SECONDS
            raise OAuthError("slow_down", "You are polling faster than the interval.", 403)
        if device.user is None:
            raise OAuthError("authorization_pending", "The user has not approved yet.", 403)
        del self._devices[code]
        return _Granted(client, device.user, device.scope, 0)

    def _of_code(self, body: dict[str, Any]) -> _Granted:
        client = self._client(body.get("client_id"), "authorization_code")
        self._check_secret(client, body)
        granted = self._codes.pop(str(body.get("code")), None)
        if granted is None or granted.client is not client or granted.expires_at <= self._clock():
            raise OAuthError("invalid_grant", "The code is not valid or has expired.")
        if body.get("redirect_uri") != granted.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect URI is not that of the code.")
        return granted

    def _of_refresh(self, body: dict[str, Any]) -> tuple[_Granted, str | None]:
        client = self._client(body.get("client_id"), None)
        self._check_secret(client, body)
        token = str(body.get("refresh_token"))
        granted = self._refreshes.get(token)
        if granted is None or granted.client is not client or granted.expires_at <= self._clock():
            raise OAuthError("invalid_grant", "Unknown or invalid refresh token.", 403)
        if not client.rotatable:
            return granted, token
        del self._refreshes[token]
        return granted, None

    def _client(self, client_id: Any, grant: Grant | None) -> OAuthClient:
        client = self._clients.get(str(client_id))
        if client is None:
            raise OAuthError("unauthorized_client", "The client is not known.", 403)
        if grant is not None and client.grant != grant:
            text = "The grant type is not allowed for the client."
            raise OAuthError("unauthorized_client", text, 403)
        return client

    def _check_secret(self, client: OAuthClient, body: dict[str, Any]) -> None:
        given = str(body.get("client_secret") or "")
        if client.secret is not None and not hmac.compare_digest(client.secret, given):
            raise OAuthError("access_denied", "Unauthorized: the client secret is wrong.", 401)


def _scope(asked: Any) -> str:
    words = str(asked or SCOPE).split()
    return " ".join(word for word in words if word != _DROPPED)
