"""``anaplan-frames compare``: two tables, from files or Anaplan, by key."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, global_options
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.pair_options import mapping_of
from anaplan_frames.cli.printing import Run, print_json, print_table
from anaplan_frames.cli.read_command import SourceOptions, source_options
from anaplan_frames.cli.table_formats import (
    STREAM,
    TableFormat,
    format_options,
    has_format,
)
from anaplan_frames.cli.wording import usage_errors

if TYPE_CHECKING:
    from anaplan_frames.comparison.comparison_result import Comparison
    from anaplan_frames.model import Model


@command(
    epilog=examples(
        "anaplan-frames compare yesterday.csv today.csv --key Code --key Month",
        'anaplan-frames compare flights.csv "Flights export" -m "Flight Planning" --key Code',
        "anaplan-frames compare airports.csv Airports -m Demo --key code --map faa=code",
        "anaplan-frames compare old.parquet Costs -m Headcount --key Staff --key Time --atol 0.01",
    )
)
@click.argument("old")
@click.argument("new")
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    metavar="COLUMN",
    help="A column of the key; repeatable.",
)
@click.option(
    "--map",
    "--mapping",
    "mapping",
    multiple=True,
    metavar="OLD=NEW",
    help="A column of OLD that is called otherwise in NEW, or a file of such lines; repeatable.",
)
@click.option(
    "--rtol", type=click.FloatRange(min=0), default=0.0, metavar="SHARE", help="Of numbers."
)
@click.option(
    "--atol", type=click.FloatRange(min=0), default=0.0, metavar="AMOUNT", help="Of numbers."
)
@click.option(
    "--rows",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many rows of each kind to print.",
)
@source_options
@format_options
@global_options
def compare(
    *,
    old: str,
    new: str,
    keys: tuple[str, ...],
    mapping: tuple[str, ...],
    rtol: float,
    atol: float,
    rows: int,
    options: SourceOptions,
    form: TableFormat,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """Compare two tables by key; the exit status is 8 if they differ.

    OLD and NEW are files, - for stdin, or names of exports, views, modules, lists or files of the
    model. With --column, only these columns are compared; it and --key take the names of NEW. The
    other options for reading are for tables of the model.
    """
    from anaplan_frames.comparison.table_comparison import compare as compare_tables

    run = Run()
    renamed = mapping_of(mapping, "--map")
    with ExitStack() as stack:
        both = zip((old, new), _read_columns(options.columns, keys, renamed or {}), strict=True)
        opened = [
            _opened(name, replace(options, columns=columns), form, connection, stack)
            for name, columns in both
        ]
        with usage_errors():
            found = compare_tables(
                *opened,
                key=keys,
                columns=options.columns or None,
                mapping=renamed,
                rtol=rtol,
                atol=atol,
            )
    if as_json:
        print_json(found.to_dict(rows=rows))
    else:
        _print(found, rows)
    run.sum_up(f"compare: {found.verdict}, {found.summary}")
    return ExitStatus.OK if found.equal else ExitStatus.DIFFERENT


def _read_columns(
    columns: tuple[str, ...], keys: tuple[str, ...], mapping: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which columns of the old and the new table to read; all if none are chosen."""
    if not columns:
        return (), ()
    names_old = {new: old for old, new in mapping.items()}
    wanted = tuple(dict.fromkeys((*keys, *columns)))
    return tuple(names_old.get(name, name) for name in wanted), wanted


def _opened(
    name: str,
    options: SourceOptions,
    form: TableFormat,
    connection: ConnectionOptions,
    stack: ExitStack,
) -> Any:
    """Open a file if there is one, else a table of the model."""
    from anaplan_frames.cli.table_input import read_table

    is_file = Path(name).exists() and (form.name is not None or has_format(name))
    if name == STREAM or is_file:
        return read_table(name, form, stack)
    model: Model = connection.open_model(stack.enter_context(connection.connect()))
    return options.open(name, model)


def _print(found: Comparison, rows: int) -> None:
    click.echo(f"{found.verdict.title()}: {found.summary}.")
    changed = found.changed.head(rows)
    flat = changed.set_axis([f"{each[0]} ({each[1]})" for each in changed.columns], axis=1)
    tables = {
        "Added": found.added.head(rows),
        "Removed": found.removed.head(rows),
        "Changed": flat.reset_index(),
    }
    for heading, table in tables.items():
        if len(table):
            click.echo(f"\n{heading}:")
            print_table(table)
