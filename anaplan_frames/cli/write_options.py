"""The options of commands that write to Anaplan, as `to_anaplan` takes them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from anaplan_frames.cli.global_options import Function
from anaplan_frames.cli.log_output import LogOutput
from anaplan_frames.cli.pair_options import (
    Limit,
    Pair,
    mapping_of,
    parameters_of,
    single_values,
)

TARGET_KINDS = ("imports", "processes", "lists", "modules", "files")
MODES = ("upsert", "insert", "update", "delete", "sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """What the user said about a write; the names are those of `to_anaplan`.

    Attributes
    ----------
    rows : int
        How many rejected rows, changes and first rows are printed.
    """

    kind: str | None
    mode: str | None
    key: str | None
    delete: bool
    max_delete: int | float | None
    confirm: bool
    blank: bool
    fixed: tuple[tuple[str, str], ...]
    mapping: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    check: tuple[tuple[str, str], ...]
    locale: str | None
    dump: Path | None
    chunk_bytes: int | None
    resume: bool
    restart_after: float | None
    dry_run: bool
    rows: int

    def arguments(self) -> dict[str, Any]:
        """Return what `to_anaplan` takes; what the user did not say is left out."""
        found: dict[str, Any] = {
            "fixed": single_values(self.fixed, "--fixed") or None,
            "mapping": mapping_of(self.mapping),
            "parameters": parameters_of(self.parameters),
            "check": self._check(),
        }
        for name in ("kind", "mode", "key", "max_delete", "locale", "dump", "chunk_bytes"):
            found[name] = getattr(self, name)
        found["restart_after"] = self.restart_after
        given = {name: value for name, value in found.items() if value is not None}
        flags = {"delete": self.delete, "confirm": self.confirm, "blank": self.blank}
        return given | {name: True for name, value in flags.items() if value} | self._resume()

    def _check(self) -> dict[str, str] | None:
        """Return what columns hold; only a plan has a use for it."""
        if self.check and not self.dry_run:
            raise click.UsageError(
                "--check is for --dry-run: it says what columns hold, so that the plan can check "
                "them. Add --dry-run, or leave --check out to send the data."
            )
        return single_values(self.check, "--check") or None

    def _resume(self) -> dict[str, Any]:
        return {} if self.resume else {"resume": False}


def write_options(function: Function) -> Function:
    """Add the options of a write; the command gets ``options=``."""
    names = [field.name for field in fields(WriteOptions)]

    @functools.wraps(function)
    def with_options(*args: Any, **given: Any) -> Any:
        options = {name: given.pop(name) for name in names}
        return function(*args, options=WriteOptions(**options), **given)

    found: Function = with_options
    for option in reversed([*_target_options(), *_list_options(), *job_options(), *_job_only()]):
        found = option(found)
    return found


def _note_rows(context: click.Context, _: click.Parameter, rows: int) -> int:
    context.ensure_object(LogOutput).rows = rows
    return rows


def _target_options() -> list[Any]:
    return [
        click.option("--kind", type=click.Choice(TARGET_KINDS), help="If two have the name."),
        click.option("--dry-run", is_flag=True, help="Send nothing; show what would be sent."),
        click.option(
            "--dump",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="Keep the rejected rows here, and Anaplan's failure dumps.",
        ),
        click.option(
            "--mapping",
            multiple=True,
            metavar="COLUMN=HEADER",
            help="A column with another name in Anaplan, or a file of such lines; repeatable.",
        ),
        click.option(
            "--rows",
            type=click.IntRange(min=0),
            default=10,
            show_default=True,
            callback=_note_rows,
            help="How many rejected rows and changes to print.",
        ),
        click.option(
            "--fixed",
            multiple=True,
            type=Pair("DIMENSION=ITEM"),
            help="Of a module: the item of a dimension that has no column; repeatable.",
        ),
        click.option(
            "--blank", is_flag=True, help="Of a list or module: empty cells empty Anaplan's."
        ),
    ]


def _list_options() -> list[Any]:
    return [
        click.option("--mode", type=click.Choice(MODES), help="Of a list; upsert by default."),
        click.option(
            "--key",
            type=click.Choice(["id", "code", "name"]),
            help="Of a list: the column by which items are found.",
        ),
        click.option(
            "--delete", is_flag=True, help="Of a sync: delete the items that are not in FILE."
        ),
        click.option(
            "--max-delete",
            type=Limit(),
            metavar="LIMIT",
            help="Of a sync: ask for --confirm beyond so many items, or a share; 10% by default.",
        ),
        click.option("--confirm", is_flag=True, help="Confirm what cannot be undone."),
    ]


def job_options() -> list[Any]:
    """Return the options of whatever starts an action."""
    return [
        click.option(
            "--parameter",
            "parameters",
            multiple=True,
            type=Pair("[IMPORT/]NAME=VALUE"),
            help="What an import asks for at run time; a value of ? is asked for here; repeatable.",
        ),
        click.option("--locale", metavar="NAME", help="Of dates and numbers; en_US by default."),
        click.option(
            "--restart-after",
            type=float,
            metavar="SECONDS",
            help="Start again if the answer was lost and the model stays idle for so long.",
        ),
    ]


def _job_only() -> list[Any]:
    return [
        click.option(
            "--check",
            multiple=True,
            type=Pair("COLUMN=DIMENSION"),
            help="Of the dry run of an import: what a column holds if its header does not show it: "
            "a dimension, LIST.PROPERTY or MODULE.LINE ITEM; repeatable.",
        ),
        click.option(
            "--chunk-bytes",
            type=click.IntRange(1_000_000, 50_000_000),
            metavar="BYTES",
            help="Size of the pieces of an upload.",
        ),
        click.option(
            "--resume/--no-resume",
            default=True,
            help="Go on with an upload that was interrupted; the default.",
        ),
    ]
