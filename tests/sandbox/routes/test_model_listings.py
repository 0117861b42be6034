"""The envelope, paging, and the lists and metadata of a tenant and a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import (
    BROKEN,
    BROKEN_IMPORT,
    CLEAR,
    EXPORT,
    FILE,
    LIST_IMPORT,
    NIGHTLY,
    OTHER_FILE,
    Http,
    InModel,
    in_model,
)


def names(answer: requests.Response, key: str) -> list[str]:
    return [item["name"] for item in answer.json()[key]]


def test_workspaces_show_their_size_only_with_tenant_details(tenant: Sandbox) -> None:
    finance = tenant.workspace("Finance", id="8a81b09d599f3c6e0159f605560c2630")
    http = Http(tenant)
    body = http.get("/workspaces").json()
    assert body["workspaces"] == [{"id": finance.id, "name": "Finance", "active": True}]
    assert body["meta"]["schema"] == f"{tenant.api_url}/2/0/objects/workspace"
    assert body["meta"]["paging"] == {"currentPageSize": 1, "totalSize": 1, "offset": 0}
    assert body["status"] == {"code": 200, "message": "Success"}
    detailed = http.get(f"/workspaces/{finance.id}", tenantDetails="true").json()["workspace"]
    assert set(detailed) == {"id", "name", "active", "sizeAllowance", "currentSize"}


def test_a_workspace_is_404_for_users_who_do_not_administer_it(
    tenant: Sandbox, headcount: Model
) -> None:
    tenant.add_user("standard@example.com", "pw", administrator=False)
    workspace = f"/workspaces/{headcount.workspace.id}"
    assert Http(tenant).get(workspace).status_code == 200
    standard = Http(tenant, "standard@example.com", "pw")
    assert standard.get(workspace).status_code == 404
    assert names(standard.get("/workspaces"), "workspaces") == ["Finance"]


def test_models_are_listed_for_the_tenant_and_for_a_workspace(
    tenant: Sandbox, headcount: Model
) -> None:
    sales = tenant.workspace("Sales").model("Quotas")
    http = Http(tenant)
    assert names(http.get("/models"), "models") == ["Headcount", "Quotas"]
    assert names(http.get(f"/workspaces/{sales.workspace.id}/models"), "models") == ["Quotas"]
    assert http.get(f"/workspaces/{'0' * 32}/models").status_code == 404
    plain = http.get(f"/models/{headcount.id}").json()["model"]
    assert plain["currentWorkspaceName"] == "Finance"
    assert plain["activeState"] == "UNLOCKED"
    assert "memoryUsage" not in plain
    detailed = http.get(f"/models/{headcount.id}", modelDetails="true").json()["model"]
    assert {"memoryUsage", "lastSavedSerialNumber", "isoCreationDate"} <= set(detailed)


def test_a_model_below_its_workspace_is_405(tenant: Sandbox, headcount: Model) -> None:
    answer = Http(tenant).get(f"/workspaces/{headcount.workspace.id}/models/{headcount.id}")
    assert (answer.status_code, answer.json()["status"]["code"]) == (405, 405)


def test_a_model_below_another_workspace_is_404(tenant: Sandbox, headcount: Model) -> None:
    other = tenant.workspace("Sales")
    answer = Http(tenant).get(f"/workspaces/{other.id}/models/{headcount.id}/files")
    assert answer.status_code == 404


def test_users_are_listed_and_found(tenant: Sandbox) -> None:
    tenant.add_user("ada.lovelace@example.com", "pw")
    http = Http(tenant)
    everyone = http.get("/users").json()["users"]
    assert [user["email"] for user in everyone] == ["demo@example.com", "ada.lovelace@example.com"]
    ada = http.get(f"/users/{everyone[1]['id']}").json()["user"]
    assert ada == everyone[1]
    assert http.get("/users/me").json()["user"]["email"] == "demo@example.com"
    assert http.get(f"/users/{'0' * 32}").status_code == 404


def test_paging_links_the_pages(tenant: Sandbox) -> None:
    for number in range(5):
        tenant.workspace(f"W{number}")
    http = Http(tenant)
    url = f"{tenant.api_url}/2/0/workspaces"
    answer = http.get("/workspaces", limit=2, offset=2)
    assert names(answer, "workspaces") == ["W2", "W3"]
    assert answer.json()["meta"]["paging"] == {
        "currentPageSize": 2,
        "totalSize": 5,
        "offset": 2,
        "next": f"{url}?limit=2&offset=4",
        "previous": f"{url}?limit=2&offset=0",
    }
    seen = names(http.get("/workspaces", limit=2), "workspaces")
    page = http.get("/workspaces", limit=2).json()
    while following := page["meta"]["paging"].get("next"):
        page = http.get(following.removeprefix(http.base)).json()
        seen += [item["name"] for item in page["workspaces"]]
    assert seen == ["W0", "W1", "W2", "W3", "W4"]
    assert http.get("/workspaces", offset=9).json()["workspaces"] == []


def test_pages_are_not_larger_than_the_page_size() -> None:
    with Sandbox(page_size=3) as sandbox:
        for number in range(4):
            sandbox.workspace(f"W{number}")
        http = Http(sandbox)
        for params in ({}, {"limit": 100}):
            paging = http.get("/workspaces", **params).json()["meta"]["paging"]
            assert (paging["currentPageSize"], paging["totalSize"]) == (3, 4)
            assert paging["next"].endswith("?limit=3&offset=3")


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": "x"}, {"offset": -1}])
def test_invalid_paging_is_400(tenant: Sandbox, params: dict[str, Any]) -> None:
    assert Http(tenant).get("/workspaces", **params).status_code == 400


def test_sort_and_search(tenant: Sandbox) -> None:
    for name in ("beta", "Alpha", "gamma"):
        tenant.workspace(name)
    http = Http(tenant)
    assert names(http.get("/workspaces", sort="+name"), "workspaces") == ["Alpha", "beta", "gamma"]
    assert names(http.get("/workspaces", sort="-name"), "workspaces") == ["gamma", "beta", "Alpha"]
    assert names(http.get("/workspaces", s="ALPH"), "workspaces") == ["Alpha"]
    assert names(http.get("/workspaces", s="g%a"), "workspaces") == ["gamma"]
    assert names(http.get("/workspaces", s="b_t"), "workspaces") == ["beta"]
    for wrong in ("name", "+size", "-"):
        expected = 200 if wrong == "-" else 400
        assert http.get("/workspaces", sort=wrong).status_code == expected


def test_the_collections_of_a_model(headcount_api: InModel) -> None:
    assert headcount_api.get("/imports").json()["imports"][0] == {
        "id": LIST_IMPORT,
        "name": "Load employees",
        "importDataSourceId": FILE,
        "importType": "HIERARCHY_DATA",
    }
    assert [i["id"] for i in headcount_api.get("/imports/").json()["imports"]] == [
        LIST_IMPORT,
        BROKEN_IMPORT,
    ]
    assert headcount_api.get("/exports").json()["exports"] == [
        {
            "id": EXPORT,
            "name": "Employees.csv",
            "exportType": "TABULAR_MULTI_COLUMN",
            "exportFormat": "text/csv",
            "encoding": "UTF-8",
            "layout": "TABULAR_MULTI_COLUMN",
        }
    ]
    actions = [{"id": CLEAR, "name": "Clear employees", "actionType": "DELETE_BY_SELECTION"}]
    assert headcount_api.get("/actions").json()["actions"] == actions
    processes = [{"id": NIGHTLY, "name": "Nightly"}, {"id": BROKEN, "name": "Broken"}]
    assert headcount_api.get("/processes").json()["processes"] == processes
    files = headcount_api.get("/files").json()["files"]
    assert [file["id"] for file in files] == [FILE, OTHER_FILE, EXPORT]
    assert files[0] == {
        "id": FILE,
        "name": "employees.csv",
        "chunkCount": 0,
        "delimiter": '"',
        "encoding": "UTF-8",
        "firstDataRow": 2,
        "format": "txt",
        "headerRow": 1,
        "separator": ",",
    }


def test_collections_of_a_model_are_sorted_leniently(headcount_api: InModel) -> None:
    for order, first in (("name", BROKEN), ("-name", NIGHTLY), ("-id", BROKEN), ("color", NIGHTLY)):
        assert headcount_api.get("/processes", sort=order).json()["processes"][0]["id"] == first


def test_empty_collections_of_a_model_keep_their_key(tenant: Sandbox) -> None:
    http = Http(tenant)
    model = in_model(http, tenant.workspace("Finance").model("Empty"))
    for key in ("files", "imports", "exports", "actions", "processes"):
        assert model.get(f"/{key}").json()[key] == []


def test_import_metadata(headcount_api: InModel) -> None:
    body = headcount_api.get(f"/imports/{LIST_IMPORT}").json()
    assert body["meta"]["schema"].endswith("/objects/importMetadata")
    assert body["importMetadata"] == {
        "name": "Load employees",
        "type": "FILE",
        "source": {
            "textEncoding": "UTF-8",
            "columnSeparator": ",",
            "textDelimiter": '"',
            "headerRow": 1,
            "firstDataRow": 2,
            "decimalSeparator": ".",
            "headerNames": ["Name", "Code", "Grade"],
            "columnCount": 3,
        },
    }


def test_export_metadata(headcount_api: InModel) -> None:
    metadata = headcount_api.get(f"/exports/{EXPORT}").json()["exportMetadata"]
    assert metadata["columnCount"] == len(metadata["headerNames"]) == len(metadata["dataTypes"])
    assert (metadata["separator"], metadata["delimiter"], metadata["encoding"]) == (
        ",",
        '"',
        "UTF-8",
    )


def test_process_metadata_shows_the_actions_in_their_order(headcount_api: InModel) -> None:
    metadata = headcount_api.get(f"/processes/{NIGHTLY}").json()["processMetadata"]
    assert metadata["name"] == "Nightly"
    assert [(a["id"], a["actionType"]) for a in metadata["actions"]] == [
        (CLEAR, "DELETE_BY_SELECTION"),
        (LIST_IMPORT, "IMPORT"),
        (EXPORT, "EXPORT"),
    ]
    assert metadata["actions"][1]["importDataSourceId"] == FILE
    assert "importDataSource" not in metadata["actions"][1]
    shown = headcount_api.get(f"/processes/{NIGHTLY}", showImportDataSource="true").json()
    source = shown["processMetadata"]["actions"][1]["importDataSource"]
    assert source == {"importDataSourceId": FILE, "type": "FILE"}


def test_action_metadata(headcount_api: InModel) -> None:
    action = headcount_api.get(f"/actions/{CLEAR}").json()["action"]
    assert action["name"] == "Clear employees"


@pytest.mark.parametrize("kind", ["imports", "exports", "processes", "actions"])
def test_unknown_objects_are_404(headcount_api: InModel, kind: str) -> None:
    answer = headcount_api.get(f"/{kind}/112999999999")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (404, {"code": 404, "message": "Not Found"})
    assert body["path"].endswith(f"/{kind}/112999999999")
    assert body["timestamp"].endswith("Z")


def test_the_status_shows_whether_the_model_is_busy(headcount_api: InModel) -> None:
    status = headcount_api.get("/status").json()["requestStatus"]
    assert (status["currentStep"], status["progress"], status["taskId"]) == ("Open", -1.0, None)


def test_an_inaccessible_model_is_404_but_its_task_lists_are_empty(
    tenant: Sandbox, headcount: Model
) -> None:
    in_model(Http(tenant), headcount).run(f"actions/{CLEAR}")
    tenant.add_user("guest@example.com", "pw", administrator=False, models=[])
    http = Http(tenant, "guest@example.com", "pw")
    model = in_model(http, headcount)
    for path in ("/files", "/imports", f"/imports/{LIST_IMPORT}", "/status", f"/files/{FILE}"):
        assert model.get(path).status_code == 404
    assert model.post(f"/actions/{CLEAR}/tasks", {"localeName": "en_US"}).status_code == 404
    answer = model.get(f"/actions/{CLEAR}/tasks")
    assert (answer.status_code, answer.json()["tasks"]) == (200, [])
    assert names(http.get("/models"), "models") == []
    # Documented: the model itself and the listing of its workspace answer nevertheless.
    assert http.get(f"/models/{headcount.id}").json()["model"]["name"] == "Headcount"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("ARCHIVED", 422),
        ("LOCKED", 423),
        ("MAINTENANCE", 424),
        ("PRODUCTION_MAINTENANCE", 424),
        ("PRODUCTION", 425),
    ],
)
def test_a_locked_or_archived_model_refuses_work_but_not_listings(
    headcount: Model, headcount_api: InModel, state: str, status: int
) -> None:
    headcount.state = state
    work: list[Callable[[], int]] = [
        lambda: headcount_api.get(f"/imports/{LIST_IMPORT}").status_code,
        lambda: headcount_api.get(f"/exports/{EXPORT}").status_code,
        lambda: headcount_api.get(f"/files/{EXPORT}/chunks").status_code,
        lambda: headcount_api.put(f"/files/{FILE}", b"Name"),
        lambda: (
            headcount_api.post(f"/imports/{LIST_IMPORT}/tasks", {"localeName": "en_US"}).status_code
        ),
    ]
    assert [call() for call in work] == [status] * len(work)
    assert headcount_api.get("/imports").json()["imports"][0]["id"] == LIST_IMPORT
    assert headcount_api.get(f"/imports/{LIST_IMPORT}/tasks").json()["tasks"] == []
    assert headcount_api.http.get("/models").json()["models"][0]["activeState"] == state


@pytest.mark.parametrize("path", ["/nothing", "/models/x/nothing", "/workspaces/x"])
def test_an_unknown_path_is_404_in_the_envelope(tenant: Sandbox, path: str) -> None:
    answer = Http(tenant).get(path)
    assert (answer.status_code, answer.json()["path"]) == (404, f"/2/0{path}")


def test_a_wrong_method_is_405_in_the_envelope(tenant: Sandbox) -> None:
    answer = Http(tenant).send("PATCH", "/users/me")
    assert (answer.status_code, answer.json()["status"]["code"]) == (405, 405)
