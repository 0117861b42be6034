"""The plan of an import: which columns of the file at hand go to which targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from anaplan_frames.sandbox.planning.schema.access_rights import FULL, Access
from anaplan_frames.sandbox.planning.schema.date_patterns import DatePattern
from anaplan_frames.sandbox.planning.schema.import_options import Identify
from anaplan_frames.sandbox.planning.store.sql_text import literal

ACROSS, CELL = "across", "cell"
"""Columns of `staged` if items are across columns: the header and the text below it."""


class ImportFailure(Exception):
    """The import fails as a whole; `kind` is the documented type of the failure."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        super().__init__(text)


class ParameterError(ImportFailure):
    """A parameter that the import asks for is missing or is not an item."""

    def __init__(self, text: str) -> None:
        super().__init__("importFailedGeneralError", text)


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
    patterns : mapping of str to DatePattern
        How dates and periods are written, by target.
    across : str or None
        The dimension whose items are the headers of `across_columns`.
    across_columns : tuple of str
        Columns of `staged`.
    line_item : str or None
        The line item of their values.
    clear : bool
        Whether the target is cleared first.
    identify : str, tuple of str or None
        What identifies the items of a list: "code", "name", "name or code", or some of the
        targets. None is the code, or the name if no column is mapped to the code.
    rejects_duplicates : bool
        Whether the import fails if two rows have the same key.
    unique_names : bool
        Whether names that are taken get a number.
    access : Access
        What the user may write.
    """

    columns: dict[str, str]
    headers: tuple[str, ...]
    decimal: str = "."
    match_by: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    patterns: Mapping[str, DatePattern] = field(default_factory=dict)
    across: str | None = None
    across_columns: tuple[str, ...] = ()
    line_item: str | None = None
    clear: bool = False
    identify: Identify = None
    rejects_duplicates: bool = False
    unique_names: bool = False
    access: Access = FULL

    def header(self, column: str) -> str:
        """Return SQL of the header of a column of `staged`."""
        return f"s.{ACROSS}" if column in (ACROSS, CELL) else literal(self.headers[int(column[1:])])
