"""Databases in memory that the next store uses: as good as new, or not used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from anaplan_frames.sandbox.planning.store import database
from anaplan_frames.sandbox.planning.store.database import Store
from tests.processes import in_a_fork, needs_fork

SORTED = "CREATE TABLE sorted AS SELECT hash(range) AS value FROM range(1_000_000) ORDER BY value"


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[database._IdleDatabases]:
    """Begin without idle databases, and close those of the test."""
    found = database._IdleDatabases()
    monkeypatch.setattr(database, "_IDLE", found)
    yield found
    found._close()


def spill_folder(store: Store) -> Path:
    """Return where the database of a store says that it spills to."""
    with store.reading() as connection:
        row = connection.execute("SELECT current_setting('temp_directory')").fetchone()
    assert row is not None
    return Path(row[0])


def test_a_store_takes_the_database_of_a_closed_one_without_its_data() -> None:
    first = Store()
    with first.transaction() as connection:
        connection.execute("CREATE TABLE items AS SELECT 1 AS id")
        connection.execute("CREATE TEMP TABLE staged AS SELECT 2 AS id")
        connection.execute("CREATE SEQUENCE ids START 7")
        connection.execute("CREATE TYPE state AS ENUM ('open')")
    first.close()
    second = Store()
    assert second._root is first._root
    with second.transaction() as connection:
        found = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert found == []
        with pytest.raises(duckdb.CatalogException):
            connection.execute("SELECT nextval('ids')")
    with second.transaction() as connection:
        connection.execute("CREATE TABLE items AS SELECT 3 AS id")
        connection.execute("CREATE TYPE state AS ENUM ('closed')")
        assert connection.execute("FROM items").fetchall() == [(3,)]
    assert not first.folder.exists()
    assert spill_folder(second) == second.folder
    second.close()


def test_a_database_that_has_spilled_is_not_used_for_a_store_of_another_folder() -> None:
    first = Store()
    with first.transaction() as connection:
        connection.execute("SET memory_limit = '20MB'")
        connection.execute(SORTED)
        assert list(first.folder.iterdir())
    first.close()
    second = Store()
    assert second._root is not first._root
    with pytest.raises(duckdb.ConnectionException):
        first._root.execute("SELECT 1")
    assert spill_folder(second) == second.folder
    with second.transaction() as connection:
        connection.execute("SET memory_limit = '20MB'")
        connection.execute(SORTED)
        assert list(second.folder.iterdir())
        assert connection.execute("SELECT count(*) FROM sorted").fetchall() == [(1_000_000,)]
    second.close()
    assert not first.folder.exists()
    assert not second.folder.exists()


def test_the_database_of_a_store_that_is_still_read_is_not_used_again(
    idle: database._IdleDatabases,
) -> None:
    store = Store()
    with store.transaction() as connection:
        connection.execute("CREATE TABLE items AS SELECT range AS id FROM range(5)")
    with store.reading() as connection:
        store.close()
        assert idle._mine() == []
        other = Store()
        assert other._root is not store._root
        with other.transaction() as its:
            its.execute("CREATE TABLE items AS SELECT 9 AS id")
        with pytest.raises(duckdb.ConnectionException):  # not the items of the other store
            connection.execute("SELECT count(*) FROM items")
    assert idle._mine() == []
    with pytest.raises(duckdb.ConnectionException, match="The store is closed"), store.reading():
        pass
    other.close()


def test_at_most_four_databases_are_kept_and_the_others_are_closed(
    idle: database._IdleDatabases,
) -> None:
    stores = [Store() for _ in range(6)]
    for store in stores:
        store.close()
    kept = idle._mine()
    assert [store._root for store in stores[:4]] == kept
    for store in stores[4:]:
        with pytest.raises(duckdb.ConnectionException):
            store._root.execute("SELECT 1")


def test_a_store_of_a_file_neither_takes_nor_leaves_a_database(
    idle: database._IdleDatabases, tmp_path: Path
) -> None:
    Store().close()
    [kept] = idle._mine()
    store = Store(tmp_path / "model.duckdb")
    assert store._root is not kept
    store.close()
    assert idle._mine() == [kept]


@needs_fork
def test_a_forked_child_makes_databases_of_its_own(idle: database._IdleDatabases) -> None:
    Store().close()
    [parents] = idle._mine()

    def work() -> None:
        assert idle._mine() == []
        store = Store()
        assert store._root is not parents
        with store.transaction() as connection:  # in many threads, which the parent's has lost
            connection.execute("SET threads = 4")
            total = connection.execute("SELECT sum(range) FROM range(20_000_000)").fetchone()
            assert total == (199_999_990_000_000,)
        store.close()
        assert idle._mine() == [store._root]

    assert in_a_fork(work) == 0
    assert idle._mine() == [parents]
    store = Store()
    assert store._root is parents
    store.close()


def test_a_database_whose_data_cannot_be_dropped_is_closed_and_not_used_again() -> None:
    first = Store()
    first._root.execute("USE model")  # as DuckDB detaches nothing that is in use
    first.close()
    with pytest.raises(duckdb.ConnectionException):
        first._root.execute("SELECT 1")
    second = Store()
    assert second._root is not first._root
    second.close()
