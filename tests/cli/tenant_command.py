"""Commands made for the tests: one prints the options that it gets, one has a bug."""

from __future__ import annotations

from dataclasses import asdict

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, global_options


@click.command
@global_options
def options(*, connection: ConnectionOptions, as_json: bool) -> None:
    """Print the options that were given."""
    usual = asdict(ConnectionOptions())
    print({n: v for n, v in asdict(connection).items() if v != usual[n]}, as_json)


@click.command
@global_options
def broken(*, connection: ConnectionOptions, as_json: bool) -> None:
    """Fail as a bug does."""
    raise ZeroDivisionError("division by zero")
