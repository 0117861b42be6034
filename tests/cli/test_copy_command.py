"""``anaplan-frames copy``: between databases and Anaplan, streamed and in one transaction."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from anaplan_frames.cli import main
from anaplan_frames.cli.databases.opening import open_database
from anaplan_frames.cli.databases.sql_database import Database, DatabaseError
from anaplan_frames.sandbox import Sandbox
from tests.cli.conftest import AIRLINES
from tests.cli.postgres import postgres, programs

Query = Callable[[str], list[tuple[Any, ...]]]
needs_postgres = pytest.mark.skipif(
    programs() is None, reason="PostgreSQL's initdb is not installed on this machine"
)
DATABASES = [
    "sqlite",
    pytest.param("duckdb", marks=pytest.mark.long),
    pytest.param("postgresql", marks=[pytest.mark.long, needs_postgres]),
    pytest.param("postgresql+psycopg", marks=[pytest.mark.long, needs_postgres]),
]


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of an empty database of the kind that the test is for."""
    monkeypatch.chdir(tmp_path)
    kind: str = request.param
    if not kind.startswith("postgresql"):
        return f"{kind}:///{tmp_path}/warehouse.db"
    found: str = request.getfixturevalue("postgres_url")
    query(found, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return found.replace("postgresql:", f"{kind}:")


def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    """Run a statement by another way than the command's, and return its rows."""
    if url.startswith("duckdb"):
        with duckdb.connect(url.removeprefix("duckdb:///")) as connection:
            return connection.execute(sql).fetchall()
    with of_sqlalchemy(url) as engine, engine.begin() as connection:
        found = connection.execute(text(sql))
        return [tuple(row) for row in found] if found.returns_rows else []


@contextmanager
def of_sqlalchemy(url: str) -> Iterator[Engine]:
    """Yield an engine that gives up if a connection that was left open holds a lock."""
    options = {"options": "-c lock_timeout=5000"} if url.startswith("postgresql") else {}
    address = url.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address, connect_args=options)
    yield engine
    engine.dispose()


every_database = pytest.mark.parametrize("url", DATABASES, indirect=True)


@pytest.mark.parametrize("url", ["sqlite", "duckdb", *DATABASES[2:]], indirect=True)
def test_the_rows_of_a_query_are_loaded(loaded: Sandbox, url: str) -> None:
    query(url, "CREATE TABLE lines (carrier VARCHAR(9), name VARCHAR(99), since INTEGER)")
    query(url, "INSERT INTO lines VALUES ('AA', 'A ''quoted''', 1930), ('00123', 'New', 2020)")
    query(url, "INSERT INTO lines VALUES ('XX', NULL, 1900), ('YY', 'Old', 1890)")
    Path("lines.sql").write_text(
        "select carrier, name from lines where since > :year and name <> :not order by since"
    )
    words = ["copy", "--sql", url, "--query", "lines.sql", "--param", "year=1895"]
    words += ["--param", "not=it's", "--to", "airlines.csv", "-q"]
    assert main(words) == 0
    with loaded.connect() as connection:
        there = connection.model("Flight Planning").files["airlines.csv"].read()
    assert there.to_dict("list") == {"carrier": ["AA", "00123"], "name": ["A 'quoted'", "New"]}


