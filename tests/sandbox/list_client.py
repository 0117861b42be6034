"""Requests that add, update and delete list items, and a model with lists for them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import InModel

GENERAL, NUMBERED, REGIONS, CITIES = (f"10100000000{number}" for number in range(1, 5))
INCOMPLETE, INCORRECT, DUPLICATE = "INCOMPLETE_DATA", "INCORRECT_FORMAT", "DUPLICATE"
JSON = dict[str, Any]


def build_lists(tenant: Sandbox) -> Model:
    """Make a general list, a numbered one, and one with a parent list."""
    model = tenant.workspace("Finance").model("Lists")
    model.list(
        "General",
        id=GENERAL,
        properties={"p1": "NUMBER", "text": "TEXT", "when": "DATE", "yes": "BOOLEAN"},
        subsets=["s1"],
    )
    model.list("Numbered", id=NUMBERED, numbered=True, properties={"p1": "NUMBER"})
    regions = model.list(
        "Regions", id=REGIONS, items=pd.DataFrame({"Name": ["west", "east"], "Code": ["W", "E"]})
    )
    model.list(
        "Cities", id=CITIES, parent=regions, properties={"of": regions, "from": "TIME PERIOD"}
    )
    return model


def send(model: InModel, verb: str, lst: str, items: list[JSON]) -> requests.Response:
    """Send items with `action`; those of an update go by PUT."""
    path = f"{model.path}/lists/{lst}/items"
    method = "PUT" if verb == "update" else "POST"
    return model.http.send(method, path, params={"action": verb}, json={"items": items})


def result(model: InModel, verb: str, lst: str, *items: JSON) -> JSON:
    """Send items; return the answer without its envelope."""
    answer = send(model, verb, lst, list(items))
    assert answer.status_code == 200, answer.text
    return {key: value for key, value in answer.json().items() if key not in ("meta", "status")}


def add(model: InModel, *items: JSON, lst: str = GENERAL) -> None:
    written = result(model, "add", lst, *items)
    assert written == {"added": len(items), "ignored": 0, "total": len(items)}


def kinds(written: JSON) -> list[tuple[int, str]]:
    """Index and type of each failure."""
    return [(one["requestIndex"], one["failureType"]) for one in written.get("failures", [])]


def items(model: InModel, lst: str = GENERAL) -> list[JSON]:
    found: list[JSON] = model.get(f"/lists/{lst}/items", includeAll="true").json()["listItems"]
    return found


def keys(model: InModel, lst: str = GENERAL) -> list[tuple[str, str | None]]:
    """Name and code of each item."""
    return [(item["name"], item.get("code")) for item in items(model, lst)]


def update(model: InModel, *given: JSON, lst: str = GENERAL) -> None:
    written = result(model, "update", lst, *given)
    assert written == {"updated": len(given), "ignored": 0, "total": len(given)}


def refused_update(model: InModel, given: JSON, lst: str = GENERAL) -> None:
    before = items(model, lst)
    written = result(model, "update", lst, given)
    assert (written["updated"], written["ignored"], written["total"]) == (0, 1, 1)
    assert kinds(written) == [(0, INCOMPLETE)]
    assert items(model, lst) == before
