"""The DuckDB database of a model: one transaction at a time, and concurrent readers."""

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
        The database file; None keeps the data in memory.
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
            connection = self._root.cursor()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a connection that sees the data as it is now, even if changes are committed."""
        with self.reading() as connection:
            connection.execute("BEGIN")
            yield connection

    def close(self) -> None:
        """Close the database and remove temporary files."""
        self._root.close()
        self._spill.cleanup()
