"""CloudWorks as the sandbox serves it: bodies that are refused, runs, errors, dumps, flows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.contract.walk_cloudworks import SCHEDULE
from tests.sandbox.cloudworks_client import S3, CloudHttp, Tenant, build_cloudworks, message
from tests.sandbox.held_tasks import held_tasks
from tests.sandbox.http_client import EMPLOYEES, WITH_A_DUPLICATE

CONNECTIONS = "/integrations/connections"
INVALID = (400, "Invalid request body")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        yield build_cloudworks(sandbox, tmp_path_factory.mktemp("cloud"))


@pytest.fixture
def http(built: Tenant) -> CloudHttp:
    (built.folder / "staff.csv").write_bytes(EMPLOYEES)
    return CloudHttp(built.sandbox)


def s3(**changes: Any) -> dict[str, Any]:
    return {"type": "AmazonS3", "body": {**S3, **changes}}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (s3(secretAccessKey="wrong"), (400, "Credentials are invalid")),
        (s3(bucketName="another"), (400, "Credentials are invalid")),
        (s3(secretAccessKey=None), INVALID),
        (s3(name="Files"), (400, "Duplicate resource name not allowed")),
        ({"type": "Dropbox", "body": S3}, INVALID),
        ({"type": "AmazonS3"}, INVALID),
        (
            {
                "type": "AzureBlob",
                "body": {
                    "name": "Azure",
                    "storageAccountName": "me",
                    "containerName": "raw",
                    "sasToken": "token",
                },
            },
            INVALID,  # without auth_method, which it needs since 2026
        ),
    ],
)
def test_a_connection_that_is_wrong_is_refused(
    http: CloudHttp, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert message(http.post(CONNECTIONS, body)) == refusal


def test_a_connection_is_changed_only_with_its_whole_body(built: Tenant, http: CloudHttp) -> None:
    path = f"{CONNECTIONS}/{built.connection.id}"
    for method in ("PUT", "PATCH"):
        assert message(http.send(method, path, json={"body": {"name": "New"}})) == INVALID
    assert message(http.send("DELETE", path)) == (409, "Connection is used by Load staff")


def test_a_connection_is_patched_by_single_fields_if_asked_for(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, behavior={"patch_connection": "any field"}) as sandbox:
        held = sandbox.cloudworks_connection("Files", tmp_path)
        http = CloudHttp(sandbox)
        patched = http.send("PATCH", f"{CONNECTIONS}/{held.id}", json={"name": "New"})
        assert patched.status_code == 200
        shown = http.get(CONNECTIONS).json()["connections"][0]
    assert shown["body"]["name"] == "New"


def integration(built: Tenant, **changes: Any) -> dict[str, Any]:
    source = {"type": "AmazonS3", "connectionId": built.connection.id, "file": "staff.csv"}
    target = {"type": "Anaplan", "actionId": "112000000001", "fileId": "113000000001"}
    job = {"type": "AmazonS3ToAnaplan", "sources": [source], "targets": [target]}
    return {
        "name": "New",
        "version": "2.0",
        "workspaceId": built.model.workspace.id,
        "modelId": built.model.id,
        "jobs": [job],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"version": "1.0"}, INVALID),
        ({"name": " "}, INVALID),
        ({"jobs": []}, INVALID),
        ({"jobs": [{"type": "AmazonS3ToAnaplan"}]}, INVALID),
        ({"workspaceId": "0" * 32}, (400, "Invalid value for workspaceId")),
        ({"modelId": "0" * 32}, (400, "Invalid value for modelId")),
        ({"processId": "118000000009"}, (400, "118000000009 is not defined in your model")),
        ({"processId": "118000000002"}, None),  # the process has the action
    ],
)
def test_an_integration_that_is_wrong_is_refused(
    built: Tenant, http: CloudHttp, changes: dict[str, Any], refusal: tuple[int, str] | None
) -> None:
    answer = http.post("/integrations", integration(built, **changes))
    if refusal is None:
        assert answer.status_code == 200
    else:
        assert message(answer) == refusal


def test_an_action_that_the_model_does_not_have_is_refused(built: Tenant, http: CloudHttp) -> None:
    body = integration(built)
    body["jobs"][0]["targets"][0]["actionId"] = 112000000099
    refusal = (400, "112000000099 is not defined in your model")
    assert message(http.post("/integrations", body)) == refusal


@pytest.mark.parametrize(
    ("changes", "ok"),
    [
        ({}, True),
        ({"endDate": None}, True),
        ({"time": "25:00"}, False),
        ({"timezone": "Middle/Earth"}, False),
        ({"startDate": "1 January"}, False),
        ({"type": "weekly"}, False),
        ({"type": "weekly", "daysOfWeek": [7]}, False),
        ({"type": "monthly_specific_day", "dayOfMonth": 31}, True),
    ],
)
def test_a_schedule_has_what_its_type_needs(
    built: Tenant, http: CloudHttp, changes: dict[str, Any], ok: bool
) -> None:
    path = f"/integrations/{built.export.id}/schedule"
    answer = http.post(path, {"schedule": {**SCHEDULE, **changes}})
    assert answer.status_code == (200 if ok else 400)
    if ok:
        assert message(http.post(path, {"schedule": SCHEDULE}))[0] == 400  # one is there
        put = http.send("PUT", path, json={"schedule": SCHEDULE})
        assert message(put) == (400, "Invalid value for integration_id")
        assert http.send("DELETE", path).status_code == 200
    assert http.post(f"{path}/status/enabled").status_code == 404


def test_users_without_the_role_are_denied(built: Tenant) -> None:
    built.sandbox.add_user("auditor@example.com", "x", roles=["Tenant Auditor"])
    http = CloudHttp(built.sandbox, "auditor@example.com", "x")
    assert message(http.get("/integrations")) == (403, "Not Permitted")
    for path in ("/integrations/run/1/dumps", f"/integrations/{built.load.id}/schedule"):
        method = "GET" if path.endswith("dumps") else "DELETE"
        assert message(http.send(method, path)) == (452, "Tenant not entitled")


def test_users_see_the_integrations_of_their_models(built: Tenant) -> None:
    built.sandbox.add_user("other@example.com", "x", models=[])
    http = CloudHttp(built.sandbox, "other@example.com", "x")
    assert http.get("/integrations").json()["integrations"] == []
    assert http.post(f"/integrations/{built.load.id}/run").status_code == 404


def test_pages_hold_25_integrations_unless_asked_otherwise(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("Finance").model("Many")
        process = model.process("All", [model.delete_action("Clear", of=model.list("Items"))])
        for number in range(30):
            sandbox.cloudworks_integration(f"I{number:02}", model, process=process)
        http = CloudHttp(sandbox)
        usual = http.get("/integrations", sortBy="-name").json()
        second = http.get("/integrations", offset=25, limit=100).json()
    assert [each["name"] for each in usual["integrations"]][:2] == ["I29", "I28"]
    assert len(usual["integrations"]) == 25
    assert second["meta"]["paging"] == {"currentPageSize": 5, "totalSize": 30, "offset": 25}
    assert second["meta"]["tenantCurrentCount"] == 30


def test_a_run_loads_the_file_and_has_counts_only_if_rows_were_rejected(
    built: Tenant, http: CloudHttp
) -> None:
    clean = http.run(built.load.id)
    assert (clean["success"], clean["message"], clean["executionErrorCode"]) == (
        True,
        "Success",
        None,
    )
    (built.folder / "staff.csv").write_bytes(WITH_A_DUPLICATE)
    partial = http.run(built.load.id)
    assert (partial["success"], partial["executionErrorCode"]) == (True, 38)
    assert "2 (" in partial["message"]
    assert "1 failed" in partial["message"]
    error = http.get(f"/integrations/runerror/{partial['id']}").json()["runs"]
    assert error["errorMessages"][0]["failureDumpGenerated"] is True
    dump = http.get(f"/integrations/run/{partial['id']}/dumps")
    assert dump.headers["content-type"].startswith("text/csv")
    assert b"Ada" in dump.content


def test_dumps_of_clean_runs_and_wrong_paths_are_two_kinds_of_404(
    built: Tenant, http: CloudHttp
) -> None:
    run = http.run(built.load.id)["id"]
    clean = http.get(f"/integrations/run/{run}/dumps")
    assert message(clean) == (404, "Your integration run was successful / no errors")
    for path in (f"/integrations/run/{run}/dump", f"/integrations/anaplanModels/{run}"):
        wrong = http.get(path)
        assert (wrong.status_code, wrong.headers["content-type"][:9]) == (404, "text/html")


def test_errors_are_a_list_if_asked_for(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, task_pause=0, behavior={"run_errors": "list"}) as sandbox:
        built = build_cloudworks(sandbox, tmp_path)
        (built.folder / "staff.csv").write_bytes(WITH_A_DUPLICATE)
        http = CloudHttp(sandbox)
        run = http.run(built.load.id)["id"]
        assert len(http.get(f"/integrations/runerror/{run}").json()["runs"]) == 1


def test_changes_and_runs_are_events_of_the_audit_api(built: Tenant, http: CloudHttp) -> None:
    audit = built.sandbox.audit
    before = len(audit.search(0, 2**60, "int"))
    made = http.post("/integrations", integration(built, name="Noted")).json()["integration"]
    http.run(made["integrationId"])
    http.send("DELETE", f"/integrations/{made['integrationId']}")
    events = audit.search(0, 2**60, "int")[before:]
    assert sorted(event["eventTypeId"] for event in events) == ["INT-05", "INT-06", "INT-07"]
    assert {event["objectId"] for event in events} == {made["integrationId"]}


def test_files_outside_the_folder_are_not_reached(built: Tenant, http: CloudHttp) -> None:
    body = integration(built, name="Outside")
    body["jobs"][0]["sources"][0]["file"] = "../../etc/passwd"
    made = http.post("/integrations", body).json()["integration"]["integrationId"]
    run = http.run(made)
    assert (run["success"], run["message"]) == (False, "File not found: ../../etc/passwd")


def test_a_deleted_model_fails_the_run(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = build_cloudworks(sandbox, tmp_path)
        del sandbox.workspaces[built.model.workspace.id].models[built.model.id]
        run = sandbox.cloudworks_run(built.load)
    assert (run.success, run.message) == (False, "Anaplan model was deleted")


def test_what_runs_is_neither_started_nor_deleted_nor_has_an_end(
    built: Tenant, http: CloudHttp
) -> None:
    with held_tasks(built.sandbox) as go_on:
        run = http.post(f"/integrations/{built.nightly.id}/run").json()["run"]["id"]
        while http.get(f"/integrations/run/{run}").json()["run"]["message"] != "Running":
            pass
        assert "endDate" not in http.get(f"/integrations/run/{run}").json()["run"]
        path = f"/integrations/{built.nightly.id}"
        assert message(http.post(f"{path}/run")) == (409, "Integration is already running")
        assert message(http.send("DELETE", path)) == (409, "Integration is already running")
        refused = (409, f"Integration {built.nightly.id} is not in running state")
        assert message(http.post(f"{path}/cancel")) == refused  # of processes
        go_on.set()
        assert http.wait(run)["success"]
    assert message(http.post(f"/integrations/{built.load.id}/cancel"))[0] == 409


def flow(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = [
        {"type": "Integration", "isSkipped": False, "exceptionBehavior": [], **step}
        for step in steps
    ]
    return {
        "name": "Flow",
        "version": "2.0",
        "type": "IntegrationFlow",
        "steps": whole,
        **changes,
    }


def test_a_flow_that_is_wrong_is_refused(built: Tenant, http: CloudHttp) -> None:
    load, out = {"referrer": built.load.id}, {"referrer": built.export.id}
    for body in (
        flow(load),
        flow(load, {**out, "isSkipped": True}),
        flow(load, {"referrer": "0" * 32}),
        flow(load, {**out, "dependsOn": ["0" * 32]}),
        flow(load, out, type="Flow"),
        flow(load, out, steps=[{"referrer": built.load.id}]),
    ):
        assert http.post("/integrationflows", body).status_code == 400


@pytest.mark.parametrize(
    ("exceptions", "ran", "success", "code"),
    [
        ([], ["Load staff"], False, 39),
        (
            [{"type": "failure", "strategy": "continue"}],
            ["Load staff", "Staff out"],
            True,
            38,
        ),
    ],
)
def test_a_flow_goes_on_after_a_failure_only_if_its_step_says_so(
    built: Tenant,
    http: CloudHttp,
    exceptions: list[dict[str, str]],
    ran: list[str],
    success: bool,
    code: int,
) -> None:
    (built.folder / "staff.csv").unlink()
    load = {"referrer": built.load.id, "exceptionBehavior": exceptions}
    made = http.post("/integrationflows", flow(load, {"referrer": built.export.id})).json()
    id_ = made["integrationFlow"]["integrationFlowId"]
    assert http.post(f"/integrationflows/{id_}/run").status_code == 200
    latest = http.wait_for_flow(id_)
    assert (latest["success"], latest["executionErrorCode"]) == (success, code)
    steps = http.get(f"/integrationflows/{id_}").json()["integrationFlow"]["steps"]
    assert [step["name"] for step in steps if "latestRun" in step] == ran
    assert steps[0]["latestRun"]["triggerSource"] == "manual_inf"
    runs = http.get(f"/integrations/runs/{built.load.id}").json()["history_of_runs"]["runs"]
    status = http.get(f"/integrations/run/{runs[0]['id']}").json()["run"]
    assert status["flowGroupId"] == id_


def test_a_sandbox_that_stops_cancels_its_runs(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = build_cloudworks(sandbox, tmp_path)
        flow = sandbox.cloudworks_flow("All", [built.load, built.export])
        with held_tasks(sandbox) as go_on:
            run = sandbox.cloudworks.start(sandbox.first_user, built.nightly.id)
            whole = sandbox.cloudworks.start_flow(sandbox.first_user, flow.id, [built.load.id])
            Timer(0.1, go_on.set).start()  # the model's other task would not end
            sandbox.stop()
        assert [run.message, whole.message] == ["Cancelled", "Cancelled"]
        assert built.load.running is built.nightly.running is None
