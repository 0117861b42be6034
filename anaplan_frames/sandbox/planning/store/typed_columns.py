"""SQL over the table `staged` that reads columns of text as typed values and items."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from anaplan_frames.sandbox.planning.schema.date_patterns import DatePattern
from anaplan_frames.sandbox.planning.schema.definitions import Format
from anaplan_frames.sandbox.planning.store.cell_tables import TIME_MEMBERS, list_members
from anaplan_frames.sandbox.planning.store.date_texts import date_of, period_of
from anaplan_frames.sandbox.planning.store.sql_text import literal


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """How the texts of a column of `staged` are looked up: in a temporary table.

    Attributes
    ----------
    members : str
        A query for the items, as `cell_tables.members` returns it.
    match_by : {"either", "code", "name"}
    table : str
        The name of the temporary table.
    """

    column: str
    members: str
    match_by: str
    table: str

    def exact(self) -> str:
        """Return a query for each text of the column and its item (id, leaf), or NULL."""

        def by(key: str) -> str:
            return (
                f"SELECT {key} AS text, arg_min(id, ord) AS id, arg_min(leaf, ord) AS leaf"
                f" FROM item WHERE {key} IS NOT NULL GROUP BY {key}"
            )

        code = "by_code" if self.match_by != "name" else "nothing"
        name = "by_name" if self.match_by != "code" else "nothing"
        return (
            f"WITH item AS ({self.members}), by_code AS ({by('code')}), by_name AS ({by('name')}),"
            " nothing AS (SELECT * FROM by_name WHERE false),"
            f" texts AS (SELECT DISTINCT {self.column} AS text FROM staged)"
            " SELECT texts.text, coalesce(a.id, b.id) AS id, coalesce(a.leaf, b.leaf) AS leaf"
            f" FROM texts LEFT JOIN {code} a ON a.text = texts.text"
            f" LEFT JOIN {name} b ON b.text = texts.text"
        )

    def find_same(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Look for the only item of the same key for each text without an item.

        Returns
        -------
        bool
            Whether any was found.
        """
        table = self.table
        left = f"(SELECT text FROM {table} WHERE id IS NULL AND trim(text) <> '')"
        if not con.execute(f"SELECT 1 FROM {left} LIMIT 1").fetchone():
            return False
        keys = ("code", "name") if self.match_by == "either" else (self.match_by,)
        same = " UNION ALL ".join(
            f"SELECT new.text, {rank} AS rank, min(item.id) AS id, arg_min(leaf, item.id) AS leaf"
            f" FROM {left} new JOIN item"
            f" ON folded_key(item.{key}) = folded_key(new.text) GROUP BY new.text"
            " HAVING count(DISTINCT item.id) = 1"
            for rank, key in enumerate(keys)
        )
        found = con.execute(
            f"UPDATE {table} SET id = same.id, leaf = same.leaf FROM (WITH item AS ({self.members})"
            f" SELECT text, arg_min(id, rank) AS id, arg_min(leaf, rank) AS leaf FROM ({same})"
            f" GROUP BY text) same WHERE same.text = {table}.text"
        ).fetchone()
        return bool(found and found[0])


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column of `staged` (as `s`) is read.

    Attributes
    ----------
    value : str
        SQL of the typed value, NULL if the text is empty or faulty.
    fault : str
        SQL of the condition under which the row is rejected.
    fault_type, message : str
        The documented type of the fault, and SQL of its message.
    join : str
        SQL of a join that both expressions require.
    search : ItemSearch or None
        How a column of items was looked up.
    """

    value: str
    fault: str
    fault_type: str
    message: str
    join: str = ""
    search: ItemSearch | None = None


def message(words: str, header: str, text: str) -> str:
    """Return SQL of a message in Anaplan's form: ``Invalid number: Salary ("12x")``.

    Parameters
    ----------
    words : str
    header, text : str
        SQL of the column's header and of the text in it.
    """
    return f"""{literal(f"{words}: ")} || {header} || ' ("' || {text} || '")'"""


def read_typed(
    con: duckdb.DuckDBPyConnection,
    column: str,
    header: str,
    form: Format,
    decimal: str,
    match_by: str = "either",
    *,
    pattern: DatePattern | None = None,
    table: str | None = None,
) -> Reading:
    """Read a column as values of a format; an empty text is a blank value.

    Parameters
    ----------
    header : str
        SQL of the column's header.
    pattern : DatePattern, optional
        How dates and periods are written; by default as ``2026-01-31``, and by name.
    table : str, optional
        The name of the temporary table for values that are items; see `read_item`.
    """
    text = f"s.{column}"
    if form.type == "TEXT":
        return Reading(f"nullif({text}, '')", "false", "", "''")
    if form.type in ("LIST", "TIME PERIOD"):
        if form.list is None and pattern is not None:
            item = read_period(con, column, header, pattern, table=table)
        else:
            members = list_members(form.list) if form.list else TIME_MEMBERS
            source = f"list {form.list.name}" if form.list else "the calendar"
            item = read_item(
                con,
                column,
                header,
                members,
                match_by,
                is_time=form.list is None,
                source=source,
                table=table,
            )
        blank = f"trim({text}) <> '' AND {item.fault}"
        if item.search is not None:
            item.search.find_same(con)
        return Reading(item.value, blank, item.fault_type, item.message, item.join)
    value, fault_type, words = {
        "NUMBER": (number(text, decimal), "moduleImportNumberFormat", "Invalid number"),
        "BOOLEAN": (_boolean(text), "moduleImportBooleanFormat", "Invalid boolean"),
        "DATE": (_date(text, pattern), "moduleImportDateFormat", "Invalid date"),
    }[form.type]
    fault = f"trim({text}) <> '' AND {value} IS NULL"
    return Reading(value, fault, fault_type, message(words, header, text))


def _date(text: str, pattern: DatePattern | None) -> str:
    if pattern is not None:
        return date_of(text, pattern)
    return f"CAST(try_strptime(trim({text}), '%Y-%m-%d') AS DATE)"


def number(text: str, decimal: str) -> str:
    """Return SQL that reads a plain number with this decimal separator, or NULL."""
    if decimal == ",":
        # Such a number has no point.
        text = f"replace(replace({text}, '.', '?'), ',', '.')"
    # DuckDB would accept underscores between digits, two signs, and words such as nan.
    plain = f"replace(replace({text}, '_', '?'), '+-', '?')"
    value = f"TRY_CAST({plain} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def _boolean(text: str) -> str:
    word = f"lower(trim({text}))"
    return (
        f"CASE WHEN {word} IN ('true', 'yes', '1') THEN true"
        f" WHEN {word} IN ('false', 'no', '0') THEN false END"
    )


def read_item(
    con: duckdb.DuckDBPyConnection,
    column: str,
    header: str,
    members: str,
    match_by: str,
    *,
    is_time: bool,
    source: str,
    table: str | None = None,
) -> Reading:
    """Read a column as items, through a temporary table of its distinct texts.

    Parameters
    ----------
    table : str, optional
        The table's name; by default ``keys_<column>``.
    """
    table = table or f"keys_{column}"
    search = ItemSearch(column, members, match_by, table)
    con.execute(f"CREATE TEMP TABLE {table} AS {search.exact()}")
    fault_type = _NO_PERIOD if is_time else "moduleImportInvalidListIdentifier"
    words = f"Item not located in {source}"
    return _through(table, column, fault_type, message(words, header, f"s.{column}"), search)


def read_period(
    con: duckdb.DuckDBPyConnection,
    column: str,
    header: str,
    pattern: DatePattern,
    *,
    table: str | None = None,
    scale: str | None = None,
) -> Reading:
    """Read a column as the smallest periods, each by a date in it or by its year and number.

    Parameters
    ----------
    scale : str, optional
        The level of the smallest periods; by default the calendar's.
    """
    table = table or f"keys_{column}"
    smallest = "t.leaf" if scale is None else f"t.level = {literal(scale)}"
    con.execute(
        f"CREATE TEMP TABLE {table} AS SELECT text, t.id, true AS leaf"
        f" FROM (SELECT DISTINCT {column} AS text FROM staged)"
        f" LEFT JOIN time_members t ON {smallest} AND {period_of('text', pattern)}"
    )
    text = message("Item not located in the calendar", header, f"s.{column}")
    return _through(table, column, _NO_PERIOD, text)


_NO_PERIOD = "moduleImportInvalidTimeEntityIdentifier"


def _through(
    table: str, column: str, fault_type: str, text: str, search: ItemSearch | None = None
) -> Reading:
    """Return the reading of a column whose texts are in a temporary table, with their items."""
    join = f" LEFT JOIN {table} ON {table}.text = s.{column}"
    return Reading(f"{table}.id", f"{table}.id IS NULL", fault_type, text, join, search)
