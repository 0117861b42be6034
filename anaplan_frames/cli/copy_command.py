"""``anaplan-frames copy``: between a database and Anaplan, in both directions."""

from __future__ import annotations

import functools
from contextlib import ExitStack, closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, global_options
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.pair_options import Pair, single_values
from anaplan_frames.cli.printing import SCHEMA, Run, print_json
from anaplan_frames.cli.read_command import SOURCE_KINDS, SourceOptions, source_options
from anaplan_frames.cli.write_command import write_data
from anaplan_frames.cli.write_options import TARGET_KINDS, WriteOptions, write_options


@command(
    epilog=examples(
        'anaplan-frames copy --sql WAREHOUSE_URL --query "select * from flights" '
        '--to "Load flights" -m "Flight Planning"',
        "anaplan-frames copy --sql sqlite:///hr.db --query staff.sql --param year=2026 --to Staff "
        "-m Headcount --mode sync",
        'anaplan-frames copy --from "Flights export" --sql WAREHOUSE_URL --table flights '
        '--if-exists truncate -m "Flight Planning"',
        "anaplan-frames copy --from Costs --sql duckdb:///plan.duckdb --table plan.costs "
        "--if-exists replace -m Headcount --where Versions=Actual",
    )
)
@click.option(
    "--sql",
    required=True,
    metavar="URL",
    help="The database: a URL without a password, or the name of an environment variable or of a "
    "database of the profile that holds its URL.",
)
@click.option("--query", metavar="SQL", help="What to read from it, or a file that holds that.")
@click.option(
    "--param",
    "parameters_of_query",
    multiple=True,
    type=Pair("NAME=VALUE"),
    help="A value for :NAME in the query; repeatable.",
)
@click.option(
    "--to",
    "target",
    metavar="TARGET",
    shell_complete=complete_things(*TARGET_KINDS),
    help="The import, process, list ... to load.",
)
@click.option(
    "--from",
    "source",
    metavar="SOURCE",
    shell_complete=complete_things(*SOURCE_KINDS),
    help="The export, view, module ... to read.",
)
@click.option("--table", metavar="NAME", help="The table to write to, perhaps SCHEMA.NAME.")
@click.option(
    "--if-exists",
    type=click.Choice(["fail", "append", "replace", "truncate"]),
    default="fail",
    show_default=True,
    help="If the table exists: refuse, add rows, make it again, or replace its rows.",
)
@click.option(
    "--batch-rows",
    type=click.IntRange(min=1),
    default=50_000,
    show_default=True,
    metavar="N",
    help="How many rows are read from or sent to the database at a time.",
)
@write_options
@functools.partial(source_options, kind="--source-kind", into="source_options")
@global_options
@click.pass_context
def copy(
    context: click.Context,
    *,
    sql: str,
    query: str | None,
    parameters_of_query: tuple[tuple[str, str], ...],
    target: str | None,
    source: str | None,
    table: str | None,
    if_exists: Any,
    batch_rows: int,
    options: WriteOptions,
    source_options: SourceOptions,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """Copy rows between a database and Anaplan.

    With --query and --to, the rows of an SQL query go into Anaplan; with --from and --table, a
    table of Anaplan goes into a database. Rows are streamed. The database is written to in one
    transaction: after an error it is as before.
    """
    run = Run()
    if (target is None) == (source is None):
        raise click.UsageError("Give either --query and --to, or --from and --table.")
    with ExitStack() as stack:
        if target is not None:
            _refuse(context, ["table", "if_exists", *_names(SourceOptions)], "--to")
            if query is None:
                raise click.UsageError("--to needs --query.")
            parameters = single_values(parameters_of_query, "--param")
            database = stack.enter_context(closing(_opened(sql, connection)))
            data = database.read(_text(query), parameters, batch_rows)
            connected = stack.enter_context(connection.connect())
            model = connection.open_model(connected)
            return write_data(data, target, model, options, run, as_json=as_json)
        assert source is not None
        _refuse(context, ["query", "parameters_of_query", *_names(WriteOptions)], "--from")
        if table is None:
            raise click.UsageError("--from needs --table.")
        database = stack.enter_context(closing(_opened(sql, connection)))
        connected = stack.enter_context(connection.connect())
        reader = source_options.open(source, connection.open_model(connected))
        rows = 0
        with database.loading(table, reader.schema, if_exists) as insert:
            for batch in _regrouped(reader, batch_rows):
                insert(batch)
                rows += batch.num_rows
    if as_json:
        print_json(
            {"schema": SCHEMA, "source": source, "table": table, "rows": rows}
            | {"seconds": run.seconds}
        )
    run.sum_up(f"copy {source!r}: {rows:,} rows to table {table!r}")
    return ExitStatus.OK


def _opened(sql: str, connection: ConnectionOptions) -> Any:
    from anaplan_frames.cli.databases.opening import open_database

    return open_database(sql, connection.profile)


def _regrouped(reader: Any, batch_rows: int) -> Any:
    from anaplan_frames.dataframes.batch_sizes import regroup

    return regroup(reader, batch_rows)


def _text(query: str) -> str:
    """Return the query, which may be in a file."""
    path = Path(query.removeprefix("@"))
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # too long for a path
        is_file = False
    return path.read_text("utf-8") if is_file else query


def _names(options: type) -> list[str]:
    return [field.name for field in fields(options) if field.name != "kind"]


def _refuse(context: click.Context, names: list[str], direction: str) -> None:
    """Refuse options of the other direction."""
    for parameter in context.command.params:
        if parameter.name in names:
            given = context.get_parameter_source(parameter.name)
            if given is click.core.ParameterSource.COMMANDLINE:
                raise click.UsageError(
                    f"{parameter.opts[0]} has no effect with {direction}. Leave it out."
                )
