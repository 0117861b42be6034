"""Writes of single cells to a module: the request as a table, joined to the items of its cells.

A cell that cannot be written fails on its own; the other cells of the request are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.definitions import (
    VERSIONS,
    Dimension,
    Format,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.store.cell_merge import merge_arriving
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.store.item_access import granted, readable_members
from anaplan_frames.sandbox.planning.store.sql_text import literal
from anaplan_frames.sandbox.planning.store.typed_columns import Reading, read_typed

_READ_ONLY = "cellIsReadOnly"
_INVALID, _CALCULATED, _MISFIT = "cellIsInvalid", "cellIsCalculated", "INCORRECT_FORMAT"
# The first two are documented for cells. That an invalid value is a failure is documented, but not
# its type; the sandbox uses the type for the properties of list items. For cells that the user may
# only read, nothing is documented; those that the user may not read are as if they did not exist.
_WORDS = {
    _INVALID: "the cell could not be found or resolved",
    _CALCULATED: "the cell is a calculated/aggregate cell and is not writeable",
    _MISFIT: "incorrect format",
    _READ_ONLY: "the cell is read-only for the user and is not writeable",
}

_FIELDS = {
    "lineItemId": "VARCHAR",
    "lineItemName": "VARCHAR",
    "dimensions": "STRUCT(dimensionId VARCHAR, dimensionName VARCHAR, itemId VARCHAR,"
    " itemName VARCHAR, itemCode VARCHAR)[]",
    "value": "JSON",
}
# The JSON types of values; numbers can be strings.
_JSON_TYPES = {
    "NUMBER": ("UBIGINT", "BIGINT", "HUGEINT", "UHUGEINT", "DOUBLE", "VARCHAR"),
    "BOOLEAN": ("BOOLEAN",),
}


class RefusedCells(Exception):
    """The whole request is refused and nothing is written; the text says why."""


@dataclass(frozen=True, slots=True)
class WrittenCells:
    """The outcome of a request for several cells.

    Attributes
    ----------
    changed : int
        The number of cells that were written.
    failures : list of (int, str, str)
        Position in the request (from 0), type and text of every failure.
    """

    changed: int
    failures: list[tuple[int, str, str]]


def write_cells(
    store: Store, module: ModuleDefinition, body: Path, limit: int, access: Access = FULL
) -> WrittenCells:
    """Write the cells of a request; if a cell occurs twice, the later value is used.

    Parameters
    ----------
    body : Path
        A file with the JSON array of the request.
    limit : int
        The most cells that the request may have.
    access : Access
        What the user may read and write.

    Raises
    ------
    RefusedCells
        If the file is not such an array, has too many cells, or a cell is without a required
        field.
    """
    with store.transaction() as con:
        _read(con, body)
        _check(con, limit)
        _name_line_items(con, module)
        tables = _asked_tables(con, module)
        written = [_write_table(con, table, access) for table in tables]
    failures = sorted(failure for each in written for failure in each.failures)
    return WrittenCells(sum(each.changed for each in written), failures)


def _write_table(
    con: duckdb.DuckDBPyConnection, table: ModuleDefinition, access: Access
) -> WrittenCells:
    """Write the cells of the request that are in the module itself, or in a part of it."""
    _place(con, table)
    for number, dimension in enumerate(table.dimensions):
        _look_up(con, number, dimension, access)
    items = _written_items(con, table)
    _resolve(con, table, items, access)
    if _has_unknown_items(con) and _found_same_keys(con, table, access):
        _resolve(con, table, items, access)
    _write(con, table, items)
    return _outcome(con, table)


def _read(con: duckdb.DuckDBPyConnection, body: Path) -> None:
    """Create `requests`: the cells with their position (line) and the JSON type of the value."""
    columns = ", ".join(f"{name}: {literal(kind)}" for name, kind in _FIELDS.items())
    size = body.stat().st_size
    if not size or (size < 100 and not body.read_bytes().strip()):
        raise RefusedCells("The body is empty")
    try:
        con.execute(
            "CREATE TEMP TABLE requests AS SELECT row_number() OVER () - 1 AS line,"
            " lineItemId, lineItemName, coalesce(dimensions, []) AS dimensions,"
            " json_type(value) AS kind, value ->> '$' AS text"
            f" FROM read_json({literal(str(body))}, format = 'array', columns = {{{columns}}},"
            f" maximum_object_size = {size + 1}, compression = 'uncompressed')"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException, UnicodeDecodeError):
        raise RefusedCells("The body is not a JSON array of cells") from None


def _check(con: duckdb.DuckDBPyConnection, limit: int) -> None:
    """Refuse too many cells, and cells without a required field."""
    row = con.execute("SELECT count(*) FROM requests").fetchone()
    assert row is not None
    if row[0] > limit:
        raise RefusedCells(
            f"Too many cells: {row[0]}; a maximum of {limit} cells can be updated per request"
        )
    found = con.execute(
        "SELECT line, CASE"
        " WHEN coalesce(kind, 'NULL') IN ('NULL', 'ARRAY', 'OBJECT')"
        " THEN 'value must be a string, number or boolean and cannot be null'"
        # DuckDB accepts NaN and Infinity as numbers, which are not JSON.
        " WHEN kind = 'DOUBLE' AND regexp_matches(text, '[a-df-zA-DF-Z]')"
        " THEN 'value is not JSON'"
        " WHEN coalesce(lineItemId, lineItemName) IS NULL"
        " THEN 'lineItemId or lineItemName is required'"
        " WHEN list_bool_or([coalesce(d.dimensionId, d.dimensionName) IS NULL"
        " FOR d IN dimensions])"
        " THEN 'dimensionId or dimensionName is required'"
        " WHEN list_bool_or([coalesce(d.itemId, d.itemName, d.itemCode) IS NULL"
        " FOR d IN dimensions])"
        " THEN 'itemId, itemName or itemCode is required'"
        " END AS fault FROM requests WHERE fault IS NOT NULL ORDER BY line LIMIT 1"
    ).fetchone()
    if found:
        raise RefusedCells(f"requestIndex {found[0]}: {found[1]}")


def _name_line_items(con: duckdb.DuckDBPyConnection, module: ModuleDefinition) -> None:
    """Create `named`: the cells with the id of their line item; NULL if it has no cells."""
    items = ", ".join(
        f"({literal(item.id)}, {literal(item.name)})"
        for item in module.line_items
        if not item.is_heading
    )
    known = f"(VALUES {items})" if items else "(SELECT NULL, NULL WHERE false)"
    con.execute(
        f"CREATE TEMP VIEW named AS SELECT requests.*, item.id AS item FROM requests"
        f" LEFT JOIN {known} item(id, name) ON"
        " CASE WHEN lineItemId IS NULL THEN item.name = lineItemName ELSE item.id = lineItemId END"
    )


def _asked_tables(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition
) -> list[ModuleDefinition]:
    """Return the module, unless no cell is for it, and those of its parts that are asked for."""
    if not module.parts:
        return [module]
    asked = {item for (item,) in con.execute("SELECT DISTINCT item FROM named").fetchall()}
    parts = [part for id_, part in module.parts.items() if id_ in asked]
    return [module, *parts] if asked - module.parts.keys() or not parts else parts


def _place(con: duckdb.DuckDBPyConnection, table: ModuleDefinition) -> None:
    """Create `placed`: the line item's number, and the key of each dimension's item.

    A key is a struct of ``by`` (id, code or name) and ``text``. Cells of unknown line items are
    those of the module.
    """
    items = ", ".join(
        f"({number}, {literal(item.id)}, {item.formula is not None})"
        for number, item in enumerate(table.line_items)
    )
    keys = "".join(
        f", {_key(dimension)} AS k{number}" for number, dimension in enumerate(table.dimensions)
    )
    here = f"named.item = {literal(table.id)}" if table.whole else "true"
    if table.parts:
        here = f"coalesce(named.item, '') NOT IN ({', '.join(map(literal, table.parts))})"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE placed AS SELECT line, item.number AS item, item.calculated,"
        f" kind, text, len(dimensions) = {len(table.dimensions)} AS complete{keys} FROM named"
        f" LEFT JOIN (VALUES {items}) item(number, id, calculated) ON item.id = named.item"
        f" WHERE {here}"
    )


def _key(dimension: Dimension) -> str:
    """Return SQL of the key for a dimension in a request; NULL if there is none."""
    names = [dimension.name]
    if dimension == VERSIONS:
        names.append("Version")  # the name in an example of the documentation
    named = ", ".join(map(literal, names))
    return (
        f"[CASE WHEN d.itemId IS NOT NULL THEN {{'by': 'id', 'text': d.itemId}}"
        " WHEN d.itemCode IS NOT NULL THEN {'by': 'code', 'text': d.itemCode}"
        " ELSE {'by': 'name', 'text': d.itemName} END FOR d IN dimensions"
        f" IF CASE WHEN d.dimensionId IS NULL THEN d.dimensionName IN ({named})"
        f" ELSE d.dimensionId = {literal(dimension.id)} END][1]"
    )


def _look_up(
    con: duckdb.DuckDBPyConnection, number: int, dimension: Dimension, access: Access
) -> None:
    """Create `found<n>`: the item (id, leaf) of every key of a dimension that has one."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE keys{number} AS SELECT DISTINCT k{number} AS key FROM placed"
    )
    ways = [
        f"SELECT key, arg_min(item.id, ord) AS id, arg_min(leaf, ord) AS leaf FROM keys{number}"
        f" JOIN ({readable_members(dimension, access)}) item ON key.text = item.{by}::VARCHAR"
        f" WHERE key.by = '{by}' GROUP BY key"
        for by in ("id", "code", "name")
        if _is_asked(con, number, by)
    ]
    nothing = f"SELECT key, NULL::BIGINT AS id, NULL::BOOLEAN AS leaf FROM keys{number} WHERE false"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE found{number} AS {' UNION ALL '.join(ways) or nothing}"
    )


