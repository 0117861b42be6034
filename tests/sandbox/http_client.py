"""A small HTTP client for tests of the sandbox, independent of the library, and a model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

LIST_IMPORT, BROKEN_IMPORT, EXPORT = "112000000001", "112000000002", "116000000001"
FILE, OTHER_FILE = "113000000001", "113000000002"
CLEAR, NIGHTLY, BROKEN = "117000000001", "118000000001", "118000000002"
EMPLOYEES = b"Name,Code,Grade\nAda,E1,A\nBo,E2,B\n"
WITH_A_DUPLICATE = b"Name,Code,Grade\nAda,E1,A\nAda,E3,B\nCy,E4,C\n"


def build_headcount(sandbox: Sandbox) -> Model:
    """Make a model with one of each object of the bulk API."""
    model = sandbox.workspace("Finance").model("Headcount")
    employees = model.list("Employees", properties={"Grade": "TEXT"})
    file = model.file("employees.csv", id=FILE, columns=["Name", "Code", "Grade"])
    other = model.file("never uploaded.csv", id=OTHER_FILE, columns=["Name"])
    load = model.import_("Load employees", file=file, into=employees, id=LIST_IMPORT)
    broken = model.import_("Load nothing", file=other, into=employees, id=BROKEN_IMPORT)
    export = model.export("Employees.csv", of=employees, id=EXPORT)
    clear = model.delete_action("Clear employees", of=employees, id=CLEAR)
    model.process("Nightly", [clear, load, export], id=NIGHTLY)
    model.process("Broken", [broken, load], id=BROKEN)
    return model


def log_in(sandbox: Sandbox, email: str = "", password: str = "") -> requests.Response:
    """Log in by email and password, those of the first user by default."""
    credentials = (email or sandbox.email, password or sandbox.password)
    return requests.post(f"{sandbox.auth_url}/token/authenticate", auth=credentials, timeout=10)


class Http:
    """Requests to the Integration API with a token; paths start below ``/2/0``, or `below`."""

    def __init__(
        self, sandbox: Sandbox, email: str = "", password: str = "", *, below: str = "/2/0"
    ) -> None:
        self.base = f"{sandbox.api_url}{below}"
        self.token = log_in(sandbox, email, password).json()["tokenInfo"]["tokenValue"]
        # One connection for all: to open one takes as long as most requests do.
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"AnaplanAuthToken {self.token}"

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(
            method, self.base + path, timeout=20, allow_redirects=False, **options
        )

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.send("GET", path, params=params)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.send("POST", path, json=body)

    def put(self, path: str, content: bytes, media: str = "application/octet-stream") -> int:
        answer = self.send("PUT", path, data=content, headers={"Content-Type": media})
        return answer.status_code


@dataclass
class InModel:
    """Requests below one model, in one of the two forms of its URL."""

    http: Http
    path: str

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.http.get(self.path + path, **params)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.http.post(self.path + path, body)

    def put(self, path: str, content: bytes, media: str = "application/octet-stream") -> int:
        return self.http.put(self.path + path, content, media)

    def delete(self, path: str) -> int:
        return self.http.send("DELETE", self.path + path).status_code

    def upload(self, content: bytes, file: str = FILE) -> None:
        assert self.put(f"/files/{file}", content) == 204

    def start(self, action: str, **body: Any) -> str:
        """Start an action, such as ``imports/112000000001``; return the task's path."""
        answer = self.post(f"/{action}/tasks", {"localeName": "en_US", **body})
        assert answer.status_code == 200, answer.text
        task: str = answer.json()["task"]["taskId"]
        return f"/{action}/tasks/{task}"

    def status(self, task: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.get(task).json()["task"]
        return answer

    def wait(self, task: str) -> dict[str, Any]:
        """Poll a task until it has ended; return it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            status = self.status(task)
            if status["taskState"] in ("COMPLETE", "CANCELLED"):
                return status
            time.sleep(0.01)
        raise AssertionError(f"{task} does not end")

    def run(self, action: str, **body: Any) -> dict[str, Any]:
        """Start an action and wait; return its result."""
        result: dict[str, Any] = self.wait(self.start(action, **body))["result"]
        return result


def in_model(http: Http, model: Model, *, with_workspace: bool = True) -> InModel:
    prefix = f"/workspaces/{model.workspace.id}" if with_workspace else ""
    return InModel(http, f"{prefix}/models/{model.id}")
