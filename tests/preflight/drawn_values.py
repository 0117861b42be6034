"""Texts of every format: surely right, surely wrong, and those of which a plan is not sure."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

RIGHT: dict[str, list[Any]] = {
    "NUMBER": ["1", "2.5", "-3", "1e3", " 7 ", "+.5", "9."],
    "BOOLEAN": ["true", "FALSE", "1", "0"],
    "DATE": ["2026-01-31", "2024-02-29", "1999-12-01"],
    "TIME PERIOD": ["Jan 26", "Dec 26"],
    "LIST": ["Ann", "Bob", "West"],
    "TEXT": ["x", "y", '"quoted"', "ÄÖ", "1,000"],
    "SUBSET": ["true", "False", "1", "no", "YES ", "0"],
}
WRONG: dict[str, list[Any]] = {
    "NUMBER": ["x", "12x", "1e999", "--1", "1_000", "nan", "Infinity", "0x10"],
    "BOOLEAN": ["perhaps", "2", "truee", "1.5"],
    "DATE": ["2026-02-30", "soon", "2023-02-29", "2026-13-01", "x2"],
    "TIME PERIOD": ["Jan 62", "x", "Week 99 FY26"],
    "LIST": ["nobody", "a", "Everybody"],
    "TEXT": [],
    "SUBSET": ["perhaps", "y", "2", "wahr"],
}
UNCLEAR: dict[str, list[Any]] = {
    "NUMBER": ["1,000", "5%", "(3)", "1 000.5"],
    "BOOLEAN": ["yes", "N"],
    "DATE": ["31/01/2026", "1 Jan 26", "20260131"],
    "TIME PERIOD": ["JAN 26", " Jan 26"],
    "LIST": ["ANN", "west "],
    "TEXT": [],
    "SUBSET": [],
}


def values(
    format_: str, *, unclear: bool, right: list[Any] | None = None
) -> st.SearchStrategy[Any]:
    """Draw texts of a column: mostly right ones, some wrong ones, some missing."""
    pools = [right or RIGHT[format_]] * 5 + [[None]] + [WRONG[format_]]
    pools += [UNCLEAR[format_]] if unclear else []
    return st.sampled_from([pool for pool in pools if pool]).flatmap(st.sampled_from)
