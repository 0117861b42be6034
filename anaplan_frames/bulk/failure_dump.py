"""Read a failure dump: which source rows an import rejected, and why, in any known layout."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.row_splitter import read_fields

_LINE = "_line_"
_STATUS = "_status_"
_MESSAGE = re.compile(r"_?error(?:s|_[0-9]+)?_?|_?message_?", re.IGNORECASE)
_SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class DumpRow:
    """One rejected row.

    Attributes
    ----------
    values : tuple of (str or None)
        The source row, one text per header of the file; None for a column that is not in the
        dump.
    line : int or None
        Its line as the dump gives it; what it counts from is for `match_rows` to find out.
    messages : tuple of str
        Why it was rejected, one per fault.
    text : tuple of str
        All its fields, as Anaplan sent them.
    """

    values: tuple[str | None, ...]
    line: int | None
    messages: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things are in a line of the dump, by its header.

    A line may have more or fewer message fields than the header names: whatever the header has
    from `gap` on is moved by the difference.
    """

    width: int
    positions: tuple[int | None, ...]  # for each header of the file, its field
    line: int | None
    other: frozenset[int]  # the status, and what is neither known nor a message
    gap: int

    def line_of(self, row: Sequence[str]) -> int | None:
        return None if self.line is None else _number(row, self._moved(self.line, row))

    def read(self, row: Sequence[str]) -> DumpRow:
        positions = [
            None if position is None else self._moved(position, row) for position in self.positions
        ]
        used = {position for position in positions if position is not None}
        used |= {self._moved(position, row) for position in self.other}
        if self.line is not None:
            used.add(self._moved(self.line, row))
        messages = (field.strip() for position, field in enumerate(row) if position not in used)
        return DumpRow(
            values=tuple(
                None if position is None else row[position] if 0 <= position < len(row) else ""
                for position in positions
            ),
            line=self.line_of(row),
            messages=tuple(message for message in messages if message),
            text=tuple(row),
        )

    def _moved(self, position: int, row: Sequence[str]) -> int:
        return position + len(row) - self.width if position >= self.gap else position


def parse_dump(content: bytes, headers: Sequence[str], dialect: Dialect) -> list[DumpRow]:
    """Read a failure dump.

    The documented layout is ``_Status_``, the source columns, ``_Line_``, ``_Error_1_`` and as
    many more message fields as a row has faults. Accepted, too, are: messages before
    the source columns, more or fewer of them than the header names, no ``_Status_``, no
    ``_Line_``, a header that does not name the columns or none at all, the file's own separator,
    text delimiter and encoding instead of commas, quotes and UTF-8.

    Parameters
    ----------
    content : bytes
        The whole dump.
    headers : sequence of str
        The file's headers, in its order; ``"Column 6"`` stands for an empty one.
    dialect : Dialect
        The dialect of the file that was imported.

    Returns
    -------
    list of DumpRow
        In the order of the dump; lines that repeat one source row for each of its faults are one.
    """
    text = _decoded(content, dialect)
    rows = [row for row in read_fields(text, _sniffed(text, headers, dialect)) if any(row)]
    if not rows:
        return []
    layouts = _layouts(rows[0], headers)
    if layouts:
        rows = rows[1:]
    else:
        layouts = _without_header(rows, len(headers))
    uneven = [row for row in rows if len(row) != layouts[0].width][:_SAMPLE_ROWS]
    layout = max(layouts, key=lambda layout: _fitness(layout, uneven))
    return _joined([layout.read(row) for row in rows])


def _decoded(content: bytes, dialect: Dialect) -> str:
    """Decode by the mark, as UTF-8, or in the file's encoding; nothing of the dump is dropped."""
    if content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", "replace")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    candidates = ["utf-8", dialect.codec]
    if b"\0" in content:
        candidates.reverse()  # UTF-16 reads as UTF-8 with NULs
    for codec in candidates:
        try:
            return content.decode(codec)
        except UnicodeError:
            continue
    return content.decode("utf-8", "replace")


def _sniffed(text: str, headers: Sequence[str], dialect: Dialect) -> Dialect:
    """Return the dialect under which the first line names most of what it should."""
    candidates = [Dialect()]
    if len(dialect.separator) == 1 and len(dialect.delimiter) <= 1:
        candidates += [
            Dialect(separator=dialect.separator),
            Dialect(separator=dialect.separator, delimiter=dialect.delimiter),
        ]
    wanted = {_LINE, _STATUS, *map(_folded, _names(headers))}

    def fitness(candidate: Dialect) -> tuple[int, int, int]:
        rows = list(islice(filter(any, read_fields(text, candidate)), _SAMPLE_ROWS))
        first = rows[0] if rows else []
        named = sum(_folded(field) in wanted for field in first)
        still_quoted = sum(field[:1] in ('"', "'") for row in rows for field in row if field)
        return named, min(len(first), len(headers)), -still_quoted

    return max(candidates, key=fitness)


