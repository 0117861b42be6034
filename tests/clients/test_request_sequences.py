"""The requests of other clients, replayed: what they send, in their order and form.

They are read from the sources of Anaplan Connect 4 (Java), of the Python clients anaplan-orm and
anaplan-audit-history, and of a community's MCP server (TypeScript). The Python clients anaplan-sdk
and anaplan-api run themselves in other tests. What is used of an answer is what the clients use.
"""

from __future__ import annotations

import base64
import csv
import datetime
import gzip
import io
import os
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.clients.replayed import Replayed, token_of

STAFF_FILE, COSTS_FILE = "113000000021", "113000000022"
LOAD_STAFF, LOAD_COSTS, NIGHTLY, EXPORT = (
    "112000000021",
    "112000000022",
    "118000000021",
    "116000000021",
)
STAFF, COSTS, VERSIONS = "101000000021", "102000000021", "20000000020"
CONTENT = "Code,Name\nA1,Ada\nB1,Bo\n"
GZIP, OCTETS = "application/x-gzip", "application/octet-stream"


@pytest.fixture
def headcount_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0.01) as running:
        yield running


@pytest.fixture
def sequence_model(headcount_sandbox: Sandbox) -> Model:
    """A list and a module with an import each, and a process of both and an export."""
    calendar = Calendar(2026, past_years=0, future_years=0)
    built = headcount_sandbox.workspace("Finance").model("Headcount", calendar=calendar)
    staff = built.list("Staff", id=STAFF, properties={"Grade": "TEXT"}, subsets=["Active"])
    costs = built.module(
        "Costs",
        id=COSTS,
        dimensions=[staff, "Time", "Versions"],
        line_items={"Salary": "NUMBER"},
    )
    staff_file = built.file("staff.csv", id=STAFF_FILE, columns=["Code", "Name"])
    costs_file = built.file("costs.csv", id=COSTS_FILE, columns=["Staff", "Time", "Salary"])
    loads = [
        built.import_("Load staff", staff_file, into=staff, id=LOAD_STAFF),
        built.import_(
            "Load costs", costs_file, into=costs, id=LOAD_COSTS, parameters={"Version": None}
        ),
    ]
    out = built.export("Staff.csv", of=staff, id=EXPORT)
    built.process("Nightly", [*loads, out], id=NIGHTLY)
    return built


@pytest.fixture
def path(sequence_model: Model) -> str:
    return f"/workspaces/{sequence_model.workspace.id}/models/{sequence_model.id}"


def log_in(headcount_sandbox: Sandbox) -> str:
    url = f"{headcount_sandbox.auth_url}/token/authenticate"
    return token_of(
        requests.post(url, auth=(headcount_sandbox.email, headcount_sandbox.password), timeout=10)
    )


class Certificate:
    """A certificate that the sandbox knows, and logins that it signs."""

    def __init__(self, headcount_sandbox: Sandbox) -> None:
        self._key = rsa.generate_private_key(65537, 1024)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robot")])
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        builder = x509.CertificateBuilder(
            name, name, self._key.public_key(), 1, now - day, now + day
        )
        self.pem = builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        headcount_sandbox.register_certificate(self.pem)
        self._url = f"{headcount_sandbox.auth_url}/token/authenticate"

    def log_in(self, header: str, data: bytes, **more: str) -> str:
        signature = self._key.sign(data, padding.PKCS1v15(), hashes.SHA512())
        body = {
            "encodedData": base64.b64encode(data).decode(),
            "encodedSignedData": base64.b64encode(signature).decode(),
            **more,
        }
        headers = {"Authorization": f"CACertificate {header}"}
        return token_of(requests.post(self._url, json=body, headers=headers, timeout=10))

    @property
    def encoded(self) -> str:
        return base64.b64encode(self.pem).decode()

    @property
    def inside(self) -> str:
        """The PEM without its first and last line, as anaplan-orm sends it."""
        return "".join(self.pem.decode().strip().splitlines()[1:-1])


