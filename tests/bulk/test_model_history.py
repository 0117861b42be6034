"""Exports of a model's history: tab separated, of unknown columns, with rows of any length.

What is known of them is in reports of users; the shape of their metadata is not.
"""

from __future__ import annotations

from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.bulk.exports import Export
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

TEXT = (
    "Date\tUser\tDescription\tPrevious Value\tNew Value\n"
    "2026-01-01\tada@corp.com\tRenamed\tA\tB\n"
    "2026-01-02\tbo@corp.com\tOpened\n"
    "\n"
    '2026-01-03\tbo@corp.com\t"Two\nlines"\t\t\tmore\n'
)


@pytest.fixture
def history(transport: Transport) -> Export:
    record = {"id": "116000000001", "name": "History", "exportType": "AUDIT_LOG"}
    return Export(Catalogue(transport, "/models/M", "model 'M'"), record)


def serve(server: ScriptedServer, metadata: dict[str, Any], text: str = TEXT) -> None:
    def rule(seen: Seen) -> Answer:
        path = seen.path.split("?")[0]
        if path.endswith("/chunks"):
            return as_json({"chunks": [{"id": "0"}]})
        if path.endswith("/chunks/0"):
            return Answer(200, text.encode(), {"Content-Type": "application/octet-stream"})
        if path.endswith("/tasks"):
            return as_json({"tasks": []})
        if path.endswith("/files"):
            return as_json({"files": [{"id": "116000000001", "name": "History", "chunkCount": 1}]})
        return as_json({"exportMetadata": metadata})

    server.rule = rule


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"separator": "\t", "layout": "AUDIT_LOG"},
        {"headerNames": ["Date"], "dataTypes": ["DATE"], "separator": ",", "rowCount": 3},
    ],
)
def test_rows_of_any_length_are_text_and_short_ones_are_filled(
    server: ScriptedServer, history: Export, metadata: dict[str, Any]
) -> None:
    serve(server, metadata)
    frame = history.read(run=False)
    assert list(frame.columns) == [
        *("Date", "User", "Description", "Previous Value", "New Value", "Column 6")
    ]
    found = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    assert found == [
        ["2026-01-01", "ada@corp.com", "Renamed", "A", "B", None],
        ["2026-01-02", "bo@corp.com", "Opened", None, None, None],
        ["2026-01-03", "bo@corp.com", "Two\nlines", None, None, "more"],
    ]
    assert "all of it is text" in frame.attrs["anaplan"]["note"]


def test_columns_rows_and_types_can_be_chosen(server: ScriptedServer, history: Export) -> None:
    serve(server, {})
    frame = history.read(
        run=False,
        columns=["User", "Date"],
        where={"User": "bo@corp.com"},
        dtype={"Date": "datetime64[ns]"},
        nrows=1,
    )
    assert frame["User"].tolist() == ["bo@corp.com"]
    assert str(frame["Date"].dtype) == "datetime64[ns]"
    assert history.read_arrow(run=False, columns=["User"]).read_all().num_rows == 3


def test_a_history_without_changes_and_one_that_the_user_may_not_see(
    server: ScriptedServer, history: Export
) -> None:
    serve(server, {}, "Date\tUser\n")
    assert history.read(run=False).shape == (0, 2)
    serve(server, {}, "\n")
    with pytest.raises(af.EmptyContent, match="for administrators only"):
        history.read(run=False)
    with pytest.raises(ValueError, match="needs a tabular layout"):
        history.read(run=False, omit_empty=True)
