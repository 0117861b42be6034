"""Users written while answers are lost, refused or damaged: each is made once, or it is said."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant import scim_users
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def new_users(count: int) -> pd.DataFrame:
    names = [f"n{number}@corp.com" for number in range(count)]
    return pd.DataFrame({"user_name": names, "given_name": "N", "family_name": "U"})


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each user that the sandbox is asked to make."""
    asked: list[str] = []
    create = scim_users.create

    def noted(tenant: Any, body: Any) -> Any:
        asked.append(body["userName"])
        return create(tenant, body)

    monkeypatch.setattr(scim_users, "create", noted)
    return asked


@pytest.mark.parametrize("kind", ["lost answer", "lost 504", "cut body"])
def test_a_user_whose_answer_was_lost_is_found_and_made_once(
    scim: af.Scim, staffed: Sandbox, made: list[str], kind: Any
) -> None:
    fault = staffed.faults.add(kind, method="POST", path="*/Users", after=1, times=2)
    result = scim.insert(new_users(5))
    assert fault.hits == 2
    assert (result.rows_created, result.outcome) == (5, "loaded")
    assert sorted(made) == [f"n{number}@corp.com" for number in range(5)]
    assert len(scim.users(filter='name.givenName eq "N"')) == 5


@pytest.mark.parametrize("kind", ["reset", "502", "500"])
def test_a_user_who_is_not_there_after_a_lost_answer_is_uncertain_and_not_asked_for_again(
    scim: af.Scim, staffed: Sandbox, made: list[str], kind: Any
) -> None:
    staffed.faults.add(kind, method="POST", path="*/Users", after=1)
    with pytest.raises(af.TaskUncertain, match=r"there is no user 'n.@corp.com' so far") as error:
        scim.insert(new_users(30))
    result = error.value.result
    assert result is not None
    assert len(made) == len(set(made))
    assert result.rows_created == len(scim.users(filter='name.givenName eq "N"'))
    said = result.rejected["error"]
    assert said.str.startswith("it is not known whether this was written").sum() == 1
    assert said.str.startswith("not written").sum() == 29 - result.rows_created


@pytest.mark.parametrize("kind", ["lost answer", "lost 504", "cut body", "reset", "429", "503"])
def test_a_change_may_be_sent_again(scim: af.Scim, staffed: Sandbox, kind: Any) -> None:
    fault = staffed.faults.add(kind, method="PATCH", path="*/Users/*", times=3)
    assert scim.deactivate(["ann@corp.com", "bob@corp.com"]).rows_updated == 2
    assert fault.hits == 3


def test_a_change_whose_answers_are_all_lost_is_looked_at(scim: af.Scim, staffed: Sandbox) -> None:
    staffed.faults.add("lost answer", method="PATCH", path="*/Users/*", times=None)
    assert scim.deactivate("ann@corp.com").rows_updated == 1


def test_a_change_that_never_arrives_is_uncertain(scim: af.Scim, staffed: Sandbox) -> None:
    staffed.faults.add("reset", method="PATCH", path="*/Users/*", times=None)
    with pytest.raises(af.TaskUncertain, match=r"'ann@corp.com' is without this: active: False"):
        scim.deactivate("ann@corp.com")


def test_reading_gets_over_faults(scim: af.Scim, staffed: Sandbox) -> None:
    staffed.faults.add("502", path="*/Users", times=2)
    assert len(scim.users()) == 4


class Users:
    """Answers like SCIM, but for one answer to a write."""

    def __init__(self, write: Answer) -> None:
        self.write = write
        self.known: list[dict[str, Any]] = []

    def __call__(self, seen: Seen) -> Answer:
        if "/Users/" in seen.path and seen.method == "GET":
            return as_json(self.known[0])
        if seen.method == "GET":
            return as_json({"totalResults": len(self.known), "Resources": self.known})
        return self.write


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html"}),
        as_json({"hello": "world"}, 201),
        as_json({"status": {"code": 409, "message": "busy"}}, 409),
        Answer(400, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}),
    ],
)
def test_an_answer_that_is_not_of_scim_counts_as_lost(
    server: ScriptedServer, scripted: af.Scim, answer: Answer
) -> None:
    server.rule = Users(answer)
    with pytest.raises(af.TaskUncertain):
        scripted.insert(new_users(1))
    assert len([seen for seen in server.calls if seen.method == "POST"]) == 1


