"""anaplan-sdk reads and writes users of the sandbox, blocking and asynchronous."""

from __future__ import annotations

import asyncio
from typing import Any

import anaplan_sdk
import httpx2
import pytest
from anaplan_sdk.models.scim import (
    MetaWithDates,
    NameInput,
    Remove,
    Replace,
    ReplaceUserInput,
    UserInput,
    field,
)

from anaplan_frames.sandbox import Sandbox
from tests.clients import sdk, tenant

ID = "38a0546fd5894c1fac87f8fb71566b3f"
EMAIL = "test.user@example.com"


@pytest.fixture
def scim(sandbox: Sandbox, sent: list[httpx2.Request]) -> Any:
    sandbox.add_user(EMAIL, "x", id=ID, external_id="7", administrator=False, models=[])
    return sdk.connect(sandbox).scim


def test_the_service_says_what_it_has(scim: Any) -> None:
    assert scim.get_service_provider_config().bulk.supported is False
    assert [one.id for one in scim.get_resource_types()] == ["User"]
    assert "userName" in {one.name for one in scim.get_resource_schemas()[0].attributes}


def test_users_are_read_by_id_and_by_filters_and_in_pages(scim: Any, sandbox: Sandbox) -> None:
    user = scim.get_user(ID)
    assert (user.user_name, isinstance(user.meta, MetaWithDates)) == (EMAIL, True)
    for number in range(5):
        sandbox.add_user(f"u{number}@example.com", "x", active=False)
    assert len(scim.get_users(page_size=2)) == 7
    assert [one.id for one in scim.get_users(field("userName") == EMAIL)] == [ID]
    some = ~field("active") & (field("userName") > "u2")
    assert [one.user_name[:2] for one in scim.get_users(some)] == ["u2", "u3", "u4"]
    assert len(scim.get_users(field("externalId"))) == 1
    assert len(scim.get_users(~field("externalId"))) == 6


def test_a_user_is_made_replaced_and_changed(scim: Any, sandbox: Sandbox) -> None:
    name = NameInput(given_name="Di", family_name="Doe")
    made = scim.add_user(UserInput(user_name="di@example.com", external_id="D1", name=name))
    assert (made.display_name, made.active, made.entitlements) == ("Di Doe", True, [])
    name = NameInput(given_name="Test", family_name="User")
    replaced = scim.replace_user(ID, ReplaceUserInput(id=ID, name=name, user_name=EMAIL))
    assert (replaced.name.given_name, replaced.name.family_name) == ("Test", "User")
    assert sandbox.users.by_email(EMAIL).external_id is None  # type: ignore[union-attr]
    workspace = [{"value": tenant.WORKSPACE, "type": "WORKSPACE"}]
    held = scim.update_user(ID, [Replace(path="entitlements", value=workspace)])
    assert [one.type for one in held.entitlements] == [
        "WORKSPACE",
        "WORKSPACE_IDS",
        "WORKSPACE_NAMES",
    ]
    gone = scim.update_user(ID, [Replace(path="active", value=False), Remove(path="entitlements")])
    assert (gone.active, gone.entitlements) == (False, [])


def test_the_asynchronous_client_does_the_same(scim: Any, sandbox: Sandbox) -> None:
    async def change() -> Any:
        client: anaplan_sdk.AsyncClient = sdk.connect_async(sandbox)
        users = await client.scim.get_users(page_size=1)
        changed = await client.scim.update_user(ID, [Replace(path="name.givenName", value="Tea")])
        return users, changed

    users, changed = asyncio.run(change())
    assert len(users) == 2
    assert changed.display_name == "Tea User"
