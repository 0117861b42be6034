"""What every kind of table can be asked for, against the sandbox: where, nrows, chunks, attrs."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox

ROWS = pd.DataFrame(
    {
        "Shops": ["Oslo", "Rome", "Bern", "Oslo"],
        "Amount": ["1", "0", "2.5", "3"],
        "Note": ["a", "", "b", "true"],
    }
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """Serve a tenant with one model, whose tables no test changes."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture(scope="module")
def shops(shared: Sandbox) -> Iterator[af.Model]:
    """A file, a list, a module over a hierarchy and months, a view of it, and its export."""
    model = shared.workspace("Demo").model("Shops", calendar=Calendar(2026, 0, 0))
    regions = model.list("Regions", items=pd.DataFrame({"Name": ["North", "South"]}))
    items = pd.DataFrame(
        {
            "Name": ["Oslo", "Bergen", "Rome"],
            "Code": ["O", "B", "R"],
            "Parent": ["North", "North", "South"],
            "Size": [10, 20, 0],
            "Since": ["2020-02-29", "", "2021-01-01"],
            "Open": ["true", "false", "true"],
        }
    )
    properties = {"Size": "NUMBER", "Since": "DATE", "Open": "BOOLEAN"}
    listed = model.list("Shops", parent=regions, properties=properties, items=items)
    cells = pd.DataFrame(
        {"Shops": ["Oslo", "Rome"], "Time": ["Jan 26", "Feb 26"], "Amount": [1.5, 2.0]}
    )
    module = model.module(
        "Sales", dimensions=[listed, "Time"], line_items={"Amount": "NUMBER"}, cells=cells
    )
    model.export("Out", of=module)
    model.file("shops.csv", columns=["Shops", "Amount", "Note"])
    model.file("returns.csv", columns=["Shops", "Amount", "Note"])
    with shared.connect(requests_per_minute=None) as connection:
        connected = connection.model("Shops")
        connected.files["shops.csv"].write(ROWS)
        yield connected


SOURCES = ["files", "lists", "modules", "views", "exports"]
NAMES = {"files": "shops.csv", "lists": "Shops", "exports": "Out"}


def table(model: af.Model, kind: str) -> Any:
    return getattr(model, kind)[NAMES.get(kind, "Sales")]


def first_column(kind: str) -> str:
    return "name" if kind == "lists" else "Shops"


