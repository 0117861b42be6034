"""`RefreshTokenAuth`: renew a login that was made elsewhere."""

from __future__ import annotations

from typing import Any

from anaplan_frames.auth.credentials import OAuthService, Token
from anaplan_frames.auth.oauth import USUAL_SCOPE, OAuthCredentials
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.token_store import StoreLike, TokenStore


class RefreshTokenAuth(OAuthCredentials):
    """Sign in with a refresh token, given or stored. Nobody is asked.

    Parameters
    ----------
    client_id : str
        The OAuth client that the refresh token is of.
    refresh_token : str, optional
        By default the stored one. One that is given counts until it has been used; what it was
        renewed to is in the store.
    client_secret : str, optional
        Only clients for sign-in in a browser have one.
    rotatable : bool
        Whether each refresh ends the refresh token before it. With ``store=None`` the last
        one is lost when the program ends.
    store : "auto", path, TokenStore or None
        As for `DeviceAuth`.
    scope : str

    Raises
    ------
    ConfigurationError
        The client id is not one.

    Examples
    --------
    >>> auth = af.RefreshTokenAuth("0123456789abcdef0123456789abcdef", store="login.json")
    ... # doctest: +SKIP
    """

    def __init__(
        self,
        client_id: str,
        refresh_token: str | None = None,
        *,
        client_secret: str | None = None,
        rotatable: bool = True,
        store: StoreLike = "auto",
        scope: str = USUAL_SCOPE,
    ) -> None:
        refresh = Secret(refresh_token) if refresh_token else None
        secret = Secret(client_secret) if client_secret else None
        del refresh_token, client_secret
        super().__init__(client_id, secret, refresh, store=store, rotatable=rotatable, scope=scope)

    def elsewhere(self) -> StoredLoginAuth | None:
        """Return what another process renews the stored login with; it holds no secret."""
        return stored_login(self)

    def sign_in(self, service: OAuthService) -> Token:
        """Raise, as nobody is asked."""
        if self._given.refresh_token is None and (self._store is None or not self._store.load()):
            raise self.sign_in_required(f"There is no stored login of client {self.client_id}.")
        raise self.sign_in_required("Anaplan no longer accepts the refresh token.")


def stored_login(auth: OAuthCredentials) -> StoredLoginAuth | None:
    """Return what renews the stored login and holds no secret; None without a store."""
    return None if auth.store is None else StoredLoginAuth(auth.client_id, auth.store)


class StoredLoginAuth(RefreshTokenAuth):
    """A login in a store, renewed by whichever process needs it; its pickle holds no secret.

    Parameters
    ----------
    client_id : str
    store : TokenStore
    """

    def __init__(self, client_id: str, store: TokenStore) -> None:
        super().__init__(client_id, store=store)

    def __reduce__(self) -> tuple[Any, ...]:
        return StoredLoginAuth, (self.client_id, self._store)
