"""Large reads of views and lists over HTTP: pages during the read, and its end."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import Http, InModel, in_model
from tests.sandbox.planning.model_actions import names
from tests.sandbox.sales import MODULE, NOTE, SHOPS, SMALL, VIEW, build_sales

PAGE = 600
TABULAR = {"exportType": "TABULAR_MULTI_COLUMN"}


@dataclass
class LargeRead:
    """A read request that was begun, through HTTP."""

    model: InModel
    key: str
    path: str

    @property
    def status(self) -> dict[str, Any]:
        answer = self.model.get(self.path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()[self.key]
        return shown

    def page(self, number: int | str) -> str:
        answer = self.model.get(f"{self.path}/pages/{number}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return answer.text

    def page_status(self, number: int | str = 0) -> int:
        return self.model.get(f"{self.path}/pages/{number}").status_code

    def delete(self) -> dict[str, Any]:
        answer = self.model.http.send("DELETE", self.model.path + self.path)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()[self.key]
        return shown

    def wait(self, state: str = "COMPLETE") -> dict[str, Any]:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if (status := self.status)["requestState"] == state:
                return status
            time.sleep(0.01)
        raise AssertionError(f"{self.path} does not become {state}")

    def pages(self) -> list[str]:
        return [self.page(number) for number in range(self.wait()["availablePages"])]


def begin(model: InModel, of: str, body: Any = None) -> LargeRead:
    answer = model.post(f"/{of}/readRequests", body)
    assert answer.status_code == 200, answer.text
    key = f"{of[:4]}ReadRequest"
    return LargeRead(model, key, f"/{of}/readRequests/{answer.json()[key]['requestId']}")


@pytest.fixture(scope="module")
def sales_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, read_page_size=PAGE, task_pause=0.0) as running:
        yield running


@pytest.fixture(scope="module")
def sales_api(sales_sandbox: Sandbox) -> InModel:
    return build_sales(sales_sandbox)


# Each layout once, with the views in turn; all with each other in the long run.
@pytest.mark.parametrize(
    ("layout", "view"),
    [
        pytest.param(layout, view, marks=[] if second % 3 == first % 3 else pytest.mark.long)
        for first, layout in enumerate(
            [
                "TABULAR_MULTI_COLUMN",
                "TABULAR_SINGLE_COLUMN",
                "TABULAR_SINGLE_ITEMS",
                "GRID_ALL_PAGES",
            ]
        )
        for second, view in enumerate([MODULE, VIEW, NOTE])
    ],
)
def test_all_pages_together_equal_a_single_answer(
    sales_api: InModel, view: str, layout: str
) -> None:
    at_once = "TABULAR_SINGLE_COLUMN" if layout == "TABULAR_SINGLE_ITEMS" else layout
    pages = begin(sales_api, f"views/{view}", {"exportType": layout}).pages()
    whole = sales_api.get(f"/views/{view}/data", exportType=at_once, moduleId=MODULE).text
    assert len(pages) > 2
    assert "".join(pages) == whole


def test_pages_are_full_and_end_with_a_line(sales_api: InModel) -> None:
    pages = begin(sales_api, f"views/{VIEW}", TABULAR).pages()
    assert all(page.endswith("\n") for page in pages)
    assert all(PAGE - 60 < len(page) <= PAGE for page in pages[:-1])


def test_the_header_is_on_the_first_page_only(sales_api: InModel) -> None:
    first, *others = begin(sales_api, f"views/{VIEW}", TABULAR).pages()
    assert first.startswith("Shop,Time,Versions,City,Units,Note,Double\n")
    assert not [page for page in others if "Units" in page]


def test_pages_can_be_fetched_while_the_read_is_in_progress() -> None:
    with Sandbox(rate_limit=None, read_page_size=PAGE, task_pause=0.4) as sandbox:
        read = begin(build_sales(sandbox), f"views/{VIEW}", TABULAR)
        assert read.status["requestState"] == "NOT_STARTED"
        assert read.page_status() == 404
        running = read.wait("IN_PROGRESS")
        while not running["availablePages"]:
            time.sleep(0.01)
            running = read.status
        assert (running["requestState"], running["successful"]) == ("IN_PROGRESS", False)
        first = read.page(0)
        done = read.wait()
        assert done["successful"] is True
        assert read.page(0) == first
        assert read.page_status(done["availablePages"]) == 404
        assert read.page_status("first") == 404


def test_a_request_shows_its_source_and_its_url(sales_sandbox: Sandbox, sales_api: InModel) -> None:
    answer = sales_api.post(f"/views/{VIEW}/readRequests", TABULAR).json()["viewReadRequest"]
    assert answer["viewId"] == VIEW
    place = f"{sales_api.path}/views/{VIEW}/readRequests/{answer['requestId']}"
    assert answer["url"] == f"{sales_sandbox.api_url}/2/0{place}"
    answer = sales_api.post(f"/lists/{SHOPS}/readRequests").json()["listReadRequest"]
    assert answer["listId"] == SHOPS


def test_both_url_forms_serve_the_same_request(sales_api: InModel) -> None:
    direct = InModel(sales_api.http, f"/models/{sales_api.path.rpartition('/')[2]}")
    read = begin(direct, f"views/{SMALL}", TABULAR)
    assert read.pages() == ['Shop,V\nX,0\n"Y, Z",0\n']
    assert LargeRead(sales_api, read.key, read.path).pages() == read.pages()


@pytest.mark.parametrize("body", [None, {}, {"exportType": "GRID_CURRENT_PAGE"}, {"exportType": 1}])
def test_a_large_read_of_a_view_requires_a_layout_for_large_reads(
    sales_api: InModel, body: Any
) -> None:
    answer = sales_api.post(f"/views/{VIEW}/readRequests", body)
    assert answer.status_code == 400
    assert "TABULAR_SINGLE_ITEMS" in answer.json()["status"]["message"]


def test_an_unknown_view_or_list_cannot_be_read(sales_api: InModel) -> None:
    assert sales_api.post("/views/999000000001/readRequests", TABULAR).status_code == 404
    assert sales_api.post("/lists/999000000001/readRequests").status_code == 404
    assert sales_api.get(f"/lists/{SHOPS}/readRequests/ABC").status_code == 404
    read = begin(sales_api, f"lists/{SHOPS}")
    elsewhere = read.path.replace(SHOPS, "101000000001")
    assert sales_api.get(elsewhere).status_code == 404
    assert sales_api.get(read.path.replace("lists", "views")).status_code == 404


def test_a_deleted_request_is_cancelled_and_its_pages_are_gone(
    sales_sandbox: Sandbox, sales_api: InModel
) -> None:
    read = begin(sales_api, f"views/{VIEW}", TABULAR)
    assert read.wait()["availablePages"] > 0
    (kept,) = [one for one in sales_sandbox.large_reads.kept if one.id in read.path]
    assert kept.folder.exists()
    assert read.delete()["requestState"] == "CANCELLED"
    assert not kept.folder.exists()
    assert kept not in sales_sandbox.large_reads.kept
    assert read.page_status() == 404
    assert (read.status["requestState"], read.status["availablePages"]) == ("CANCELLED", 0)
    assert read.delete()["requestState"] == "CANCELLED"


def build_shops(sandbox: Sandbox) -> InModel:
    """Make a model with one list."""
    model = sandbox.workspace("W").model("M")
    model.list("Shop", id=SHOPS, items=names("X", "Y"))
    return in_model(Http(sandbox), model)


@pytest.mark.parametrize("state", ["NOT_STARTED", "IN_PROGRESS"])
def test_a_request_deleted_before_its_end_stops(state: str) -> None:
    with Sandbox(rate_limit=None, task_pause=0.15) as sandbox:
        read = begin(build_shops(sandbox), f"lists/{SHOPS}")
        read.wait(state)
        read.delete()
        time.sleep(0.4)  # longer than its two pauses
        assert read.status["requestState"] == "CANCELLED"
        assert read.page_status() == 404
        assert sandbox.large_reads.kept == []


def test_a_request_ends_after_thirty_minutes_without_use() -> None:
    clock = Clock()
    with Sandbox(rate_limit=None, task_pause=0.0, token_lifetime=10**6, clock=clock) as sandbox:
        read = begin(build_shops(sandbox), f"lists/{SHOPS}")
        read.wait()
        for _ in range(2):
            clock.now += 29 * 60
            assert read.page_status() == 200
        clock.now += 31 * 60
        assert read.page_status() == 404
        assert read.model.get(read.path).status_code == 404
        assert sandbox.large_reads.kept == []


def test_a_request_is_private(sales_sandbox: Sandbox, sales_api: InModel) -> None:
    read = begin(sales_api, f"lists/{SHOPS}")
    read.wait()
    sales_sandbox.add_user("other@example.com", "pw")
    other = InModel(Http(sales_sandbox, "other@example.com", "pw"), sales_api.path)
    assert other.get(read.path).status_code == 404
    assert other.get(f"{read.path}/pages/0").status_code == 404
    assert other.delete(read.path) == 404
    assert read.page_status() == 200


def test_a_read_that_fails_is_complete_without_success() -> None:
    with Sandbox(rate_limit=None, task_pause=0.0) as sandbox:
        model = build_sales(sandbox)
        (built,) = sandbox.models.values()
        with built.store.transaction() as con:
            con.execute(f"DROP TABLE cells_{MODULE}")
        status = begin(model, f"views/{VIEW}", TABULAR).wait()
        assert (status["successful"], status["availablePages"]) == (False, 0)


def test_a_stopped_sandbox_keeps_no_request() -> None:
    with Sandbox(rate_limit=None, task_pause=5.0) as sandbox:
        read = begin(build_shops(sandbox), f"lists/{SHOPS}")
        sandbox.stop()
        sandbox.start()
        (built,) = sandbox.models.values()
        path = f"/models/{built.id}{read.path}"
        assert Http(sandbox).get(path).status_code == 404
        assert sandbox.large_reads.kept == []


def test_a_list_is_read_with_its_properties_and_subsets(sales_sandbox: Sandbox) -> None:
    model = next(iter(sales_sandbox.models.values()))
    items = pd.DataFrame(
        {
            "Name": ["Ada", "Bo, jr."],
            "Code": ["E1", "E2"],
            "Parent": ["", "Ada"],
            "FTE": ["0.5", ""],
            "Since": ["2020-01-31", ""],
            "Remark": ['two\nlines "quoted"', ""],
            "Active": ["true", ""],
        }
    )
    formats = {"FTE": "NUMBER", "Since": "DATE", "Remark": "TEXT"}
    staff = model.list("Staff", properties=formats, subsets=["Active"], items=items)
    of_staff = InModel(Http(sales_sandbox), f"/models/{model.id}")
    pages = begin(of_staff, f"lists/{staff.id}").pages()
    assert list(csv.reader(io.StringIO("".join(pages)))) == [
        ["Staff", "Parent", "Code", "FTE", "Since", "Remark", "Active"],
        ["Ada", "", "E1", "0.5", "2020-01-31", 'two\nlines "quoted"', "true"],
        ["Bo, jr.", "Ada", "E2", "0", "", "", "false"],
    ]


def test_an_empty_list_has_one_page_with_the_header(
    sales_sandbox: Sandbox, sales_api: InModel
) -> None:
    built = next(iter(sales_sandbox.models.values()))
    nothing = built.list("Nothing", properties={"P": "TEXT"})
    assert begin(sales_api, f"lists/{nothing.id}").pages() == ["Nothing,Parent,Code,P\n"]
