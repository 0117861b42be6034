"""SQL over tables: what it answers, and what it cannot reach."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

import anaplan_frames as af
from anaplan_frames.cancellation import begin_request
from anaplan_frames.clock import Clock
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import TransferTimeout
from anaplan_frames.integrations.mcp_server import query_database
from anaplan_frames.integrations.mcp_server.query_database import run_query
from anaplan_frames.integrations.mcp_server.table_tools import QueryTables
from anaplan_frames.integrations.mcp_server.tool_errors import error_text
from tests.mcp_server.tool_client import MODEL, ToolClient

FLIGHTS = {"flights": "Flights export"}
ENDLESS = "SELECT count(*) FROM range(10_000_000_000) a, range(10_000_000_000) b"


def ask(tools: ToolClient, sql: str, **options: Any) -> dict[str, Any]:
    return tools.call("query_tables", model=MODEL, tables=FLIGHTS, sql=sql, **options)


def refused(tools: ToolClient, sql: str) -> str:
    return tools.refused("query_tables", model=MODEL, tables=FLIGHTS, sql=sql)


def test_an_export_is_summed_up(reading: ToolClient) -> None:
    found = ask(reading, 'SELECT "Origins", sum(flights) AS n FROM flights GROUP BY 1 ORDER BY 1;')
    assert found["rows_read"] == {"flights": 3}
    assert (found["columns"], found["rows"]) == (["Origins", "n"], [["EWR", 5], ["JFK", 11]])


def test_tables_of_several_kinds_are_joined(reading: ToolClient) -> None:
    found = reading.call(
        "query_tables",
        model=MODEL,
        tables={"flights": "Flights export", 'air "lines"': "Airlines"},
        sql='SELECT a.code, f.flights FROM flights f JOIN "air ""lines""" a '
        'ON a.name = f."Airlines" ORDER BY a.code',
    )
    assert found["rows"] == [["AA", 3], ["DL", 5], ["UA", 8]]


def test_rows_beyond_the_limit_are_not_answered(reading: ToolClient) -> None:
    found = ask(reading, "SELECT * FROM range(10_000_000_000)", limit=2)
    assert found["rows"] == [[0], [1]]
    assert found["more"] == "There are more rows: raise limit, or have SQL sum them up."


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{file}*')",
        "SELECT getenv('ANAPLAN_PASSWORD')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_csv('https://example.com/file.csv')",
        "SELECT * FROM duckdb_secrets()",
    ],
)
def test_sql_cannot_read_files_or_the_environment(
    reading: ToolClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("a\n1\n")
    monkeypatch.setenv("ANAPLAN_PASSWORD", "correct horse")
    said = refused(reading, sql.format(file=file.as_posix()))
    assert said.startswith("DuckDB cannot answer this SQL:")
    assert "correct horse" not in said


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "sql",
    [
        "COPY flights TO '{file}'",
        "EXPORT DATABASE '{file}'",
        "ATTACH '{file}'",
        "DELETE FROM flights",
        "CREATE TABLE other AS SELECT 1",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "SELECT 1; SELECT 2",
        "SELECT 1; COMMIT",
        "",
        "-- nothing",
    ],
)
def test_sql_cannot_write(reading: ToolClient, tmp_path: Path, sql: str) -> None:
    said = refused(reading, sql.format(file=(tmp_path / "out").as_posix()))
    assert said.startswith("sql must be one SELECT")
    assert not list(tmp_path.iterdir())


def test_a_write_that_is_hidden_in_a_select_is_refused(reading: ToolClient) -> None:
    hidden = "WITH gone AS (DELETE FROM flights RETURNING *) SELECT * FROM gone"
    said = refused(reading, hidden)
    assert "read-only" in said or "A CTE needs a SELECT" in said  # an older DuckDB has no such SQL


def test_sql_does_not_see_variables_of_the_server(reading: ToolClient) -> None:
    for name in ("rows", "tables"):
        assert f"Table with name {name} does not exist" in refused(reading, f"FROM {name}")


def test_wrong_sql_is_answered_with_what_is_wrong(reading: ToolClient) -> None:
    assert 'syntax error at or near "SELEC"' in refused(reading, "SELEC 1")
    assert "nothing" in refused(reading, "SELECT nothing FROM flights")


def test_a_query_ends_when_its_time_is_over(flight_connection: af.Connection) -> None:
    model = flight_connection.model(MODEL)
    with time_limit(Clock(), 0.3), pytest.raises(TransferTimeout) as raised:
        run_query(model, {}, ENDLESS, most_rows=1)
    said = error_text(QueryTables, raised.value)
    assert said.startswith("Answering the SQL: the 0.3 seconds that a tool may take were over")
    assert said.endswith("start the server with a longer --timeout, or ask for less.")


def test_a_query_ends_when_the_client_gives_it_up(
    reading: ToolClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"model": MODEL, "tables": FLIGHTS, "sql": ENDLESS}
    begun = threading.Event()

    def begin(end: Callable[[], None]) -> None:
        begin_request(end)
        begun.set()

    monkeypatch.setattr(query_database, "begin_request", begin)

    async def give_up() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(reading.client.call_tool, "query_tables", arguments)
            assert await anyio.to_thread.run_sync(begun.wait, 60)
            group.cancel_scope.cancel()

    reading.portal.call(give_up)
    working = [each for each in threading.enumerate() if each.name.startswith("anaplan-aio")]
    for thread in working:
        thread.join(30)
        assert not thread.is_alive()
