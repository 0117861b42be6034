"""Exception users found, assigned and unassigned."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.admin.administration.conftest import ANN, FINANCE
from tests.transport.scripted import ScriptedServer, as_json

COLUMNS = ["workspace_id", "workspace", "user_id", "email"]
ROW = [FINANCE, "Finance", ANN, "ann@corp.com"]


def test_users_and_workspaces_are_named_or_given_by_id(admin: af.Admin) -> None:
    admin.assign("ANN@corp.com", "Finance")
    for found in (
        admin.exception_users(workspace="Finance"),
        admin.exception_users(workspace=FINANCE),
        admin.exception_users(user="ann@corp.com"),
        admin.exception_users(user=ANN),
    ):
        assert found.columns.tolist() == COLUMNS
        assert found.to_numpy().tolist() == [ROW]
    admin.unassign(ANN, FINANCE)
    none = admin.exception_users(user=ANN)
    assert (none.columns.tolist(), len(none)) == (COLUMNS, 0)
    assert set(map(str, none.dtypes)) <= {"str", "string"}


def test_several_users_are_assigned_at_once(admin: af.Admin, administered: Sandbox) -> None:
    administered.add_user("bob@corp.com", "x")
    admin.assign(["ann@corp.com", "bob@corp.com"], "Finance")
    assert admin.exception_users(workspace="Finance")["email"].tolist() == [
        "ann@corp.com",
        "bob@corp.com",
    ]


def test_nobody_is_assigned_if_a_name_is_not_known(admin: af.Admin) -> None:
    with pytest.raises(af.NotFound, match=r"no 'zoe@corp.com' among the users of the tenant"):
        admin.assign(["ann@corp.com", "zoe@corp.com"], "Finance")
    with pytest.raises(af.NotFound, match="Did you mean 'Finance'"):
        admin.assign("ann@corp.com", "Finanse")
    assert admin.exception_users(workspace="Finance").empty


def test_the_service_says_why_it_refuses(admin: af.Admin) -> None:
    with pytest.raises(af.RequestRefused, match="does not use single sign-on"):
        admin.assign("ann@corp.com", "Sales")
    with pytest.raises(af.RequestRefused, match="is not in workspace 'Finance'"):
        admin.assign("no@corp.com", "Finance")


def test_your_own_status_is_not_a_question_of_roles(admin: af.Admin) -> None:
    with pytest.raises(af.RequestRefused, match="this is your own user") as refused:
        admin.assign("demo@example.com", "Finance")
    assert "Ask another Tenant Security Admin" in str(refused.value)


def test_a_missing_role_is_named(without_roles: af.Admin) -> None:
    with pytest.raises(af.PermissionDenied, match="'Tenant Security Admin'") as denied:
        without_roles.assign(ANN, FINANCE)
    assert denied.value.role == "Tenant Security Admin"
    assert without_roles.exception_users(workspace=FINANCE).empty


def test_either_a_workspace_or_a_user_must_be_given(admin: af.Admin) -> None:
    for given in ({}, {"workspace": "Finance", "user": "ann@corp.com"}):
        with pytest.raises(TypeError, match=r"conn\.admin\.exception_users\(workspace='Finance'\)"):
            admin.exception_users(**given)


def test_a_name_must_be_text(admin: af.Admin) -> None:
    with pytest.raises(TypeError, match="user must be the email or id of a user, as text, not int"):
        admin.assign([7], "Finance")  # type: ignore[list-item]
    with pytest.raises(TypeError, match="workspace must be the name or id of a workspace"):
        admin.exception_users(workspace=7)  # type: ignore[arg-type]


@pytest.mark.parametrize("found", ["x", [1], {"users": [1]}, {"users": 1}])
def test_an_answer_of_another_form_is_an_error(server: ScriptedServer, found: object) -> None:
    answer = {"response": found if isinstance(found, list) else [found]}
    server.rule = lambda seen: as_json(answer)
    admin = af.connect("a@b.com", "x", api_url=server.url, auth_url=server.url).admin
    with pytest.raises(af.TransferError, match="has an unknown form"):
        admin.exception_users(user=ANN)


def bearer(sandbox: Sandbox, email: str) -> af.Connection:
    """Connect with an access token of OAuth."""
    user = sandbox.users.by_email(email)
    assert user is not None
    auth = af.TokenAuth(f"Bearer {sandbox.tokens.issue(user, oauth=True).value}")
    return af.connect(auth=auth, api_url=sandbox.api_url, auth_url=sandbox.api_url)


def test_an_oauth_token_goes_with_the_word_that_is_taken(administered: Sandbox) -> None:
    connection = bearer(administered, "ann@corp.com")
    assert len(connection.admin.export_users()) == 3
    assert connection.admin.exception_users(workspace=FINANCE).empty
    assert len(connection.scim.users()) == 3


def test_an_oauth_token_without_the_role_is_not_taken_for_a_bad_login(
    administered: Sandbox,
) -> None:
    connection = bearer(administered, "no@corp.com")
    for call in (connection.admin.export_users, connection.scim.users):
        with pytest.raises(af.PermissionDenied, match="Administrator'"):
            call()
