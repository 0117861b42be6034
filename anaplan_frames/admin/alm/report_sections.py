"""The text of a comparison report as tables, one for each of its sections.

The documentation shows a line ``=== LISTS ADDED ===``, then a header and rows whose cells are
separated by tabs, then an empty line. Whether cells are ever quoted is not documented: they stay as
they come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.errors import DataError

_TITLE = re.compile(r"=+\s*(\S.*?)\s*=+")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def tables_of_report(content: bytes) -> dict[str, pd.DataFrame]:
    """Return the sections of a report by their titles, all cells as text.

    Raises
    ------
    DataError
        If it is not text, or does not begin with the title of a section.
    """
    tables: dict[str, pd.DataFrame] = {}
    for title, lines in _sections(_text(content)):
        table = _table(lines)
        if title in tables:
            table = pd.concat([tables[title], table], ignore_index=True)
        tables[title] = table
    return tables


def _text(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in _UTF16 else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"The comparison report is not text in {encoding}: {error}.") from error


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield title and lines of each section."""
    title: str | None = None
    lines: list[str] = []
    may_begin = True
    for line in re.split("\r\n|\n|\r", text):
        if not line.strip():
            may_begin = True
            continue
        found = _title(line, may_begin=may_begin)
        may_begin = False
        if found is None and title is None:
            raise DataError(
                f"The comparison report begins with {line[:80]!r}, not with the title of a section."
            )
        if found is None:
            lines.append(line)
            continue
        if title is not None:
            yield title, lines
        title, lines = found, []
    if title is not None:
        yield title, lines


def _title(line: str, *, may_begin: bool) -> str | None:
    """Return the title that a line is; None if it is not one.

    A line between equals signs is one anywhere, and one without tabs after an empty line.
    """
    marked = _TITLE.fullmatch(line.strip())
    if marked:
        return _cased(marked[1])
    return _cased(line.strip()) if may_begin and "\t" not in line else None


def _cased(title: str) -> str:
    """Write ``LISTS ADDED`` as the reference does: ``Lists Added``."""
    return title.title() if title.isupper() else title


def _table(lines: Sequence[str]) -> pd.DataFrame:
    """Return the table of a header and rows; rows may be shorter or longer than the header."""
    header, *rows = [line.split("\t") for line in lines] or [[]]
    width = max(map(len, [header, *rows]))
    cells = [[*row, *[None] * (width - len(row))] for row in rows]
    return pd.DataFrame(
        {
            name: pd.Series([row[place] for row in cells], dtype=TEXT_DTYPE)
            for place, name in enumerate(_names(header, width))
        }
    )


def _names(header: Sequence[str], width: int) -> list[str]:
    """Return one name per column; what has none, or one that occurs already, gets its number."""
    names: list[str] = []
    for place in range(width):
        given = header[place].strip() if place < len(header) else ""
        name = given or f"Column {place + 1}"
        while name in names:
            name = f"{name} ({place + 1})"
        names.append(name)
    return names
