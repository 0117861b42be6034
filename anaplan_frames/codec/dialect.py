"""How a file of Anaplan's is written: separator, text delimiter, encoding, header, decimal mark."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.errors import ConfigurationError

# The API gives the characters themselves, and in some answers their names.
_NAMED_MARKS = {
    "TAB": "\t",
    "\\t": "\t",
    "COMMA": ",",
    "SEMICOLON": ";",
    "PIPE": "|",
    "SPACE": " ",
    "FULL_STOP": ".",
    "DOUBLE_QUOTE": '"',
    "SINGLE_QUOTE": "'",
    "NONE": "",
}

# What only Java calls by this name.
_JAVA_ONLY = {"windows-31j": "cp932"}

# Java reads these without a byte order mark as big-endian; Python would write a mark per chunk.
_UNMARKED = {"utf-16": "utf-16-be", "utf-32": "utf-32-be"}


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""The dialect of one file, import source or export.

    Attributes
    ----------
    separator : str
        Between two fields of a row.
    delimiter : str
        Around a text, doubled inside it; ``""`` if the file has none.
    encoding : str
        As Anaplan, which is written in Java, names it: "UTF-8", "UTF-16LE", "windows-1252" ...
    header_row : int
        Line of the header, counted from 1; 0 if the file has none.
    first_data_row : int
        Line of the first row, counted from 1; always below the header.
    decimal_separator : str
        Between the whole and the broken part of a number.
    """

    separator: str = ","
    delimiter: str = '"'
    encoding: str = "UTF-8"
    header_row: int = 1
    first_data_row: int = 2
    decimal_separator: str = "."

    def __post_init__(self) -> None:
        if self.delimiter and (
            self.delimiter in self.separator or self.separator in self.delimiter
        ):
            raise ConfigurationError(
                f"Separator and text delimiter of the file are both {self.separator!r}. "
                "Change one of them in Anaplan's settings of the file."
            )

    @property
    def codec(self) -> str:
        """Python's name of the encoding.

        Raises
        ------
        ConfigurationError
            If Python knows no such encoding.
        """
        name = self.encoding.strip().lower().removeprefix("x-")
        for candidate in (name, name.replace("windows-", "cp"), _JAVA_ONLY.get(name, name)):
            try:
                found = codecs.lookup(candidate).name
                "".encode(found)  # LookupError for codecs that are not of text, such as base64
            except LookupError:
                continue
            return _UNMARKED.get(found, found)
        raise ConfigurationError(
            f"The file's encoding is {self.encoding!r}, which is not known here. Change it in "
            "Anaplan's settings of the file, for instance to UTF-8."
        )

    @classmethod
    def of_file(cls, file: Mapping[str, Any]) -> Dialect:
        """Read the dialect off a file as ``GET files`` describes it; what it leaves out is usual.

        A binary file (``.xls``) has no separator, delimiter or encoding there.
        """
        return _dialect(file, "separator", "delimiter", "encoding")

    @classmethod
    def of_import(cls, source: Mapping[str, Any]) -> Dialect:
        """Read the dialect off ``importMetadata.source``, which alone knows the decimal mark."""
        return _dialect(source, "columnSeparator", "textDelimiter", "textEncoding")

    @classmethod
    def of_export(cls, metadata: Mapping[str, Any]) -> Dialect:
        """Read the dialect off ``exportMetadata``; an export's header is its first line."""
        return _dialect(metadata, "separator", "delimiter", "encoding")


def _dialect(found: Mapping[str, Any], separator: str, delimiter: str, encoding: str) -> Dialect:
    header_row, first_data_row = _rows(found)
    quoting = found.get(delimiter)
    return Dialect(
        separator=_mark(found.get(separator)) or ",",
        # An empty delimiter is a decision of the modeler, an absent one is not.
        delimiter='"' if quoting is None else _mark(quoting),
        encoding=str(found.get(encoding) or "UTF-8"),
        header_row=header_row,
        first_data_row=first_data_row,
        decimal_separator=_mark(found.get("decimalSeparator")) or ".",
    )


def _mark(value: object) -> str:
    text = "" if value is None else str(value)
    return _NAMED_MARKS.get(text, text)


def _rows(found: Mapping[str, Any]) -> tuple[int, int]:
    """Return header row and first data row, with the data always below the header."""
    header = _row_number(found.get("headerRow"))
    header_row = 1 if header is None else header
    first_data_row = _row_number(found.get("firstDataRow")) or header_row + 1
    return header_row, max(first_data_row, header_row + 1)


def _row_number(value: Any) -> int | None:
    """Read the number of a row; None if Anaplan gives none, or something else."""
    try:
        return max(int(value), 0)
    except (TypeError, ValueError, OverflowError):
        return None