def _is_asked(con: duckdb.DuckDBPyConnection, number: int, by: str) -> bool:
    query = f"SELECT 1 FROM keys{number} WHERE key.by = '{by}' LIMIT 1"
    return con.execute(query).fetchone() is not None


def _has_unknown_items(con: duckdb.DuckDBPyConnection) -> bool:
    query = f"SELECT 1 FROM resolved WHERE failure = {literal(_INVALID)} LIMIT 1"
    return con.execute(query).fetchone() is not None


def _found_same_keys(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, access: Access
) -> bool:
    """Add to `found<n>` the only item of the same name or code for keys without an item.

    Returns
    -------
    bool
        Whether any was found.
    """
    total = 0
    for number, dimension in enumerate(module.dimensions):
        for by in ("code", "name"):
            new = (
                f"SELECT key FROM keys{number} WHERE key.by = '{by}'"
                f" AND key NOT IN (SELECT key FROM found{number})"
            )
            added = con.execute(
                f"INSERT INTO found{number}"
                " SELECT key, min(item.id) AS id, arg_min(leaf, item.id) AS leaf"
                f" FROM ({new}) new JOIN ({readable_members(dimension, access)}) item"
                f" ON folded_key(item.{by}) = folded_key(key.text)"
                " GROUP BY key HAVING count(DISTINCT item.id) = 1"
            ).fetchone()
            total += int(added[0]) if added else 0
    return total > 0


