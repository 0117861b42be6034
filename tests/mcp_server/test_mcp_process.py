"""The command itself, as a client starts it: over stdin and stdout, until it is closed or ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client
from mcp.types import TextContent

from anaplan_frames.sandbox import Sandbox
from tests.clients.environments import clean_environment
from tests.mcp_server.tool_client import MODEL

pytestmark = pytest.mark.long
COMMAND = [sys.executable, "-m", "anaplan_frames", "mcp", "--model", MODEL]


def settings(sandbox: Sandbox) -> dict[str, str]:
    return {
        **clean_environment(),
        "PYTHONPATH": os.getcwd(),
        "ANAPLAN_API_URL": sandbox.api_url,
        "ANAPLAN_AUTH_URL": sandbox.auth_url,
        "ANAPLAN_EMAIL": sandbox.email,
        "ANAPLAN_PASSWORD": sandbox.password,
    }


class RawServer:
    """The process, spoken to in lines of JSON as the protocol of 2025 has them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._number = 0
        self.ask(
            "initialize",
            protocolVersion="2025-06-18",
            capabilities={},
            clientInfo={"name": "test", "version": "1"},
        )
        self.send({"method": "notifications/initialized"})

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def request(self, method: str, **parameters: Any) -> int:
        self._number += 1
        self.send({"id": self._number, "method": method, "params": parameters})
        return self._number

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = self.request(method, **parameters)
        assert self.process.stdout is not None
        answer = json.loads(self.process.stdout.readline())
        assert answer["id"] == number
        result: dict[str, Any] = answer["result"]
        return result

    def end(self, wanted: signal.Signals | None) -> tuple[int, float, str]:
        """Close stdin, or send a signal; return the status, the seconds it took, and stderr."""
        begun = time.monotonic()
        if wanted is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
        else:
            self.process.send_signal(wanted)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        return self.process.wait(20), time.monotonic() - begun, said


@contextmanager
def started(sandbox: Sandbox, *options: str) -> Iterator[RawServer]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *options], env=settings(sandbox), stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            yield RawServer(process)
        finally:
            process.kill()


def test_a_client_starts_the_command_and_calls_a_tool(demo_sandbox: Sandbox) -> None:
    async def look() -> str:
        command, *arguments = COMMAND
        server = StdioServerParameters(command=command, args=arguments, env=settings(demo_sandbox))
        async with Client(stdio_client(server)) as client:
            result = await client.call_tool("show_model", {})
        (content,) = result.content
        assert isinstance(content, TextContent)
        return content.text

    assert json.loads(anyio.run(look))["name"] == MODEL


def test_stdout_has_messages_only_and_stderr_the_log(demo_sandbox: Sandbox) -> None:
    with started(demo_sandbox, "-vv") as server:
        called = server.ask("tools/call", name="run_export", arguments={"export": "Flights export"})
        assert not called["isError"]
        status, _, said = server.end(None)
        assert status == 0
        assert "export 'Flights export'" in said
        assert demo_sandbox.password not in said
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize(
    ("wanted", "option", "outcome"),
    [
        (signal.SIGTERM, "-q", "goes on in Anaplan. Cancel it with: anaplan-frames cancel"),
        (signal.SIGINT, "--cancel-on-interrupt", "is cancelled; Anaplan rolled its changes back."),
    ],
)
def test_a_signal_ends_the_server_and_says_what_happens_to_the_task(
    wanted: signal.Signals, option: str, outcome: str
) -> None:
    with Sandbox.demo(task_pause=3) as slow, started(slow, "--allow-writes", option) as server:
        with slow.connect() as connection:
            load = connection.model(MODEL).imports["Load airlines"]
            connection.model(MODEL).files["airlines.csv"].upload(b"carrier,name\nAA,American\n")
            server.request("tools/call", name="run_action", arguments={"action": load.name})
            assert any(len(load.tasks()) for _ in range(1000))
        time.sleep(0.5)  # until the server has its answer
        status, seconds, said = server.end(wanted)
    assert status == 130
    assert seconds < 10
    assert "run_action: Task " in said
    assert "of import 'Load airlines' was started, and its end was not seen" in said
    assert outcome in said
    assert "Traceback" not in said
