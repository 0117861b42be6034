"""List items as JSON: any text is unchanged, and all blocks show the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.metadata import list_item_json
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.writes import list_item_writes
from tests.examples import FEW
from tests.sandbox.planning.model_actions import new_model

NASTY = """a "b" 'c' {d} \\e %f,\ng"""
FILLED = st.text(min_size=1, max_size=8).filter(lambda text: bool(text.strip()))


@pytest.fixture(scope="module")
def list_model() -> Iterator[Model]:
    made = new_model()
    yield made
    made.close()


@pytest.fixture(scope="module")
def lst(list_model: Model) -> ListDefinition:
    properties = {NASTY: "TEXT", "n": "NUMBER", "d": "DATE", "b": "BOOLEAN"}
    return list_model.list(NASTY, properties=properties, subsets=["s'", "t"])


def read(model: Model, lst: ListDefinition) -> list[dict[str, Any]]:
    with model.store.snapshot() as con:
        blocks = list_item_json.json_blocks(con, lst, include_all=True)
        found: list[dict[str, Any]] = json.loads(b"[" + b"".join(blocks) + b"]")
    return found


ITEM = st.fixed_dictionaries(
    {
        "code": FILLED,
        "name": FILLED,
        "properties": st.fixed_dictionaries(
            {
                NASTY: FILLED,
                "n": st.floats(allow_nan=False, allow_infinity=False).map(repr),
                "d": st.dates().map(str),
                "b": st.sampled_from(["true", "false"]),
            }
        ),
        "subsets": st.fixed_dictionaries({"s'": st.booleans(), "t": st.booleans()}),
    }
)


@FEW
@given(st.lists(ITEM, max_size=4, unique_by=(lambda item: item["code"], lambda i: i["name"])))
def test_added_items_are_read_unchanged(
    list_model: Model, lst: ListDefinition, items: list[Mapping[str, Any]]
) -> None:
    with list_model.store.transaction() as con:
        con.execute(f"DELETE FROM list_{lst.id}")
        assert list_item_writes.add(con, lst, list(items)).failures == []
    for shown, item in zip(read(list_model, lst), items, strict=True):
        number = shown["properties"].pop("n")
        assert float(number) == float(item["properties"]["n"])
        shown["properties"]["n"] = item["properties"]["n"]
        assert {key: shown[key] for key in item} == item


def test_items_deleted_during_a_read_are_still_in_the_later_blocks(list_model: Model) -> None:
    lst = list_model.list("Many")
    with list_model.store.transaction() as con:
        con.execute(f"INSERT INTO list_{lst.id} (id, name) SELECT i, i FROM range(60_000) r(i)")
    with list_model.store.snapshot() as con:
        blocks = list_item_json.json_blocks(con, lst, include_all=False)
        text = next(blocks)
        with list_model.store.transaction() as other:
            other.execute(f"DELETE FROM list_{lst.id}")
        text += b"".join(blocks)
    names = [item["name"] for item in json.loads(b"[" + text + b"]")]
    assert names == [str(number) for number in range(60_000)]
    assert read(list_model, lst) == []