def test_a_user_who_is_there_only_after_a_while_counts_as_made(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    user = {"id": "7", "userName": "n0@corp.com", "active": "True"}
    user |= {"name": {"givenName": "N", "familyName": "U"}}
    server.rule = users = Users(Answer(fault="reset"))

    def answer(seen: Seen) -> Answer:
        if len([call for call in server.calls if call.method == "GET"]) == 3:
            users.known = [user]  # the first look was before anything was sent
        return users(seen)

    server.rule = answer
    assert scripted.insert(new_users(1)).rows_created == 1
    assert [seen.method for seen in server.calls] == ["GET", "POST", "GET", "GET"]


def test_a_user_whom_a_refused_request_has_made_counts_as_made(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    user = {"id": "7", "userName": "n0@corp.com", "active": True}
    user["name"] = {"givenName": "N", "familyName": "U"}
    taken = {"schemas": [ERROR], "status": "409", "detail": "Taken"}
    server.script = [as_json({"totalResults": 0}), as_json({}, 429), as_json(taken, 409)]
    server.rule = lambda seen: as_json({"totalResults": 1, "Resources": [user]})
    assert scripted.insert(new_users(1)).rows_created == 1


def test_a_row_that_is_refused_after_a_pause_stays_rejected(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    bad = {"schemas": [ERROR], "status": "400", "detail": "Bad name"}
    server.script = [as_json({"totalResults": 0}), as_json({}, 429), as_json(bad, 400)]
    server.rule = lambda seen: as_json({"totalResults": 0})
    result = scripted.insert(new_users(1), on_rejected="ignore")
    assert result.rejected["error"].tolist() == ["Bad name"]


def test_a_user_whom_somebody_else_has_made_meanwhile_is_rejected(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    body = {"schemas": [ERROR], "status": "409", "scimType": "uniqueness", "detail": "Taken"}
    server.rule = Users(as_json(body, 409))
    result = scripted.insert(new_users(1), on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "there is a user 'n0@corp.com' already. Anaplan says: 'Taken'"
    ]
    assert len([seen for seen in server.calls if seen.method == "POST"]) == 1


def test_a_success_that_did_only_a_part_is_the_rejection_of_its_row(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    user = {"id": "7", "userName": "n0@corp.com", "active": False}
    user |= {"name": {"givenName": "N", "familyName": "U"}}
    server.rule = users = Users(as_json(user, 201))

    def answer(seen: Seen) -> Answer:
        if seen.method == "POST":
            users.known = [user]
        return users(seen)

    server.rule = answer
    result = scripted.insert(new_users(1), on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "the user was made, but without this: active: True"
    ]


def test_a_token_is_not_repeated_in_a_rejected_row(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    def answer(seen: Seen) -> Answer:
        if seen.method == "GET":
            return as_json({"totalResults": 0, "Resources": []})
        said = f"Bad request with {seen.headers['Authorization']}"
        return as_json({"schemas": [ERROR], "status": "400", "detail": said}, 400)

    server.rule = answer
    result = scripted.insert(new_users(1), on_rejected="ignore")
    assert result.rejected["error"].tolist() == ["Bad request with ***"]


def test_the_content_type_is_that_of_scim(server: ScriptedServer, scripted: af.Scim) -> None:
    user = {"id": "7", "userName": "n0@corp.com"}
    server.rule = Users(as_json(user, 201, **{"Content-Type": "application/scim+json"}))
    scripted.insert(new_users(1))
    (sent,) = [seen for seen in server.calls if seen.method == "POST"]
    assert sent.headers["Content-Type"] == "application/scim+json"
    assert "application/scim+json" in sent.headers["Accept"]
    assert json.loads(sent.body) == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "n0@corp.com",
        "name": {"givenName": "N", "familyName": "U"},
        "active": True,
    }


def test_the_time_of_the_whole_call_may_end(scim: af.Scim, staffed: Sandbox) -> None:
    staffed.faults.add("503", method="GET", path="*/Users", times=None)
    with pytest.raises(af.TransferTimeout):
        scim.insert(new_users(1), timeout=3)
