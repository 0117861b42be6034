"""Which of the caller's columns goes to which header of the file: by name, never by position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anaplan_frames.errors import ColumnMismatch, near_names


@dataclass(frozen=True, slots=True)
class Matching:
    """Where each field of a row comes from.

    Attributes
    ----------
    headers : tuple of str
        The file's headers, in its order.
    positions : tuple of (int or None)
        For each header the index of the caller's column. None is left empty, which only a header
        that is itself empty may be.
    surplus : tuple of str
        The caller's columns that the file does not take.
    """

    headers: tuple[str, ...]
    positions: tuple[int | None, ...]
    surplus: tuple[str, ...]


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
        The caller's columns; names that are no text count by their ``str``.
    headers
        The file's headers. An empty one is fed by a column "Column n" (n counts from 1), as
        Anaplan names it in its messages, and is left empty where there is none.
    mapping
        The caller's column -> header, for those that bear another name.
    target
        What is written to, in words, for messages: ``import 'Load flights'``.

    Raises
    ------
    ColumnMismatch
        If a header is fed by no column or by two; names all of them and the near names.
    """
    return _Match(columns, headers, mapping or {}, target).result()


class _Match:
    """One matching in the making, which collects every complaint before it raises."""

    def __init__(
        self,
        columns: Sequence[str],
        headers: Sequence[str],
        mapping: Mapping[str, str],
        target: str,
    ) -> None:
        self.columns = list(columns)
        self.headers = tuple(headers)
        # "Column 6" is what Anaplan itself calls the sixth column when its header is empty.
        self.wanted = [name or f"Column {n}" for n, name in enumerate(self.headers, 1)]
        self.mapping = {str(column): str(header) for column, header in mapping.items()}
        self.target = target
        self.complaints: list[str] = []

    def result(self) -> Matching:
        self._check_mapping()
        self._check_headers()
        sources = self._sources()
        positions = tuple(self._position(n, sources) for n in range(len(self.headers)))
        if self.complaints:
            raise ColumnMismatch(
                f"The columns do not fit {self.target}. " + " ".join(self.complaints)
            )
        used = set(positions)
        surplus = tuple(name for n, name in enumerate(self.columns) if n not in used)
        return Matching(self.headers, positions, surplus)

    def _check_mapping(self) -> None:
        for column, header in self.mapping.items():
            if column not in self.columns:
                near = near_names(column, self.columns)
                self.complaints.append(f"The mapping names {column!r}, which is no column.{near}")
            elif header not in self.wanted:
                near = near_names(header, self.wanted)
                self.complaints.append(
                    f"The mapping sends {column!r} to {header!r}, which is no header.{near}"
                )

    def _check_headers(self) -> None:
        """Refuse a file in which a name stands for two fields: no name tells them apart."""
        places: dict[str, list[int]] = defaultdict(list)
        for n, name in enumerate(self.wanted, 1):
            places[name].append(n)
        for name, numbers in places.items():
            if len(numbers) > 1:
                where = " and ".join(map(str, numbers))
                self.complaints.append(
                    f"The file has the header {name!r} more than once, at {where}; "
                    "give its columns different names in Anaplan."
                )

    def _sources(self) -> dict[str, list[int]]:
        """Index the caller's columns by the header that they feed."""
        sources: dict[str, list[int]] = defaultdict(list)
        for n, column in enumerate(self.columns):
            sources[self.mapping.get(column, column)].append(n)
        return sources

    def _position(self, n: int, sources: Mapping[str, list[int]]) -> int | None:
        name = self.wanted[n]
        found = sources.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            self._complain_of_several(name, found)
        elif self.headers[n]:
            self._complain_of_none(name)
        return None

    def _complain_of_several(self, name: str, found: Sequence[int]) -> None:
        feeding = [self.columns[position] for position in found]
        if len(set(feeding)) == 1:
            self.complaints.append(
                f"The data has {len(feeding)} columns named {feeding[0]!r}; rename or drop all but "
                "one."
            )
        else:
            names = " and ".join(map(repr, feeding))
            self.complaints.append(f"The columns {names} all go to {name!r}; only one can.")

    def _complain_of_none(self, name: str) -> None:
        taken = {column for column in self.columns if column in self.wanted}
        near = near_names(name, [column for column in self.columns if column not in taken])
        self.complaints.append(f"No column goes to {name!r}.{near}")
