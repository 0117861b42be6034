"""The DuckDB database of one model: one transaction per action, readers beside it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

# Beyond this, DuckDB moves intermediate results to disk.
_MEMORY_LIMIT = "1GB"


class Store:
    """A database in memory, or in a file.

    Parameters
    ----------
    path : Path or None
        The database file; None keeps everything in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._spill = tempfile.TemporaryDirectory(prefix="anaplan-sandbox-")
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._root = duckdb.connect(
            str(path) if path else ":memory:",
            config={"memory_limit": _MEMORY_LIMIT, "temp_directory": self._spill.name},
        )
        self._one_action = threading.RLock()
        self._making_cursor = threading.Lock()
        self.folder = Path(self._spill.name)
        """A folder for temporary files, removed with the store."""

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection whose changes are kept together or, after an error, not at all.

        Only one at a time; its temporary tables vanish at the end.
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
        """Give a connection that sees what was committed; does not wait for a running action."""
        with self._making_cursor:
            connection = self._root.cursor()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to which everything stays as it is now, whatever is committed."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            yield connection

    def close(self) -> None:
        """Close the database and remove what is temporary."""
        self._root.close()
        self._spill.cleanup()
