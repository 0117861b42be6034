"""``anaplan-frames sandbox``."""

from __future__ import annotations

import os

import click

from anaplan_frames.cli.global_options import examples, log_options
from anaplan_frames.cli.wording import usage_errors


@click.command(
    epilog=examples(
        "anaplan-frames sandbox --demo",
        "anaplan-frames sandbox --demo --port 8901",
        "anaplan-frames sandbox rehearsal",
        "anaplan-frames sandbox --data tenant --log-file sandbox.log",
    )
)
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8900,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Keep the data in this folder, private to you; by default it is in memory.",
)
@click.option("--demo", is_flag=True, help="Start with the demo's workspace and model.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen on; 0.0.0.0 is every address of this machine, for a container.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Accept requests to this host name, too, such as that of a container; can be repeated.",
)
@log_options
def sandbox(
    *,
    folder: str | None,
    port: int,
    data: str | None,
    demo: bool,
    host: str,
    allowed_hosts: tuple[str, ...],
) -> None:
    """Serve a local Anaplan, by default on this machine only.

    With FOLDER it serves the clone of a model that `clone` has written there; its password is
    ANAPLAN_SANDBOX_PASSWORD, else a new one. It prints its URL and login, and runs until Ctrl-C.
    """
    from anaplan_frames.sandbox import Sandbox, serve

    if folder is not None and demo:
        raise click.UsageError("Give FOLDER or --demo, not both.")
    if folder is not None:
        password = os.environ.get("ANAPLAN_SANDBOX_PASSWORD")
        with usage_errors():
            made = Sandbox.open(folder, password=password, data=data, allowed_hosts=allowed_hosts)
    else:
        make = Sandbox.demo if demo else Sandbox
        made = make(data=data, allowed_hosts=allowed_hosts)
    serve(made, port, host=host)
