"""Connections of file systems: one for all instances with the same options."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from fsspec.utils import tokenize

from anaplan_frames.connection import Connection, connect
from anaplan_frames.integrations.filesystem.sealed_options import Sealed, revealed

_lock = threading.Lock()
_connections: WeakValueDictionary[str, Connection] = WeakValueDictionary()


def shared_connection(options: Mapping[str, Any]) -> Connection:
    """Return the connection with these options; it is made once, and goes with its last user.

    fsspec makes an instance of a file system for each thread.

    Parameters
    ----------
    options : mapping
        Those of `connect`, sealed; or ``connection``, which is there already.

    Raises
    ------
    TypeError
        If there is a connection, and other options for it.
    """
    given = options.get("connection")
    if isinstance(given, Sealed):
        if len(options) > 1:
            others = ", ".join(name for name in options if name != "connection")
            raise TypeError(f"Give either connection= or the options of connect ({others}).")
        connection: Connection = given.reveal()
        return connection
    token = tokenize(**options)
    with _lock:
        found = _connections.get(token)
        if found is None:
            found = _connections[token] = connect(**revealed(options))
        return found
