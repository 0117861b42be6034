"""The options that commands share.

A command takes the groups of options that it can honour: `log_options` every command,
`connection_options` those that talk to Anaplan, `json_option` those that print data.
`global_options` is all three.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.log_output import LogOutput

if TYPE_CHECKING:
    from anaplan_frames.connection import Connection
    from anaplan_frames.model import Model

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Which tenant and model a command is for, as the user said it.

    Attributes
    ----------
    model, workspace, profile, region : str or None
        None for what the environment or the profile sets.
    timeout : float or None
        Seconds for the whole call; None waits as long as it takes.
    """

    model: str | None
    workspace: str | None
    profile: str | None
    region: str | None
    timeout: float | None

    def connect(self) -> Connection:
        """Connect to the tenant, with the profile and region that were given."""
        from anaplan_frames.connection import connect

        arguments: dict[str, Any] = {"profile": self.profile, "region": self.region}
        return connect(**{name: value for name, value in arguments.items() if value is not None})

    def open_model(self, connection: Connection) -> Model:
        """Return the model that was named, or the one that the environment or profile names."""
        return connection.model(self.model, self.workspace)


def log_options(command: Function) -> Function:
    """Add ``-v``, ``-q`` and ``--log-file``; they take effect by themselves."""
    verbose = click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=_set_verbosity,
        help="Show the steps of the job on stderr; -vv also shows each request.",
    )
    quiet = click.option(
        "-q",
        "--quiet",
        count=True,
        expose_value=False,
        callback=_set_quiet,
        help="Show errors only, no warnings.",
    )
    log_file = click.option(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_open_log_file,
        help="Append the steps, warnings and errors to this file, with times.",
    )
    return verbose(quiet(log_file(command)))


def connection_options(command: Function) -> Function:
    """Add the options that say which tenant and model; the command gets ``connection=``."""

    @functools.wraps(command)
    def with_connection(
        *args: Any,
        model: str | None,
        workspace: str | None,
        profile: str | None,
        region: str | None,
        timeout: float | None,
        **kwargs: Any,
    ) -> Any:
        options = ConnectionOptions(model, workspace, profile, region, timeout)
        return command(*args, connection=options, **kwargs)

    with_options: Function = with_connection
    for option in (
        click.option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Give up after this time; by default, wait as long as it takes.",
        ),
        click.option("--region", metavar="NAME", help="Anaplan's region, for example eu3."),
        click.option("--profile", metavar="NAME", help="A profile of the profile file."),
        click.option("--workspace", metavar="NAME", help="Name or id of the model's workspace."),
        click.option("-m", "--model", metavar="NAME", help="The model's name, id or URL."),
    ):
        with_options = option(with_options)
    return with_options


def json_option(command: Function) -> Function:
    """Add ``--json``; the command gets ``as_json=``."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
    return option(command)


def global_options(command: Function) -> Function:
    """Add all options that commands share."""
    return connection_options(json_option(log_options(command)))


def examples(*lines: str) -> str:
    """Return command lines as the last section of a help text, for ``epilog=``."""
    # A paragraph after \b keeps its line breaks.
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])


def _set_verbosity(context: click.Context, _: click.Parameter, count: int) -> None:
    if count:
        _change_verbosity(context, count)


def _set_quiet(context: click.Context, _: click.Parameter, count: int) -> None:
    if count:
        _change_verbosity(context, -1)


def _change_verbosity(context: click.Context, verbosity: int) -> None:
    output = context.ensure_object(LogOutput)
    if output.verbosity:
        raise click.UsageError("-v and -q cannot be used together.", context)
    output.verbosity = verbosity


def _open_log_file(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    try:
        context.ensure_object(LogOutput).write_to(path)
    except OSError as error:
        text = f"{str(path)!r} cannot be written: {error.strerror}."
        raise click.BadParameter(text, context, parameter) from None
