"""The tables of the items of Time and Versions, which follow from the model's settings.

Both tables have the columns of `cell_tables.members`. The smallest periods also have `nodes`: the
ids of the period itself and of its totals, which include YTD and YTG. These two are not among the
parents: a period has only one, which leads to its year. All periods have their level ("quarter",
that of YTD and YTG is "year"). Those that are not YTD and YTG also have their first and last day,
and most the fiscal year with their number among those of the level, by which imports find them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import Version
from anaplan_frames.sandbox.planning.store.sql_text import literal
from anaplan_frames.sandbox.planning.time.timescale import (
    FiscalYears,
    Level,
    Period,
    Timescale,
    year_of,
)

YEAR_TO_DATE = 204_800_000_001
YEAR_TO_GO = 204_800_000_002
_NO_IDS: Mapping[str, int] = {}
_COLUMNS = "id BIGINT, code VARCHAR, name VARCHAR, parent BIGINT, leaf BOOLEAN, ord BIGINT"


def write_time(
    con: duckdb.DuckDBPyConnection,
    calendar: Timescale,
    current: Period | None,
    given_ids: Mapping[str, int] = _NO_IDS,
) -> None:
    """Write the periods of the calendar, and the totals YTD and YTG.

    Parameters
    ----------
    given_ids : mapping of str to int
        Ids of periods by name, in the place of the calendar's own.
    """
    con.execute(
        f"CREATE OR REPLACE TABLE time_members ({_COLUMNS}, nodes BIGINT[],"
        " first DATE, last DATE, fiscal_year INTEGER, number INTEGER, level VARCHAR)"
    )
    summaries = list(_summaries(calendar, current))
    rows: list[tuple[int, str, int | None, bool, str]] = []
    for period in calendar.periods:
        is_leaf = period.level == calendar.leaf
        rows.append((period.id, period.name, period.parent, is_leaf, period.level))
        if current and period.level == "year" and period.start <= current.start <= period.end:
            rows += [(number, name, None, False, "year") for number, name, _ in summaries]
    own_ids, names, own_parents, leaf, levels = zip(*rows, strict=True)
    changed = {
        number: given_ids.get(name, number) for number, name in zip(own_ids, names, strict=True)
    }
    ids = [changed[number] for number in own_ids]
    parents = [None if number is None else changed[number] for number in own_parents]
    of_summaries = [
        (changed[number], {changed[period.id] for period in parts})
        for number, _, parts in summaries
    ]
    above = dict(zip(ids, parents, strict=True))
    nodes = [
        [*_chain(number, above), *(total for total, parts in of_summaries if number in parts)]
        if is_leaf
        else []
        for number, is_leaf in zip(ids, leaf, strict=True)
    ]
    numbers = dict(_numbers_in_years(calendar))
    period_of = {period.id: period for period in calendar.periods}
    found = [period_of.get(number) for number in own_ids]
    table = pa.table(
        {
            "id": ids,
            "name": names,
            "parent": parents,
            "leaf": leaf,
            "ord": range(len(rows)),
            "level": levels,
            "nodes": pa.array(nodes, pa.list_(pa.int64())),
            "first": [one and one.start for one in found],
            "last": [one and one.end for one in found],
            "fiscal_year": pa.array([numbers.get(one, (None,))[0] for one in own_ids], pa.int32()),
            "number": pa.array([numbers.get(one, (None, None))[1] for one in own_ids], pa.int32()),
        }
    )
    con.register("written_periods", table)
    con.execute("INSERT INTO time_members BY NAME FROM written_periods")
    con.unregister("written_periods")


def _numbers_in_years(calendar: Timescale) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield periods with their fiscal year and, from 1, their number in it on their level."""
    in_year: dict[Level, list[int]] = {}
    for period in calendar.periods:
        in_year.setdefault(period.level, []).append(period.id)
        if period.level == "year":
            for ids in in_year.values():
                for number, one in enumerate(ids, start=1):
                    yield one, (year_of(period), number)
            in_year = {}


def _chain(number: int, above: Mapping[int, int | None]) -> Iterator[int]:
    """Yield a period and its totals, from the smallest to the largest."""
    node: int | None = number
    while node is not None:
        yield node
        node = above[node]


def write_versions(con: duckdb.DuckDBPyConnection, versions: Sequence[Version]) -> None:
    """Write the versions."""
    con.execute(f"CREATE OR REPLACE TABLE version_members ({_COLUMNS})")
    # One statement is faster than `executemany`, which runs one for each row.
    rows = ", ".join(
        f"({version.id}, {literal(version.code)}, {literal(version.name)}, NULL, true, {place})"
        for place, version in enumerate(versions)
    )
    if rows:
        con.execute(f"INSERT INTO version_members VALUES {rows}")


def default_version(con: duckdb.DuckDBPyConnection) -> int:
    """Return the id of the version that is used if none is given: the first one."""
    row = con.execute("SELECT id FROM version_members ORDER BY ord LIMIT 1").fetchone()
    assert row is not None
    return int(row[0])


def _summaries(
    calendar: Timescale, current: Period | None
) -> Iterator[tuple[int, str, list[Period]]]:
    """Yield id, name and periods of YTD and YTG, if the calendar has them."""
    if current is None or not isinstance(calendar, FiscalYears):
        return
    years = (period for period in calendar.periods if period.level == "year")
    year = next(year for year in years if year.start <= current.start <= year.end)
    leaves = [leaf for leaf in calendar.leaves if year.start <= leaf.start <= year.end]
    if calendar.year_to_date:
        yield YEAR_TO_DATE, "YTD", [leaf for leaf in leaves if leaf.start <= current.start]
    if calendar.year_to_go and current != leaves[-1]:
        yield YEAR_TO_GO, "YTG", [leaf for leaf in leaves if leaf.start > current.start]
