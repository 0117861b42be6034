"""``anaplan-frames run``: an import, export, process or other action, on what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anaplan_frames.cli.connection_options import (
    ConnectionOptions,
    global_options,
    show_progress,
)
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.pair_options import Pair, parameters_of
from anaplan_frames.cli.wording import usage_errors
from anaplan_frames.cli.write_options import job_options

ACTION_KINDS = ("imports", "exports", "processes", "actions")


def _with_job_options(function: Any) -> Any:
    for option in reversed(job_options()):
        function = option(function)
    return function


@command(
    epilog=examples(
        'anaplan-frames run "Load all" -m "Flight Planning" --dump dumps',
        'anaplan-frames run "Load plan" -m Headcount --parameter Version=Forecast',
        'anaplan-frames run "Load all" -m Headcount --parameter "Load plan/Version=?"',
        'anaplan-frames run "Clear airports" -m "Flight Planning" --timeout 600',
    )
)
@click.argument("name", shell_complete=complete_things(*ACTION_KINDS))
@click.option("--kind", type=click.Choice(ACTION_KINDS), help="If two have the name.")
@click.option(
    "--dump",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep Anaplan's failure dumps here, one for each import.",
)
@click.option(
    "--connector-parameter",
    "connectors",
    multiple=True,
    type=Pair("[SOURCE/]NAME=VALUE"),
    help="What the source of an import asks for; a value of ? is asked for without being shown, "
    "and $VARIABLE is taken from the environment; repeatable.",
)
@_with_job_options
@global_options
def run(
    *,
    name: str,
    kind: str | None,
    dump: Path | None,
    connectors: tuple[tuple[str, str], ...],
    parameters: tuple[tuple[str, str], ...],
    locale: str | None,
    restart_after: float | None,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """Run an import, export, process or other action, and wait for its end.

    An import or process runs on what its files hold; `write` uploads data first.
    """
    from anaplan_frames.cli.report_output import print_result
    from anaplan_frames.model_search import find

    arguments: dict[str, Any] = {
        "dump": dump,
        "parameters": parameters_of(parameters),
        "connector_parameters": parameters_of(connectors, secret=True),
        "locale": locale,
        "restart_after": restart_after,
    }
    given = {each: value for each, value in arguments.items() if value is not None}
    with connection.connect() as connected:
        model = connection.open_model(connected)
        action: Any = find(model, name, ACTION_KINDS, kind, verb="run")
        with usage_errors():
            result = action.run(progress=show_progress(), **given)
    return print_result(result, as_json=as_json)
