"""What data cannot be given to, against a server that answers as a test says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from tests.transport.scripted import ScriptedServer, Seen, as_json

MODEL = {"id": "M", "name": "Plan", "currentWorkspaceId": "w", "currentWorkspaceName": "W"}
IMPORTS = [
    {"id": "112000000001", "name": "From a model", "importDataSourceId": "102000000001"},
    {"id": "112000000002", "name": "From a lost file", "importDataSourceId": "113000000009"},
    {"id": "112000000003", "name": "From nowhere", "importDataSourceId": "113000000009"},
]
METADATA = {
    "112000000001": {"name": "From a model", "type": "MODEL"},
    "112000000002": {"name": "From a lost file", "type": "FILE", "source": {"headerNames": ["a"]}},
    "112000000003": {"name": "From nowhere", "type": "FILE", "source": -1},
}


def answer(seen: Seen) -> Any:
    path = seen.path.split("?")[0].rstrip("/")
    kind = path.rsplit("/", 1)[1]
    if kind in METADATA:
        return as_json({"importMetadata": METADATA[kind]})
    items = {"models": [MODEL], "imports": IMPORTS}.get(kind, [])
    paging = {"currentPageSize": len(items), "totalSize": len(items), "offset": 0}
    return as_json({"meta": {"paging": paging}, kind: items})


@pytest.fixture
def files_model(server: ScriptedServer) -> Iterator[af.Model]:
    server.rule = answer
    auth = af.BasicAuth("a@example.com", "x")
    with af.connect(auth=auth, api_url=server.url, auth_url=server.url) as connection:
        yield connection.model("Plan")


def test_an_import_from_a_model_says_that_it_takes_no_data(
    files_model: af.Model, server: ScriptedServer
) -> None:
    with pytest.raises(af.ColumnMismatch) as caught:
        af.to_anaplan(pd.DataFrame({"a": [1]}), "From a model", files_model)
    assert str(caught.value) == (
        "import 'From a model' does not read a file but a model, so you cannot load data with it. "
        "Run it with model.imports['From a model'].run()."
    )
    assert {call.method for call in server.calls} == {"GET"}


def test_a_file_that_is_not_listed_is_never_posted_to(
    files_model: af.Model, server: ScriptedServer
) -> None:
    with pytest.raises(af.NotFound, match="not among the files of model 'Plan'"):
        af.to_anaplan(pd.DataFrame({"a": [1]}), "From a lost file", files_model)
    assert {call.method for call in server.calls} == {"GET"}


def test_a_file_of_which_the_answer_does_not_say_how_it_is_written_is_not_guessed(
    files_model: af.Model,
) -> None:
    with pytest.raises(af.TransferError, match=r"'From nowhere': .* not say how its file is"):
        af.to_anaplan(pd.DataFrame({"a": [1]}), "From nowhere", files_model)