@pytest.mark.long
@every_database
def test_a_table_of_anaplan_fills_a_table(
    loaded: Sandbox, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["copy", "--from", "Flights export", "--sql", url, "--table", "flown"]
    count = "SELECT count(*), sum(flights) FROM flown"
    assert main([*words, "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    expected = query(url, count)
    assert expected[0][0] == 3
    assert main(words) == 1
    assert "Table 'flown' exists in" in capsys.readouterr().err
    assert main([*words, "--if-exists", "append", "--batch-rows", "2", "-q"]) == 0
    assert query(url, count)[0] == (6, 2 * expected[0][1])
    for how in ("truncate", "replace"):
        assert main([*words, "--if-exists", how, "--where", "Origins=EWR", "-q"]) == 0
        assert query(url, count) == [(1, 5.0)]
    assert query(url, 'SELECT "Airlines", dep_delay_minutes FROM flown') == [("Delta", 0.25)]


@every_database
def test_rows_take_the_types_of_a_table_that_exists(loaded: Sandbox, url: str) -> None:
    query(
        url,
        'CREATE TABLE flown (loaded INTEGER DEFAULT 7, "Time" DATE, flights SMALLINT NOT NULL, '
        "dep_delay_minutes NUMERIC(12, 2))",
    )
    words = ["copy", "--from", "Flights export", "--sql", url, "--table", "flown"]
    words += ["--periods", "start", "--if-exists", "append", "-q"]
    for column in ("flights", "dep_delay_minutes", "Time"):
        words += ["--column", column]
    assert main(words) == 0
    sql = 'SELECT loaded, "Time", flights, dep_delay_minutes FROM flown ORDER BY flights'
    found = [
        (n, str(day)[:10], flights, float(delay)) for n, day, flights, delay in query(url, sql)
    ]
    assert found == [
        (7, "2013-01-01", 3, 12.5),
        (7, "2013-02-01", 5, 0.25),
        (7, "2013-01-01", 8, 1.0),
    ]


@every_database
@pytest.mark.parametrize(
    "how", [pytest.param("append", marks=pytest.mark.long), "truncate", "replace"]
)
def test_after_an_error_the_database_is_as_before(url: str, how: Any) -> None:
    query(url, "CREATE TABLE flown (n INTEGER)")
    query(url, "INSERT INTO flown VALUES (1)")
    with closing(open_database(url, None)) as opened:
        for table in ("flown", "other"):
            with pytest.raises(ZeroDivisionError):
                fail_after_some_rows(opened, table, how)
    assert query(url, "SELECT n FROM flown") == [(1,)]
    assert "other" not in tables(url)


def fail_after_some_rows(opened: Database, table: str, how: Any) -> None:
    schema = pa.schema({"n": pa.int64()})
    with opened.loading(table, schema, how) as insert:
        insert(pa.record_batch({"n": [2, 3]}, schema=schema))
        raise ZeroDivisionError


def tables(url: str) -> Sequence[str]:
    if url.startswith("duckdb"):
        return [name for (name,) in query(url, "SELECT table_name FROM duckdb_tables()")]
    with of_sqlalchemy(url) as engine:
        return inspect(engine).get_table_names()


@every_database
def test_rows_are_streamed_in_batches_with_their_types(url: str) -> None:
    query(url, "CREATE TABLE t (n INTEGER, amount NUMERIC(20, 3), day DATE, word VARCHAR(9))")
    values = [f"({n}, {n}.125, '2026-01-0{1 + n % 9}', 'w{n}')" for n in range(100)]
    query(url, f"INSERT INTO t VALUES {', '.join(values)}, (NULL, NULL, NULL, NULL)")
    with closing(open_database(url, None)) as opened:
        batches = list(opened.read("SELECT * FROM t", {}, 10))
    assert batches[0].schema.names == ["n", "amount", "day", "word"]
    frame = pd.concat([batch.to_pandas() for batch in batches if batch.num_rows])
    assert len(frame) == 101
    assert [str(value) for value in frame["word"].iloc[98:100]] == ["w98", "w99"]
    assert float(frame["amount"].iloc[99]) == 99.125
    assert pd.Timestamp(frame["day"].iloc[3]) == pd.Timestamp(datetime.date(2026, 1, 4))
    assert frame["n"].iloc[-1] is None or pd.isna(frame["n"].iloc[-1])


@every_database
@pytest.mark.parametrize("sql", ["SELECT nothing FROM nowhere", "CREATE TABLE made (n INTEGER)"])
def test_what_a_database_refuses_is_one_sentence(url: str, sql: str) -> None:
    with (
        closing(open_database(url, None)) as opened,
        pytest.raises(DatabaseError, match=r"\S"),
    ):
        list(opened.read(sql, {}, 10))


def test_a_column_of_values_of_several_types_is_read_as_texts(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE t (v)")
        connection.executemany("INSERT INTO t VALUES (?)", [(1,), ("x",), (2.5,), (None,)])
    with closing(open_database(f"sqlite:///{tmp_path}/w.db", None)) as opened:
        batches = list(opened.read("SELECT v FROM t", {}, 10))
    assert batches[1].column(0).to_pylist() == ["1", "x", "2.5", None]


def test_rejected_rows_of_a_query_are_in_the_dump(loaded: Sandbox) -> None:
    with sqlite3.connect("w.db") as connection:
        AIRLINES.assign(carrier=["AA", "AA", "UA"]).to_sql("lines", connection, index=False)
    words = ["copy", "--sql", "sqlite:///w.db", "--query", "select * from lines"]
    assert main([*words, "--to", "Load airlines", "--dump", "dumps"]) == 3
    assert len(pd.read_csv("dumps/rejected.csv")) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--sql", "sqlite:///w.db"], "Give either --query and --to, or --from and --table."),
        (["--sql", "sqlite:///w.db", "--to", "X"], "--to needs --query."),
        (["--sql", "sqlite:///w.db", "--from", "X"], "--from needs --table."),
        (["--sql", "warehouse", "--from", "X", "--table", "t"], "is not a URL such as sqlite"),
        (
            ["--sql", "postgresql://me:hunter2@host/db", "--from", "X", "--table", "t"],
            "--sql has a password in it",
        ),
        (
            ["--sql", "postgresql://host/db?password=hunter2", "--from", "X", "--table", "t"],
            "anaplan-frames profile add NAME --database warehouse",
        ),
        (
            ["--sql", "sqlite:///w.db", "--from", "X", "--table", "t", "--mode", "sync"],
            "--mode has no effect with --from.",
        ),
        (
            ["--sql", "sqlite:///w.db", "--query", "q", "--to", "X", "--where", "a=b"],
            "--where has no effect with --to.",
        ),
        (
            ["--sql", "WAREHOUSE", "--from", "X", "--table", "t"],
            "What WAREHOUSE holds is not a URL",
        ),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(
    words: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAREHOUSE", "hunter2")
    assert main(["copy", *words]) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert "hunter2" not in shown.err + shown.out


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("postgresql://me:hunter2@127.0.0.1:1/db", 1),
        ("postgresql://me:hunter2@[::1/db", 2),
        ("postgresql://me:hunter2@127.0.0.1:1/db?nonsense=1", 1),
        ("postgresql+psycopg://me:hunter2@127.0.0.1:1/db", 1),
        ("mysql+nodriver://me:hunter2@127.0.0.1:1/db", 1),
        ("postgresql://me:hunter/2@host/db", 2),
        ("postgresql://me:hunter#2@host/db", 2),
    ],
)
def test_the_password_of_a_url_is_not_shown_if_it_cannot_be_opened(
    url: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WAREHOUSE", url)
    words = ["copy", "--sql", "WAREHOUSE", "--query", "select 1", "--to", "X", "--json"]
    assert main([*words, "-vv", "--log-file", "night.log"]) == status
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    for said in (shown.err, shown.out, Path("night.log").read_text()):
        assert "hunter" not in said


def test_a_driver_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["copy", "--sql", "mysql+nodriver://host/db", "--query", "q", "--to", "X"]
    assert main(words) == 1
    assert "mysql" in capsys.readouterr().err