class TestAnaplanConnect:
    """Java, one operation of its command line a test."""

    @pytest.fixture
    def connect(self, headcount_sandbox: Sandbox, sequence_model: Model) -> Replayed:
        return Replayed(
            headcount_sandbox, log_in(headcount_sandbox), X_AConnect_Client="Anaplan-Connect/4.1"
        )

    def file_data(self, connect: Replayed, path: str, file: str) -> dict[str, Any]:
        """Find a file in the listing; its record is sent back whole in an upload."""
        files = connect.get(f"{path}/files?offset=0")["files"]
        found: dict[str, Any] = next(one for one in files if one["id"] == file)
        return found

    def upload(self, connect: Replayed, path: str, file: str, content: bytes, size: int) -> None:
        """Declare the chunks, read their list, and send each one gzipped; there is no complete."""
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        data = {**self.file_data(connect, path, file), "chunkCount": len(parts)}
        assert connect.post(f"{path}/files/{file}", data)["file"]["id"] == file
        chunks = connect.get(f"{path}/files/{file}/chunks")["chunks"]
        assert len(chunks) == len(parts)
        for chunk, part in zip(chunks, parts, strict=True):
            target = f"{path}/files/{file}/chunks/{chunk['id']}"
            connect.put_bytes(target, gzip.compress(part), GZIP)

    def parameters(self, **by_import: str) -> dict[str, Any]:
        """The body of a start: all three keys, and an import's id that may be null."""
        mapping = [
            {"importId": key or None, "entityType": "Version", "entityName": item}
            for key, item in by_import.items()
        ]
        return {
            "localeName": "en_US",
            "connectorParameters": None,
            "mappingParameters": mapping or None,
        }

    def test_it_logs_in_with_a_certificate_of_format_v1(self, headcount_sandbox: Sandbox) -> None:
        certificate = Certificate(headcount_sandbox)
        connect = Replayed(
            headcount_sandbox, certificate.log_in(certificate.encoded, os.urandom(100))
        )
        assert connect.get("/workspaces?tenantDetails=True&offset=0")["workspaces"] == []

    def test_it_finds_workspaces_and_models(self, connect: Replayed, sequence_model: Model) -> None:
        listed = "/workspaces?tenantDetails=True&offset=0&limit=20&archived=false"
        [workspace] = connect.get(listed)["workspaces"]
        assert {"id", "name", "active", "sizeAllowance", "currentSize"} <= workspace.keys()
        one = connect.get(f"/workspaces/{workspace['id']}?tenantDetails=True")["workspace"]
        assert one == workspace
        [found] = connect.get("/models?modelDetails=True&offset=0&limit=20&archived=false")[
            "models"
        ]
        assert (found["id"], found["currentWorkspaceId"]) == (sequence_model.id, workspace["id"])
        assert (
            connect.get(f"/models/{sequence_model.id}?modelDetails=True")["model"]["name"]
            == sequence_model.name
        )

    def test_it_uploads_a_file_and_runs_an_import(self, connect: Replayed, path: str) -> None:
        self.upload(connect, path, STAFF_FILE, CONTENT.encode(), 9)
        task, result = connect.run(f"{path}/imports/{LOAD_STAFF}", self.parameters())
        assert result["successful"]
        assert not result["failureDumpAvailable"]
        assert {"type", "localMessageText", "occurrences", "values"} <= result["details"][0].keys()
        tasks = connect.get(f"{path}/imports/{LOAD_STAFF}/tasks?offset=0")["tasks"]
        assert [one["taskId"] for one in tasks] == [task.rpartition("/")[2]]

    def test_it_uploads_a_stream(self, connect: Replayed, path: str) -> None:
        file = f"{path}/files/{STAFF_FILE}"
        data = {**self.file_data(connect, path, STAFF_FILE), "chunkCount": -1}
        data = connect.post(file, data)["file"]
        for number, part in enumerate((CONTENT[:11], CONTENT[11:])):
            connect.put_bytes(f"{file}/chunks/{number}", gzip.compress(part.encode()), GZIP)
        assert connect.post(f"{file}/complete", data)["file"]["chunkCount"] == 2
        _, result = connect.run(f"{path}/imports/{LOAD_STAFF}", self.parameters())
        assert result["successful"]

    def test_it_runs_a_process_with_a_parameter_for_one_import(
        self, connect: Replayed, path: str
    ) -> None:
        self.upload(connect, path, STAFF_FILE, CONTENT.encode(), 100)
        costs = b"Staff,Time,Salary\nA1,Jan 26,100\nnobody,Jan 26,1\n"
        self.upload(connect, path, COSTS_FILE, costs, 100)
        body = self.parameters(**{LOAD_COSTS: "Actual"})
        task, result = connect.run(f"{path}/processes/{NIGHTLY}", body)
        assert [nested["successful"] for nested in result["nestedResults"]] == [True] * 3
        failed = [one["objectId"] for one in result["nestedResults"] if one["failureDumpAvailable"]]
        assert failed == [LOAD_COSTS]
        dump = f"{task}/dumps/{LOAD_COSTS}/chunks"
        chunks = connect.get(dump)["chunks"]
        text = "".join(connect.text(f"{dump}/{chunk['id']}", "*/*") for chunk in chunks)
        assert "nobody" in text

    def test_it_reads_the_dump_of_an_import(self, connect: Replayed, path: str) -> None:
        self.upload(connect, path, STAFF_FILE, b"Code,Name\nA1,Ada\na1,Al\n", 100)
        task, result = connect.run(f"{path}/imports/{LOAD_STAFF}", self.parameters())
        assert result["failureDumpAvailable"]
        chunks = connect.get(f"{task}/dump/chunks")["chunks"]
        text = "".join(connect.text(f"{task}/dump/chunks/{one['id']}", "*/*") for one in chunks)
        assert len(list(csv.reader(io.StringIO(text)))) == 2

    def test_it_runs_an_export_and_downloads_its_chunks(self, connect: Replayed, path: str) -> None:
        self.upload(connect, path, STAFF_FILE, CONTENT.encode(), 100)
        connect.run(f"{path}/imports/{LOAD_STAFF}", self.parameters())
        connect.run(f"{path}/exports/{EXPORT}", self.parameters())
        file = f"{path}/files/{EXPORT}/chunks"
        chunks = connect.get(file)["chunks"]
        text = "".join(connect.text(f"{file}/{chunk['id']}", "*/*") for chunk in chunks)
        assert len(text.splitlines()) == 3

    def test_it_adds_items_and_updates_those_that_are_there(
        self, connect: Replayed, path: str
    ) -> None:
        items = f"{path}/lists/{STAFF}/items"
        known = {"name": "Ada", "code": "A1", "parent": None, "properties": {"Grade": "A"}}
        assert connect.post(f"{items}?action=add", {"items": [known]})["added"] == 1
        given = [{**known, "properties": {"Grade": "B"}}, {"name": "Bo", "code": "B1"}]
        added = connect.post(f"{items}?action=add", {"items": given})
        assert (added["ignored"], added["total"]) == (1, 2)
        again = [given[one["requestIndex"]] for one in added["failures"] if _is_duplicate(one)]
        updated = connect.send("PUT", items, json={"items": again}).json()
        assert (updated["total"], updated["ignored"]) == (1, 0)
        shown = connect.get(f"{items}?includeAll=true")["listItems"]
        assert [item["properties"]["Grade"] for item in shown] == ["B", ""]
        deleted = connect.post(f"{items}?action=delete", {"items": [{"code": "B1"}]})
        assert (deleted["deleted"], deleted["ignored"], deleted["total"]) == (1, 0, 1)

    def test_it_reads_items_and_views_as_csv(
        self, connect: Replayed, path: str, sequence_model: Model
    ) -> None:
        items = f"{path}/lists/{STAFF}/items"
        connect.post(f"{items}?action=add", {"items": [{"name": "Ada", "code": "A1"}]})
        for include_all in ("true", "false"):
            text = connect.text(f"{items}?includeAll={include_all}", "text/csv")
            [row] = csv.DictReader(io.StringIO(text))
            assert (row["name"], row["code"]) == ("Ada", "A1")
        data = f"/models/{sequence_model.id}/views/{COSTS}/data?format=v1&pages="
        assert "Salary" in connect.text(data, "text/csv")
        view = connect.get(f"/models/{sequence_model.id}/views/{COSTS}")
        assert view["pages"] == [
            {"id": STAFF, "name": "Staff"},
            {"id": VERSIONS, "name": "Versions"},
        ]
        by_id = f"/models/{sequence_model.id}/dimensions/{STAFF}/items"
        [found] = connect.post(by_id, {"names": ["ada"], "codes": []})["items"]
        shown = connect.get(f"{data}{STAFF}:{found['id']}", Accept="application/json")
        assert shown["pages"][0] == "Ada"

    def test_it_lists_what_a_model_has(
        self, connect: Replayed, path: str, sequence_model: Model
    ) -> None:
        for key in ("files", "imports", "exports", "actions", "processes", "lists", "modules"):
            body = connect.get(f"{path}/{key}?offset=0")
            assert {"currentPageSize", "totalSize", "offset"} <= body["meta"]["paging"].keys()
            assert isinstance(body[key], list)
        assert connect.get(f"{path}/imports/{LOAD_COSTS}")["importMetadata"]["source"]
        assert connect.get(f"{path}/exports/{EXPORT}")["exportMetadata"]["headerNames"]
        assert connect.get(f"{path}/lists/{STAFF}")["metadata"]["properties"][0]["name"] == "Grade"
        views = connect.get(f"/models/{sequence_model.id}/modules/{COSTS}/views?offset=0")["views"]
        assert [view["name"] for view in views] == ["default"]


