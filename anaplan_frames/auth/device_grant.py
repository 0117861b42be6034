"""`DeviceAuth`: sign in by a link and a code, on any machine that has a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anaplan_frames.auth.credentials import LoginRequest, OAuthService, Token
from anaplan_frames.auth.oauth import (
    TOKEN_PATH,
    USUAL_SCOPE,
    OAuthCredentials,
    check_answer,
)
from anaplan_frames.auth.refresh_grant import StoredLoginAuth, stored_login
from anaplan_frames.auth.sign_in_link import Show, can_ask, show_link
from anaplan_frames.auth.token_store import StoreLike

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SHORTEST_INTERVAL = 1.0  # seconds
_SLOWER = 5.0  # seconds, as RFC 8628 says


class DeviceAuth(OAuthCredentials):
    """Sign in with the device grant of OAuth: open a link in any browser and approve.

    The link is shown in a notebook, or on the terminal. The login is stored, so that later runs,
    and other processes, renew it without a person. Anaplan does not offer this grant to users who
    sign in by SSO: for them there is `BrowserAuth`.

    Parameters
    ----------
    client_id : str
        Of an OAuth client made for the device grant, by a Tenant Security Admin of Anaplan.
    rotatable : bool
        Whether the client's refresh tokens are rotatable.
    store : "auto", path, TokenStore or None
        Where the login is kept. "auto": the keyring of the operating system if the extra
        ``keyring`` is installed, else a file that only you can read. None: in memory.
    show : callable, optional
        Called with the link and the code, instead of showing them.
    scope : str

    Raises
    ------
    ConfigurationError
        The client id is not one.

    Examples
    --------
    >>> conn = af.connect(auth=af.DeviceAuth("0123456789abcdef0123456789abcdef"))
    ... # doctest: +SKIP
    """

    def __init__(
        self,
        client_id: str,
        *,
        rotatable: bool = True,
        store: StoreLike = "auto",
        show: Show | None = None,
        scope: str = USUAL_SCOPE,
    ) -> None:
        super().__init__(client_id, None, None, store=store, rotatable=rotatable, scope=scope)
        self._show = show

    def elsewhere(self) -> StoredLoginAuth | None:
        """Return what another process renews the stored login with; it holds no secret."""
        return stored_login(self)

    def sign_in(self, service: OAuthService) -> Token:
        """Show a link and a code, and wait until somebody has approved."""
        if self._show is None and not can_ask():
            raise self.sign_in_required("There is no stored login that can be renewed.")
        body = {"client_id": self.client_id, "scope": self.scope}
        begun = service.ask(LoginRequest("/oauth/device/code", {}, body, "oauth"))
        assert begun is not None, "a request that is repeatable has an answer"
        link = begun.get("verification_uri_complete") or begun.get("verification_uri")
        if not link or "device_code" not in begun:
            check_answer(begun, self.client_id)
        (self._show or show_link)(str(link), str(begun.get("user_code") or ""))
        return self._approved(service, begun)

    def _approved(self, service: OAuthService, begun: Mapping[str, Any]) -> Token:
        """Ask for the token, not more often than Anaplan allows, until there is an answer."""
        body = {
            "grant_type": _GRANT,
            "client_id": self.client_id,
            "device_code": str(begun["device_code"]),
        }
        request = LoginRequest(TOKEN_PATH, {}, body, "oauth")
        interval = max(_SHORTEST_INTERVAL, _seconds(begun.get("interval"), _SLOWER, most=60))
        end = service.now() + _seconds(begun.get("expires_in"), 900, most=3_600)
        while service.now() < end:
            service.sleep(interval)
            answer = self.exchange(service, request)
            if isinstance(answer, Token):
                return answer
            error = answer.get("error")
            if error == "slow_down":
                interval += _SLOWER
            elif error in ("expired_token", "invalid_grant"):
                break
            elif error == "access_denied":
                raise self.sign_in_required("The sign-in was denied in the browser.")
            elif error != "authorization_pending":
                check_answer(answer, self.client_id)
        raise self.sign_in_required("The code has expired before somebody approved it.")


def _seconds(given: Any, usual: float, *, most: float) -> float:
    return min(float(given), most) if isinstance(given, int | float) and given >= 0 else usual
