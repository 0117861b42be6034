"""A client of the SDK, in memory, that a test calls as it calls any function."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client
from mcp.types import TextContent, Tool

import anaplan_frames as af
from anaplan_frames.integrations.mcp_server import make_server

MODEL = "Flight Planning"


class ToolClient:
    """Calls tools, and reads their answers."""

    def __init__(self, client: Client, portal: BlockingPortal) -> None:
        self.client = client
        self.portal = portal

    def text(self, name: str, arguments: dict[str, Any]) -> tuple[str, bool]:
        """Call a tool; return its text, and whether it is an error."""
        result = self.portal.call(self.client.call_tool, name, arguments)
        (content,) = result.content
        assert isinstance(content, TextContent)
        assert result.structured_content is None
        return content.text, bool(result.is_error)

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that answers."""
        text, is_error = self.text(name, arguments)
        assert not is_error, text
        answer: dict[str, Any] = json.loads(text)
        return answer

    def refused(self, name: str, **arguments: Any) -> str:
        """Call a tool that ends in an error; return its message."""
        text, is_error = self.text(name, arguments)
        assert is_error, text
        assert "Traceback" not in text
        return text

    def tools(self) -> dict[str, Tool]:
        """List the tools."""
        found = self.portal.call(self.client.list_tools)
        return {tool.name: tool for tool in found.tools}


@contextmanager
def tools_of(connection: af.Connection, **options: Any) -> Iterator[ToolClient]:
    """Start a server for a connection, and a client of it."""
    client = Client(make_server(connection, **options))
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        yield ToolClient(client, portal)
