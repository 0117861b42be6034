"""The options of all commands, and how a command's help shows them.

A command takes the groups of options that it can honor: `log_options` every command,
`connection_options` of `connection_options` those that talk to Anaplan, `json_option` those that
print data.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from anaplan_frames.cli.log_output import LogOutput

Function = Callable[..., Any]


class SharedOption(click.Option):
    """An option that many commands have; the help lists it after the command's own.

    Parameters
    ----------
    section : str
        The heading under which the help lists it.
    """

    def __init__(self, *args: Any, section: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help shows its own options first, then the shared ones in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by section."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                section = getattr(parameter, "section", "Options")
                sections.setdefault(section, []).append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def command(*, epilog: str) -> Callable[[Function], click.Command]:
    """Return a decorator that makes a command with shared options, and examples in its help."""
    return click.command(cls=SectionedCommand, epilog=epilog)


def shared_option(*names: str, section: str, **attributes: Any) -> Callable[[Function], Function]:
    """Return a decorator that adds a `SharedOption`."""
    return click.option(*names, cls=SharedOption, section=section, **attributes)


def log_options(function: Function) -> Function:
    """Add ``-v``, ``-q`` and ``--log-file``; they take effect by themselves."""
    add = functools.partial(shared_option, section="Messages", expose_value=False)
    verbose = add(
        "-v",
        "--verbose",
        count=True,
        callback=_set_verbosity,
        help="Show the steps of the job on stderr; -vv also shows each request.",
    )
    quiet = add(
        "-q",
        "--quiet",
        count=True,
        callback=_set_quiet,
        help="Show errors only, no warnings and no summary.",
    )
    log_file = add(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        callback=_open_log_file,
        help="Append the steps, warnings, errors and the summary to this file, with times.",
    )
    return verbose(quiet(log_file(function)))


def json_option(function: Function) -> Function:
    """Add ``--json``; the command gets ``as_json=``."""
    option = shared_option(
        "--json",
        "as_json",
        is_flag=True,
        callback=_set_json,
        section="Messages",
        help="Print one JSON document on stdout instead of text, also if the command fails.",
    )
    return option(function)


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
        raise click.UsageError("-v and -q cannot be used together. Leave one out.", context)
    output.verbosity = verbosity


def _set_json(context: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001
    context.ensure_object(LogOutput).as_json = value
    return value


def _open_log_file(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    try:
        context.ensure_object(LogOutput).write_to(path)
    except OSError as error:
        text = f"{str(path)!r} cannot be written: {error.strerror}."
        raise click.BadParameter(text, context, parameter) from None