def _is_duplicate(failure: dict[str, Any]) -> bool:
    return bool(failure["failureType"].casefold() == "duplicate")


class TestAnaplanOrm:
    """Python: a certificate without its BEGIN and END lines, uploads of unknown length."""

    @pytest.fixture
    def orm(self, headcount_sandbox: Sandbox, sequence_model: Model) -> Replayed:
        certificate = Certificate(headcount_sandbox)
        token = certificate.log_in(certificate.inside, os.urandom(100))
        return Replayed(headcount_sandbox, token, Content_Type="application/json")

    def test_it_uploads_and_runs_a_process(self, orm: Replayed, path: str) -> None:
        for file, content in ((STAFF_FILE, CONTENT), (COSTS_FILE, "Staff,Time,Salary\n")):
            orm.post(f"{path}/files/{file}", {"chunkCount": -1})
            for number, start in enumerate(range(0, len(content), 10)):
                part = content[start : start + 10].encode()
                orm.put_bytes(f"{path}/files/{file}/chunks/{number}", part, OCTETS)
            orm.post(f"{path}/files/{file}/complete", {"id": file})
        body = {
            "localeName": "en_US",
            "mappingParameters": [{"entityType": "Version", "entityName": "Actual"}],
        }
        _, result = orm.run(f"{path}/processes/{NIGHTLY}", body)
        assert result["successful"]

    def test_it_uploads_a_file_at_once_and_downloads_an_export(
        self, orm: Replayed, path: str
    ) -> None:
        orm.put_bytes(f"{path}/files/{STAFF_FILE}", CONTENT.encode(), OCTETS)
        orm.run(f"{path}/imports/{LOAD_STAFF}", {"localeName": "en_US"})
        _, result = orm.run(f"{path}/exports/{EXPORT}", {"localeName": "en_US"})
        assert result["successful"]
        count = len(orm.get(f"{path}/files/{EXPORT}/chunks").get("chunks", []))
        chunks = f"{path}/files/{EXPORT}/chunks"
        texts = [orm.text(f"{chunks}/{number}", OCTETS) for number in range(count)]
        assert "Ada" in "".join(texts)


