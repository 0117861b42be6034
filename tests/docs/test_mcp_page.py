"""The page about the MCP server: its table has all tools, its settings are understood."""

from __future__ import annotations

import asyncio
import json
import re

from mcp import Client

import anaplan_frames as af
from anaplan_frames.cli.commands import app
from anaplan_frames.cli.mcp_command import mcp
from anaplan_frames.integrations.mcp_server import make_server
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "mcp.md").read_text("utf-8")


def test_the_table_has_all_tools_and_says_which_need_allow_writes() -> None:
    async def names(*, allow_writes: bool) -> list[str]:
        with af.connect("demo@example.com", "demo") as connection:
            async with Client(make_server(connection, allow_writes=allow_writes)) as client:
                return [tool.name for tool in (await client.list_tools()).tools]

    rows = re.findall(r"^\| `(\w+)` \| (with `--allow-writes`)?", PAGE, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(asyncio.run(names(allow_writes=True)))
    reading = [name for name, needs in rows if not needs]
    assert sorted(reading) == sorted(asyncio.run(names(allow_writes=False)))


def test_the_settings_for_clients_are_a_command_line_that_is_understood() -> None:
    (settings,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    server = json.loads(settings)["mcpServers"]["anaplan"]
    assert server["command"] == "anaplan-frames"
    name, *options = server["args"]
    assert app.get_command(mcp.make_context("mcp", []), name) is mcp
    given = mcp.make_parser(mcp.make_context("mcp", [])).parse_args(options)[0]
    assert given == {"profile": "night", "model": "Flight Planning", "log_file": "mcp.log"}
