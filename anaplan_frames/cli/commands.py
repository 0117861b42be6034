"""The commands of ``anaplan-frames``; the module of a command is imported when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import click

from anaplan_frames import __version__
from anaplan_frames.messages import near_names


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command that is not imported yet.

    Attributes
    ----------
    module : str
        The module that defines it, as a function of the command's name.
    summary : str
        The first sentence of its help.
    """

    module: str
    summary: str


COMMANDS = {
    "demo": CommandEntry(
        "anaplan_frames.cli.demo_command",
        "Load real data into a sandbox and prove that it is all there.",
    ),
    "login": CommandEntry(
        "anaplan_frames.cli.login_commands",
        "Sign in once, for all later commands and programs of this user.",
    ),
    "logout": CommandEntry(
        "anaplan_frames.cli.login_commands",
        "Forget the login that is stored on this machine.",
    ),
    "sandbox": CommandEntry(
        "anaplan_frames.cli.sandbox_command",
        "Serve a local Anaplan, by default on this machine only.",
    ),
}


class CommandGroup(click.Group):
    """A group that imports a command when it is used, and suggests near names for a typo."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(entry.module), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands in the help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        raise click.UsageError(
            f"There is no command {name!r}.{near_names(name, COMMANDS)} "
            f"Commands: {', '.join(COMMANDS)}.",
            ctx,
        )


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Move tables in and out of Anaplan."""
