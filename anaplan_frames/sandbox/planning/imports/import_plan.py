"""The plan of an import: which columns of the file at hand go to which targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class ParameterError(Exception):
    """A parameter that the import asks for is missing or is not an item."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The columns of `staged` by target, and other settings of the import.

    Attributes
    ----------
    columns : dict of str to str
        Column of `staged` ("c0", ...) by target.
    headers : tuple of str
        The file's own headers.
    decimal : str
        The decimal separator.
    """

    columns: dict[str, str]
    headers: tuple[str, ...]
    decimal: str = "."
    match_by: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def header(self, column: str) -> str:
        """Return the header of a column of `staged`."""
        return self.headers[int(column[1:])]
