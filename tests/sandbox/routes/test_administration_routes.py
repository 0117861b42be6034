"""The Administration API and exception users as the sandbox serves them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http

FINANCE, SALES = "f" * 32, "a" * 32
EXCEPTIONS = "/permissions/exception-users"
HEAD = "username,first_name,last_name,licenses\n"
ROW = "di@corp.com,Di,Doe,Professional\n"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None) as running:
        running.workspace("Finance", FINANCE)
        running.exception_users.without_sso(running.workspace("Sales", SALES))
        running.add_user("ann@corp.com", "x", licenses=["Professional", "Basic"], id="1" * 32)
        running.add_user("no@corp.com", "x", roles=[], models=[], administrator=False, id="2" * 32)
        yield running


@pytest.fixture
def http(sandbox: Sandbox) -> Http:
    return Http(sandbox, below="/admin/1/0")


def load(http: Http, text: str) -> requests.Response:
    return http.send("PUT", "/users/import", files={"file": ("users.csv", text, "text/csv")})


class TestExport:
    def test_users_are_csv_in_pages(self, http: Http) -> None:
        every = http.get("/users/export")
        assert every.headers["Content-Type"].startswith("text/csv")
        assert every.text.splitlines() == [
            HEAD.strip(),
            "demo@example.com,Demo,User,Professional",
            'ann@corp.com,Ann,User,"Professional,Basic"',
            "no@corp.com,No,User,Professional",
        ]
        page = http.get("/users/export", Limit="1", Offset="1").text
        assert page.splitlines()[1:] == ['ann@corp.com,Ann,User,"Professional,Basic"']
        assert http.get("/users/export", Offset="9").text == HEAD
        assert http.get("/users/export", Limit="x").status_code == 400


class TestImport:
    def test_users_are_made_and_changed_and_bad_lines_named(
        self, http: Http, sandbox: Sandbox
    ) -> None:
        changed = 'ANN@corp.com,Anna,Dow,"Basic, Enterprise"\n'
        answer = load(http, f"{HEAD}{ROW}nobody,N,O,Basic\n{changed}")
        assert answer.status_code == 207
        assert answer.json() == {
            "accepted": 3,
            "created": 1,
            "updated": 1,
            "errors": [{"line": 2, "message": "Invalid email address: nobody"}],
        }
        ann = sandbox.users.by_email("ann@corp.com")
        assert ann is not None
        assert (ann.first_name, ann.last_name) == ("Anna", "Dow")
        assert ann.licenses == ("Basic", "Enterprise")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            HEAD,
            f"{HEAD}{ROW}{ROW.upper()}",
            f"{HEAD}{ROW}e@corp.com,E,,Basic\n",
            f"{HEAD}{ROW}e@corp.com,E\n",
            HEAD.replace("licenses", "role") + ROW,
            HEAD + "".join(f"u{number}@corp.com,U,U,Basic\n" for number in range(501)),
        ],
    )
    def test_a_file_that_breaks_a_rule_is_refused_as_a_whole(
        self, http: Http, sandbox: Sandbox, text: str
    ) -> None:
        answer = load(http, text)
        assert (answer.status_code, answer.json()["status"]) == (400, "FAILURE_BAD_REQUEST")
        assert sandbox.users.by_email("di@corp.com") is None

    def test_a_form_without_the_file_is_refused(self, http: Http) -> None:
        files = {"users": ("users.csv", HEAD + ROW, "text/csv")}
        assert http.send("PUT", "/users/import", files=files).status_code == 400
        assert http.send("PUT", "/users/import", data=b"x").status_code == 400


class TestExceptionUsers:
    def test_they_are_found_by_workspace_and_by_user(self, http: Http, sandbox: Sandbox) -> None:
        body = {"op": "assign", "workspaceGuid": FINANCE}
        answer = http.send("PATCH", f"{EXCEPTIONS}/users/{'1' * 32}", json=body)
        assert (answer.status_code, answer.content) == (204, b"")
        expected = {"workspaceGuid": FINANCE, "workspaceName": "Finance"}
        expected_users = [{"userGuid": "1" * 32, "email": "ann@corp.com"}]
        for asked in ({"workspaceGuid": FINANCE}, {"userGuid": "1" * 32}):
            found = http.post(f"{EXCEPTIONS}/search", asked).json()["response"]
            assert found == [expected | {"users": expected_users}]
        http.send("PATCH", f"{EXCEPTIONS}/users/{'1' * 32}", json=body | {"op": "unassign"})
        found = http.post(f"{EXCEPTIONS}/search", {"workspaceGuid": FINANCE}).json()["response"]
        assert found == []

    @pytest.mark.parametrize(
        ("user", "body", "status"),
        [
            ("1" * 32, {"op": "promote", "workspaceGuid": FINANCE}, 400),
            ("1" * 32, {"op": "assign"}, 400),
            ("1" * 32, {"op": "assign", "workspaceGuid": "Finance"}, 400),
            ("1" * 32, {"op": "assign", "workspaceGuid": "0" * 32}, 404),
            ("3" * 32, {"op": "assign", "workspaceGuid": FINANCE}, 404),
            ("1" * 32, {"op": "assign", "workspaceGuid": SALES}, 400),
            ("2" * 32, {"op": "assign", "workspaceGuid": FINANCE}, 400),
        ],
    )
    def test_a_bad_change_is_refused(
        self, http: Http, user: str, body: dict[str, str], status: int
    ) -> None:
        assert http.send("PATCH", f"{EXCEPTIONS}/users/{user}", json=body).status_code == status

    @pytest.mark.parametrize("body", [{}, {"workspaceGuid": FINANCE, "userGuid": "1" * 32}])
    def test_a_search_is_for_one_thing(self, http: Http, body: dict[str, str]) -> None:
        assert http.post(f"{EXCEPTIONS}/search", body).status_code == 400

    def test_nobody_changes_the_own_status(self, http: Http, sandbox: Sandbox) -> None:
        me = sandbox.users.by_email(sandbox.email)
        assert me is not None
        body = {"op": "assign", "workspaceGuid": FINANCE}
        answer = http.send("PATCH", f"{EXCEPTIONS}/users/{me.id}", json=body)
        assert (answer.status_code, "own status" in answer.json()["statusMessage"]) == (403, True)


class TestRoles:
    def test_a_login_without_the_role_gets_500_of_administration_and_403_of_exceptions(
        self, sandbox: Sandbox
    ) -> None:
        other = Http(sandbox, "no@corp.com", "x", below="/admin/1/0")
        exported = other.get("/users/export")
        assert exported.status_code == load(other, HEAD + ROW).status_code == 500
        assert exported.json()["status"] == "INTERNAL_SERVER_ERROR"
        body = {"op": "assign", "workspaceGuid": FINANCE}
        assert other.send("PATCH", f"{EXCEPTIONS}/users/{'1' * 32}", json=body).status_code == 403
        assert other.post(f"{EXCEPTIONS}/search", {"workspaceGuid": FINANCE}).status_code == 200

    def test_an_oauth_token_without_the_role_gets_401(self, sandbox: Sandbox) -> None:
        user = sandbox.users.by_email("no@corp.com")
        assert user is not None
        token = sandbox.tokens.issue(user, oauth=True).value
        answer = self._asked(sandbox, f"AnaplanAuthToken {token}")
        assert (answer.status_code, answer.json()["status"]) == (401, "ACCESS_CONTROL_DENIED")

    def test_the_word_bearer_is_refused_by_both_in_their_ways(self, sandbox: Sandbox) -> None:
        user = sandbox.users.by_email(sandbox.email)
        assert user is not None
        token = f"Bearer {sandbox.tokens.issue(user, oauth=True).value}"
        answer = self._asked(sandbox, token)
        assert (answer.status_code, answer.content) == (401, b"")
        search = requests.post(
            f"{sandbox.api_url}/admin/1/0{EXCEPTIONS}/search",
            json={"workspaceGuid": FINANCE},
            headers={"Authorization": token},
            timeout=10,
        )
        assert (search.status_code, search.json()["status"]) == (400, "FAILURE_BAD_HEADER")

    def _asked(self, sandbox: Sandbox, token: str) -> Any:
        url = f"{sandbox.api_url}/admin/1/0/users/export"
        return requests.get(url, headers={"Authorization": token}, timeout=10)