def _written_items(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition
) -> dict[int, tuple[LineItem, Reading]]:
    """Create `staged`, with a column of texts per line item written; return how to read each."""
    query = "SELECT DISTINCT item FROM placed WHERE NOT calculated ORDER BY item"
    numbers = [int(number) for (number,) in con.execute(query).fetchall()]
    texts = "".join(f", CASE WHEN item = {number} THEN text END AS c{number}" for number in numbers)
    con.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT *{texts} FROM placed")
    found = {}
    for number in numbers:
        item = module.line_items[number]
        reading = read_typed(
            con,
            f"c{number}",
            literal(item.name),
            item.format,
            ".",
            match_by="name",
            table=f"values_{item.id}",
        )
        found[number] = item, reading
    return found


def _resolve(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    items: dict[int, tuple[LineItem, Reading]],
    access: Access,
) -> None:
    """Create `resolved`: item ids (d0, ...), value (n0, ...) and failure, if any, per cell."""
    places = range(len(module.dimensions))
    selected = [f"found{number}.id AS d{number}" for number in places]
    selected += [f"{reading.value} AS n{number}" for number, (_, reading) in items.items()]
    unknown = " OR ".join(
        ["s.item IS NULL", "NOT complete", *(f"found{number}.id IS NULL" for number in places)]
    )
    aggregate = " OR ".join(["calculated", *(f"NOT found{number}.leaf" for number in places)])
    denied = _denied(module, access)
    misfit = " ".join(
        f"WHEN {number} THEN {_misfit(item.format, reading)}"
        for number, (item, reading) in items.items()
    )
    wrong = f"CASE s.item {misfit} END" if misfit else "false"
    joins = "".join(
        f" LEFT JOIN found{number} ON found{number}.key = s.k{number}" for number in places
    )
    joins += "".join(reading.join for _, reading in items.values())
    con.execute(
        "CREATE OR REPLACE TEMP TABLE resolved AS"
        f" SELECT {', '.join(['s.line', 's.item', *selected])},"
        f" CASE WHEN {unknown} THEN {literal(_INVALID)}"
        f" WHEN {aggregate} THEN {literal(_CALCULATED)}{denied}"
        f" WHEN {wrong} THEN {literal(_MISFIT)} END AS failure, s.text"
        f" FROM staged s{joins}"
    )


