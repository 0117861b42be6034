"""Lists of a sandbox as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

NAMES = ["Lyon", "Kyōto", 'Say "hi", },{"id"']


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    """Serve a model that no test changes."""
    with Sandbox(rate_limit=None) as running:
        yield running


@pytest.fixture(scope="module")
def lists(world: Sandbox) -> Iterator[Any]:
    """Return the lists of a model with a hierarchy of three, and some others."""
    model = world.workspace("Demo").model("World")
    regions = model.list(
        "Regions", items=pd.DataFrame({"Name": ["Europe", "Asia"], "Code": ["E", "A"]})
    )
    countries = model.list(
        "Countries",
        parent=regions,
        items=pd.DataFrame({"Name": ["France", "Japan"], "Parent": ["Europe", "Asia"]}),
    )
    model.list(
        "Cities",
        parent=countries,
        properties={"Mayor": "TEXT", "People": "NUMBER", "Since": "DATE", "Open": "BOOLEAN"},
        subsets=["Big", "Old"],
        items=pd.DataFrame(
            {
                "Name": NAMES,
                "Code": ["00123", "KY", "é"],
                "Parent": ["France", "Japan", ""],
                "Mayor": ["Grégory", "", "O'Neil"],
                "People": [522_250.5, 0, -1],
                "Since": ["0043-01-01", "", "2026-02-28"],
                "Open": ["true", "false", "true"],
                "Big": ["true", "true", ""],
            }
        ),
    )
    model.list(
        "Accounts",
        items=pd.DataFrame({"Name": ["All", "Costs", "Rent"], "Parent": ["", "All", "Costs"]}),
    )
    model.list("Nothing", properties={"Size": "NUMBER"}, subsets=["Some"])
    model.list("Tickets", numbered=True, items=pd.DataFrame({"Code": ["T1", "T2"]}))
    with world.connect(requests_per_minute=None) as connection:
        yield connection.model("World").lists


def test_a_list_is_read_with_its_properties_by_their_formats_and_its_subsets(lists: Any) -> None:
    frame = lists["Cities"].read()
    text = pd.Series(["a"]).dtype if pd.__version__ >= "3" else frame["id"].dtype
    dtypes = {
        **dict.fromkeys(["id", "code", "name", "parent", "Mayor"], text),
        "People": "float64",
        "Since": "datetime64[s]",
        "Open": "boolean",
        "Big": "boolean",
        "Old": "boolean",
    }
    assert frame.dtypes.to_dict() == {n: pd.api.types.pandas_dtype(d) for n, d in dtypes.items()}
    assert frame["id"].is_unique
    assert frame["code"].tolist() == ["00123", "KY", "é"]
    assert frame["name"].tolist() == NAMES
    assert frame["parent"].fillna("-").tolist() == ["France", "Japan", "-"]
    assert frame["Mayor"].fillna("-").tolist() == ["Grégory", "-", "O'Neil"]
    assert frame["People"].tolist() == [522_250.5, 0, -1]
    assert frame["Since"].astype(object).fillna("-").map(str).tolist() == [
        "0043-01-01 00:00:00",
        "-",
        "2026-02-28 00:00:00",
    ]
    assert frame["Open"].tolist() == [True, False, True]
    assert frame["Big"].tolist() == [True, True, False]
    assert not frame["Old"].any()


def test_the_hierarchy_is_one_column_per_list_the_highest_first(lists: Any) -> None:
    frame = lists["Cities"].read(hierarchy=True)
    assert frame.columns[-3:].tolist() == ["Regions", "Countries", "Cities"]
    assert frame[["Regions", "Countries", "Cities"]].fillna("-").to_numpy().tolist() == [
        ["Europe", "France", NAMES[0]],
        ["Asia", "Japan", NAMES[1]],
        ["-", "-", NAMES[2]],
    ]


def test_a_list_with_parents_within_itself_has_a_column_per_depth(lists: Any) -> None:
    levels = [f"Accounts level {n}" for n in (1, 2, 3)]
    frame = lists["Accounts"].read(hierarchy=True, index_col="name")
    assert frame[levels].fillna("-").to_numpy().tolist() == [
        ["All", "-", "-"],
        ["All", "Costs", "-"],
        ["All", "Costs", "Rent"],
    ]
    assert frame["parent"].fillna("-").tolist() == ["-", "All", "Costs"]


def test_a_list_without_parents_is_one_level(lists: Any) -> None:
    frame = lists["Regions"].read(hierarchy=True)
    assert frame["Regions"].tolist() == frame["name"].tolist() == ["Europe", "Asia"]


def test_levels_can_be_asked_for_like_any_column(lists: Any) -> None:
    frame = lists["Cities"].read(
        hierarchy=True, columns=["Regions", "People", "code"], dtype={"Regions": "category"}
    )
    assert frame.columns.tolist() == ["Regions", "People", "code"]
    assert frame["Regions"].cat.categories.tolist() == ["Asia", "Europe"]
    without = lists["Cities"].read(hierarchy=True, columns=["code"])
    assert without.columns.tolist() == ["code"]


def test_a_level_named_like_a_property_is_a_column_of_its_own(tenant: Sandbox) -> None:
    model = tenant.workspace("Demo").model("Other")
    above = model.list("Region", items=pd.DataFrame({"Name": ["Europe"]}))
    items = pd.DataFrame({"Name": ["France"], "Parent": ["Europe"], "Region": ["EU"]})
    model.list("Country", parent=above, properties={"Region": "TEXT"}, items=items)
    with tenant.connect() as connection:
        country: Any = connection.model("Other").lists["Country"]
        frame = country.read(hierarchy=True)
    assert frame[["Region", "Region.1", "Country"]].to_numpy().tolist() == [
        ["EU", "Europe", "France"]
    ]


def test_a_list_without_items_still_has_its_columns(lists: Any) -> None:
    frame = lists["Nothing"].read(hierarchy=True)
    assert frame.columns.tolist() == ["id", "code", "name", "parent", "Size", "Some", "Nothing"]
    assert len(frame) == 0
    assert frame["Size"].dtype == "float64"


def test_a_numbered_list_has_the_names_that_anaplan_made(lists: Any) -> None:
    frame = lists["Tickets"].read(columns=["name", "code"])
    assert frame.to_numpy().tolist() == [["#1", "T1"], ["#2", "T2"]]


@pytest.mark.parametrize("chunksize", [1, 2, 5])
def test_pieces_are_the_whole_in_parts(chunksize: int, lists: Any) -> None:
    cities = lists["Cities"]
    whole = cities.read(hierarchy=True)
    parts = list(cities.read(hierarchy=True, chunksize=chunksize))
    assert [len(part) for part in parts][:-1] == [chunksize] * (len(parts) - 1)
    pd.testing.assert_frame_equal(pd.concat(parts), whole)


def test_dtypes_and_index_are_as_pandas_has_them(lists: Any) -> None:
    frame = lists["Cities"].read(
        columns=["code", "People", "Big"],
        dtype={"People": "string", "Big": "bool"},
        index_col="code",
    )
    assert frame.index.name == "code"
    assert frame["Big"].dtype == bool
    assert frame["People"].tolist() == ["522250.5", "0.0", "-1.0"]
    arrow = lists["Cities"].read(dtype_backend="pyarrow")
    assert arrow["Since"].dtype == pd.ArrowDtype(pa.date32())


def test_a_column_that_is_not_there_is_refused_with_its_near_names(lists: Any) -> None:
    with pytest.raises(af.ColumnMismatch, match="Did you mean 'People'"):
        lists["Cities"].read(columns=["Peple"])
    with pytest.raises(af.ColumnMismatch, match="'Regions'"):
        lists["Cities"].read(columns=["Regions"])


def test_arrow_takes_a_list_as_it_is(lists: Any) -> None:
    table = pa.table(lists["Cities"])
    assert table.schema.types == [pa.string()] * 5 + [pa.float64(), pa.date32()] + [pa.bool_()] * 3
    assert table["name"].to_pylist() == NAMES
    levels = lists["Cities"].read_arrow(hierarchy=True, columns=["Regions"]).read_all()
    assert levels["Regions"].to_pylist() == ["Europe", "Asia", None]


def test_a_list_is_read_completely_if_its_answer_breaks_off(lists: Any, world: Sandbox) -> None:
    whole = lists["Cities"].read()
    world.faults.add("cut body", method="GET", path="*/items")
    pd.testing.assert_frame_equal(lists["Cities"].read(), whole)
    assert [kind for kind, _, _ in world.faults.struck] == ["cut body"]


def test_metadata_properties_and_subsets_are_returned(lists: Any) -> None:
    cities = lists["Cities"]
    assert cities.metadata()["parent"]["name"] == "Countries"
    properties = cities.properties()
    assert properties.columns.tolist() == [
        "name",
        "format",
        "formula",
        "notes",
        "referenced_by",
        "data_tags",
    ]
    assert dict(zip(properties["name"], properties["format"], strict=True)) == {
        "Mayor": "TEXT",
        "People": "NUMBER",
        "Since": "DATE",
        "Open": "BOOLEAN",
    }
    subsets = cities.subsets()
    assert subsets["name"].tolist() == ["Big", "Old"]
    assert subsets["id"].str.startswith("109").all()


def test_a_list_without_properties_or_subsets_has_empty_tables_of_them(lists: Any) -> None:
    assert lists["Regions"].properties().shape == (0, 6)
    assert lists["Regions"].subsets().columns.tolist() == ["id", "name"]
    assert len(lists["Regions"].subsets()) == 0


def test_read_anaplan_takes_a_list_by_name_id_or_url(lists: Any, world: Sandbox) -> None:
    with world.connect() as connection:
        model = connection.model("World")
        whole = lists["Cities"].read(hierarchy=True)
        for source in ("Cities", lists["Cities"].id, "anaplan://Demo/World/lists/Cities"):
            frame = af.read_anaplan(source, model, hierarchy=True, progress=False)
            pd.testing.assert_frame_equal(frame, whole)
        levels = af.read_arrow("Cities", model, hierarchy=True, columns=["Regions"]).read_all()
    assert levels["Regions"].to_pylist() == ["Europe", "Asia", None]
