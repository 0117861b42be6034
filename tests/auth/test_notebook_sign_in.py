"""Signing in from a notebook: the link is shown there, and the kernel waits until it is used."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import nbclient
import nbformat
import pytest

from anaplan_frames.sandbox import Sandbox

CELL = """
import anaplan_frames as af
conn = af.connect(
    auth=af.DeviceAuth({client!r}, store={store!r}), api_url={url!r}, auth_url={url!r}
)
conn.models()["name"].tolist()
"""
SHOWN = re.compile(r"open this address in a browser, and check the code (\S+)\.\n(\S+)")


@pytest.mark.long
def test_a_notebook_shows_the_link_and_goes_on_when_the_device_is_approved(
    demo_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    client = demo_sandbox.oauth_client()
    code = CELL.format(
        client=client.id, store=str(tmp_path / "login.json"), url=demo_sandbox.api_url
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    cell = notebook.cells[0]
    links: list[str] = []

    def approve() -> None:
        deadline = time.monotonic() + 60
        while not links and time.monotonic() < deadline:
            for output in list(cell.get("outputs") or []):
                found = SHOWN.search(output.get("data", {}).get("text/plain", ""))
                if found:
                    demo_sandbox.approve(found[1])
                    links.append(found[2])
            time.sleep(0.05)

    helper = threading.Thread(target=approve)
    helper.start()
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    helper.join()
    shown, answer = cell.outputs
    assert f'href="{links[0]}"' in shown["data"]["text/html"]
    assert "['Flight Planning']" in answer["data"]["text/plain"]
