"""``anaplan-frames write``: a table from a file or stdin into Anaplan."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import (
    ConnectionOptions,
    global_options,
    show_progress,
)
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.printing import Run
from anaplan_frames.cli.table_formats import STREAM, TableFormat, format_options
from anaplan_frames.cli.wording import usage_errors
from anaplan_frames.cli.write_options import TARGET_KINDS, WriteOptions, write_options

if TYPE_CHECKING:
    from anaplan_frames.model import Model


@command(
    epilog=examples(
        'anaplan-frames write flights.csv "Load flights" -m "Flight Planning" --dump dumps --json',
        "anaplan-frames write staff.parquet Staff -m Headcount --mode sync --delete --dry-run",
        "anaplan-frames write staff.csv Staff -m Headcount --mode sync --delete --max-delete 5%",
        'anaplan-frames write costs.csv Costs -m Headcount --fixed Versions=Forecast --sep ";"',
        'anaplan-frames write flights.csv "Load flights" --dry-run --check dest=Airports '
        "--check period=Time",
        'anaplan-frames write "Load airlines=airlines.csv" "Load flights=flights.csv" "Load all"',
        'zcat flights.csv.gz | anaplan-frames write - "Load flights" -m "Flight Planning"',
    )
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    # To the shell, the target may be another file.
    shell_complete=complete_things(*TARGET_KINDS, after_file=True),
)
@click.argument("target")
@write_options
@format_options
@global_options
def write(
    *,
    files: tuple[str, ...],
    target: str,
    options: WriteOptions,
    form: TableFormat,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """Write a table into an import, process, list, module or file.

    FILE is CSV, Parquet, Arrow or JSON, or - for stdin. Its columns are matched by name. The cells
    of CSV are sent as texts, unchanged; an empty cell is a missing value. If a process reads
    several files, give each as IMPORT=FILE. TARGET is a name or an id.
    """
    run = Run()
    with ExitStack() as stack:
        data = _data(files, form, stack)
        connected = stack.enter_context(connection.connect())
        model = connection.open_model(connected)
        return write_data(data, target, model, options, run, as_json=as_json)


def write_data(
    data: Any, target: str, model: Model, options: WriteOptions, run: Run, *, as_json: bool
) -> ExitStatus:
    """Write data, or plan it if that is asked for, and print what a command prints of it."""
    from anaplan_frames.cli.report_output import print_plan, print_result
    from anaplan_frames.writing import to_anaplan

    arguments = options.arguments()
    with usage_errors():
        if options.dry_run:
            plan = to_anaplan(
                data, target, model, dry_run=True, progress=show_progress(), **arguments
            )
            return print_plan(plan, run, as_json=as_json, rows=options.rows)
        result = to_anaplan(data, target, model, progress=show_progress(), **arguments)
    return print_result(result, as_json=as_json, rows=options.rows)


def _data(files: tuple[str, ...], form: TableFormat, stack: ExitStack) -> Any:
    """Open the files: one table, or one for each import of a process."""
    from pathlib import Path

    from anaplan_frames.cli.table_input import read_table

    first = files[0]
    if len(files) == 1 and (first == STREAM or "=" not in first or Path(first).exists()):
        return read_table(first, form, stack)
    found = {}
    for word in files:
        name, equals, path = word.partition("=")
        if not equals or name in found:
            raise click.UsageError(
                f"{word!r} is not of the form IMPORT=FILE, or names an import again. Give several "
                "files as IMPORT=FILE, with the import's name or id, each import once."
            )
        found[name] = read_table(path, form, stack)
    return found
