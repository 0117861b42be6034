"""Invalid requests are refused with a message, never with status 500."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.clients import planned
from tests.clients.planned import build_planned
from tests.sandbox.http_client import Http, InModel, in_model

ITEMS = f"/lists/{planned.CITIES}/items"
DATA = f"/modules/{planned.SALES}/data"
TAKE_JSON = [
    ("POST", ITEMS),
    ("POST", f"{ITEMS}?action=delete"),
    ("PUT", ITEMS),
    ("POST", f"/dimensions/{planned.CITIES}/items"),
    ("POST", f"/views/{planned.BY_CITY}/readRequests"),
    ("PUT", "/currentPeriod"),
    ("PUT", "/modelCalendar/fiscalYear"),
    ("PUT", f"/versions/{planned.FORECAST}/switchover"),
]
NOT_JSON = [b"\xff\xfe", b'{"items":', b"[" * 9_000 + b"]" * 9_000, b"null", b"3", b"[]"]
HALF = rb'"\uD800"'  # of a surrogate pair: JSON in form, but no text
HALVES = b'{"items":[{"id":%b,"name":%b}],"names":[%b],"year":%b}' % (HALF, HALF, HALF, HALF)
WRONG_TYPES = [
    b"{}",
    b'{"items":{},"names":"x","exportType":[],"date":3,"year":3}',
    b'{"items":[null],"names":[null],"exportType":{},"date":[],"year":[]}',
]


@pytest.fixture(scope="module")
def planned_api() -> Iterator[InModel]:
    with Sandbox(rate_limit=None) as sandbox:
        built = build_planned(sandbox)
        yield in_model(Http(sandbox), built)


def send(model: InModel, method: str, path: str, body: bytes) -> requests.Response:
    return model.http.send(method, model.path + path, data=body)


@pytest.mark.parametrize(("method", "path"), TAKE_JSON)
def test_a_body_of_the_wrong_form_is_400(planned_api: InModel, method: str, path: str) -> None:
    for body in (*NOT_JSON, HALVES, *WRONG_TYPES):
        answer = send(planned_api, method, path, body)
        assert answer.status_code == 400, body[:60]
        assert answer.json()["status"]["message"]


@pytest.mark.parametrize("body", [*NOT_JSON[:5], b'{"value": 1}', b"[null]", b"[3]"])
def test_cells_that_are_not_an_array_of_objects_are_400(planned_api: InModel, body: bytes) -> None:
    assert send(planned_api, "POST", DATA, body).status_code == 400


def test_texts_are_accepted_in_every_json_notation(planned_api: InModel) -> None:
    pair = rb'{"items":[{"name":"\ud83d\ude00","code":"SMILE"}]}'
    assert send(planned_api, "POST", ITEMS, pair).json()["added"] == 1
    [found] = [one for one in planned_api.get(ITEMS).json()["listItems"] if one["code"] == "SMILE"]
    assert found["name"] == "\N{GRINNING FACE}"


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "²", "٣", "9" * 19, "9" * 5_000])
def test_an_invalid_or_too_large_number_in_the_query_is_400(
    planned_api: InModel, number: str
) -> None:
    for name in ("limit", "offset"):
        for path in ("/lists", ITEMS):
            assert planned_api.get(path, **{name: number}).status_code == 400
    assert planned_api.get(f"/views/{planned.BY_CITY}/data", maxRows=number).status_code == 400
