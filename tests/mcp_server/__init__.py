"""Tests of the MCP server, with the client of the SDK against the sandbox."""
