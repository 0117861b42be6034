"""Exports of a model's history: tab separated, with rows of any length."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import EXPORT, Http, in_model

COLUMNS = ["Date", "User", "Description", "Previous Value"]
ROWS = [
    ["2026-01-01", "ada@corp.com", "Renamed", "A"],
    ["2026-01-02", "bo@corp.com", "Opened", ""],
    ["2026-01-03", "bo@corp.com", 'Two\nlines, a\ttab and a "quote"', "", "more"],
]
TEXT = (
    "Date\tUser\tDescription\tPrevious Value\n"
    "2026-01-01\tada@corp.com\tRenamed\tA\n"
    "2026-01-02\tbo@corp.com\tOpened\n"
    '2026-01-03\tbo@corp.com\t"Two\nlines, a\ttab and a ""quote"""\t\tmore\n'
)


def test_a_history_is_exported_as_it_was_given(tenant: Sandbox) -> None:
    model = tenant.workspace("W").model("M")
    model.history_export("History", COLUMNS, ROWS, id=EXPORT)
    api = in_model(Http(tenant), model)
    [listed] = api.get("/exports").json()["exports"]
    assert (listed["layout"], listed["exportFormat"]) == ("AUDIT_LOG", "text/plain")
    metadata = api.get(f"/exports/{EXPORT}").json()["exportMetadata"]
    assert metadata["headerNames"] == COLUMNS
    assert (metadata["separator"], metadata["rowCount"]) == ("\t", 3)
    assert api.run(f"exports/{EXPORT}")["successful"]
    assert api.get(f"/files/{EXPORT}/chunks/0").text == TEXT


def test_the_library_reads_it(tenant: Sandbox) -> None:
    model = tenant.workspace("W").model("M")
    model.history_export("History", COLUMNS, ROWS)
    with tenant.connect() as connection:
        frame = connection.model("M").exports["History"].read()
    assert list(frame.columns) == [*COLUMNS, "Column 5"]
    assert frame["Description"].tolist() == [row[2] for row in ROWS]
    assert frame["Column 5"].isna().tolist() == [True, True, False]


@pytest.mark.long
def test_a_copy_of_the_model_has_its_history_export(tenant: Sandbox) -> None:
    model = tenant.workspace("W").model("M")
    export = model.history_export("History", COLUMNS, ROWS)
    tenant.revision(model, "v1")
    [copied] = tenant.copy_model(model, "Copy").exports.values()
    assert (copied.name, copied.of) == ("History", export.of)
