"""`DeviceAuth`: sign in by a link and a code, on any machine that has a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.auth.credentials import LoginRequest, OAuthService, Token
from anaplan_frames.auth.oauth import (
    TOKEN_PATH,
    USUAL_SCOPE,
    OAuthCredentials,
    refusal_of,
)
from anaplan_frames.auth.refresh_grant import StoredLoginAuth, stored_login
from anaplan_frames.auth.secret import Secret
from anaplan_frames.auth.sign_in_link import Show, can_ask, show_link
from anaplan_frames.auth.token_store import StoreLike

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SHORTEST_INTERVAL = 1.0  # seconds
_SLOWER = 5.0  # seconds, as RFC 8628 says


@dataclass(frozen=True, slots=True)
class _Device:
    """A device grant that waits for its approval."""

    code: Secret[str]
    link: str
    user_code: str
    interval: float  # seconds
    expires_in: float  # seconds


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
        Whether the client's refresh tokens are rotatable. If not, a renewal whose answer was lost
        is asked for like any other request; if they are, only once more.
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
        device = self._begun(service)
        (self._show or show_link)(device.link, device.user_code)
        return self._approved(service, device)

    def _begun(self, service: OAuthService) -> _Device:
        body = {"client_id": self.client_id, "scope": self.scope}
        answer = service.ask(LoginRequest("/oauth/device/code", {}, body, "oauth"))
        assert answer is not None, "a request that is repeatable has an answer"
        device = _read_device(answer)
        refusal = refusal_of(answer)
        del answer
        if device is None:
            raise refusal.as_error(self.client_id)
        return device

    def _approved(self, service: OAuthService, device: _Device) -> Token:
        """Ask for the token, not more often than Anaplan allows, until there is an answer."""
        request = LoginRequest(
            TOKEN_PATH,
            {},
            {
                "grant_type": _GRANT,
                "client_id": self.client_id,
                "device_code": device.code.reveal(),
            },
            "oauth",
        )
        interval = max(_SHORTEST_INTERVAL, device.interval)
        end = service.now() + device.expires_in
        while service.now() < end:
            service.sleep(interval)
            answer = self.exchange(service, request, device.code)
            if isinstance(answer, Token):
                return answer
            if answer.error == "slow_down":
                interval += _SLOWER
            elif answer.error in ("expired_token", "invalid_grant"):
                break
            elif answer.error == "access_denied":
                raise self.sign_in_required("The sign-in was denied in the browser.")
            elif answer.error != "authorization_pending":
                raise answer.as_error(self.client_id)
        raise self.sign_in_required("The code has expired before somebody approved it.")


def _read_device(answer: Mapping[str, Any]) -> _Device | None:
    link = answer.get("verification_uri_complete") or answer.get("verification_uri")
    code = answer.get("device_code")
    if not isinstance(link, str) or not isinstance(code, str):
        return None
    return _Device(
        Secret(code),
        link,
        str(answer.get("user_code") or ""),
        _seconds(answer.get("interval"), _SLOWER, most=60),
        _seconds(answer.get("expires_in"), 900, most=3_600),
    )


def _seconds(given: Any, usual: float, *, most: float) -> float:
    return min(float(given), most) if isinstance(given, int | float) and given >= 0 else usual
