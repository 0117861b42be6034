"""Users and their workspaces read as frames."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.admin.scim.user_records import UserRecord, users_frame, workspaces_of
from anaplan_frames.sandbox import Sandbox
from tests.admin.scim.conftest import FINANCE, SALES, build_users
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

COLUMNS = ["id", "user_name", "given_name", "family_name", "display_name", "active", "external_id"]
COLUMNS += ["created", "last_modified", "workspaces", "workspace_ids"]


def test_users_are_a_frame_with_lists_of_their_workspaces(read_only: af.Connection) -> None:
    users = read_only.scim.users().set_index("user_name")
    assert users.index.tolist() == [
        "demo@example.com",
        "ann@corp.com",
        "bob@corp.com",
        "cy@corp.com",
    ]
    ann, cy = users.loc["ann@corp.com"], users.loc["cy@corp.com"]
    assert (ann["id"], ann["given_name"], ann["display_name"]) == ("1" * 32, "Ann", "Ann User")
    assert (ann["workspaces"], ann["workspace_ids"]) == (
        ["Finance", "Sales, EMEA"],
        [FINANCE, SALES],
    )
    assert users["active"].tolist() == [True, True, True, False]
    assert users["external_id"].dropna().tolist() == ["B7"]
    assert cy["workspaces"] == []
    assert str(users["created"].dt.tz) == "UTC"
    assert users["created"].notna().all()


def test_a_filter_and_columns_choose_what_is_returned(read_only: af.Connection) -> None:
    found = read_only.scim.users(filter="ACTIVE eq False", columns=["user_name", "active"])
    assert found.to_dict("list") == {"user_name": ["cy@corp.com"], "active": [False]}


def test_no_users_are_a_frame_with_all_columns(read_only: af.Connection) -> None:
    none = read_only.scim.users(filter='userName eq "nobody@corp.com"')
    assert none.columns.tolist() == COLUMNS
    assert len(none) == 0
    assert none.dtypes.equals(read_only.scim.users().dtypes)


def test_an_unknown_column_is_refused_before_anything_is_sent() -> None:
    scim = af.connect("a@b.com", "x", api_url="http://127.0.0.1:1").scim
    with pytest.raises(af.ColumnMismatch, match="Did you mean 'user_name'"):
        scim.users(columns=["username"])
    with pytest.raises(TypeError, match="columns must be a list"):
        scim.users(columns="user_name")


def test_entitlements_are_one_row_per_user_and_workspace(read_only: af.Connection) -> None:
    found = read_only.scim.entitlements()
    assert found.columns.tolist() == ["user_id", "user_name", "workspace_id", "workspace"]
    ann = found[found["user_id"] == "1" * 32]
    assert ann["workspace"].tolist() == ["Finance", "Sales, EMEA"]
    assert found["user_name"].value_counts()["bob@corp.com"] == 1
    assert "cy@corp.com" not in set(found["user_name"])


def test_workspaces_are_counted_once_though_anaplan_lists_them_three_times() -> None:
    texts = [{"value": f"{FINANCE},{SALES}", "type": "WORKSPACE_IDS"}]
    texts.append({"value": "Finance,Sales, EMEA", "type": "WORKSPACE_NAMES"})
    single = [{"value": FINANCE, "display": "Finance", "type": "WORKSPACE"}]
    assert workspaces_of({"entitlements": [*single, *texts]}) == {FINANCE: "Finance"}
    assert workspaces_of({"entitlements": texts}) == {FINANCE: "", SALES: ""}
    for odd in (None, 7, "x", [None, "x", {"type": "WORKSPACE"}]):
        assert workspaces_of({"entitlements": odd}) == workspaces_of({}) == {}


@pytest.mark.parametrize(
    ("sent", "read"), [("True", True), ("false", False), (True, True), (None, None)]
)
def test_active_is_read_as_a_boolean_and_as_a_text(sent: Any, read: bool | None) -> None:
    record = {"id": "1", "userName": "a@b.com", "active": sent}
    assert UserRecord.read(record).active is read
    assert users_frame([record])["active"].astype(object).replace({pd.NA: None}).tolist() == [read]


def test_many_users_are_read_in_pages_side_by_side() -> None:
    with Sandbox(rate_limit=None) as sandbox:
        build_users(sandbox)
        for number in range(201):
            sandbox.add_user(f"u{number}@corp.com", "x", administrator=False, models=[])
        names = [user.email for user in sandbox.users.all()]
        assert sandbox.connect().scim.users()["user_name"].tolist() == names


def test_without_the_role_the_error_names_it() -> None:
    with Sandbox() as sandbox:
        sandbox.add_user("no@corp.com", "x", roles=[])
        other = af.connect("no@corp.com", "x", api_url=sandbox.api_url, auth_url=sandbox.auth_url)
        with pytest.raises(af.PermissionDenied, match="'User Administrator'") as denied:
            other.scim.users()
    assert denied.value.role == "User Administrator"


def people(first: int, last: int) -> list[dict[str, str]]:
    return [{"id": f"{n:032x}", "userName": f"u{n}@corp.com"} for n in range(first, last + 1)]


class Pages:
    """Answers pages of users, whose number changes each time that the first page is asked for."""

    def __init__(self, *totals: int, size: int = 100) -> None:
        self.totals = list(totals)
        self.size = size
        self.asked: list[tuple[int, int]] = []

    def __call__(self, seen: Seen) -> Answer:
        asked = parse_qs(urlsplit(seen.path).query)
        start, count = int(asked["startIndex"][0]), int(asked["count"][0])
        self.asked.append((start, count))
        total = self.totals[0]
        if start == 1 and len(self.totals) > 1:
            self.totals.pop(0)
        users = people(start, min(total, start + min(count, self.size) - 1))
        page = {"totalResults": total, "startIndex": start, "itemsPerPage": len(users)}
        return as_json({**page, "Resources": users})


def test_pages_are_as_long_as_the_first_one_came(server: ScriptedServer, scripted: af.Scim) -> None:
    server.rule = pages = Pages(120, size=50)
    assert scripted.users()["user_name"].tolist() == [f"u{n}@corp.com" for n in range(1, 121)]
    assert sorted(pages.asked) == [(1, 100), (51, 50), (101, 20)]


def test_users_that_change_meanwhile_are_read_again(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    server.rule = Pages(150, 160, 160, 160)
    assert len(scripted.users()) == 160


def test_users_that_change_all_the_time_are_an_error(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    server.rule = lambda seen: as_json({"totalResults": 300, "Resources": people(1, 100)})
    with pytest.raises(af.TransferError, match="the users: Anaplan gave another page"):
        scripted.users()


def test_a_total_beyond_all_measure_is_an_error(server: ScriptedServer, scripted: af.Scim) -> None:
    page = {"totalResults": 10**12, "startIndex": 1, "Resources": people(1, 100)}
    server.rule = lambda seen: as_json(page)
    with pytest.raises(af.TransferError, match="the users: Anaplan gave another page"):
        scripted.users()


def test_an_answer_without_the_total_is_not_taken(
    server: ScriptedServer, scripted: af.Scim
) -> None:
    server.rule = lambda seen: as_json({"Resources": people(1, 2)})
    with pytest.raises(af.TransferError, match="without 'totalResults'"):
        scripted.users()
