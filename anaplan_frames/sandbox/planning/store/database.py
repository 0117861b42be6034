"""The DuckDB database of a model: one transaction at a time, and concurrent readers."""

from __future__ import annotations

import atexit
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from anaplan_frames.sandbox.behavior import Keys
from anaplan_frames.sandbox.planning.store import same_keys
from anaplan_frames.sandbox.planning.store.private_folder import make_private_folder
from anaplan_frames.sandbox.planning.store.sql_text import literal

# Beyond this, DuckDB moves intermediate results to disk.
_MEMORY_LIMIT = "1GB"
# Data in memory are in a catalog of their own: to detach it leaves the instance empty.
_CATALOG = "model"
_MOST_IDLE = 4


class _IdleDatabases:
    """Empty DuckDB instances that the next store may use.

    Making one takes 25 ms, and a test suite makes thousands. A forked process has its own, because
    the threads of its parent's instances were not copied.
    """

    def __init__(self) -> None:
        self._by_process: dict[int, list[duckdb.DuckDBPyConnection]] = {}
        atexit.register(self._close)

    def take(self, spill: str) -> duckdb.DuckDBPyConnection | None:
        """Return an instance that spills to this folder, if one is idle."""
        try:
            root = self._mine().pop()
        except IndexError:
            return None
        try:
            root.execute(f"SET temp_directory = {literal(spill)}")
        except duckdb.Error:  # it used its folder, and cannot change to another one
            root.close()
            return None
        return root

    def give(self, root: duckdb.DuckDBPyConnection) -> None:
        """Keep an instance for the next store, or close it if there are enough."""
        if len(self._mine()) < _MOST_IDLE:
            self._mine().append(root)
        else:
            root.close()

    def _mine(self) -> list[duckdb.DuckDBPyConnection]:
        return self._by_process.setdefault(os.getpid(), [])

    def _close(self) -> None:
        while self._mine():
            self._mine().pop().close()


_IDLE = _IdleDatabases()


def _new_instance(path: Path | None, spill: str) -> duckdb.DuckDBPyConnection:
    root = duckdb.connect(
        str(path) if path else ":memory:",
        config={"memory_limit": _MEMORY_LIMIT, "temp_directory": spill},
    )
    same_keys.add_python_function(root)
    return root


class Store:
    """A database in memory, or in a file.

    Parameters
    ----------
    path : Path or None
        The database file; None keeps the data in memory.
    keys : {"folded", "exact"}
        Which names and codes are the same key; see `same_keys`.
    """

    def __init__(self, path: Path | None = None, keys: Keys = "folded") -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="anaplan-sandbox-")
        if path is not None:
            make_private_folder(path.parent)
        self._in_memory = path is None
        idle = _IDLE.take(self._spill.name) if self._in_memory else None
        self._root = idle or _new_instance(path, self._spill.name)
        if self._in_memory:
            self._root.execute(f"ATTACH ':memory:' AS {_CATALOG}")
        schema = f"{_CATALOG}.main." if self._in_memory else ""
        same_keys.create_function(self._root, keys, schema)
        self._readers = 0
        self._closed = False
        self._one_action = threading.RLock()
        self._making_cursor = threading.Lock()
        self.folder: Path = Path(self._spill.name)
        """A folder for temporary files, removed with the store."""

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection in a transaction, which is rolled back if an error is raised.

        Only one is open at a time; its temporary tables are dropped at the end.
        """
        with self._one_action, self.reading() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that sees committed data; it does not wait for a transaction."""
        with self._making_cursor:
            if self._closed:
                raise duckdb.ConnectionException("The store is closed.")
            connection = self._root.cursor()
            self._readers += 1
        try:
            if self._in_memory:
                connection.execute(f"USE {_CATALOG}")
            yield connection
        finally:
            connection.close()
            with self._making_cursor:
                self._readers -= 1

    @contextmanager
    def snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that sees the data as it is now, even if changes are committed."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            yield connection

    def close(self) -> None:
        """Close the database and remove temporary files."""
        with self._making_cursor:
            if self._closed:
                return
            self._closed = True
            if self._in_memory and not self._readers and self._is_emptied():
                _IDLE.give(self._root)
            else:
                self._root.close()
        self._spill.cleanup()

    def _is_emptied(self) -> bool:
        """Drop the data, and return whether that was possible: a result may still hold them."""
        try:
            self._root.execute(f"DETACH {_CATALOG}")
        except duckdb.Error:
            return False
        return True
