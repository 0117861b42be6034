"""The `requests` session: pooled connections, our own Authorization, and complete bodies."""

from __future__ import annotations

import http.cookiejar
import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from anaplan_frames import cancellation
from anaplan_frames.auth import LoginRequest, Token
from anaplan_frames.errors import TransferError
from anaplan_frames.transport.answer_contract import Operation
from anaplan_frames.transport.compressed_body import (
    ACCEPTED,
    BrokenCompression,
    is_compressed,
    unpacked,
)
from anaplan_frames.transport.interim_answers import skip_interim_answers
from anaplan_frames.transport.interruptible import keep_alive_options
from anaplan_frames.transport.services import Service

_PACKED = 1 << 16  # bytes of a compressed body that are read at once


class BrokenBody(TransferError):
    """An answer that stopped before its end."""


class CheckedResponse(requests.Response):
    """A response whose body, if it breaks off, raises `BrokenBody` instead of being short."""

    label = "Anaplan's answer"
    operation: Operation

    def iter_content(self, *args: Any, **options: Any) -> Iterator[Any]:
        """Yield the body in pieces; takes what `requests.Response.iter_content` takes."""
        encoding = self.headers.get("Content-Encoding", "")
        if not is_compressed(encoding) or self._content_consumed:
            return self._checked(super().iter_content(*args, **options))
        packed = self.raw.stream(_PACKED, decode_content=False)
        return self._checked(self._consumed(unpacked(packed, encoding)))

    def _consumed(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        yield from pieces
        self._content_consumed = True

    def _checked(self, chunks: Iterator[Any]) -> Iterator[Any]:
        process = os.getpid()
        why = ""
        try:
            for chunk in chunks:
                yield chunk
                del chunk  # not held while the next is waited for
                cancellation.check_process(process)  # the socket is the parent's
            return
        except BrokenCompression as broken:
            why = f" ({broken})"
            self.close()
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            self.close()
        promised = self.headers.get("Content-Length")
        whole = f" before all its {promised} bytes were there" if promised else ""
        raise BrokenBody(
            f"{self.label}: the answer broke off{whole}{why}. "
            "If this happens again, look at the network, the proxy or the time-out."
        )


class _CheckingAdapter(HTTPAdapter):
    """Makes `CheckedResponse`s of final answers, on connections that can be interrupted."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, socket_options=keep_alive_options())
        skip_interim_answers(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        if str(proxy).lower().startswith("socks"):  # which has connections of its own
            return super().proxy_manager_for(proxy, **options)
        manager = super().proxy_manager_for(proxy, **options, socket_options=keep_alive_options())
        skip_interim_answers(manager)
        return manager

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        # urllib3 before 2.0 accepts a short body by default.
        resp.enforce_content_length = True
        plain = super().build_response(req, resp)
        checked = CheckedResponse()
        checked.__dict__.update(plain.__dict__)
        return checked


class Authorization(AuthBase):
    """Sets the header of a token, or of a login, and keeps `.netrc` from setting another.

    An object, so that no local variable that a traceback could show holds the token.

    Parameters
    ----------
    service : Service
        Decides the word before the token.
    token : Token or None
    login : LoginRequest, optional
    """

    def __init__(
        self, service: Service, token: Token | None, login: LoginRequest | None = None
    ) -> None:
        self._service = service
        self._token = token
        self._login = login

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header to `request`."""
        if self._login is not None:
            request.headers.update(self._login.headers)
        if self._token is not None:
            scheme = self._service.scheme(self._token.scheme)
            request.headers["Authorization"] = f"{scheme} {self._token.value}"
        return request


class _Session(requests.Session):
    """Follows no redirect, and does not even read where one leads, which may not be a URL."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def make_session(max_connections: int) -> requests.Session:
    """Return a session with room for `max_connections` at once to each host.

    A further thread waits for a connection. Cookies are not kept: the API needs none.
    """
    session = _Session()
    session.headers["User-Agent"] = _user_agent()
    session.headers["Accept-Encoding"] = ACCEPTED
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    adapter = _CheckingAdapter(
        pool_connections=4, pool_maxsize=max_connections, pool_block=True, max_retries=0
    )
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _user_agent() -> str:
    """Return the name of this library, with its version if the package has metadata."""
    try:
        return f"anaplan-frames/{version('anaplan-frames')}"
    except PackageNotFoundError:
        return "anaplan-frames"
