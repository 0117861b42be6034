"""Connections that skip interim answers, such as 102 and 103, before the final one.

Python's `http.client` skips 100 only. It would take another interim answer for the final one, and
the connection would then give each later request the answer to the one before.
"""

from __future__ import annotations

import http.client

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from anaplan_frames.transport.early_connections import KeepsOpen, OpensEarly
from anaplan_frames.transport.interruptible import Interruptible

_SWITCHING = 101  # is final, as what follows it is not HTTP
_MOST_SKIPPED = 1_000  # a server that works for half an hour may send one every few seconds


class _FinalAnswer(http.client.HTTPResponse):
    """An answer without the interim ones before it."""

    _skipped = 0

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        if 100 < status < 200 and status != _SWITCHING:
            status = 100  # whose headers `begin` skips
        self._skipped += status == 100
        if self._skipped > _MOST_SKIPPED:
            raise http.client.HTTPException(f"more than {_MOST_SKIPPED:,} interim answers")
        return version, status, reason


class _Connection(Interruptible, HTTPConnection):
    response_class = _FinalAnswer


class _SecureConnection(Interruptible, KeepsOpen, HTTPSConnection):
    response_class = _FinalAnswer


class _Pool(OpensEarly, HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(OpensEarly, HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def skip_interim_answers(manager: urllib3.PoolManager) -> None:
    """Have the connections of a manager skip interim answers."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
