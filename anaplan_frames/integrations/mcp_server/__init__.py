"""Anaplan for AI assistants: a server of the Model Context Protocol (MCP) with tools.

``anaplan-frames mcp`` starts it. Unless writes are allowed, its tools change no data of a model.

>>> from anaplan_frames.integrations.mcp_server import make_server  # doctest: +SKIP
>>> server = make_server(connection)  # doctest: +SKIP
"""

from __future__ import annotations

from anaplan_frames.errors import MissingExtra

try:
    import duckdb  # noqa: F401
    import mcp.server.lowlevel
    import mcp.types  # noqa: F401
except ImportError as _error:
    raise MissingExtra("The MCP server", "mcp") from _error

from anaplan_frames.integrations.mcp_server.protocol_server import make_server
from anaplan_frames.integrations.mcp_server.stdio_service import serve_stdio

__all__ = ["make_server", "serve_stdio"]
