"""A headless Chromium, spoken to through pipes by its DevTools protocol; no package is needed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_SWITCHES = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--hide-scrollbars", "--disable-background-networking", "--lang=en"),
)


class Browser:
    """One page of a browser, and what went wrong in it."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._out = os.fdopen(to_browser, "wb", buffering=0)
        self._in = os.fdopen(from_browser, "rb")
        self._number = 0
        self._session = ""
        self.problems: list[str] = []
        """Scripts that ran, dialogs, and what the browser's own console says."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            said = self._read()
            if said.get("id") == self._number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result

    def open(self, url: str) -> None:
        """Load a page."""
        self.call("Page.navigate", url=url)
        self.loaded()

    def loaded(self) -> None:
        """Wait until a page has been loaded."""
        while self._read().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript, which the test brings along, not the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def resize(self, width: int, height: int) -> None:
        """Give the page the size of a desktop's window or of a phone."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def prefer(self, scheme: str) -> None:
        """Ask for dark or light colors."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, path: Path) -> None:
        """Take a picture of what is in the window."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def _read(self) -> dict[str, Any]:
        raw = bytearray()
        while (byte := self._in.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            raw += byte
        said: dict[str, Any] = json.loads(raw)
        if said.get("method") in ("Page.javascriptDialogOpening", "Runtime.consoleAPICalled"):
            self.problems.append(json.dumps(said["params"]))
        elif said.get("method") == "Log.entryAdded":
            self.problems.append(said["params"]["entry"]["text"])
        return said


@contextmanager
def running_browser(folder: Path) -> Iterator[Browser]:
    """Start Chromium with a profile of its own in this folder, and end it."""
    assert CHROMIUM is not None
    for_browser, to_browser = os.pipe()
    from_browser, by_browser = os.pipe()
    command = [CHROMIUM, *_SWITCHES, f"--user-data-dir={folder}", "--remote-debugging-pipe"]
    # Chromium reads from descriptor 3 and writes to 4.
    pipes = f'exec "$@" 3<&{for_browser} 4>&{by_browser}'
    with (folder / "chromium.log").open("wb") as log:
        process = subprocess.Popen(
            ["bash", "-c", pipes, "bash", *command],
            pass_fds=(for_browser, by_browser),
            stdout=log,
            stderr=log,
        )
    os.close(for_browser)
    os.close(by_browser)
    try:
        yield Browser(to_browser, from_browser)
    finally:
        process.kill()
        process.wait()
