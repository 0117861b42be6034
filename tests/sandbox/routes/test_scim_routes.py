"""SCIM as the sandbox serves it: roles, pages, filters, and what of a user can be written."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http, log_in

USERS = "/Users"
FINANCE, SALES = "f" * 32, "a" * 32
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PERSON = {"userName": "di@corp.com", "name": {"givenName": "Di", "familyName": "Doe"}}


@pytest.fixture(scope="module")
def tenant_of_users() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None) as sandbox:
        sandbox.workspace("Finance", FINANCE)
        sandbox.workspace("Sales", SALES)
        sandbox.add_user("ann@corp.com", "x", administrator=False, models=[], workspaces=[FINANCE])
        sandbox.add_user("no@corp.com", "x", administrator=False, roles=["Tenant Auditor"])
        for number in range(120):
            sandbox.add_user(f"u{number:03}@corp.com", "x", workspaces=[], administrator=False)
        yield sandbox


@pytest.fixture
def http(tenant_of_users: Sandbox) -> Http:
    return Http(tenant_of_users, below="/scim/1/0/v2")


@pytest.fixture
def person(tenant_of_users: Sandbox, http: Http) -> Iterator[str]:
    """Make a user who is gone afterwards; return the path."""
    made = http.post(USERS, PERSON | {"externalId": "D1", "entitlements": [{"value": FINANCE}]})
    assert made.status_code == 201, made.text
    yield f"{USERS}/{made.json()['id']}"
    tenant_of_users.users.remove("di@corp.com")


def change(http: Http, path: str, *operations: dict[str, Any]) -> requests.Response:
    body = {"schemas": [PATCH], "Operations": list(operations)}
    return http.send("PATCH", path, json=body)


def test_a_page_has_at_most_a_hundred_users_and_counts_from_one(http: Http) -> None:
    first = http.get(USERS).json()
    assert (first["totalResults"], first["startIndex"], first["itemsPerPage"]) == (123, 1, 100)
    second = http.get(USERS, startIndex="101", count="50").json()
    assert (second["startIndex"], second["itemsPerPage"], len(second["Resources"])) == (101, 23, 23)
    assert http.get(USERS, startIndex="-3", count="0").json()["Resources"] == []
    for bad in ({"count": "101"}, {"count": "many"}, {"startIndex": "x"}):
        answer = http.get(USERS, **bad)
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")


def test_workspaces_are_shown_three_times(http: Http, person: str) -> None:
    assert http.get(person).json()["entitlements"] == [
        {"value": FINANCE, "display": "Finance", "type": "WORKSPACE"},
        {"value": FINANCE, "type": "WORKSPACE_IDS"},
        {"value": "Finance", "type": "WORKSPACE_NAMES"},
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('userName eq "ANN@corp.com"', 1),
        ("active eq true", 123),
        ('(userName eq "ann@corp.com") and (active eq true)', 1),
        ('userName ge "u110" and userName lt "u115"', 5),
        ('userName gt "u118@corp.com" or name.givenName eq "ann"', 2),
        ("externalId pr", 0),
        ("externalId eq null and active ne false", 123),
    ],
)
def test_a_filter_chooses_users(http: Http, text: str, count: int) -> None:
    assert http.get(USERS, filter=text).json()["totalResults"] == count


@pytest.mark.parametrize(
    "text",
    [
        'userName co "ann"',
        'userName sw "ann"',
        "not (active eq true)",
        'emails[type eq "work"]',
        'displayName eq "Ann"',
        'emails eq "ann@corp.com"',
        "active gt true",
        'active eq "true"',
        "userName eq",
        'userName eq "a" userName eq "b"',
        "(active eq true",
    ],
)
def test_a_filter_that_the_service_does_not_support_is_refused(http: Http, text: str) -> None:
    answer = http.get(USERS, filter=text)
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert answer.headers["Content-Type"] == "application/scim+json"


def test_without_the_role_all_is_forbidden_but_what_says_what_there_is(
    tenant_of_users: Sandbox,
) -> None:
    other = Http(tenant_of_users, "no@corp.com", "x", below="/scim/1/0/v2")
    answers = [other.get(USERS), other.post(USERS, PERSON), other.get(f"{USERS}/1")]
    assert {answer.status_code for answer in answers} == {403}
    for path in ("ResourceTypes", "Schemas", "ServiceProviderConfig"):
        assert requests.get(f"{other.base}/{path}", timeout=10).status_code == 200


def test_a_token_may_come_as_bearer_and_a_login_as_basic(tenant_of_users: Sandbox) -> None:
    http = Http(tenant_of_users, below="/scim/1/0/v2")

    def asked(word: str) -> int:
        return http.send("GET", USERS, headers={"Authorization": word}).status_code

    login = base64.b64encode(b"demo@example.com:demo").decode()
    wrong = base64.b64encode(b"demo@example.com:wrong").decode()
    assert [asked(f"Bearer {http.token}"), asked(f"Basic {login}")] == [200, 200]
    assert [asked(f"Basic {wrong}"), asked("Basic !"), asked(f"Token {http.token}")] == [401] * 3


class TestMaking:
    def test_a_user_who_is_there_is_a_conflict(self, http: Http, person: str) -> None:
        answer = http.post(USERS, PERSON | {"userName": "DI@corp.com"})
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")

    @pytest.mark.parametrize(
        "changed",
        [
            {"userName": None},
            {"userName": "no mail"},
            {"name": {"givenName": "Di"}},
            {"name": "Di Doe"},
            {"active": "perhaps"},
            {"entitlements": [{"value": "0" * 32}]},
            {"entitlements": [{"value": FINANCE, "type": "WORKSPACE_IDS"}]},
            {"entitlements": "Finance"},
        ],
    )
    def test_a_body_without_something_is_refused(
        self, http: Http, tenant_of_users: Sandbox, changed: dict[str, Any]
    ) -> None:
        assert http.post(USERS, PERSON | changed).status_code == 400
        assert tenant_of_users.users.by_email("di@corp.com") is None

    def test_more_than_fifty_workspaces_are_refused(self, tenant_of_users: Sandbox) -> None:
        with Sandbox(rate_limit=None) as sandbox:
            ids = [sandbox.workspace(f"W{number}").id for number in range(51)]
            http = Http(sandbox, below="/scim/1/0/v2")
            entitlements = [{"value": id_} for id_ in ids]
            assert http.post(USERS, PERSON | {"entitlements": entitlements}).status_code == 400
            assert http.post(USERS, PERSON | {"entitlements": entitlements[1:]}).status_code == 201

    def test_a_new_user_cannot_log_in_with_an_empty_password(
        self, tenant_of_users: Sandbox, person: str
    ) -> None:
        assert log_in(tenant_of_users, "di@corp.com", "").status_code == 401

    def test_a_workspace_that_is_not_there_is_left_out_with_207(
        self, http: Http, person: str
    ) -> None:
        both = [{"value": SALES}, {"value": "0" * 32}]
        answer = change(http, person, {"op": "replace", "path": "entitlements", "value": both})
        assert answer.status_code == 207
        assert [one["value"] for one in answer.json()["entitlements"]] == [SALES, SALES, "Sales"]


class TestChanging:
    def test_a_replacement_clears_what_it_leaves_out(self, http: Http, person: str) -> None:
        shown = http.send("PUT", person, json=PERSON).json()
        assert "externalId" not in shown
        assert shown["entitlements"] == []
        assert shown["active"] is True

    def test_a_patch_changes_only_what_it_names(self, http: Http, person: str) -> None:
        replace = {"op": "Replace", "path": "active", "value": "False"}
        shown = change(http, person, replace).json()
        assert shown["active"] is False
        assert (shown["externalId"], len(shown["entitlements"])) == ("D1", 3)

    @pytest.mark.parametrize(
        ("operation", "left"),
        [
            ({"op": "add", "path": "entitlements", "value": [{"value": SALES}]}, {FINANCE, SALES}),
            ({"op": "replace", "path": "entitlements", "value": [{"value": SALES}]}, {SALES}),
            ({"op": "remove", "path": "entitlements", "value": [{"value": FINANCE}]}, set()),
            ({"op": "remove", "path": "entitlements"}, set()),
            ({"op": "add", "value": {"entitlements": [{"value": SALES}]}}, {FINANCE, SALES}),
        ],
    )
    def test_workspaces_are_added_replaced_and_removed(
        self, http: Http, person: str, operation: dict[str, Any], left: set[str]
    ) -> None:
        shown = change(http, person, operation).json()["entitlements"]
        assert {one["value"] for one in shown if one["type"] == "WORKSPACE"} == left

    @pytest.mark.parametrize(
        ("operation", "kind"),
        [
            ({"op": "replace", "path": "userName", "value": "x@corp.com"}, "mutability"),
            ({"op": "replace", "path": "displayName", "value": "x"}, "mutability"),
            ({"op": "remove", "path": "active"}, "invalidPath"),
            ({"op": "replace", "path": "title", "value": "x"}, "invalidPath"),
            ({"op": "replace", "path": "name.givenName", "value": " "}, "invalidValue"),
            ({"op": "move", "path": "active"}, "invalidSyntax"),
            ({"op": "replace", "value": "x"}, "noTarget"),
        ],
    )
    def test_a_bad_operation_is_refused_and_none_is_done(
        self, http: Http, person: str, operation: dict[str, Any], kind: str
    ) -> None:
        good = {"op": "replace", "path": "name", "value": {"familyName": "Dow"}}
        answer = change(http, person, good, operation)
        assert (answer.status_code, answer.json()["scimType"]) == (400, kind)
        assert http.get(person).json()["name"]["familyName"] == "Doe"

    def test_a_body_without_the_schema_of_a_patch_is_refused(self, http: Http, person: str) -> None:
        body = {"Operations": [{"op": "replace", "path": "active", "value": False}]}
        assert http.send("PATCH", person, json=body).status_code == 400

    def test_a_user_cannot_be_deleted(self, http: Http, person: str) -> None:
        assert http.send("DELETE", person).status_code == 501

    def test_a_user_who_is_not_there_is_not_found(self, http: Http) -> None:
        path = f"{USERS}/{'0' * 32}"
        assert http.get(path).status_code == change(http, path).status_code == 404


def test_the_other_services_show_what_scim_has_changed() -> None:
    with Sandbox.demo(rate_limit=None) as sandbox:
        sandbox.add_user("ann@corp.com", "x")
        ann = sandbox.users.by_email("ann@corp.com")
        assert ann is not None
        scim, hers = Http(sandbox, below="/scim/1/0/v2"), Http(sandbox, "ann@corp.com", "x")
        assert len(hers.get("/models").json()["models"]) == 1
        change(scim, f"{USERS}/{ann.id}", {"op": "remove", "path": "entitlements"})
        assert hers.get("/models").json()["models"] == []
        assert hers.get("/workspaces").json()["workspaces"] == []
        (model,) = sandbox.models
        assert hers.get(f"/models/{model}/imports").status_code == 404
        change(scim, f"{USERS}/{ann.id}", {"op": "replace", "path": "active", "value": False})
        assert hers.get("/models").status_code == 401
        listed = Http(sandbox).get("/users").json()["users"]
        assert {user["email"]: user["active"] for user in listed} == {
            "demo@example.com": True,
            "ann@corp.com": False,
        }
