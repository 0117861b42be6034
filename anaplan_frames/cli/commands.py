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
    "write": CommandEntry(
        "anaplan_frames.cli.write_command",
        "Write a table into an import, process, list, module or file.",
    ),
    "read": CommandEntry(
        "anaplan_frames.cli.read_command",
        "Read an export, view, module, list or file into a file, or to stdout.",
    ),
    "upload": CommandEntry(
        "anaplan_frames.cli.file_commands",
        "Replace the content of a model's file by a file, byte for byte.",
    ),
    "download": CommandEntry(
        "anaplan_frames.cli.file_commands",
        "Fetch the content of a file, or the output of an export, byte for byte.",
    ),
    "run": CommandEntry(
        "anaplan_frames.cli.run_command",
        "Run an import, export, process or other action, and wait for its end.",
    ),
    "ls": CommandEntry(
        "anaplan_frames.cli.listing_commands",
        "List models, or what else a tenant or model has.",
    ),
    "show": CommandEntry(
        "anaplan_frames.cli.listing_commands",
        "Show what Anaplan says of one thing of a model.",
    ),
    "line-items": CommandEntry(
        "anaplan_frames.cli.listing_commands",
        "Write the line items of a model, or of one module, to a file.",
    ),
    "tasks": CommandEntry(
        "anaplan_frames.cli.task_commands",
        "List the tasks of an action, or of all actions with their outcomes.",
    ),
    "cancel": CommandEntry(
        "anaplan_frames.cli.task_commands",
        "Cancel a task, so that Anaplan rolls its changes back.",
    ),
    "copy": CommandEntry(
        "anaplan_frames.cli.copy_command",
        "Copy rows between a database and Anaplan.",
    ),
    "compare": CommandEntry(
        "anaplan_frames.cli.compare_command",
        "Compare two tables by key; the exit status is 8 if they differ.",
    ),
    "profile": CommandEntry(
        "anaplan_frames.cli.profile_commands",
        "Keep logins and databases under names, in the profile file.",
    ),
    "login": CommandEntry(
        "anaplan_frames.cli.login_commands",
        "Sign in once, for all later commands and programs of this user.",
    ),
    "logout": CommandEntry(
        "anaplan_frames.cli.login_commands",
        "Forget the login that is stored on this machine.",
    ),
    "clone": CommandEntry(
        "anaplan_frames.cli.clone_command",
        "Write a model to a folder, from which the sandbox serves a clone of it.",
    ),
    "mcp": CommandEntry(
        "anaplan_frames.cli.mcp_command",
        "Serve tools for AI assistants over stdin and stdout (MCP).",
    ),
    "sandbox": CommandEntry(
        "anaplan_frames.cli.sandbox_command",
        "Serve a local Anaplan, by default on this machine only.",
    ),
    "demo": CommandEntry(
        "anaplan_frames.cli.demo_command",
        "Load real data into a sandbox and prove that it is all there.",
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


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Move tables in and out of Anaplan."""