class TestAnaplanAuditHistory:
    """Python: declared chunks without a look at their list, numbers as names and codes."""

    @pytest.fixture
    def audit(self, headcount_sandbox: Sandbox, sequence_model: Model) -> Replayed:
        return Replayed(headcount_sandbox, log_in(headcount_sandbox), Accept="application/json")

    def test_it_uploads_declared_chunks_and_runs_a_process(
        self, audit: Replayed, path: str, sequence_model: Model
    ) -> None:
        sequence_model.process("Load", [sequence_model.imports[LOAD_STAFF]], id="118000000022")
        audit.post(f"{path}/files/{STAFF_FILE}", {"chunkCount": 2})
        for number, part in enumerate(("Code,Name\nA1,Ada\n", "B1,Bo\n")):
            audit.put_bytes(f"{path}/files/{STAFF_FILE}/chunks/{number}", part.encode(), OCTETS)
        task, result = audit.run(f"{path}/processes/118000000022", {"localeName": "en_US"})
        assert result["nestedResults"][0]["details"]
        listed = audit.get(f"{path}/processes/118000000022/tasks")["tasks"]
        assert [one["taskId"] for one in listed] == [task.rpartition("/")[2]]

    def test_it_runs_exports_and_reads_as_many_chunks_as_the_listing_of_files_says(
        self, audit: Replayed, path: str
    ) -> None:
        [export] = audit.get(f"{path}/exports")["exports"]
        audit.run(f"{path}/exports/{export['id']}", {"localeName": "en_US"})
        [count] = [
            file["chunkCount"]
            for file in audit.get(f"{path}/files")["files"]
            if file["id"] == export["id"]
        ]
        chunks = f"{path}/files/{EXPORT}/chunks"
        texts = [audit.text(f"{chunks}/{number}", "*/*") for number in range(count)]
        assert "".join(texts).startswith("Staff")

    def test_it_logs_its_run_as_an_item_and_cells(
        self, audit: Replayed, path: str, sequence_model: Model
    ) -> None:
        log = sequence_model.module(
            "Log",
            dimensions=[sequence_model.lists[STAFF]],
            line_items={"When": "TEXT", "Records": "NUMBER"},
        )
        line_items = {one["name"]: one for one in audit.get(f"{path}/lineItems")["items"]}
        [lst] = [one["id"] for one in audit.get(f"{path}/lists")["lists"] if one["name"] == "Staff"]
        now = 1_700_000_000
        items = {"items": [{"name": now, "code": now}]}
        assert audit.post(f"{path}/lists/{lst}/items?action=add", items)["added"] == 1
        place = [{"dimensionId": lst, "itemName": now}]
        cells = [
            {"lineItemId": line_items["When"]["id"], "dimensions": place, "value": "2026-11-28"},
            {"lineItemId": line_items["Records"]["id"], "dimensions": place, "value": 7},
        ]
        module = line_items["When"]["moduleId"]
        assert module == log.id
        written = audit.post(f"{path}/modules/{module}/data", cells)
        assert (written["numberOfCellsChanged"], written["failures"]) == (2, [])


