"""Columns of the data matched to the headers of the target: by name, never by position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from anaplan_frames.codec.field_layout import FieldLayout
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed, near_names, warn

_COLUMNS = {
    "column": Field("column"),
    "target": Field("target"),
    "used": Field("used", "boolean"),
}
_MOST_NAMED = 10
_MOST_COMPARED = 20


@dataclass(frozen=True, slots=True)
class Matching(FieldLayout):
    """Which of the data's columns goes to which header.

    Attributes
    ----------
    unused : tuple of str
        The data's columns that the target does not take.
    """

    unused: tuple[str, ...]


def match_columns(
    columns: Sequence[str],
    headers: Sequence[str],
    mapping: Mapping[str, str] | None,
    target: str,
) -> Matching:
    """Match the caller's columns to the file's headers by name.

    Parameters
    ----------
    columns
        The caller's columns; names that are not text count by their ``str``.
    headers
        The file's headers. An empty one is fed by a column "Column n" (n counts from 1), as
        Anaplan names it in its messages, and is left empty if there is none.
    mapping
        The caller's column -> header, for those that have another name. It comes before equal
        names: a column that has the name of a header that is mapped to is unused.
    target
        What is written to, in words, for messages: ``import 'Load flights'``.

    Raises
    ------
    ColumnMismatch
        If a header is fed by no column or by several, or the mapping names what there is not;
        reports all of it at once, with the near names.
    """
    return _Match(columns, headers, mapping or {}, target).result()


def columns_frame(columns: Sequence[str], matching: Matching) -> pd.DataFrame:
    """Return which column goes where, as a plan shows it.

    Parameters
    ----------
    columns : sequence of str
        The caller's columns.
    matching : Matching

    Returns
    -------
    pandas.DataFrame
        ``column`` and ``target`` (text, missing if there is none), ``used`` (boolean): one row per
        column of the target, then one per column that is left out.
    """
    pairs = [
        (None if position is None else columns[position], header or f"Column {number}")
        for number, (header, position) in enumerate(
            zip(matching.headers, matching.positions, strict=True), 1
        )
    ]
    rows = [
        {"column": column, "target": target, "used": column is not None} for column, target in pairs
    ]
    rows += [{"column": column, "used": False} for column in matching.unused]
    return frame_of_fields(rows, _COLUMNS)


class _Match:
    """One matching in the making, which collects every complaint before it raises."""

    def __init__(
        self,
        columns: Sequence[str],
        headers: Sequence[str],
        mapping: Mapping[str, str],
        target: str,
    ) -> None:
        self.columns = [str(name) for name in columns]
        self.headers = tuple(headers)
        # "Column 6" is what Anaplan itself calls the sixth column when its header is empty.
        self.wanted = [name or f"Column {number}" for number, name in enumerate(self.headers, 1)]
        self.mapping = {str(column): str(header) for column, header in mapping.items()}
        self.target = target
        self.complaints: list[str] = []

    def result(self) -> Matching:
        """Return the matching, or raise what is wrong with it, all at once."""
        if not self.headers:
            raise ColumnMismatch(
                f"Anaplan has no columns for {self.target}. Set up its file in Anaplan first."
            )
        self._check_mapping()
        positions = self._positions()
        if self.complaints:
            raise ColumnMismatch(
                f"The columns do not fit {self.target}. {' '.join(self.complaints)} If only the "
                "names differ, pass mapping={'your column': 'its header'}."
            )
        used = set(positions)
        unused = tuple(name for number, name in enumerate(self.columns) if number not in used)
        return Matching(self.headers, positions, unused)

    def _check_mapping(self) -> None:
        known, wanted = set(self.columns), set(self.wanted)
        fed: dict[str, list[str]] = defaultdict(list)
        for column, header in self.mapping.items():
            if column not in known:
                near = near_names(column, self.columns)
                self.complaints.append(
                    f"The mapping names {column!r}, which is not a column of the data.{near}"
                )
            elif header not in wanted:
                near = near_names(header, self.wanted)
                self.complaints.append(
                    f"The mapping sends {column!r} to {header!r}, which is not a header of "
                    f"the file.{near}"
                )
            fed[header].append(column)
        for header, columns in fed.items():
            if len(columns) > 1:
                names = " and ".join(map(repr, columns))
                self.complaints.append(
                    f"The mapping sends {names} to {header!r}; only one of them can go there."
                )

    def _positions(self) -> tuple[int | None, ...]:
        sources = self._sources()
        numbers_by_name: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.wanted):
            numbers_by_name[name].append(number)
        positions: list[int | None] = [None] * len(self.headers)
        missing = []
        for name, numbers in numbers_by_name.items():
            found = sources.get(name, [])
            # If a name occurs as often on both sides, the columns are taken in order.
            if len(found) == len(numbers):
                for number, position in zip(numbers, found, strict=True):
                    positions[number] = position
            elif found:
                self._complain_of_several(name, len(numbers), [self.columns[n] for n in found])
            elif any(self.headers[number] for number in numbers):
                missing.append(name)
        self._complain_of_none(missing)
        return tuple(positions)

    def _sources(self) -> dict[str, list[int]]:
        """Index the caller's columns by the header that they feed; the mapping comes first."""
        sources: dict[str, list[int]] = defaultdict(list)
        for number, column in enumerate(self.columns):
            if column in self.mapping:
                sources[self.mapping[column]].append(number)
        mapped = set(sources)
        for number, column in enumerate(self.columns):
            if column not in self.mapping and column not in mapped:
                sources[column].append(number)
        return sources

    def _complain_of_several(self, name: str, times: int, feeding: Sequence[str]) -> None:
        if len(set(feeding)) > 1:
            return  # the mapping's fault, and reported as such
        in_file = "" if times == 1 else f", the file {times} headers {name!r}"
        self.complaints.append(
            f"The data has {_columns(len(feeding))} named {feeding[0]!r}{in_file}; "
            "rename or drop those that are not meant."
        )

    def _complain_of_none(self, missing: Sequence[str]) -> None:
        wanted = set(self.wanted)
        free = [
            column for column in self.columns if column not in wanted and column not in self.mapping
        ]
        # To look for near names takes long if there are thousands.
        for name in missing[:_MOST_NAMED]:
            self.complaints.append(f"The data has no column {name!r}.{near_names(name, free)}")
        if len(missing) > _MOST_NAMED:
            self.complaints.append(f"It also has none of {len(missing) - _MOST_NAMED:,} others.")


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def warn_of_unused_columns(label: str, unused: Sequence[str], unfed: Sequence[str]) -> None:
    """Warn of columns that are left out; one of them may be a column that is meant, misspelled.

    Parameters
    ----------
    label : str
        What is written to, in words.
    unused : sequence of str
        The columns that it does not take.
    unfed : sequence of str
        The columns that it would take and was not given.
    """
    if not unused:
        return
    near = [
        f" {name!r}:{meant}"
        for name in unused[:_MOST_COMPARED]
        if (meant := near_names(name, unfed))
    ]
    warn(f"{label} does not take the columns {listed(unused)}; they are left out.{''.join(near)}")
