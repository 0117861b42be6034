"""A client that replays the requests of others, and checks that each is answered as they need."""

from __future__ import annotations

import time
from typing import Any

import requests

from anaplan_frames.sandbox import Sandbox


class Replayed:
    """Requests below ``/2/0`` with the headers of one client; a refusal fails the test.

    Parameters
    ----------
    sandbox : Sandbox
    token : str
    **headers : str
        Headers of every request; an underscore in a name stands for a hyphen.
    """

    def __init__(self, sandbox: Sandbox, token: str, **headers: str) -> None:
        self._base = f"{sandbox.api_url}/2/0"
        self._session = requests.Session()
        self._session.headers.update(
            {name.replace("_", "-"): text for name, text in headers.items()}
        )
        self._session.headers["Authorization"] = f"AnaplanAuthToken {token}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; return the answer, which must be a success."""
        url = self._base + path
        answer = self._session.request(method, url, timeout=20, allow_redirects=False, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, headers=headers).json()

    def text(self, path: str, accept: str) -> str:
        return self.send("GET", path, headers={"Accept": accept}).content.decode("utf-8-sig")

    def post(self, path: str, body: Any = None) -> Any:
        return self.send("POST", path, json=body).json()

    def put_bytes(self, path: str, content: bytes, media: str) -> None:
        self.send("PUT", path, data=content, headers={"Content-Type": media})

    def run(self, action: str, body: Any) -> tuple[str, dict[str, Any]]:
        """Start a task and poll it; return its path and its result."""
        task = f"{action}/tasks/{self.post(f'{action}/tasks', body)['task']['taskId']}"
        deadline = time.monotonic() + 20
        while (status := self.get(task)["task"])["taskState"] != "COMPLETE":
            assert status["taskState"] in ("NOT_STARTED", "IN_PROGRESS")
            assert time.monotonic() < deadline, task
            time.sleep(0.01)
        result: dict[str, Any] = status["result"]
        return task, result


def token_of(answer: requests.Response) -> str:
    """Return the token of a login, which clients only accept with this status in the body."""
    assert answer.json()["status"] == "SUCCESS", answer.text
    token: str = answer.json()["tokenInfo"]["tokenValue"]
    return token
