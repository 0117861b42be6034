"""``anaplan-frames tasks`` and ``cancel``: what was run, and the end of what still runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, global_options
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.printing import SCHEMA, Run, json_records, print_json, print_table
from anaplan_frames.cli.run_command import ACTION_KINDS

if TYPE_CHECKING:
    from anaplan_frames.bulk.actions import Action
    from anaplan_frames.model import Model


@command(
    epilog=examples(
        'anaplan-frames tasks "Load flights" -m "Flight Planning"',
        'anaplan-frames tasks -m "Flight Planning" --json',
        'anaplan-frames tasks "Load flights" -m "Flight Planning" --watch --timeout 3600',
    )
)
@click.argument("name", required=False, shell_complete=complete_things(*ACTION_KINDS))
@click.option("--kind", type=click.Choice(ACTION_KINDS), help="If two have the name.")
@click.option(
    "--watch",
    is_flag=True,
    help="Show a line whenever a task begins, moves on or ends, until none is running.",
)
@click.option(
    "--interval",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="With --watch: look so often.",
)
@global_options
def tasks(
    *,
    name: str | None,
    kind: str | None,
    watch: bool,
    interval: float,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """List the tasks of an action, or of all actions with their outcomes.

    Everyone's tasks are listed, without NAME the latest first. With --watch, those that run now or
    begin meanwhile are shown as they change, with --json as one document a line. The exit status is
    then that of the worst that has ended: 4 failed or cancelled, 5 not known, 3 rows rejected; 5
    also if the time of --timeout is over.
    """
    from anaplan_frames.model_search import find

    run = Run()
    with connection.connect() as connected:
        model = connection.open_model(connected)
        if watch:
            actions = _actions(model, name, kind)
            return _watched(actions, interval, run, as_json=as_json)
        if name is None:
            frame = model.tasks(progress=False)
        else:
            action: Any = find(model, name, ACTION_KINDS, kind, verb="run")
            frame = action.tasks()
    if as_json:
        print_json(json_records(frame))
    else:
        print_table(frame)
    return ExitStatus.OK


def _actions(model: Model, name: str | None, kind: str | None) -> list[Action]:
    """Return the action that is named, or all of the model."""
    from anaplan_frames.bulk.actions import Action
    from anaplan_frames.bulk.task_search import actions_of
    from anaplan_frames.model_search import find

    if name is None:
        return actions_of([getattr(model, each) for each in ACTION_KINDS])
    found = find(model, name, ACTION_KINDS, kind, verb="run")
    assert isinstance(found, Action)
    return [found]


def _watched(actions: list[Action], interval: float, run: Run, *, as_json: bool) -> ExitStatus:
    from anaplan_frames.bulk.task_watching import watch_tasks
    from anaplan_frames.cli.task_events import print_events
    from anaplan_frames.clock import Clock

    tasks = watch_tasks(lambda: actions, Clock(), interval=interval, timeout=None, until_idle=True)
    return print_events(tasks, run, as_json=as_json)


@command(
    epilog=examples(
        'anaplan-frames cancel "Load flights" 3F0D2C1A7B4E4F0D9C55D0A1B2C3D4E5 -m Flights',
        "anaplan-frames cancel anaplan://8a81b09d/D2D29CEE/imports/112000000003/tasks/3F0D2C1A",
    )
)
@click.argument("name", shell_complete=complete_things(*ACTION_KINDS))
@click.argument("task", required=False)
@global_options
def cancel(
    *, name: str, task: str | None, connection: ConnectionOptions, as_json: bool
) -> ExitStatus:
    """Cancel a task, so that Anaplan rolls its changes back.

    NAME and TASK are an action and the id of one of its tasks, as `tasks` lists them; or NAME is
    the task's URL. The command waits for the end. If the task was complete before, the exit status
    is 4.
    """
    from anaplan_frames.urls import is_url

    if task is None and not is_url(name):
        raise click.UsageError(
            f"Which task of {name!r}? Give its id; anaplan-frames tasks {name!r} lists them."
        )
    run = Run()
    with connection.connect() as connected:
        if task is None:
            found = connected.task(name)
        else:
            found = connection.open_model(connected).task(task, of=name)
        cancelled = found.cancel()
    if as_json:
        print_json(
            {
                "schema": SCHEMA,
                "kind": found.kind,
                "name": found.name,
                "task": found.url,
                "state": found.state,
                "cancelled": cancelled,
            }
        )
    said = "cancelled" if cancelled else "complete before it could be cancelled"
    run.sum_up(f"task {found.id} of {found.kind} {found.name!r}: {said}")
    return ExitStatus.OK if cancelled else ExitStatus.FAILED
