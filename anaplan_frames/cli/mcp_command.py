"""``anaplan-frames mcp``: tools for AI assistants, by the Model Context Protocol."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from anaplan_frames.cli.connection_options import ConnectionOptions, connection_options
from anaplan_frames.cli.global_options import command, examples, log_options

_USUAL_TIMEOUT = 120.0  # seconds


@command(
    epilog=examples(
        "anaplan-frames mcp",
        'anaplan-frames mcp -m "Flight Planning" --profile planning',
        'anaplan-frames mcp -m "Flight Planning" --allow-writes --log-file mcp.log',
    )
)
@click.option(
    "--allow-writes", is_flag=True, help="Offer tools that change data, too; by default, only read."
)
@connection_options
@log_options
def mcp(*, allow_writes: bool, connection: ConnectionOptions) -> None:
    """Serve tools for AI assistants over stdin and stdout (MCP).

    A client, such as a chat program, starts this command itself: see docs/mcp.md. With --model,
    tools may use this model only. --timeout is the time for each call of a tool, 120 seconds by
    default.
    """
    from anaplan_frames.integrations.mcp_server import make_server, serve_stdio

    if sys.stdin.isatty():
        click.echo("Waiting for a client on stdin; Ctrl-C ends it. See docs/mcp.md.", err=True)
    for_whole_run = replace(connection, timeout=None)
    with for_whole_run.connect(may_ask=False) as connected:  # stdin is the client's
        server = make_server(
            connected,
            model=connection.model,
            workspace=connection.workspace,
            allow_writes=allow_writes,
            timeout=_USUAL_TIMEOUT if connection.timeout is None else connection.timeout,
        )
        serve_stdio(server)
