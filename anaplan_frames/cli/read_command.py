"""``anaplan-frames read``: a table of Anaplan to a file or stdout."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import (
    ConnectionOptions,
    global_options,
    show_progress,
)
from anaplan_frames.cli.global_options import Function, command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.pair_options import Pair, value_lists
from anaplan_frames.cli.printing import SCHEMA, Run, print_json
from anaplan_frames.cli.table_formats import STREAM, TableFormat, format_options
from anaplan_frames.cli.wording import usage_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from anaplan_frames.model import Model

SOURCE_KINDS = ("exports", "modules", "views", "lists", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """What the user said about a read; the names are those of `read_arrow`."""

    kind: str | None
    where: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    nrows: int | None
    run: bool
    hierarchy: bool
    layout: str
    periods: str | None
    totals: bool | None
    omit_empty: bool

    def arguments(self) -> dict[str, Any]:
        """Return what `read_arrow` takes; what the user did not say is left out."""
        found: dict[str, Any] = {
            "where": value_lists(self.where) or None,
            "columns": list(self.columns) or None,
        }
        for name in ("kind", "nrows", "periods", "totals"):
            found[name] = getattr(self, name)
        given = {name: value for name, value in found.items() if value is not None}
        flags = {"hierarchy": self.hierarchy, "omit_empty": self.omit_empty}
        return given | {name: True for name, on in flags.items() if on} | {"run": self.run}

    def open(self, source: str, model: Model) -> pa.RecordBatchReader:
        """Begin to read; a cross table is read whole."""
        from anaplan_frames.reading import read_anaplan, read_arrow

        arguments: dict[str, Any] = {**self.arguments(), "progress": show_progress()}
        with usage_errors():
            if self.layout == "table":
                return read_arrow(source, model, **arguments)
            from anaplan_frames.cli.cross_table import flat_cross_table

            return flat_cross_table(read_anaplan(source, model, layout="grid", **arguments))


def source_options(function: Function, *, kind: str = "--kind", into: str = "options") -> Function:
    """Add the options of a read; the command gets ``options=``.

    Parameters
    ----------
    kind : str
        The name of the option that says where to look.
    into : str
        The name of what the command gets.
    """
    names = [field.name for field in fields(SourceOptions)]
    own = kind.removeprefix("--").replace("-", "_")

    @functools.wraps(function)
    def with_options(*args: Any, **given: Any) -> Any:
        said = {name: given.pop(own if name == "kind" else name) for name in names}
        return function(*args, **{into: SourceOptions(**said)}, **given)

    found: Function = with_options
    for option in reversed(_options(kind)):
        found = option(found)
    return found


def _options(kind: str) -> list[Any]:
    return [
        click.option(kind, type=click.Choice(SOURCE_KINDS), help="If two have the name."),
        click.option(
            "--where",
            multiple=True,
            type=Pair("COLUMN=VALUE"),
            help="Only rows with this value; repeat it for other columns, or for more values.",
        ),
        click.option(
            "--column", "columns", multiple=True, metavar="NAME", help="Only this; repeatable."
        ),
        click.option(
            "--nrows", type=click.IntRange(min=0), metavar="N", help="Only the first N rows."
        ),
        click.option(
            "--run/--no-run",
            default=True,
            help="Run an export first, or read what it last wrote.",
        ),
        click.option("--hierarchy", is_flag=True, help="Of a list: one column for each level."),
        click.option(
            "--layout",
            type=click.Choice(["table", "grid"]),
            default="table",
            help="Of a view or module: one row for each combination of items, or rows and columns "
            "as the view has them.",
        ),
        click.option(
            "--periods",
            type=click.Choice(["name", "start", "end"]),
            help="Names of periods, or their first or last day.",
        ),
        click.option(
            "--totals/--no-totals",
            default=None,
            help="With or without rows of totals; modules have none by default.",
        ),
        click.option("--omit-empty", is_flag=True, help="Leave out rows without any value."),
    ]


@command(
    epilog=examples(
        'anaplan-frames read "Flights export" -m "Flight Planning" -o flights.parquet',
        'anaplan-frames read "Flights export" -m "Flight Planning" > flights.csv',
        "anaplan-frames read Costs -m Headcount --where Versions=Actual --periods start -o -",
        'anaplan-frames read "Costs.By month" -m Headcount --layout grid -o by_month.csv',
        "anaplan-frames read Staff -m Headcount --hierarchy --format json",
    )
)
@click.argument("source", shell_complete=complete_things(*SOURCE_KINDS))
@click.option("-o", "--output", default=STREAM, metavar="FILE", help="A file; - is stdout.")
@source_options
@format_options
@global_options
def read(
    *,
    source: str,
    output: str,
    options: SourceOptions,
    form: TableFormat,
    connection: ConnectionOptions,
    as_json: bool,
) -> None:
    """Read an export, view, module, list or file into a file, or to stdout.

    SOURCE is a name or an id. The format follows the file's name. An export is run first. With
    --json, rows on stdout are JSON, and if there is a file, stdout says what was read.
    """
    from anaplan_frames.cli.table_output import check_output, write_table

    run = Run()
    if as_json and output == STREAM and form.name is None:
        form = TableFormat("json", form.separator, form.encoding)
    check_output(output)
    form.of(output)
    with ExitStack() as stack:
        connected = stack.enter_context(connection.connect())
        model = connection.open_model(connected)
        rows = write_table(options.open(source, model), output, form)
    if as_json and output != STREAM:
        said = {"source": source, "model": model.name, "file": output, "rows": rows}
        print_json({"schema": SCHEMA, **said, "seconds": run.seconds})
    run.sum_up(f"read {source!r}: {rows:,} rows to {'stdout' if output == STREAM else output}")