def _layouts(first: Sequence[str], headers: Sequence[str]) -> list[_Layout]:
    """Read off the header of the dump what its lines may look like; empty if it is none."""
    folded = [_folded(field) for field in first]
    names = _names(headers)
    start = _run(list(first), names)
    if start is None:
        start = _run(folded, [_folded(name) for name in names])
    positions: tuple[int | None, ...]
    if start is not None:
        positions = tuple(range(start, start + len(names)))
    else:
        positions = _one_by_one(folded, names)
    marks = [None if position in positions else name for position, name in enumerate(folded)]
    line = marks.index(_LINE) if _LINE in marks else None
    status = marks.index(_STATUS) if _STATUS in marks else None
    if all(position is None for position in positions):
        if line is None and status is None:
            return []
        positions = _by_marks(len(first), len(names), line, status)
    rest = set(range(len(first))) - {*positions, line, status}
    messages = {position for position in rest if _MESSAGE.fullmatch(folded[position])} or rest
    known = [position for position in positions if position is not None]
    if messages:
        gaps = [
            position + 1
            for position in sorted(messages, reverse=True)
            if position + 1 not in messages
        ]
    else:
        gaps = [len(first), max(known, default=0) + 1, min(known, default=0)]
    other = frozenset(rest - messages | ({status} if status is not None else set()))
    return [_Layout(len(first), positions, line, other, gap) for gap in gaps]


def _without_header(rows: Sequence[Sequence[str]], count: int) -> list[_Layout]:
    """Return what lines may look like that no header describes."""
    positions = tuple(range(1, count + 1))
    documented = _Layout(count + 2, positions, count + 1, frozenset([0]), count + 2)
    if all(documented.line_of(row) is not None for row in rows[:_SAMPLE_ROWS]):
        return [documented]
    plain = _Layout(count, tuple(range(count)), None, frozenset(), count)
    return [plain, replace(plain, gap=0)]


def _fitness(layout: _Layout, uneven: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Judge by lines that the header does not fit: line numbers there, much text in messages."""
    lines = sum(layout.line_of(row) is not None for row in uneven)
    messages = (row[layout.gap : layout.gap + max(len(row) - layout.width, 0)] for row in uneven)
    return lines, sum(len(field) for fields in messages for field in fields)


def _names(headers: Sequence[str]) -> list[str]:
    """Return the headers as a dump names them."""
    return [header if header.strip() else f"Column {n}" for n, header in enumerate(headers, 1)]


def _run(fields: Sequence[str], names: Sequence[str]) -> int | None:
    """Return where the names stand side by side."""
    names = list(names)
    for start in range(len(fields) - len(names) + 1) if names else ():
        if list(fields[start : start + len(names)]) == names:
            return start
    return None


def _one_by_one(folded: Sequence[str], names: Sequence[str]) -> tuple[int | None, ...]:
    """Find each name by itself: some columns may be left out, or in another order."""
    left = dict(enumerate(folded))
    positions: list[int | None] = []
    for name in names:
        wanted = _folded(name)
        position = next((position for position, found in left.items() if found == wanted), None)
        if position is not None:
            del left[position]
        positions.append(position)
    return tuple(positions)


def _by_marks(
    width: int, count: int, line: int | None, status: int | None
) -> tuple[int | None, ...]:
    """Place unnamed source columns: behind the status, or before the line."""
    if status is not None and (line is None or line - status > count or line < status):
        start = status + 1
    elif line is not None and line >= count:
        start = line - count
    else:
        start = (line if line is not None else -1) + 1
    return tuple(position if position < width else None for position in range(start, start + count))


def _joined(rows: list[DumpRow]) -> list[DumpRow]:
    """Make one row of those that name the same line with the same values."""
    by_line: dict[tuple[int, tuple[str | None, ...]], int] = {}
    joined: list[DumpRow] = []
    for row in rows:
        if row.line is not None:
            position = by_line.setdefault((row.line, row.values), len(joined))
            if position < len(joined):
                earlier = joined[position]
                messages = tuple(dict.fromkeys((*earlier.messages, *row.messages)))
                joined[position] = replace(earlier, messages=messages)
                continue
        joined.append(row)
    return joined


def _folded(name: str) -> str:
    return name.strip().casefold()


def _number(row: Sequence[str], position: int) -> int | None:
    """Return the line number in a field; None if there is none."""
    text = row[position].strip() if 0 <= position < len(row) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
