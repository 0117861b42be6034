"""`Transport`: the calls that the rest of the library makes, over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import requests

from anaplan_frames.auth import Credentials, LoginRequest
from anaplan_frames.clock import Clock
from anaplan_frames.errors import ConfigurationError
from anaplan_frames.transport import answer_bodies as bodies
from anaplan_frames.transport.hosts import API_URL, AUTH_URL, check_proxies, clean_url
from anaplan_frames.transport.pagination import all_pages
from anaplan_frames.transport.retry import Call, Sender
from anaplan_frames.transport.session import Authorization, CheckedResponse
from anaplan_frames.transport.statuses import http_date
from anaplan_frames.transport.token import TokenKeeper

Timeout = tuple[float, float] | float


class Parts(Protocol):
    """Bytes to send that are not in one piece; the same whenever they are iterated."""

    def __len__(self) -> int:
        """Return the number of bytes in all."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""


class Transport:
    """Speaks HTTP with one tenant, for all threads of a connection.

    Parameters
    ----------
    auth : Credentials
        Used at the first call, and whenever the token ends.
    api_url, auth_url : str, optional
        Hosts of the Integration API and of the authentication service; they differ by region.
    requests_per_minute : float or None, default 600
        Anaplan's limit for a tenant. None: no limit on this side.
    timeout : float or (float, float), default (10, 120)
        Seconds to wait for a connection, and for the next byte of an answer.
    tries : int, default 6
        How often a request is sent at most.
    max_connections : int, default 16
        Connections to a host at once; a further thread waits for one.
    proxies : mapping, optional
        As for `requests`: ``{"https": "http://proxy:3128"}``. By default the environment's
        (``HTTPS_PROXY``, ``NO_PROXY``), which are not used to reach this machine itself.
    verify : bool or str or Path, optional
        As for `requests`: the path of a CA bundle, or False. By default ``REQUESTS_CA_BUNDLE``.
    allow_http : bool, default False
        Allow ``http://`` to other machines, which sends the token in the open.
    clock : Clock, optional
        All waiting goes through it.

    Raises
    ------
    ConfigurationError
        A URL cannot be used, or the CA bundle is not there.
    """

    def __init__(
        self,
        auth: Credentials,
        *,
        api_url: str | None = None,
        auth_url: str | None = None,
        requests_per_minute: float | None = 600,
        timeout: Timeout = (10, 120),
        tries: int = 6,
        max_connections: int = 16,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | Path | None = None,
        allow_http: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.api_url = clean_url(api_url or API_URL, name="api_url", allow_http=allow_http)
        self.auth_url = clean_url(auth_url or AUTH_URL, name="auth_url", allow_http=allow_http)
        check_proxies(proxies)
        if isinstance(verify, str | Path):
            if not Path(verify).exists():
                raise ConfigurationError(f"verify={str(verify)!r}: there is no such CA bundle.")
            verify = str(verify)
        self.clock = clock or Clock()
        self.max_connections = max_connections
        self._auth = auth
        self._timeout = timeout
        self._sender = Sender(
            user_agent=_user_agent(),
            max_connections=max_connections,
            requests_per_minute=requests_per_minute,
            tries=tries,
            proxies=proxies,
            verify=verify,
            clock=self.clock,
        )
        self._keeper = TokenKeeper(auth, self._sign_in, self.clock)
        self._closing = threading.Lock()
        self._closed = False

    def __repr__(self) -> str:
        return f"Transport({self.api_url!r})"

    def request(
        self,
        method: str,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | None = None,
        stream: bool = False,
        repeatable: bool = True,
    ) -> requests.Response:
        """Send a request below ``{api_url}/2/0`` until it succeeds or cannot.

        Parameters
        ----------
        method, path : str
            Such as ``"GET"`` and ``"/workspaces"``.
        label : str
            The thing in words, with which an error begins: ``"import 'Load flights'"``.
        params, json, data, headers : optional
            As for `requests`; `data` is bytes or `Parts`, so that it can be sent again.
        timeout : float or (float, float), optional
            Instead of the connection's.
        stream : bool, default False
            Return before the body is read; reading it raises TransferError if it breaks off.
        repeatable : bool, default True
            False: it is sent again only where the server certainly did not act.

        Returns
        -------
        requests.Response
            With a status of 2xx, or 404 or 410 where a ``DELETE`` was sent again.

        Raises
        ------
        AnswerLost
            Not `repeatable`, and whether the server acted is not known.
        AnaplanError
            The kind for the answer's status; TransferError where the network failed in all tries.
        """
        call = self._call(
            method,
            path,
            label,
            repeatable=repeatable,
            params=params,
            json=json,
            data=data,
            headers=headers,
            timeout=timeout,
        )
        return self._sender.send(call, bodies.streamed if stream else bodies.buffered, self._keeper)

    def get(
        self, path: str, *, label: str, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the JSON object at `path`; parameters and errors as for `request`."""
        call = self._call("GET", path, label, params=params)
        return self._sender.send(call, bodies.as_json, self._keeper)

    def post(
        self,
        path: str,
        *,
        label: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        timeout: Timeout | None = None,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Post `json` and return the JSON object of the answer; all else as for `request`."""
        call = self._call(
            "POST", path, label, repeatable=repeatable, params=params, json=json, timeout=timeout
        )
        return self._sender.send(call, bodies.as_json, self._keeper)

    def write_json(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        timeout: Timeout | None = None,
    ) -> dict[str, Any]:
        """Send JSON text that must not be sent twice; return the JSON object of the answer.

        All else as for `request`.
        """
        call = self._call(
            method,
            path,
            label,
            repeatable=False,
            params=params,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=timeout,
        )
        return self._sender.send(call, bodies.as_json, self._keeper)

    def put(
        self,
        path: str,
        *,
        label: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Put `json`, and return the JSON object of the answer; all else as for `request`."""
        call = self._call("PUT", path, label, params=params, json=json)
        return self._sender.send(call, bodies.as_json, self._keeper)

    def download(
        self,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the whole body at `path`; one that breaks off is fetched again."""
        headers = {"Accept": "*/*", **(headers or {})}
        call = self._call("GET", path, label, params=params, headers=headers)
        return self._sender.send(call, bodies.as_bytes, self._keeper)

    def download_large(
        self,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bodies.Content:
        """Return the whole body at `path`, like `download`; for bodies of many megabytes."""
        headers = {"Accept": "*/*", **(headers or {})}
        call = self._call("GET", path, label, params=params, headers=headers)
        return self._sender.send(call, bodies.as_mapping, self._keeper)

    def pages(
        self, path: str, key: str, *, label: str, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a collection, page by page; a missing `key` is an empty one.

        Raises
        ------
        TransferError
            Anaplan gave fewer items than it promised, or a page twice.
        """
        return all_pages(lambda page: self.get(path, label=label, params=page), key, label, params)

    def close(self) -> None:
        """Log out the token that we made, and close the connections. A waiting thread gives up."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        held = self._keeper.held
        if held is not None and held.owned:
            self._sender.post_once(f"{self.auth_url}/token/logout", Authorization(held.token))
        self._sender.close()

    def _call(
        self, method: str, path: str, label: str, *, repeatable: bool = True, **options: Any
    ) -> Call:
        options["headers"] = {"Accept": "application/json", **(options.get("headers") or {})}
        options["timeout"] = options.get("timeout") or self._timeout
        url = f"{self.api_url}/2/0/{path.lstrip('/')}"
        return Call(method, url, label, options, repeatable)

    def _sign_in(self, login: LoginRequest) -> tuple[dict[str, Any], float | None]:
        """Send a login or refresh; return its answer and the service's own time."""
        call = Call(
            "POST",
            f"{self.auth_url}{login.path}",
            "sign-in",
            {"json": login.body, "timeout": self._timeout},
            login=login,
            refusal_message=self._auth.refusal_message,
        )
        return self._sender.send(call, _answer_and_time, None)


def _user_agent() -> str:
    """Say who calls; the version is unknown where the package runs from a zip file."""
    try:
        return f"anaplan-frames/{version('anaplan-frames')}"
    except PackageNotFoundError:
        return "anaplan-frames"


def _answer_and_time(response: CheckedResponse) -> tuple[dict[str, Any], float | None]:
    return bodies.as_json(response), http_date(response.headers.get("Date"))
