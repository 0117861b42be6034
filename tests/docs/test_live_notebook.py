"""A live notebook kernel completes names, and shows what a method does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

SETUP = """
import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
sandbox = Sandbox.demo().start()
model = sandbox.connect().model("Flight Planning")
module = model.modules["Flights by Month"]
"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3", startup_timeout=60)
    try:
        reply = client.execute_interactive(SETUP, timeout=60, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        yield client
    finally:
        client.execute_interactive("sandbox.close()", timeout=20)
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def completions(kernel: BlockingKernelClient, code: str) -> list[str]:
    reply = kernel.complete(code, reply=True, timeout=30)
    return [str(match) for match in reply["content"]["matches"]]


def test_names_of_lists_are_completed(kernel: BlockingKernelClient) -> None:
    found = completions(kernel, 'model.lists["A')
    assert any("Airlines" in match for match in found)
    assert any("Airports" in match for match in found)


def test_methods_of_a_module_are_completed(kernel: BlockingKernelClient) -> None:
    found = completions(kernel, 'model.modules["Flights by Month"].')
    assert any(match.endswith("read") for match in found)
    assert any(match.endswith("write") for match in found)


def test_methods_of_an_import_are_completed(kernel: BlockingKernelClient) -> None:
    found = completions(kernel, 'model.imports["Load flights"].')
    assert any(match.endswith("write") for match in found)
    assert any(match.endswith("start") for match in found)


def test_public_names_are_completed_and_no_others(kernel: BlockingKernelClient) -> None:
    found = {match.rpartition(".")[2] for match in completions(kernel, "af.")}
    assert {"connect", "read_anaplan", "to_anaplan", "WriteResult"} <= found
    assert not found & {"import_module", "TYPE_CHECKING", "Any", "reading", "writing"}


def test_a_question_mark_shows_the_parameters(kernel: BlockingKernelClient) -> None:
    reply = kernel.inspect("module.read", reply=True, timeout=30)
    assert reply["content"]["found"], reply["content"]
    shown = reply["content"]["data"]["text/plain"]
    for word in ("Parameters", "where", "totals", "Returns", "Raises", "Examples"):
        assert word in shown
