"""An upload whose parts other processes send: all of them are imported once, or nothing is."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.bulk.shared_upload import SharedUpload
from anaplan_frames.bulk.upload_parts import SentPart
from anaplan_frames.connection import Connection
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer.compression import METHODS, deflate
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.writes.plan import SendOptions

ADVICE = "Use more partitions."
WARN = SendOptions(on_rejected="ignore", progress=False)


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as running:
        plan = running.workspace("Demo").model("Plan")
        items = plan.list("Parts")
        file = plan.file("parts.csv", columns=["code", "name"])
        mapping = {"code": "Code", "name": "Name"}
        plan.import_("Load", file, into=items, mapping=mapping)
        plan.delete_action("Clear", of=items)
        yield running


@pytest.fixture
def load(shared_sandbox: Sandbox) -> Iterator[af.Import]:
    with shared_sandbox.connect() as connection:
        model = connection.model("Plan")
        model.actions["Clear"].run()
        yield model.imports["Load"]


def frame(start: int, stop: int) -> pd.DataFrame:
    codes = [f"{number:05}" for number in range(start, stop)]
    return pd.DataFrame({"name": [f'Part "{code}"' for code in codes], "code": codes})


def items(load: af.Import) -> list[str]:
    model = Connection(load.catalogue.transport).model("Plan")
    return sorted(model.lists["Parts"].read(columns=["code"])["code"])


def send(upload: SharedUpload, frames: list[pd.DataFrame]) -> list[SentPart | None]:
    shared = upload.action.catalogue.transport.shared_by(4)
    parts = [upload.part(number, shared, ADVICE) for number in range(len(frames))]
    copies = [pickle.loads(pickle.dumps(part)) for part in parts]
    return [part.send(data) for part, data in zip(copies, frames, strict=True)]


def test_parts_are_imported_once_by_a_copy_in_another_process(load: af.Import) -> None:
    upload = load.shared_upload()
    before = len(load.tasks())
    upload.declare()
    sent = send(upload, [frame(0, 3), frame(3, 3), frame(3, 9)])
    copy = pickle.loads(pickle.dumps(upload))
    with copy.exclusive():
        result = copy.complete(list(reversed(sent)), WARN)
    assert (result.rows_sent, result.rows_created, result.outcome) == (9, 9, "loaded")
    assert result.bytes_sent == sum(part.content.size for part in sent if part is not None)
    assert items(load) == list(frame(0, 9)["code"])
    assert len(load.tasks()) == before + 1


def test_without_any_part_a_file_without_rows_is_imported(load: af.Import) -> None:
    upload = load.shared_upload()
    upload.declare()
    assert upload.complete([], WARN).rows_sent == 0


@pytest.mark.parametrize("kept", [[0], [1], [0, None], [0, 0]])
def test_a_missing_part_stops_the_import(kept: list[int | None], load: af.Import) -> None:
    upload = load.shared_upload()
    before = len(load.tasks())
    upload.declare()
    sent = send(upload, [frame(0, 3), frame(3, 9)])
    messages = [None if number is None else sent[number] for number in kept]
    with pytest.raises(af.TransferError, match=r"Not every part|has another content"):
        upload.complete(messages, WARN)
    assert len(load.tasks()) == before


def test_a_file_with_another_content_is_not_imported(load: af.Import) -> None:
    upload = load.shared_upload()
    before = len(load.tasks())
    upload.declare()
    sent = send(upload, [frame(0, 3), frame(3, 9)])
    upload.part(1, load.catalogue.transport, ADVICE).send(frame(10, 16))  # as another job would
    with pytest.raises(af.TransferError, match="has another content than was sent"):
        upload.complete(sent, WARN)
    assert len(load.tasks()) == before
    assert items(load) == []


def test_rejected_rows_are_kept_in_the_folder(load: af.Import, tmp_path: Path) -> None:
    upload = load.shared_upload(mapping={"label": "name"})
    upload.declare()
    rows = pd.DataFrame({"code": ["a", None, "b"], "label": ["A", None, "B"]})
    options = SendOptions(on_rejected="ignore", progress=False, dump=str(tmp_path))
    result = upload.complete(send(upload, [rows]), options)
    assert (result.rows_rejected, result.dump) == (1, str(tmp_path))
    assert len(pd.read_csv(tmp_path / "rejected.csv")) == 1


def test_the_thousandth_part_is_the_last(load: af.Import) -> None:
    upload, transport = load.shared_upload(), load.catalogue.transport
    assert upload.part(999, transport, ADVICE).count is None
    with pytest.raises(ValueError, match=r"at most 1,000 parts.*Use more partitions"):
        upload.part(1_000, transport, ADVICE)


def test_a_transport_that_is_shared_has_the_token_and_a_share_of_the_rate(
    shared_sandbox: Sandbox,
) -> None:
    with shared_sandbox.connect(requests_per_minute=600) as connection:
        connection.models()
        shared = connection.model("Plan")._catalogue.transport.shared_by(6)
        copied = pickle.loads(pickle.dumps(shared))
        shared_sandbox.faults.add("500", path="/token/*", times=None)
        assert copied.get("/users/me", label="your user")["user"]
        assert shared_sandbox.faults.struck == []
        shared_sandbox.faults.clear()
        assert copied._limits["requests_per_minute"] == 100
        assert shared_sandbox.password.encode() not in pickle.dumps(shared)


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=4))
def test_contents_of_parts_join_to_that_of_the_whole(text: bytes, cuts: list[int]) -> None:
    whole, joined = SentContent(), SentContent()
    whole.add([deflate(text, METHODS[0])])
    for start, stop in pairwise([0, *sorted(cuts), 300]):
        part = SentContent()
        part.add([deflate(text[start:stop], METHODS[0])])
        joined.add([part])
    assert vars(joined) == vars(whole)
