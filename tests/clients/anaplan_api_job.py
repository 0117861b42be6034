"""Runs in an environment of its own: anaplan-api does its whole job and prints what it got.

Takes one JSON object on standard input (see `test_anaplan_api.py`) and prints one. It imports
nothing of ours: anaplan-api needs an older pandas and an older cryptography than we do.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pandas as pd
import requests
from anaplan_api.anaplan import anaplan
from anaplan_api.anaplan.models.AnaplanConnection import AnaplanConnection
from anaplan_api.anaplan.User import User


def route_to(url: str) -> None:
    """Send what is addressed to Anaplan's hosts, constants in this client, to another server."""
    home = urlsplit(url)
    send = requests.adapters.HTTPAdapter.send

    def send_home(self, request, **options):
        asked = urlsplit(request.url)
        assert asked.hostname.endswith(".anaplan.com"), request.url
        request.url = urlunsplit((home.scheme, home.netloc, asked.path, asked.query, ""))
        return send(self, request, **options)

    requests.adapters.HTTPAdapter.send = send_home


def job(given: dict) -> dict:
    """Log in, list, upload, import, run a process, export, download."""
    login = anaplan.authorize("Basic", email=given["email"], password=given["password"])
    connection = AnaplanConnection(login.auth_token, given["workspace"], given["model"])
    user = User(connection)
    user.get_current_user()
    found = {"user": user.user._email}

    kinds = ("imports", "exports", "actions", "processes", "files", "lists")
    found["lists"] = {kind: dict(anaplan.get_list(connection, kind)) for kind in kinds}

    for file, path in given["uploads"].items():
        anaplan.file_upload(connection, file, 1, path)  # chunks of 1 MiB
    found["uploaded"] = {
        file: anaplan.get_file(connection, file) == Path(path).read_text("utf-8")
        for file, path in given["uploads"].items()
    }
    found["tasks"] = [
        [parsed.task_detail for parsed in anaplan.execute_action(connection, action, 1).reponses]
        for action in given["actions"]
    ]
    anaplan.execute_action(connection, given["export"], 1)
    exported = anaplan.get_file(connection, given["export"])
    found["flights"] = float(pd.read_csv(io.StringIO(exported))["flights"].sum())
    return found


if __name__ == "__main__":
    settings = json.load(sys.stdin)
    route_to(settings["url"])
    print(json.dumps(job(settings)))
