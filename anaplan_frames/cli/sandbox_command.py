"""``anaplan-frames sandbox``."""

from __future__ import annotations

import click

from anaplan_frames.cli.global_options import examples, log_options


@click.command(
    epilog=examples(
        "anaplan-frames sandbox --demo",
        "anaplan-frames sandbox --demo --port 8901",
        "anaplan-frames sandbox --data tenant --log-file sandbox.log",
    )
)
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
    *, port: int, data: str | None, demo: bool, host: str, allowed_hosts: tuple[str, ...]
) -> None:
    """Serve a local Anaplan, by default on this machine only.

    It prints its URL and login, and runs until Ctrl-C.
    """
    from anaplan_frames.sandbox import Sandbox, serve

    make = Sandbox.demo if demo else Sandbox
    serve(make(data=data, allowed_hosts=allowed_hosts), port, host=host)
