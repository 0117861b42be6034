"""`BrowserAuth`: sign in on the company's own login page, in a browser."""

from __future__ import annotations

import hmac
import secrets
import webbrowser
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from anaplan_frames.auth.credentials import LoginRequest, OAuthService, Token
from anaplan_frames.auth.oauth import (
    TOKEN_PATH,
    USUAL_SCOPE,
    OAuthCredentials,
)
from anaplan_frames.auth.redirect_listener import RedirectListener, is_local
from anaplan_frames.auth.refresh_grant import StoredLoginAuth, stored_login
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.sign_in_link import can_ask, show_link
from anaplan_frames.auth.token_store import StoreLike
from anaplan_frames.errors import ConfigurationError

USUAL_REDIRECT = "http://localhost:8089"
_PATIENCE = 300.0  # seconds for a person to sign in
_STEP = 0.5  # seconds


class BrowserAuth(OAuthCredentials):
    """Sign in on Anaplan's or the company's login page (the authorization code of OAuth).

    This is the way for users who sign in by SSO. The browser comes back to `redirect_uri`: if that
    is this machine, the sign-in is received by itself; if not, or without a browser here, the
    address that the browser then shows is pasted. The login is stored, as with `DeviceAuth`.

    Parameters
    ----------
    client_id, client_secret : str
        Of an OAuth client made for the authorization-code grant, by a Tenant Security Admin.
    redirect_uri : str
        One that the client has.
    open_browser : bool
        False: the link is shown only, and the address is pasted.
    rotatable, store, scope
        As for `DeviceAuth`.

    Raises
    ------
    ConfigurationError
        The client id is not one, or the secret is empty.

    Examples
    --------
    >>> auth = af.BrowserAuth(client_id, client_secret)  # doctest: +SKIP
    >>> conn = af.connect(auth=auth)  # doctest: +SKIP
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        redirect_uri: str = USUAL_REDIRECT,
        open_browser: bool = True,
        rotatable: bool = True,
        store: StoreLike = "auto",
        scope: str = USUAL_SCOPE,
    ) -> None:
        secret = Secret(client_secret)
        del client_secret
        if not secret.reveal():
            raise ConfigurationError("BrowserAuth needs the client's secret; it is empty.")
        super().__init__(client_id, secret, None, store=store, rotatable=rotatable, scope=scope)
        self.redirect_uri: str = redirect_uri
        self._secret = secret
        self._open_browser = open_browser

    def elsewhere(self) -> StoredLoginAuth | None:
        """Return what another process renews the stored login with; it holds no secret."""
        return stored_login(self)

    def sign_in(self, service: OAuthService) -> Token:
        """Send the browser to the login page, and exchange the code that it brings back."""
        received = self._open_browser and is_local(self.redirect_uri)
        if not received and not can_ask():
            raise self.sign_in_required("There is no stored login that can be renewed.")
        state = secrets.token_urlsafe(24)
        query = self._received(service, state) if received else self._pasted(service, state)
        if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            raise self.sign_in_required("The browser came back from another sign-in than this one.")
        if "code" not in query:
            says = query.get("error_description") or query.get("error") or "no code"
            raise self.sign_in_required(f"The sign-in in the browser failed: {says!r}.")
        code = Secret(query["code"])
        del query
        answer = self.exchange(service, self._code_request(code), self._secret, code)
        if isinstance(answer, Token):
            return answer
        raise answer.as_error(self.client_id)

    def link(self, service: OAuthService, state: str) -> str:
        """Return the address of the login page."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": state,
        }
        return f"{service.url('/auth/authorize')}?{urlencode(query)}"

    def _received(self, service: OAuthService, state: str) -> Mapping[str, str]:
        link = self.link(service, state)
        with RedirectListener(self.redirect_uri) as listener:
            show_link(link, "")
            webbrowser.open(link)
            end = service.now() + _PATIENCE
            while service.now() < end:
                service.sleep(0)  # notices that the call is given up
                found = listener.wait(_STEP)
                if found is not None:
                    return found
        raise self.sign_in_required(
            f"Nobody has signed in within {_PATIENCE:.0f} s. If the browser is on another machine, "
            "pass open_browser=False."
        )

    def _pasted(self, service: OAuthService, state: str) -> Mapping[str, str]:
        show_link(self.link(service, state), "")
        address = input("Sign in, and paste the address that the browser shows then: ")
        return dict(parse_qsl(urlsplit(address.strip()).query))

    def _code_request(self, code: Secret[str]) -> LoginRequest:
        body = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "client_id": self.client_id,
            "client_secret": self._secret.reveal(),
            "redirect_uri": self.redirect_uri,
        }
        return LoginRequest(TOKEN_PATH, {}, body, "oauth", repeatable=False)
