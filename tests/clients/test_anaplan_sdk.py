"""anaplan-sdk from PyPI does its whole job against the sandbox."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import anaplan_sdk
import httpx2
import pytest
from anaplan_sdk.exceptions import (
    AnaplanActionError,
    InvalidCredentialsException,
    InvalidIdentifierException,
)

from anaplan_frames.sandbox import Sandbox
from tests.auth.making import Holder, holder
from tests.clients import tenant
from tests.clients.sdk import CHUNK, connect, connect_async
from tests.contract.contract import validator
from tests.contract.overlay.correction import AUTHENTICATION
from tests.sandbox.clock import ClockAhead

pytestmark = pytest.mark.usefixtures("sent")


def test_a_wrong_password_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidCredentialsException):
        connect(sandbox, password="wrong")


def connect_as(someone: Holder, sandbox: Sandbox, *, key: bytes = b"") -> anaplan_sdk.Client:
    return connect(sandbox, certificate=someone.pem, private_key=key or someone.key_pem())


def test_it_logs_in_with_a_certificate(sandbox: Sandbox, sent: list[httpx2.Request]) -> None:
    someone = holder("someone")
    sandbox.register_certificate(someone.pem)
    client = connect_as(someone, sandbox)
    assert [workspace.name for workspace in client.get_workspaces()] == ["Demo"]
    login = json.loads(sent[0].content)
    assert list(validator(AUTHENTICATION, "CertPayload").iter_errors(login)) == []


def test_a_certificate_that_nobody_registered_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidCredentialsException):
        connect_as(holder("someone"), sandbox)


def test_a_signature_by_another_key_is_refused(sandbox: Sandbox) -> None:
    someone = holder("someone")
    sandbox.register_certificate(someone.pem)
    with pytest.raises(InvalidCredentialsException):
        connect_as(someone, sandbox, key=holder("somebody else").key_pem())


def test_it_lists_workspaces_and_models(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    [workspace] = client.get_workspaces()
    assert (workspace.id, workspace.name) == (tenant.WORKSPACE, "Demo")
    assert client.get_workspace() == workspace
    for only_in in (False, True, tenant.WORKSPACE):
        [model] = client.get_models(only_in_workspace=only_in)
        assert (model.id, model.name) == (tenant.MODEL, "Flight Planning")
        assert (model.workspace_id, model.workspace_name) == (tenant.WORKSPACE, "Demo")
    assert client.get_model().id == tenant.MODEL
    assert not client.get_model().model_transaction_running


def test_it_lists_what_the_model_has(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    files = {file.id: file.name for file in client.get_files()}
    assert files == {
        113000000001: "airlines.csv",
        113000000002: "airports.csv",
        113000000003: "flights.csv",
        116000000001: files[116000000001],  # the export's own output file
    }
    imports = {imported.id: (imported.name, imported.type) for imported in client.get_imports()}
    assert imports == {
        112000000001: ("Load airlines", "HIERARCHY_DATA"),
        112000000002: ("Load airports", "HIERARCHY_DATA"),
        112000000003: ("Load flights", "MODULE_DATA"),
    }
    assert [each.file_id for each in client.get_imports()] == [
        113000000001,
        113000000002,
        113000000003,
    ]
    [export] = client.get_exports()
    assert (export.id, export.name) == (116000000001, "Flights export")
    assert export.layout == "TABULAR_MULTI_COLUMN"
    [action] = client.get_actions()
    assert (action.id, action.name) == (117000000001, "Clear airports")
    [process] = client.get_processes()
    assert (process.id, process.name) == (118000000001, "Load all")


def test_small_pages_bring_the_same_as_one_page(sandbox: Sandbox) -> None:
    one_by_one, whole = connect(sandbox, page_size=1), connect(sandbox)
    assert one_by_one.get_imports() == whole.get_imports()
    assert one_by_one.get_files() == whole.get_files()


def test_it_sorts_both_ways(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    names = [file.name for file in client.get_files(sort_by="name")]
    assert names == sorted(names, key=str.casefold)
    assert [file.name for file in client.get_files(sort_by="name", descending=True)] == names[::-1]


def test_what_is_uploaded_in_chunks_comes_down_the_same(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    content = tenant.AIRPORTS.read_bytes()
    assert len(content) > 3 * CHUNK
    client.upload_file(113000000002, content)
    assert client.get_file(113000000002) == content
    assert b"".join(client.get_file_stream(113000000002, batch_size=2)) == content

    chunks = [content[start : start + 777] for start in range(0, len(content), 777)]
    client.upload_file_stream(113000000002, iter(chunks[:50]), batch_size=1)
    assert client.get_file(113000000002) == b"".join(chunks[:50])


def test_an_upload_to_an_id_of_no_file_makes_a_new_file(sandbox: Sandbox) -> None:
    client = connect(sandbox, allow_file_creation=True)
    before = {file.id for file in client.get_files()}
    with pytest.raises(InvalidIdentifierException, match="was created in Anaplan"):
        connect(sandbox).upload_file(113000000099, b"a,b\n1,2\n")
    assert len({file.id for file in client.get_files()} - before) == 1


def test_the_main_job_brings_the_right_numbers(sandbox: Sandbox) -> None:
    client = connect(sandbox)

    done = client.upload_and_import(113000000001, tenant.AIRLINES.read_bytes(), 112000000001)
    assert tenant.rows_of(_counts(done)) == (tenant.AIRLINE_ROWS, 0)
    assert not done.result.failure_dump_available

    client.upload_file(113000000002, tenant.AIRPORTS.read_bytes())
    done = client.run_action(112000000002)
    assert tenant.rows_of(_counts(done)) == (tenant.AIRPORT_ROWS, tenant.REJECTED_AIRPORTS)
    assert done.result.failure_dump_available

    text = tenant.FLIGHTS.read_text("utf-8")
    pieces = (text[start : start + CHUNK] for start in range(0, len(text), CHUNK))
    client.upload_file_stream(113000000003, pieces, batch_size=1)
    done = client.run_action(112000000003)
    assert tenant.rows_of(_counts(done)) == (tenant.FLIGHT_ROWS, tenant.REJECTED_FLIGHT_ROWS)

    exported = client.export_and_download(116000000001)
    assert len(exported) > 3 * sandbox.export_chunk_size
    assert tenant.total_flights(exported) == tenant.ALL_FLIGHTS - tenant.REJECTED_FLIGHTS

    [summary] = client.get_task_summaries(112000000003)
    assert (summary.id, summary.task_state) == (done.id, "COMPLETE")
    assert abs(summary.creation_time / 1000 - time.time()) < 60
    assert client.get_task_status(112000000003, done.id) == done


def _counts(task: Any) -> dict[str, int]:
    [first, *_] = task.result.details
    return tenant.counts(first.values)


def test_a_process_answers_with_one_result_for_each_action(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    client.upload_file(113000000001, tenant.AIRLINES.read_bytes())
    client.upload_file(113000000002, tenant.AIRPORTS.read_bytes())
    client.upload_file(113000000003, tenant.FLIGHTS.read_bytes())
    done = client.run_action(118000000001)
    assert [nested.failure_dump_available for nested in done.result.nested_results] == [
        False,
        True,
        True,
    ]
    assert [
        tenant.rows_of(tenant.counts(nested.details[0].values))
        for nested in done.result.nested_results
    ] == [
        (tenant.AIRLINE_ROWS, 0),
        (tenant.AIRPORT_ROWS, tenant.REJECTED_AIRPORTS),
        (tenant.FLIGHT_ROWS, tenant.REJECTED_FLIGHT_ROWS),
    ]


def test_a_delete_action_empties_the_list(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    airports = tenant.AIRPORTS.read_bytes()
    created = _counts(client.upload_and_import(113000000002, airports, 112000000002))
    assert created["createdCount"] == tenant.AIRPORT_ROWS - tenant.REJECTED_AIRPORTS
    assert _counts(client.run_action(112000000002))["createdCount"] == 0
    assert client.run_action(117000000001).result.successful
    assert _counts(client.run_action(112000000002))["createdCount"] == created["createdCount"]


def test_a_task_that_is_not_waited_for_can_be_watched(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    client.upload_file(113000000002, tenant.AIRPORTS.read_bytes())
    task = client.run_action(112000000002, wait_for_completion=False)
    seen = {task.task_state}
    while task.task_state != "COMPLETE":
        task = client.get_task_status(112000000002, task.id)
        seen.add(task.task_state)
    assert seen >= {"IN_PROGRESS", "COMPLETE"}
    assert task.progress == 1


def test_an_import_without_uploaded_content_fails(sandbox: Sandbox) -> None:
    with pytest.raises(AnaplanActionError):
        connect(sandbox).run_action(112000000001)


def test_ids_that_are_not_there_are_refused(sandbox: Sandbox) -> None:
    client = connect(sandbox, retry_count=1)
    for action in (112000000099, 116000000099, 117000000099, 118000000099):
        with pytest.raises(InvalidIdentifierException):
            client.run_action(action)
        assert client.get_task_summaries(action) == []
    with pytest.raises(InvalidIdentifierException):
        client.get_file(113000000001)  # there, but without content
    with pytest.raises(InvalidIdentifierException):
        client.get_task_status(112000000001, "0" * 32)
    with pytest.raises(InvalidIdentifierException):
        client.with_model("F" * 32).get_files()


def test_it_deletes_closed_models_and_says_why_others_stay(sandbox: Sandbox) -> None:
    workspace = sandbox.workspaces[tenant.WORKSPACE]
    old, used = workspace.model("Old"), workspace.model("Used")
    client = connect(sandbox)
    client.with_model(old.id).tr.close_model()
    deadline = time.monotonic() + 10
    while client.with_model(old.id).tr.get_model_status().current_step != "Closed":
        assert time.monotonic() < deadline
    done = client.delete_models([old.id, used.id])
    assert done.models_deleted == 1
    [failure] = done.failures
    assert failure.model_id == used.id
    assert "open" in failure.message
    assert {model.name for model in client.get_models()} == {"Flight Planning", "Used"}


def test_it_logs_in_again_when_its_token_has_expired(sandbox: Sandbox, watch: ClockAhead) -> None:
    client = connect(sandbox)
    first = client.get_files()
    watch.ahead = 2_101  # seconds; a token lives 35 minutes
    assert client.get_files() == first
    with pytest.raises(InvalidCredentialsException):
        connect(sandbox, token="expired", user_email=None).get_files()


def test_the_asynchronous_client_does_the_same_job(sandbox: Sandbox) -> None:
    assert asyncio.run(_asynchronous_job(sandbox)) == tenant.ALL_FLIGHTS - tenant.REJECTED_FLIGHTS


async def _asynchronous_job(sandbox: Sandbox) -> float:
    client = connect_async(sandbox)
    assert [workspace.name for workspace in await client.get_workspaces()] == ["Demo"]
    assert [model.name for model in await client.get_models()] == ["Flight Planning"]
    assert len(await client.get_imports()) == 3
    await client.upload_file(113000000001, tenant.AIRLINES.read_bytes())
    await client.upload_file_stream(113000000002, _pieces(tenant.AIRPORTS.read_bytes()), 2)
    await client.upload_file(113000000003, tenant.FLIGHTS.read_bytes())
    done = await client.run_action(118000000001)
    assert len(done.result.nested_results) == 3
    [summary] = await client.get_task_summaries(118000000001)
    assert summary.id == done.id
    exported = await client.export_and_download(116000000001)
    assert (await client.run_action(117000000001)).result.successful
    return tenant.total_flights(exported)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
