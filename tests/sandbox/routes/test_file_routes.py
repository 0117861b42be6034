"""Uploads in chunks and at once, downloads, private and default content."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.file_contents import Content, Contents
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import (
    EMPLOYEES,
    EXPORT,
    FILE,
    LIST_IMPORT,
    OTHER_FILE,
    Http,
    InModel,
    build_headcount,
    in_model,
)

GZIP = "application/x-gzip"
CHUNKS = f"/files/{FILE}/chunks"


def listed_chunks(model: InModel, file: str = FILE) -> int:
    """Return the chunkCount in the listing of files."""
    files = {f["id"]: f for f in model.get("/files").json()["files"]}
    count: int = files[file]["chunkCount"]
    return count


def test_chunks_can_come_in_any_order_and_split_a_row(headcount_api: InModel) -> None:
    answer = headcount_api.post(f"/files/{FILE}", {"chunkCount": 3})
    assert answer.json()["file"]["chunkCount"] == 3
    assert answer.json()["file"]["name"] == "employees.csv"
    for index, part in ((2, EMPLOYEES[20:]), (0, EMPLOYEES[:7]), (1, EMPLOYEES[7:20])):
        assert headcount_api.put(f"{CHUNKS}/{index}", part) == 204
    assert headcount_api.get(f"/files/{FILE}").content == EMPLOYEES


def test_content_that_is_replaced_after_it_was_found_is_404(
    headcount_api: InModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    headcount_api.put(f"/files/{FILE}", EMPLOYEES)
    read = Content.read

    def read_replaced(content: Content, start: int, length: int) -> Iterator[bytes]:
        headcount_api.post(f"/files/{FILE}", {"chunkCount": 1})
        return read(content, start, length)

    monkeypatch.setattr(Content, "read", read_replaced)
    assert headcount_api.get(f"{CHUNKS}/0").status_code == 404


def test_each_chunk_is_unzipped_on_its_own(headcount_api: InModel) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 3})
    assert headcount_api.put(f"{CHUNKS}/0", gzip.compress(EMPLOYEES[:10]), GZIP) == 204
    assert headcount_api.put(f"{CHUNKS}/1", EMPLOYEES[10:15]) == 204
    assert headcount_api.put(f"{CHUNKS}/2", gzip.compress(EMPLOYEES[15:]), GZIP) == 204
    assert headcount_api.get(f"/files/{FILE}").content == EMPLOYEES


@pytest.mark.parametrize(
    "bad",
    [b"not gzip", gzip.compress(EMPLOYEES)[:-9], gzip.compress(EMPLOYEES)[:-8] + bytes(8)],
    ids=[
        "not gzip",
        "cut off",
        "wrong checksum",
    ],  # the bytes contain the time, so ids made of them would change
)
def test_a_chunk_of_incomplete_gzip_is_refused(headcount_api: InModel, bad: bytes) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 1})
    assert headcount_api.put(f"{CHUNKS}/0", bad, GZIP) == 400
    assert headcount_api.get(f"/files/{FILE}").status_code == 404


def test_an_upload_of_unknown_length_is_only_readable_once_completed(
    headcount_api: InModel,
) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": -1})
    headcount_api.put(f"{CHUNKS}/0", EMPLOYEES[:9])
    headcount_api.put(f"{CHUNKS}/1", EMPLOYEES[9:])
    assert headcount_api.get(f"/files/{FILE}").status_code == 404
    answer = headcount_api.post(f"/files/{FILE}/complete", {"id": FILE})
    assert (answer.status_code, answer.json()["file"]["chunkCount"]) == (200, 2)
    assert headcount_api.get(f"/files/{FILE}").content == EMPLOYEES


def test_a_file_with_a_missing_chunk_is_not_readable(headcount_api: InModel) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 3})
    headcount_api.put(f"{CHUNKS}/0", b"a")
    headcount_api.put(f"{CHUNKS}/2", b"c")
    answer = headcount_api.post(f"/files/{FILE}/complete")
    assert answer.status_code == 400
    assert answer.json()["status"]["message"] == "Chunk 1 of 3 is missing"
    assert headcount_api.get(f"/files/{FILE}").status_code == 404
    headcount_api.put(f"{CHUNKS}/1", b"b")
    assert headcount_api.get(f"/files/{FILE}").content == b"abc"


def test_a_chunk_can_be_sent_again(headcount_api: InModel) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 2})
    headcount_api.put(f"{CHUNKS}/0", b"half")
    headcount_api.put(f"{CHUNKS}/1", b" file")
    headcount_api.put(f"{CHUNKS}/0", b"whole")
    assert headcount_api.get(f"/files/{FILE}").content == b"whole file"


def test_a_chunk_that_comes_while_the_upload_is_completed_is_not_part_of_it(tmp_path: Path) -> None:
    contents = Contents(tmp_path, time.time)
    upload = contents.begin("model", "file", "user", None)
    for index, text in enumerate((b"one", b"two")):
        path = contents.new_path()
        path.write_bytes(text)
        upload.put(index, path)
    late = contents.new_path()
    late.write_bytes(b"three")
    upload.complete()
    upload.put(2, late)
    assert b"".join(upload.read(0, upload.size)) == b"onetwo"
    assert (upload.size, upload.parts(4)) == (6, 2)


def test_chunks_beyond_the_count_or_before_the_post_are_refused(headcount_api: InModel) -> None:
    assert headcount_api.put(f"{CHUNKS}/0", b"x") == 400
    assert headcount_api.post(f"/files/{FILE}/complete").status_code == 400
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 2})
    assert headcount_api.put(f"{CHUNKS}/2", b"x") == 400
    assert headcount_api.put(f"{CHUNKS}/x", b"x") == 404


@pytest.mark.parametrize("count", [None, "2", -2, 1001, 1.5, True])
def test_an_invalid_chunk_count_is_400(headcount_api: InModel, count: object) -> None:
    assert headcount_api.post(f"/files/{FILE}", {"chunkCount": count}).status_code == 400


def test_a_chunk_count_of_0_leaves_the_file_without_content(headcount_api: InModel) -> None:
    headcount_api.upload(EMPLOYEES)
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 0})
    assert headcount_api.get(f"/files/{FILE}").status_code == 404
    assert headcount_api.get(f"{CHUNKS}/0").status_code == 404
    assert listed_chunks(headcount_api) == 0


def test_a_file_without_content_omits_the_key_of_its_chunks(headcount_api: InModel) -> None:
    body = headcount_api.get(CHUNKS).json()
    assert "chunks" not in body
    assert body["meta"]["paging"]["totalSize"] == 0


def test_a_file_in_one_piece_is_never_unzipped(headcount_api: InModel) -> None:
    packed = gzip.compress(EMPLOYEES)
    assert headcount_api.put(f"/files/{FILE}", packed, GZIP) == 204
    assert headcount_api.get(f"/files/{FILE}").content == packed


def test_an_empty_file_is_content(headcount_api: InModel) -> None:
    headcount_api.upload(b"")
    answer = headcount_api.get(f"/files/{FILE}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert headcount_api.get(f"{CHUNKS}/0").content == b""


def test_downloads_come_in_chunks_of_their_own_size() -> None:
    with Sandbox(rate_limit=None, export_chunk_size=1000) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        content = os.urandom(3500)
        model.post(f"/files/{FILE}", {"chunkCount": 3})
        for index, (start, end) in enumerate([(0, 700), (700, 3400), (3400, 3500)]):
            model.put(f"{CHUNKS}/{index}", content[start:end])
        body = model.get(CHUNKS).json()
        assert body["chunks"][3] == {"id": "3", "name": "Chunk 3"}
        parts = [model.get(f"{CHUNKS}/{chunk['id']}") for chunk in body["chunks"]]
        assert [len(part.content) for part in parts] == [1000, 1000, 1000, 500]
        assert b"".join(part.content for part in parts) == content
        assert parts[0].headers["Content-Type"] == "application/octet-stream"
        assert listed_chunks(model) == 4
        assert model.get(f"{CHUNKS}/4").status_code == 404


def test_content_is_private_and_default_content_is_shared(
    tenant: Sandbox, headcount: Model
) -> None:
    tenant.add_user("other@example.com", "pw")
    mine = in_model(Http(tenant), headcount)
    theirs = in_model(Http(tenant, "other@example.com", "pw"), headcount)
    mine.upload(b"mine")
    assert theirs.get(f"/files/{FILE}").status_code == 404
    tenant.default_content(headcount, FILE, b"default")
    assert theirs.get(f"/files/{FILE}").content == b"default"
    assert mine.get(f"/files/{FILE}").content == b"mine"
    assert mine.delete(f"/files/{FILE}") == 204
    assert mine.get(f"/files/{FILE}").content == b"default"
    assert mine.delete(f"/files/{FILE}") == 204
    assert mine.get(f"/files/{FILE}").content == b"default"


def test_an_upload_that_is_not_complete_hides_the_default_content(
    tenant: Sandbox, headcount: Model, headcount_api: InModel
) -> None:
    tenant.default_content(headcount, FILE, EMPLOYEES)
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 2})
    assert headcount_api.get(f"/files/{FILE}").status_code == 404
    details = headcount_api.run(f"imports/{LIST_IMPORT}")["details"]
    assert details[0]["type"] == "uploadedFileNoLongerAvailable"


def test_private_content_is_dropped_after_48_hours() -> None:
    clock = Clock()
    with Sandbox(token_lifetime=1e9, clock=clock) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        clock.now += 47 * 3600
        assert model.get(f"/files/{FILE}").status_code == 200
        clock.now += 2 * 3600
        assert model.get(f"/files/{FILE}").status_code == 404


def test_posting_to_an_unknown_id_creates_a_file_that_no_import_reads(
    headcount_api: InModel,
) -> None:
    # The usual mistake: the import's id instead of its file's.
    made = headcount_api.post(f"/files/{LIST_IMPORT}", {"chunkCount": 1}).json()["file"]
    assert made["id"] not in (FILE, OTHER_FILE, LIST_IMPORT)
    assert made["name"] == LIST_IMPORT
    assert made["id"] in [file["id"] for file in headcount_api.get("/files").json()["files"]]
    assert headcount_api.put(f"/files/{LIST_IMPORT}/chunks/0", EMPLOYEES) == 204
    assert headcount_api.get(f"/files/{made['id']}").content == EMPLOYEES
    result = headcount_api.run(f"imports/{LIST_IMPORT}")
    assert result["details"][0]["type"] == "uploadedFileNoLongerAvailable"
    again = headcount_api.post(f"/files/{LIST_IMPORT}", {"chunkCount": 1}).json()["file"]
    assert again["id"] == made["id"]


def test_other_calls_to_an_unknown_file_are_404(headcount_api: InModel) -> None:
    unknown = "/files/113999999999"
    assert headcount_api.put(unknown, b"x") == 404
    assert headcount_api.put(f"{unknown}/chunks/0", b"x") == 404
    assert headcount_api.get(unknown).status_code == 404
    assert headcount_api.get(f"{unknown}/chunks").status_code == 404
    assert headcount_api.post(f"{unknown}/complete").status_code == 404
    assert headcount_api.delete(unknown) == 404


def test_an_export_file_has_no_content_before_the_export_ran(headcount_api: InModel) -> None:
    assert headcount_api.get(f"/files/{EXPORT}").status_code == 404
    assert listed_chunks(headcount_api, EXPORT) == 0


def test_chunks_are_accepted_in_parallel(tenant: Sandbox, headcount: Model) -> None:
    http = Http(tenant)
    model = in_model(http, headcount)
    parts = [os.urandom(200_000) for _ in range(12)]
    model.post(f"/files/{FILE}", {"chunkCount": len(parts)})
    statuses: dict[int, int] = {}

    def send(index: int) -> None:
        body = gzip.compress(parts[index], 1)
        statuses[index] = model.put(f"{CHUNKS}/{index}", body, GZIP)

    threads = [threading.Thread(target=send, args=(index,)) for index in range(len(parts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses.values()) == {204}
    assert model.get(f"/files/{FILE}").content == b"".join(parts)


def test_a_body_without_a_length_is_accepted(headcount_api: InModel) -> None:
    def blocks() -> Iterator[bytes]:
        yield EMPLOYEES[:5]
        yield EMPLOYEES[5:]

    headers = {"Content-Type": "application/octet-stream"}
    answer = headcount_api.http.send(
        "PUT", f"{headcount_api.path}/files/{FILE}", data=blocks(), headers=headers
    )
    assert answer.status_code == 204
    assert headcount_api.get(f"/files/{FILE}").content == EMPLOYEES


def test_a_chunk_of_50_mb_is_accepted_and_a_larger_one_refused(headcount_api: InModel) -> None:
    headcount_api.post(f"/files/{FILE}", {"chunkCount": 1})
    largest = bytes(50_000_000)
    assert headcount_api.put(f"{CHUNKS}/0", largest) == 204
    assert headcount_api.put(f"{CHUNKS}/0", gzip.compress(bytes(60_000_000), 1), GZIP) == 400
    assert headcount_api.get(f"/files/{FILE}").headers["Content-Length"] == "50000000"


def test_no_files_are_left_behind_and_kept_content_is_found_again(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        model.upload(EMPLOYEES)
        model.post(f"/files/{OTHER_FILE}", {"chunkCount": 2})
        model.put(f"/files/{OTHER_FILE}/chunks/0", b"Na")
    with Sandbox(data=tmp_path) as sandbox:
        again = sandbox.workspace("Finance").models or build_headcount(sandbox)
        assert isinstance(again, Model)
        model = in_model(Http(sandbox), again)
        assert model.get(f"/files/{FILE}").content == EMPLOYEES
        assert model.put(f"/files/{OTHER_FILE}/chunks/1", b"me") == 204
        assert model.get(f"/files/{OTHER_FILE}").content == b"Name"
