"""Plans for users against a simple model of what the users are afterwards."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.admin.scim.user_planner import plan_users, shortfall
from anaplan_frames.admin.scim.user_records import UserRecord
from anaplan_frames.admin.scim.user_rows import user_rows
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant import scim_users

NAMES = {letter * 32: f"Workspace {letter}" for letter in "abc"}
EMAILS = ["x@corp.com", "y@corp.com", "Z@corp.com", "new@corp.com"]
WORDS = st.sampled_from(["Ann", "Bo", "C, D"])
IDS = st.lists(st.sampled_from(list(NAMES)), unique=True)


@st.composite
def users(draw: st.DrawFn) -> list[UserRecord]:
    return [
        UserRecord(
            id=f"{number}" * 32,
            user_name=email,
            given_name=draw(WORDS),
            family_name=draw(WORDS),
            active=draw(st.booleans()),
            external_id=draw(st.sampled_from(["", "7"])),
            workspaces={id_: NAMES[id_] for id_ in draw(IDS)},
        )
        for number, email in enumerate(EMAILS[:3], 1)
    ]


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Draw rows about different users, with some columns, as texts."""
    emails = draw(st.lists(st.sampled_from(EMAILS), unique=True))
    count = len(emails)

    def texts(values: st.SearchStrategy[Any]) -> list[str | None]:
        return [draw(st.none() | values) for _ in range(count)]

    columns: dict[str, Any] = {"user_name": [draw(st.sampled_from([e, e.upper()])) for e in emails]}
    optional = {
        "given_name": WORDS,
        "family_name": WORDS,
        "external_id": st.sampled_from(["", "7", "8"]),
        "active": st.sampled_from(["true", "False", "1", "perhaps"]),
        "workspaces": IDS.map(lambda ids: str([NAMES[i] for i in ids]).replace("'", '"')),
    }
    for name in draw(st.lists(st.sampled_from(list(optional)), unique=True)):
        columns[name] = texts(optional[name])
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def in_sandbox(known: list[UserRecord]) -> Sandbox:
    sandbox = Sandbox()
    for id_, name in NAMES.items():
        sandbox.workspace(name, id_)
    for user in known:
        sandbox.add_user(
            user.user_name,
            "x",
            id=user.id,
            first_name=user.given_name,
            last_name=user.family_name,
            active=bool(user.active),
            external_id=user.external_id or None,
            workspaces=list(user.workspaces),
        )
    return sandbox


def record_of(sandbox: Sandbox, email: str) -> UserRecord:
    found = sandbox.users.by_email(email)
    assert found is not None
    return UserRecord.read(scim_users.resource(sandbox, found, ""))


@given(users(), tables())
def test_an_update_leaves_users_as_the_rows_say_and_changes_nothing_else(
    known: list[UserRecord], table: pa.Table
) -> None:
    rows = list(user_rows(table))
    plan = plan_users("update", rows, known, NAMES)
    sandbox = in_sandbox(known)
    try:
        for change in plan.changes:
            user = sandbox.users.by_id(change.user_id)
            assert user is not None
            assert scim_users.patch(sandbox, user, change.body()) == 200
            assert shortfall(change, record_of(sandbox, change.user_name), NAMES) == ""
        sent = {change.row for change in plan.changes} | set(plan.refused)
        for user in known:
            now, before = record_of(sandbox, user.user_name), user
            row = next(
                (r for r in rows if r.user_name.casefold() == user.user_name.casefold()), None
            )
            if row is None or row.position in plan.refused:
                assert now == before
                continue
            for name in ("given_name", "family_name", "external_id"):
                assert getattr(now, name) == row.texts.get(name, getattr(before, name))
            active = row.texts.get("active")
            assert now.active == (
                before.active if active is None else active.lower() in ("true", "1")
            )
            if "workspaces" in row.texts:
                assert all(name in row.texts["workspaces"] for name in now.workspaces.values())
                assert len(now.workspaces) == row.texts["workspaces"].count("Workspace")
            else:
                assert now.workspaces == before.workspaces
            assert (now != before) == (row.position in sent)
        again = plan_users("update", rows, [record_of(sandbox, u.user_name) for u in known], NAMES)
        assert not again.changes
        assert again.refused == plan.refused
    finally:
        sandbox.release()


@given(users(), tables())
def test_an_insert_makes_just_the_users_that_are_new_and_complete(
    known: list[UserRecord], table: pa.Table
) -> None:
    rows = list(user_rows(table))
    plan = plan_users("insert", rows, known, NAMES)
    assert {change.row for change in plan.changes} | set(plan.refused) == set(range(len(rows)))
    sandbox = in_sandbox(known)
    try:
        for change in plan.changes:
            assert scim_users.create(sandbox, change.body())[1] == 201
            assert shortfall(change, record_of(sandbox, change.user_name), NAMES) == ""
            assert record_of(sandbox, change.user_name).active == (
                rows[change.row].texts.get("active", "true").lower() in ("true", "1")
            )
        for row in rows:
            complete = {"given_name", "family_name"} <= set(row.texts)
            is_new = row.user_name.casefold() == "new@corp.com"
            readable = row.texts.get("active") != "perhaps"
            assert (row.position in plan.refused) == (not (complete and is_new and readable))
    finally:
        sandbox.release()