def _denied(module: ModuleDefinition, access: Access) -> str:
    """Return the case of cells that the user may read, but not write, if there can be any."""
    allowed = [granted(dimension, access, "write") for dimension in module.dimensions]
    conditions = [
        f"found{number}.id NOT IN ({ids})" for number, ids in enumerate(allowed) if ids is not None
    ]
    if not conditions:
        return ""
    return f" WHEN {' OR '.join(conditions)} THEN {literal(_READ_ONLY)}"


def _misfit(form: Format, reading: Reading) -> str:
    """Return SQL that is true if a value is invalid for the format of its line item."""
    kinds = ", ".join(map(literal, _JSON_TYPES.get(form.type, ("VARCHAR",))))
    wrong = f"s.kind NOT IN ({kinds}) OR coalesce({reading.fault}, false)"
    # A number cannot be blank, and "only strings that are parsed successfully" are numbers.
    return f"{wrong} OR trim(s.text) = ''" if form.type == "NUMBER" else wrong


def _write(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    items: dict[int, tuple[LineItem, Reading]],
) -> None:
    """Write the cells without failure; a blank is a value, too."""
    if not items:
        return
    keys = cell_tables.dimension_columns(module)
    columns = {
        number: cell_tables.value_column(module, item) for number, (item, _) in items.items()
    }
    values = [
        f"arg_max({{'value': n{number}}}, line) FILTER (item = {number}) AS {column}"
        for number, column in columns.items()
    ]
    group = f" GROUP BY {', '.join(keys)}" if keys else " HAVING count(*) > 0"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE arriving AS SELECT {', '.join([*keys, *values])}"
        f" FROM resolved WHERE failure IS NULL{group}"
    )
    merge_arriving(
        con,
        module,
        {
            column: f"CASE WHEN new.{column} IS NULL THEN old.{column} ELSE new.{column}.value END"
            for column in columns.values()
        },
    )


def _outcome(con: duckdb.DuckDBPyConnection, module: ModuleDefinition) -> WrittenCells:
    row = con.execute("SELECT count(*) FROM resolved WHERE failure IS NULL").fetchone()
    assert row is not None
    rows: list[tuple[int, str, int, str]] = con.execute(
        "SELECT line, failure, item, text FROM resolved WHERE failure IS NOT NULL ORDER BY line"
    ).fetchall()
    failures = []
    for line, kind, item, text in rows:
        words = _WORDS[kind]
        if kind == _MISFIT:
            words += f" -- line item name:{module.line_items[item].name}, value:{text}"
        failures.append((line, kind, words))
    return WrittenCells(int(row[0]), failures)
