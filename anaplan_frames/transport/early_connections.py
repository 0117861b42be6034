"""Connections that are opened while the login is under way.

A new connection costs one round trip for TCP and one for TLS. The requests that follow a login go
side by side, each on a connection of its own.
"""

from __future__ import annotations

import logging
import ssl
import threading
from contextlib import suppress
from functools import partial
from typing import Any

import requests
import urllib3.exceptions

_OPEN = "OPEN"  # a request that is never sent
_log = logging.getLogger("anaplan_frames")


class _Found(Exception):
    """The pool in which a request would be sent."""

    def __init__(self, pool: OpensEarly, seconds: float | None) -> None:
        super().__init__()
        self.pool = pool
        self.seconds = seconds


class OpensEarly:
    """A pool that can open connections without sending anything on them."""

    pool: Any
    proxy: Any

    def urlopen(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        """Send a request, or only find the pool in which it would be sent."""
        if method == _OPEN:
            raise _Found(self, options["timeout"].connect_timeout)
        return super().urlopen(method, url, *args, **options)  # type: ignore[misc]

    def open_ahead(self, count: int, seconds: float | None) -> None:
        """Have threads open so many connections; through a proxy, that would take requests."""
        if self.proxy is not None:
            return
        # All are taken before one is given back, so that each is another one.
        taken: list[Any] = []
        with suppress(urllib3.exceptions.PoolError):  # no more may be open at once
            while len(taken) < count:
                taken.append(self._get_conn(timeout=0))  # type: ignore[attr-defined]
        for connection in taken:
            work = partial(self._open, connection, seconds)
            threading.Thread(target=work, name="anaplan-connect", daemon=True).start()

    def _open(self, connection: Any, seconds: float | None) -> None:
        kept = None
        try:
            if connection.sock is None:
                connection.timeout = seconds
                connection.connect()
            kept = connection
        except (urllib3.exceptions.HTTPError, OSError) as error:
            _log.debug("no connection was opened early: %s", type(error).__name__)
        finally:
            if kept is None:
                connection.close()
            self._put_conn(kept)  # type: ignore[attr-defined]


class KeepsOpen:
    """A secure connection that is not taken for a dropped one before its first request.

    A server may send session tickets after the handshake (TLS 1.3). As long as nothing was
    received, they make the socket readable, as its end would.
    """

    sock: Any

    @property
    def is_connected(self) -> bool:
        """Whether it is open, and nothing but tickets has come."""
        return bool(super().is_connected) or self._has_tickets()  # type: ignore[misc]

    def _has_tickets(self) -> bool:
        if not isinstance(self.sock, ssl.SSLSocket):
            return False
        before = self.sock.gettimeout()
        try:
            self.sock.settimeout(0)
            self.sock.recv(1)
        except ssl.SSLWantReadError:  # what had come was read, and none of it was data
            return True
        except OSError:
            return False
        finally:
            with suppress(OSError):
                self.sock.settimeout(before)
        return False  # the end, or an answer to no request


def open_connections(session: requests.Session, url: str, count: int, **route: Any) -> None:
    """Have threads open connections to a host, for the requests that come next.

    A connection that cannot be opened is not missed: the request opens one itself, and then says
    what is wrong.

    Parameters
    ----------
    session : requests.Session
        Its pools are `OpensEarly`.
    url : str
        Of the host.
    count : int
        How many, at most.
    **route
        Time-out, proxies and certificates, as `requests` takes them.
    """
    try:
        session.request(_OPEN, url, **route)
    except _Found as found:
        found.pool.open_ahead(count, found.seconds)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        _log.debug("%s: no connections are opened early: %s", url, type(error).__name__)
