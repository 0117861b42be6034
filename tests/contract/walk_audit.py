"""Requests that bring every operation of the Audit API to a good answer."""

from __future__ import annotations

import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http


def walk_audit(sandbox: Sandbox, http: Http) -> None:
    """Ask for events in both forms, in pages and as text."""
    base = f"{sandbox.api_url}/audit/api/1/events"
    token = {"Authorization": f"AnaplanAuthToken {http.token}"}
    text = {**token, "Accept": "text/plain"}
    first = requests.get(base, params={"limit": "1"}, headers=token).json()
    requests.get(first["meta"]["paging"]["nextUrl"], headers=token).raise_for_status()
    assert requests.get(base, params={"type": "user_activity"}, headers=text).text
    search = f"{base}/search"
    for body in ({}, {"interval": 2}, {"from": 0}):
        requests.post(search, json=body, headers=token).raise_for_status()
    assert requests.post(search, json={}, headers=text).text
    assert requests.get(base, params={"dateFrom": 0}, headers=token).status_code == 400
    assert requests.post(search, json={"interval": 721}, headers=token).status_code == 400
    assert requests.get(base).status_code == requests.post(search).status_code == 401
