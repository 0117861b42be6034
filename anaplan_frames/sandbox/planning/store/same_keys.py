"""Which names and codes are the same key: an SQL function of the model's database.

`folded_key` is equal for texts that are the same key. If keys are folded, these are texts that are
equal in Unicode's composed form (NFC), whatever their case, without outer white space of any kind
and without characters that have no width. Otherwise every character counts.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.behavior import Keys
from anaplan_frames.sandbox.planning.store.sql_text import literal

MAX_LENGTH = 60
"""The characters that a name or a code may have."""

# The format characters that Unicode calls ignorable: soft hyphen, zero-width spaces and joiners,
# marks of direction, invisible operators, the byte order mark.
_WITHOUT_WIDTH = re.compile("[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_ASCII_SPACE = "".join(char for char in map(chr, range(128)) if char.isspace())
# Most keys are ASCII, which SQL folds without calling Python.
_FOLDED = (
    "CASE WHEN strlen(key) = length(key)"
    f" THEN lower(trim(key, {literal(_ASCII_SPACE)})) ELSE fold_wide_key(key) END"
)


def add_python_function(root: duckdb.DuckDBPyConnection) -> None:
    """Add the function for keys that are not ASCII to an instance of DuckDB."""
    # By its name: the module of the type's enumeration differs between versions of DuckDB.
    kind: Any = "arrow"
    root.create_function("fold_wide_key", _fold_all, ["VARCHAR"], "VARCHAR", type=kind)


def create_function(con: duckdb.DuckDBPyConnection, keys: Keys, schema: str = "") -> None:
    """Create or replace `folded_key` in a model's database.

    Parameters
    ----------
    schema : str
        The schema and a point, if it is not the connection's own.
    """
    body = _FOLDED if keys == "folded" else "key"
    con.execute(f"CREATE OR REPLACE MACRO {schema}folded_key(key) AS {body}")


def _fold_all(texts: pa.ChunkedArray) -> pa.Array:
    return pa.array([_fold(text) for text in texts.to_pylist()], pa.string())


def _fold(text: str | None) -> str | None:
    if text is None:
        return None
    composed = unicodedata.normalize("NFC", _WITHOUT_WIDTH.sub("", text))
    return unicodedata.normalize("NFC", composed.casefold()).strip()
