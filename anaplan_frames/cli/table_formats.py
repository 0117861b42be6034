"""The formats of tables in files: which one a name means, and the options that describe CSV."""

from __future__ import annotations

import codecs
import functools
from dataclasses import dataclass
from typing import Any

import click

from anaplan_frames.cli.global_options import Function
from anaplan_frames.cli.pair_options import separator

FORMATS = ("csv", "parquet", "arrow", "json", "jsonl")
STREAM = "-"
"""Stands for stdin or stdout."""
_ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How tables in files are written, as the user said it.

    Attributes
    ----------
    name : str or None
        One of `FORMATS`; None: by the ending of each file's name, CSV for stdin and stdout.
    separator : str
        Of CSV.
    encoding : str
        Of CSV and JSON.
    """

    name: str | None = None
    separator: str = ","
    encoding: str = "utf-8"

    def of(self, path: str) -> str:
        """Return the format of a file.

        Raises
        ------
        click.UsageError
            If the ending of its name means none.
        """
        if self.name is not None:
            return self.name
        if path == STREAM:
            return "csv"
        found = _by_ending(path)
        if found is not None:
            return found
        raise click.UsageError(
            f"The name {path!r} does not say what is in the file. Add --format, one of: "
            f"{', '.join(FORMATS)}."
        )


def has_format(path: str) -> bool:
    """Whether the ending of a file's name says what is in it."""
    return _by_ending(path) is not None


def _by_ending(path: str) -> str | None:
    plain = path.lower().removesuffix(".gz")
    return next((name for ending, name in _ENDINGS.items() if plain.endswith(ending)), None)


def format_options(function: Function) -> Function:
    """Add ``--format``, ``--sep`` and ``--encoding``; the command gets ``form=``."""

    @functools.wraps(function)
    def with_format(
        *args: Any, format_: str | None, sep: str | None, encoding: str, **given: Any
    ) -> Any:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise click.UsageError(
                f"--encoding {encoding!r} is not known. Use a name such as utf-8 or latin-1."
            ) from None
        form = TableFormat(format_, separator(sep), encoding)
        return function(*args, form=form, **given)

    with_options: Function = with_format
    for option in (
        click.option(
            "--encoding",
            default="utf-8",
            show_default=True,
            metavar="NAME",
            help="Of CSV; utf-8-sig writes a byte order mark, as Excel likes it.",
        ),
        click.option("--sep", metavar="CHAR", help="Of CSV: the separator; tab is a tab."),
        click.option(
            "--format",
            "format_",
            type=click.Choice(FORMATS),
            help="By default what the file's name ends in; CSV for -.",
        ),
    ):
        with_options = option(with_options)
    return with_options
