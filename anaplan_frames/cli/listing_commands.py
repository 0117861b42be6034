"""``anaplan-frames ls``, ``show`` and ``line-items``: what a tenant and its models hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, global_options
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.printing import (
    SCHEMA,
    Run,
    json_records,
    print_facts,
    print_json,
    print_table,
)
from anaplan_frames.cli.remembered_names import keep_models
from anaplan_frames.cli.table_formats import STREAM, TableFormat, format_options

if TYPE_CHECKING:
    import pandas as pd

    from anaplan_frames.connection import Connection

OF_TENANT = ("workspaces", "models", "users")
OF_MODEL = ("files", "imports", "exports", "actions", "processes", "lists", "modules", "views")
_BRIEF = {
    "workspaces": ["id", "name", "active"],
    "models": ["id", "name", "state", "workspace"],
    "users": ["id", "email", "active", "last_login"],
}


@command(
    epilog=examples(
        "anaplan-frames ls",
        "anaplan-frames ls workspaces",
        'anaplan-frames ls imports -m "Flight Planning"',
        'anaplan-frames ls files -m "Flight Planning" --json',
    )
)
@click.argument(
    "what", type=click.Choice([*OF_TENANT, *OF_MODEL]), default="models", metavar="[WHAT]"
)
@global_options
def ls(*, what: str, connection: ConnectionOptions, as_json: bool) -> None:
    """List models, or what else a tenant or model has.

    WHAT is workspaces, models or users of the tenant, or files, imports, exports, actions,
    processes, lists, modules or views of a model; by default models. Ids and names are shown;
    --json has all that Anaplan lists.
    """
    with connection.connect() as connected:
        frame = _listed(what, connection, connected)
    if as_json:
        print_json(json_records(frame))
    else:
        print_table(frame[_BRIEF.get(what, ["id", "name"])])


def _listed(what: str, options: ConnectionOptions, connected: Connection) -> pd.DataFrame:
    if what in OF_MODEL:
        found: pd.DataFrame = getattr(options.open_model(connected), what).to_pandas()
        return found
    frame: pd.DataFrame = getattr(connected, what)()
    if what == "models":
        keep_models(frame["name"])
    if what == "models" and options.workspace is not None:
        mine = frame[["workspace", "workspace_id"]].isin([options.workspace]).any(axis=1)
        frame = frame.loc[mine]
    return frame


@command(
    epilog=examples(
        'anaplan-frames show "Flights export" -m "Flight Planning"',
        'anaplan-frames show "Load all" -m "Flight Planning" --json',
        'anaplan-frames show Airports -m "Flight Planning" --kind lists',
    )
)
@click.argument("name", shell_complete=complete_things(*OF_MODEL))
@click.option("--kind", type=click.Choice(OF_MODEL), help="If two have the name.")
@global_options
def show(*, name: str, kind: str | None, connection: ConnectionOptions, as_json: bool) -> None:
    """Show what Anaplan says of one thing of a model.

    That is its format and columns, its steps, its properties, and so on.
    """
    from anaplan_frames.model_search import find

    order = ("exports", "imports", "processes", "actions", "files", "lists", "modules", "views")
    with connection.connect() as connected:
        model = connection.open_model(connected)
        found = find(model, name, order, kind, verb="shown")
        facts: dict[str, Any] = {"kind": found.kind, "id": found.id, "name": found.name}
        facts |= {"url": found.url, "model": model.name} | dict(found.info)
        facts |= dict(found.metadata())
    if as_json:
        print_json({"schema": SCHEMA, **facts})
    else:
        print_facts(facts)


@command(
    epilog=examples(
        'anaplan-frames line-items -m "Flight Planning" -o line_items.csv',
        'anaplan-frames line-items "Flights by Month" -m "Flight Planning" --json',
    )
)
@click.argument("module", required=False, shell_complete=complete_things("modules"))
@click.option("-o", "--output", default=STREAM, metavar="FILE", help="A file; - is stdout.")
@format_options
@global_options
def line_items(
    *,
    module: str | None,
    output: str,
    form: TableFormat,
    connection: ConnectionOptions,
    as_json: bool,
) -> None:
    """Write the line items of a model, or of one module, to a file.

    Each with its format, formula, dimensions and what else Anaplan says of it.
    """
    import pyarrow as pa

    from anaplan_frames.cli.table_output import check_output, write_table

    run = Run()
    if as_json and output == STREAM and form.name is None:
        form = TableFormat("json", form.separator, form.encoding)
    check_output(output)
    form.of(output)
    with connection.connect() as connected:
        frame = connection.open_model(connected).line_items(module)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    rows = write_table(table.to_reader(), output, form)
    if as_json and output != STREAM:
        print_json({"schema": SCHEMA, "file": output, "rows": rows, "seconds": run.seconds})
    run.sum_up(f"{rows:,} line items to {'stdout' if output == STREAM else output}")
