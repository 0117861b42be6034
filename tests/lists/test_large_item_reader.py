"""Lists of more items than one answer holds; that they are so many is only said here."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.codec.item_columns import ItemColumn, item_columns
from anaplan_frames.dataframes.frame_output import to_pandas
from anaplan_frames.errors import EncodingError
from anaplan_frames.lists.item_reader import ItemSource
from anaplan_frames.lists.item_table import ItemTable
from anaplan_frames.lists.lists import List
from anaplan_frames.progress import Progress
from anaplan_frames.sandbox import Sandbox

COUNT = 3_000


@pytest.fixture
def parts(tenant: Sandbox) -> Iterator[List]:
    """Return a list whose names have quotes, commas, line ends and accents."""
    model = tenant.workspace("Demo").model("Stock")
    groups = model.list("Groups", items=pd.DataFrame({"Name": ["é, è", "B"]}))
    numbers = range(COUNT)
    items = pd.DataFrame(
        {
            "Name": [f'Part "{n}",\n é' for n in numbers],
            "Code": [f"{n:05d}" for n in numbers],
            "Parent": ["é, è" if n % 2 else "" for n in numbers],
            "Price": [n / 4 for n in numbers],
            "Code.1": ["" if n % 3 else f"x{n}" for n in numbers],
            "Since": ["2026-02-28" if n % 5 else "" for n in numbers],
            "New": ["true" if n % 7 else "" for n in numbers],
        }
    )
    model.list(
        "Parts",
        parent=groups,
        properties={"Price": "NUMBER", "Code.1": "TEXT", "Since": "DATE"},
        subsets=["New"],
        items=items,
    )
    with tenant.connect() as connection:
        yield connection.model("Stock").lists["Parts"]


def opened(
    parts: List,
    columns: list[str] | None = None,
    known: tuple[ItemColumn, ...] | None = None,
    **types: pa.DataType,
) -> Any:
    """Open the list as if its metadata had counted two million items."""
    source = ItemSource(parts._transport, parts.path, parts.label, 2_000_000)
    table = ItemTable(parts.name, source, known or item_columns(parts.metadata()))

    def retype(schema: pa.Schema) -> pa.Schema:
        return pa.schema([f.with_type(types.get(f.name, f.type)) for f in schema])

    return table.open(columns, retype, lambda: Progress("Reading", unit="B", show=False))


def read(parts: List, columns: list[str] | None = None) -> pd.DataFrame:
    rows = opened(parts, columns)
    return to_pandas(rows, rows.schema)


def test_a_large_read_gives_all_columns_except_the_ids(parts: List) -> None:
    whole: Any = parts.read()
    with pytest.warns(UserWarning, match="2,000,000 items.*column 'id' is missing"):
        large = read(parts)
    assert large["id"].isna().all()
    pd.testing.assert_frame_equal(large.drop(columns="id"), whole.drop(columns="id"))


def test_without_ids_asked_for_it_is_a_large_read_and_no_warning(
    parts: List, tenant: Sandbox
) -> None:
    whole: Any = parts.read(columns=["New", "Price", "name"])
    tenant.faults.add("500", path="*/items", times=None)  # that way is closed
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        large = read(parts, ["New", "Price", "name"])
    pd.testing.assert_frame_equal(large, whole)


def test_ids_that_are_asked_for_come_page_by_page(parts: List, tenant: Sandbox) -> None:
    whole: Any = parts.read(columns=["Since", "id"])
    tenant.faults.add("500", path="*/readRequests*", times=None)
    pd.testing.assert_frame_equal(read(parts, ["Since", "id"]), whole)


@pytest.mark.long
def test_the_read_request_is_deleted_also_if_reading_is_given_up(
    parts: List, tenant: Sandbox
) -> None:
    # A first DELETE that fails shows that there was one; the second one is let through.
    tenant.faults.add("429", method="DELETE", path="*/readRequests/*", retry_after=0)
    batches = iter(opened(parts, ["name"]))
    next(batches)
    batches.close()
    assert [method for _, method, _ in tenant.faults.struck] == ["DELETE"]


def test_a_subset_is_of_the_type_asked_for(parts: List) -> None:
    [table] = [pa.Table.from_batches(list(opened(parts, ["New"], New=pa.int64())))]
    assert table["New"].to_pylist()[:8] == [0, 1, 1, 1, 1, 1, 1, 0]


def test_a_value_that_does_not_fit_is_named_by_its_row(parts: List) -> None:
    with pytest.raises(EncodingError, match=r"Column 'Price', row 1: '0\.25'"):
        list(opened(parts, ["Price"], Price=pa.int64()))


def test_a_large_read_without_one_of_the_columns_is_left_for_pages(parts: List) -> None:
    whole: Any = parts.read(columns=["name"])
    known = (
        *item_columns(parts.metadata()),
        ItemColumn("New", "properties", "Untold", pa.string()),
    )
    rows = opened(parts, ["name", "New"], known[:3] + known[-1:])
    frame = to_pandas(rows, rows.schema)
    assert frame["New"].isna().all()
    pd.testing.assert_frame_equal(frame[["name"]], whole)