class TestMcpServer:
    """TypeScript: pages without a limit, an empty POST for the status, one chunk of a text."""

    @pytest.fixture
    def mcp(self, headcount_sandbox: Sandbox, sequence_model: Model) -> Replayed:
        # Format v2, with 8 bytes of seconds and so many random ones that there are 100 in all.
        certificate = Certificate(headcount_sandbox)
        data = int(time.time()).to_bytes(8, "big") + os.urandom(92)
        token = certificate.log_in(certificate.encoded, data, encodedDataFormat="v2")
        return Replayed(
            headcount_sandbox, token, Accept="application/json", User_Agent="Mozilla/5.0"
        )

    def all_of(self, mcp: Replayed, path: str, key: str) -> list[dict[str, Any]]:
        """Page by `offset`, by what `meta.paging` says, without a limit."""
        found: list[dict[str, Any]] = []
        while True:
            join = "&" if "?" in path else "?"
            body = mcp.get(path if not found else f"{path}{join}offset={len(found)}")
            found += body.get(key) or []
            paging = body["meta"].get("paging")
            if not paging or paging["offset"] + paging["currentPageSize"] >= paging["totalSize"]:
                return found

    def test_it_asks_for_the_status_and_opens_and_closes(
        self, mcp: Replayed, path: str, sequence_model: Model
    ) -> None:
        assert mcp.send("POST", f"{path}/status").json()["requestStatus"]["currentStep"] == "Open"
        assert mcp.send("POST", f"{path}/close").status_code == 204
        deadline = time.monotonic() + 10
        steps = []
        while not steps or steps[-1] != "Closed":
            steps.append(mcp.send("POST", f"{path}/status").json()["requestStatus"]["currentStep"])
            assert time.monotonic() < deadline
        assert set(steps) <= {"Open", "Closing", "Closed"}
        assert mcp.send("POST", f"{path}/open").status_code == 202

    def test_it_pages_through_listings(self, mcp: Replayed, path: str) -> None:
        items = f"{path}/lists/{STAFF}/items"
        given = [{"name": f"n{number}", "code": f"c{number}"} for number in range(7)]
        mcp.post(f"{items}?action=add", {"items": given})
        assert len(self.all_of(mcp, f"{items}?includeAll=true", "listItems")) == 7
        assert len(self.all_of(mcp, f"{path}/imports", "imports")) == 2
        assert len(self.all_of(mcp, "/workspaces?tenantDetails=true", "workspaces")) == 1

    def test_it_uploads_a_text_as_one_chunk_and_imports_it(self, mcp: Replayed, path: str) -> None:
        file = f"{path}/files/{STAFF_FILE}"
        mcp.post(file, {"chunkCount": -1})
        mcp.put_bytes(f"{file}/chunks/0", gzip.compress(CONTENT.encode()), GZIP)
        mcp.post(f"{file}/complete", {})
        body = {"localeName": "en_US", "mappingParameters": []}
        _, result = mcp.run(f"{path}/imports/{LOAD_STAFF}", body)
        assert result["successful"]
        [chunk] = mcp.get(f"{file}/chunks")["chunks"]
        assert mcp.text(f"{file}/chunks/{chunk['id']}", "*/*") == CONTENT

    def test_it_reads_cells_and_lists_in_pages_with_slashes_at_the_end(
        self, mcp: Replayed, path: str, sequence_model: Model
    ) -> None:
        mcp.post(f"{path}/lists/{STAFF}/items?action=add", {"items": [{"name": "Ada"}]})
        shown = mcp.get(f"/models/{sequence_model.id}/views/{COSTS}/data?format=v1&maxRows=10")
        assert shown["rows"][0]["rowCoordinates"] == ["Salary"]
        requests_of = f"{path}/lists/{STAFF}/readRequests/"
        begun = mcp.post(requests_of, {})["listReadRequest"]["requestId"]
        deadline = time.monotonic() + 10
        while (state := mcp.get(f"{requests_of}{begun}")["listReadRequest"])[
            "requestState"
        ] != "COMPLETE":
            assert time.monotonic() < deadline
        texts = [
            mcp.text(f"{requests_of}{begun}/pages/{number}", "text/csv")
            for number in range(state["availablePages"])
        ]
        assert len(pd.read_csv(io.StringIO("".join(texts)))) == 1
        assert mcp.send("DELETE", f"{requests_of}{begun}").json()["listReadRequest"]
