"""Collections by name and id, against the sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.resources.collection import Collection
from anaplan_frames.sandbox import Sandbox


def test_a_thing_is_found_by_name_and_by_id(demo_model: af.Model) -> None:
    assert demo_model.imports["Load airlines"].id == "112000000001"
    assert demo_model.imports["112000000001"].name == "Load airlines"
    assert demo_model.imports[112000000001].name == "Load airlines"
    assert "Load airlines" in demo_model.imports
    assert "112000000001" in demo_model.imports
    assert "Load nothing" not in demo_model.imports
    assert demo_model.imports.get("Load nothing") is None


def test_a_collection_iterates_over_its_ids(demo_model: af.Model) -> None:
    assert list(demo_model.imports) == ["112000000001", "112000000002", "112000000003"]
    assert demo_model.imports.names == ["Load airlines", "Load airports", "Load flights"]
    assert len(demo_model.processes) == 1


def test_a_collection_is_a_frame_with_snake_case_columns(demo_model: af.Model) -> None:
    frame = demo_model.files.to_pandas()
    assert frame.columns[:2].tolist() == ["id", "name"]
    assert {"chunk_count", "header_row", "first_data_row"} <= set(frame.columns)
    assert frame["header_row"].dtype == "Int64"
    assert frame.set_index("name").loc["flights.csv", "id"] == "113000000003"


def test_an_empty_collection_is_empty_with_its_columns(tenant: Sandbox) -> None:
    tenant.workspace("W").model("M")
    model = tenant.connect().model("M")
    collections: list[Collection[Any]] = [
        model.files,
        model.imports,
        model.exports,
        model.actions,
        model.processes,
        model.lists,
        model.modules,
        model.views,
    ]
    for things in collections:
        assert len(things) == 0
        assert things.to_pandas().columns[:3].tolist() == ["id", "name", "code"]
    assert str(model.files.to_pandas()["chunk_count"].dtype) == "Int64"
    assert model.views.to_pandas().columns.tolist() == ["id", "name", "code", "module_id"]
    with pytest.raises(af.NotFound) as caught:
        model.exports["Anything"]
    assert str(caught.value) == (
        "There is no 'Anything' among the exports of model 'M'. Your user may see no exports in it."
    )


def test_two_equal_names_are_ambiguous_and_named_with_their_ids(tenant: Sandbox) -> None:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things")
    for number in (1, 2):
        id_ = f"11600000000{number}"
        builder.export(f"Out {number}", of=things, layout="TABULAR_MULTI_COLUMN", id=id_)
        builder.exports[id_] = replace(builder.exports[id_], name="Out")
    exports = tenant.connect().model("M").exports
    with pytest.raises(af.AmbiguousName) as caught:
        exports["Out"]
    assert str(caught.value) == (
        "2 exports of model 'M' are named 'Out'. Use one of the ids: 116000000001, 116000000002."
    )
    assert exports["116000000002"].name == "Out"


def test_a_collection_is_read_to_its_last_page() -> None:
    with Sandbox(page_size=3) as tenant:
        builder = tenant.workspace("W").model("M")
        for number in range(10):
            builder.file(f"{number}.csv", columns=["a"])
        assert tenant.connect().model("M").files.names == [f"{n}.csv" for n in range(10)]


def test_a_collection_is_read_again_after_refresh(tenant: Sandbox) -> None:
    builder = tenant.workspace("W").model("M")
    files = tenant.connect().model("M").files
    assert files.names == []
    builder.file("new.csv", columns=["a"])
    assert files.names == []
    files.refresh()
    assert files.names == ["new.csv"]