@pytest.fixture
def asked(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return the requests that were sent since the last call."""
    caplog.set_level(logging.DEBUG, "anaplan_frames")

    def since() -> list[str]:
        found = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return [each for each in found if "/2/0/" in each]

    return since


@pytest.mark.parametrize("kind", SOURCES)
def test_only_the_rows_of_certain_values_are_read(kind: str, shops: af.Model) -> None:
    column = first_column(kind)
    whole = table(shops, kind).read()
    for values in ("Oslo", ["Oslo", "Rome"]):
        found = table(shops, kind).read(where={column: values})
        expected = whole[whole[column].isin([values] if isinstance(values, str) else values)]
        pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))
        assert len(found)
        arrow = table(shops, kind).read_arrow(where={column: values}).read_all()
        assert arrow.column(column).to_pylist() == expected[column].tolist()


@pytest.mark.parametrize("kind", SOURCES)
def test_rows_are_counted_after_they_are_selected(kind: str, shops: af.Model) -> None:
    column = first_column(kind)
    whole = table(shops, kind).read(where={column: "Oslo"})
    for count in (0, 1, len(whole), len(whole) + 5):
        found = table(shops, kind).read(where={column: "Oslo"}, nrows=count)
        pd.testing.assert_frame_equal(found, whole.head(count))
    assert table(shops, kind).read_arrow(nrows=2).read_all().num_rows == 2
    chunks = list(table(shops, kind).read(nrows=2, chunksize=1))
    assert [len(chunk) for chunk in chunks] == [1, 1]


@pytest.mark.parametrize("kind", SOURCES)
def test_a_frame_says_what_it_was_read_from(kind: str, shops: af.Model) -> None:
    found = table(shops, kind)
    column = first_column(kind)
    frame = found.read(where={column: ["Oslo"]})
    said = frame.attrs["anaplan"]
    assert json.loads(json.dumps(said)) == said
    read_at = dt.datetime.fromisoformat(said.pop("read_at"))
    assert abs(dt.datetime.now(dt.UTC) - read_at) < dt.timedelta(minutes=5)
    assert said == {
        "schema": 1,
        "kind": found.kind,
        "name": found.name,
        "id": found.id,
        "model": "Shops",
        "model_id": shops.id,
        "workspace_id": shops.workspace_id,
        "url": f"anaplan://{shops.workspace_id}/{shops.id}/{found.plural}/{found.id}",
        "totals": False if kind == "modules" else None,
        "where": {column: ["Oslo"]},
    }
    for chunk in found.read(chunksize=2):
        assert chunk.attrs["anaplan"]["where"] is None
    assert len(af.read_anaplan(said["url"], shops)) == len(found.read())


@pytest.mark.parametrize("kind", SOURCES)
def test_unknown_options_are_a_type_error_before_anything_is_sent(
    kind: str, shops: af.Model, asked: Callable[[], list[str]]
) -> None:
    found = table(shops, kind)
    asked()
    for method in (found.read, found.read_arrow):
        with pytest.raises(TypeError, match="unexpected keyword argument 'pages'"):
            method(pages={"Versions": "Actual"})
        parameters = inspect.signature(method).parameters.values()
        assert all(each.kind is not each.VAR_KEYWORD for each in parameters)
    for options in ({"nrows": -1}, {"chunksize": 0}, {"dtype_backend": "arrow"}, {"timeout": -1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            found.read(**options)
    with pytest.raises(TypeError, match="where="):
        found.read(where="Oslo")
    assert not asked()
    found.read()
    assert asked()


def test_an_export_is_not_run_for_what_it_cannot_have(shops: af.Model) -> None:
    export = shops.exports["Out"]
    before = len(export.tasks())
    for error, options in (
        (af.ColumnMismatch, {"columns": ["Amounts"]}),
        (af.ColumnMismatch, {"where": {"Shop": "Oslo"}}),
        (ValueError, {"where": {"Amount": "many"}}),
        (ValueError, {"layout": "grid"}),
        (ValueError, {"hierarchy": True}),
        (ValueError, {"periods": "month"}),
    ):
        given: Any = options
        with pytest.raises(error):
            af.read_anaplan("Out", shops, **given)
    assert len(export.tasks()) == before
    with pytest.raises(af.ColumnMismatch, match=r"no column 'Shop'\. Did you mean 'Shops'\?"):
        export.read(where={"Shop": "Oslo"})


def test_values_of_a_list_are_compared_by_their_types(shops: af.Model) -> None:
    shops_list = shops.lists["Shops"]
    assert shops_list.read(where={"Size": [0, 20]})["name"].tolist() == ["Bergen", "Rome"]
    since = shops_list.read(where={"Since": dt.date(2020, 2, 29)}, columns=["name"])
    assert since["name"].tolist() == ["Oslo"]
    assert since.columns.tolist() == ["name"]
    assert shops_list.read(where={"Open": False, "parent": "North"})["code"].tolist() == ["B"]
    levels = shops_list.read(hierarchy=True, where={"Regions": "South"})
    assert levels["name"].tolist() == ["Rome"]
    with pytest.raises(af.ColumnMismatch, match=r"has no column 'size'\. Did you mean 'Size'"):
        shops_list.read(where={"size": 1})


def test_a_file_is_compared_as_text_or_as_it_is_read(shops: af.Model) -> None:
    file = shops.files["shops.csv"]
    assert file.read(where={"Amount": 3})["Note"].tolist() == ["true"]
    assert file.read(where={"Note": True})["Amount"].tolist() == ["3"]
    assert file.read(where={"Amount": 2.5}, dtype={"Amount": float})["Shops"].tolist() == ["Bern"]
    assert len(file.read(where={"Amount": []})) == 0


def test_frames_are_an_iterator_and_a_context_manager(shops: af.Model) -> None:
    with shops.files["shops.csv"].read(chunksize=3) as frames:
        assert isinstance(frames, af.Frames)
        assert iter(frames) is frames
        assert len(next(frames)) == 3
    assert list(frames) == []
    frames = shops.files["shops.csv"].read(chunksize=3)
    assert [len(frame) for frame in frames] == [3, 1]
    frames.close()
    with pytest.raises(StopIteration):
        next(frames)


def test_rows_that_are_not_needed_are_not_fetched(
    tenant: Sandbox, asked: Callable[[], list[str]]
) -> None:
    tenant.export_chunk_size = 1_000_000
    model = tenant.workspace("Demo").model("Long")
    model.file("long.csv", columns=["Text"])
    file = tenant.connect().model("Long").files["long.csv"]
    file.upload(b"Text\n" + b"".join(b"%099d\n" % n for n in range(120_000)))
    asked()
    assert len(file.read(nrows=5)) == 5
    assert 0 < sum("/chunks/" in each for each in asked()) < 11
    with file.read(chunksize=10) as frames:
        next(frames)
    assert 0 < sum("/chunks/" in each for each in asked()) < 11


def test_the_time_for_the_whole_call_ends_it(shops: af.Model) -> None:
    before = len(shops.exports["Out"].tasks())
    for kind in SOURCES:
        with pytest.raises(TimeoutError):
            table(shops, kind).read(timeout=0)
    assert len(shops.exports["Out"].tasks()) == before
    assert len(shops.files["shops.csv"].read(timeout=60)) == 4
    frames = shops.files["shops.csv"].read(timeout=60, chunksize=3)
    assert [len(frame) for frame in frames] == [3, 1]
    assert shops.files["shops.csv"].read_arrow(timeout=60).read_all().num_rows == 4


@pytest.mark.parametrize("content", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b" "])
def test_no_content_is_not_taken_for_no_rows(content: bytes, tenant: Sandbox) -> None:
    tenant.workspace("Demo").model("M").file("f.csv", columns=["A", "B"])
    file = tenant.connect().model("M").files["f.csv"]
    file.upload(content)
    for read in (file.read, lambda: file.read_arrow().read_all()):
        with pytest.raises(af.EmptyContent, match=r"file 'f\.csv' has no content at all"):
            read()
    file.upload(b"A,B\n")
    assert file.read().shape == (0, 2)


def test_a_table_of_ones_own_gets_the_options_that_are_asked_for(shops: af.Model) -> None:
    class Wrapped:
        def __init__(self) -> None:
            self.table = shops.modules["Sales"]

        def read(self, *, nrows: int, totals: bool) -> pd.DataFrame:
            return self.table.read(nrows=nrows, totals=totals)

        def read_arrow(self, *, columns: list[str]) -> pa.RecordBatchReader:
            return self.table.read_arrow(columns=columns)

        def parts(self, n: int) -> Any:
            return self.table.parts(n)

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.table.__arrow_c_stream__(requested_schema)

    assert len(af.read_anaplan(Wrapped(), nrows=2, totals=True)) == 2
    assert af.read_arrow(Wrapped(), columns=["Shops"]).schema.names == ["Shops"]


def test_a_table_itself_is_read_too(shops: af.Model) -> None:
    export = shops.exports["Out"]
    pd.testing.assert_frame_equal(af.read_anaplan(export), export.read())
    assert af.read_arrow(shops.lists["Shops"], columns=["name"]).read_all().num_rows == 3
    with pytest.raises(TypeError, match="take the name of a table"):
        af.read_anaplan(ROWS, "Shops")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="model must be a model"):
        af.read_anaplan("Out", ROWS)  # type: ignore[call-overload]


def test_a_model_can_be_named(
    shops: af.Model, shared: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "EMAIL": shared.email,
        "PASSWORD": shared.password,
        "API_URL": shared.api_url,
        "AUTH_URL": shared.auth_url,
    }.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    assert len(af.read_anaplan("shops.csv", "Shops")) == 4
    with af.read_anaplan("shops.csv", shops.id, chunksize=3) as frames:
        assert [len(frame) for frame in frames] == [3, 1]
    with pytest.raises(af.ConfigurationError, match="names the model 'Other'"):
        af.read_anaplan("anaplan://Demo/Other/files/shops.csv", "Shops")


def test_carriage_returns_alone_end_rows_too(shops: af.Model) -> None:
    file = shops.files["returns.csv"]
    file.upload(b"Shops,Amount,Note\rOslo,1,a\rRome,2,b\r")
    assert file.read()["Shops"].tolist() == ["Oslo", "Rome"]
    assert file.read_arrow(where={"Amount": 2}).read_all()["Note"].to_pylist() == ["b"]
