"""Commands made for the tests: each does one real thing with a model, through the options."""

from __future__ import annotations

import click
import pandas as pd

import anaplan_frames as af
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import ConnectionOptions, global_options


@click.command
@click.argument("name")
@click.argument("file", type=click.File())
@global_options
def load(*, connection: ConnectionOptions, as_json: bool, name: str, file: click.File) -> None:
    """Load a CSV file."""
    with connection.connect() as connected:
        result = af.to_anaplan(pd.read_csv(file), name, connection.open_model(connected))
    print(f'{{"rows": {result.succeeded}}}' if as_json else f"{result.succeeded} rows loaded")


@click.command
@click.argument("name")
@click.argument("file", type=click.File())
@global_options
def compare(
    *, connection: ConnectionOptions, as_json: bool, name: str, file: click.File
) -> ExitStatus:
    """Compare a file of the model with a CSV file."""
    with connection.connect() as connected:
        there = connection.open_model(connected).files[name].read()
    return ExitStatus.OK if there.equals(pd.read_csv(file)) else ExitStatus.DIFFERENT


@click.command
@global_options
def options(*, connection: ConnectionOptions, as_json: bool) -> None:
    """Print the options."""
    print(connection, as_json)


@click.command
@global_options
def broken(*, connection: ConnectionOptions, as_json: bool) -> None:
    """Fail as a bug does."""
    raise ZeroDivisionError("division by zero")
