"""``anaplan-frames clone``: a model in a folder, from which the sandbox serves a clone of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import (
    ConnectionOptions,
    global_options,
    show_progress,
)
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.printing import SCHEMA, Run, json_records, print_json, print_table
from anaplan_frames.cli.wording import usage_errors
from anaplan_frames.errors import MissingExtra

if TYPE_CHECKING:
    import pandas as pd

    from anaplan_frames.snapshots.model_snapshot import Include, Snapshot


@command(
    epilog=examples(
        'anaplan-frames clone "Flight Planning" rehearsal',
        'anaplan-frames clone "Flight Planning" rehearsal --include all --module Costs',
        "anaplan-frames sandbox rehearsal",
    )
)
@click.argument("named", metavar="MODEL")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--include",
    type=click.Choice(["structure", "lists", "all"]),
    default="lists",
    show_default=True,
    help="The structure only, also the items of lists, or also the cells of modules.",
)
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="NAME",
    help="Keep only this module; repeatable.",
)
@global_options
def clone(
    *,
    named: str,
    folder: Path,
    include: Include,
    modules: tuple[str, ...],
    connection: ConnectionOptions,
    as_json: bool,
) -> None:
    """Write a model to a folder, from which the sandbox serves a clone of it.

    MODEL is a name, an id or a URL, and FOLDER is new, empty, or that of an earlier clone. If it is
    ended, run it again: it goes on. What the clone cannot copy is printed; what you have to fill in
    is in mappings.toml of the folder.
    """
    from anaplan_frames.snapshots.model_snapshot import snapshot

    if connection.model not in (None, named):
        raise click.UsageError(
            f"The model is given twice: {named!r} and {connection.model!r}. Leave one out."
        )
    run = Run()
    with connection.connect() as connected, usage_errors():
        made = snapshot(
            connected.model(named, connection.workspace),
            folder,
            include=include,
            modules=modules or None,
            progress=show_progress(),
        )
    report = _report(folder)
    if as_json:
        print_json({"schema": SCHEMA, **_document(made), "report": json_records(report)})
    elif len(report):
        print_table(report[["state", "kind", "name", "why"]])
    run.sum_up(
        f"clone of {made.model!r} in {folder}: {made.requests:,} requests, {len(report):,} things "
        "are not as in the model"
    )


def _document(made: Snapshot) -> dict[str, Any]:
    return {
        "folder": str(made.folder),
        "model": made.model,
        "model_id": made.model_id,
        "include": made.include,
        "requests": made.requests,
        "not_read": json_records(made.not_read),
    }


def _report(folder: Path) -> pd.DataFrame:
    """Build the clone once, to see what is not in it and to have `mappings.toml` prepared."""
    try:
        from anaplan_frames.sandbox import Sandbox
    except ImportError as error:
        raise MissingExtra("The snapshot is complete. Its clone", "sandbox") from error
    with usage_errors():
        sandbox = Sandbox.open(folder, verbose=False)
    report = sandbox.report
    sandbox.close()
    return report
