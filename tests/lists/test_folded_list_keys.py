"""Lists written and read by keys that are not exactly the items', in both kinds of sandbox.

Whether Anaplan takes such keys for the same is documented for case alone, so that the sandbox does
or, with ``behavior={"keys": "exact"}``, does not. What the library does is the same for both.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.errors import AmbiguousName, AnaplanWarning, ColumnMismatch
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from tests.lists.staff import rows
from tests.restored_models import RestoredModel

CODES = pd.DataFrame({"code": ["ABC", "É1", "x"], "name": ["Alpha", "Élan", "Xi"]})


@pytest.fixture(scope="module", params=["folded", "exact"])
def keys_server(request: pytest.FixtureRequest) -> Iterator[tuple[af.Model, RestoredModel]]:
    with Sandbox(rate_limit=None, behavior={"keys": request.param}) as sandbox:
        built = sandbox.workspace("W").model("Keys")
        people = built.list(
            "Staff", items=CODES, properties={"Grade": "TEXT"}, top_level_item="All staff"
        )
        regions = built.list("Regions", items=CODES, top_level_item="World")
        built.list("Cities", parent=regions)
        built.list("Café")
        built.module(
            "Pay",
            dimensions=[people],
            line_items={"Pay": "NUMBER"},
            cells=pd.DataFrame({"Staff": CODES["code"], "Pay": [1.0, 2.0, 3.0]}),
        )
        with sandbox.connect() as connection:
            yield connection.model("Keys"), RestoredModel(built)


@pytest.fixture
def keys_model(keys_server: tuple[af.Model, RestoredModel]) -> af.Model:
    model, built = keys_server
    built.restore()
    return model


@pytest.fixture
def coded(keys_model: af.Model) -> List:
    """Three items with codes, which have pay."""
    return keys_model.lists["Staff"]


def pay(model: af.Model) -> dict[str, float]:
    frame = model.modules["Pay"].read(totals=False)
    return dict(zip(frame["Staff"], frame["Pay"], strict=True))


def test_a_sync_keeps_items_and_their_cells_whose_codes_are_typed_otherwise(
    keys_model: af.Model, coded: List
) -> None:
    frame = pd.DataFrame(
        {"code": ["abc", "\ufeffe\u03011\u00a0", "X"], "name": ["Alpha", "Élan", "Xi"]}
    )
    with pytest.warns(AnaplanWarning, match="3 keys differ from those of list 'Staff'") as caught:
        plan = coded.sync(frame, delete=True, dry_run=True)
    assert (len(caught), len(plan.changes)) == (1, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is said once
        result = plan.send()
    assert (result.rows_deleted, result.rows_created, result.rows_ignored) == (0, 0, 3)
    assert rows(coded, "code") == [("ABC",), ("x",), ("É1",)]
    assert pay(keys_model) == {"Alpha": 1, "Élan": 2, "Xi": 3}


@pytest.mark.sampled(8)
@pytest.mark.parametrize("code", ["abc", "ABC ", "ABC\u00a0", "\u200bAbc\t"])
@pytest.mark.parametrize("mode", ["update", "upsert", "sync"])
def test_the_item_that_is_meant_is_changed_and_keeps_its_own_code(
    coded: List, code: str, mode: Any
) -> None:
    frame = pd.DataFrame({"code": [code], "name": ["New"], "Grade": ["g"]})
    with pytest.warns(AnaplanWarning, match="1 key differs"):
        result = coded.write(frame, mode=mode)
    assert (result.rows_updated, result.rows_created) == (1, 0)
    assert rows(coded, "code", "name", "Grade")[0] == ("ABC", "New", "g")
    assert len(coded.read()) == 3


def test_several_spellings_of_one_new_or_known_key_are_duplicates(coded: List) -> None:
    for codes in (["ABC", "abc"], ["abc", "Abc"], ["new", "NEW "]):
        frame = pd.DataFrame({"code": codes, "name": ["N", "M"]})
        for mode in ("upsert", "update", "insert", "sync", "delete"):
            with pytest.raises(ColumnMismatch, match="names 1 more than once but for case"):
                coded.write(frame, mode=mode)  # type: ignore[call-overload]
    assert len(coded.read()) == 3


def test_the_item_that_is_meant_is_deleted(coded: List) -> None:
    with pytest.warns(AnaplanWarning, match="'xi ' from 'Xi'"):
        assert coded.delete(pd.DataFrame({"name": ["xi "]})).rows_deleted == 1
    assert rows(coded, "code") == [("ABC",), ("É1",)]


def test_an_item_keeps_its_name_in_another_spelling_whatever_earlier_rows_want(coded: List) -> None:
    frame = pd.DataFrame({"code": ["new", "ABC"], "name": ["ALPHA", "alpha"]})
    plan = coded.upsert(frame, dry_run=True)
    assert plan.rejected["error"].to_dict() == {
        0: "the name is already used by another item: 'ALPHA', which it has as 'Alpha'"
    }
    coded.upsert(frame, on_rejected="ignore")
    assert rows(coded, "code", "name")[0] == ("ABC", "alpha")


def test_names_and_codes_of_new_items_must_differ_by_more_than_case(coded: List) -> None:
    frame = pd.DataFrame({"code": ["abc", "n1", "n2"], "name": ["One", "XI", "alpha2"]})
    plan = coded.insert(frame, dry_run=True)
    assert plan.rejected["error"].tolist() == [
        "the code is already used by another item: 'abc', which it has as 'ABC'",
        "the name is already used by another item: 'XI', which it has as 'Xi'",
    ]
    result = plan.send(on_rejected="ignore")
    pd.testing.assert_frame_equal(result.rejected, plan.rejected)
    assert result.rows_created == 1


def test_names_can_be_swapped_and_respelt(coded: List) -> None:
    frame = pd.DataFrame({"code": ["ABC", "É1", "x"], "name": ["élan", "ALPHA", "XI"]})
    assert coded.update(frame).rows_updated == 3
    assert rows(coded, "code", "name") == [("ABC", "élan"), ("x", "XI"), ("É1", "ALPHA")]


def test_names_and_codes_of_more_than_60_characters_are_rejected_and_the_rest_is_sent(
    coded: List,
) -> None:
    frame = pd.DataFrame(
        {"code": ["c" * 61, "d" * 60, "ABC", "e"], "name": ["C", "é" * 60, "n" * 61, "E"]}
    )
    for mode in ("upsert", "sync"):
        plan = coded.write(frame, mode=mode, dry_run=True)  # type: ignore[call-overload]
        assert plan.rejected["error"].tolist() == [
            "the code has 61 characters, and Anaplan takes at most 60: 'cccccccccccccccccccc...'",
            "the name has 61 characters, and Anaplan takes at most 60: 'nnnnnnnnnnnnnnnnnnnn...'",
        ]
    result = plan.send(on_rejected="ignore")
    pd.testing.assert_frame_equal(result.rejected, plan.rejected)
    assert (result.rows_created, result.rows_rejected) == (2, 2)
    assert rows(coded, "code", "name")[0] == ("ABC", "Alpha")


def test_parents_are_found_by_keys_that_are_the_same(keys_model: af.Model, coded: List) -> None:
    frame = pd.DataFrame(
        {
            "code": ["p", "q", "r", "s", "x"],
            "name": ["P", "Q", "R", "S", "Xi"],
            "parent": ["alpha", "abc\u00a0", "É1", " p", "ALL STAFF"],
        }
    )
    with pytest.warns(AnaplanWarning, match="3 keys differ"):
        result = coded.upsert(frame)
    assert (result.rows_created, result.rows_ignored) == (4, 1)
    assert rows(coded, "name", "parent") == [
        ("Alpha", None),
        ("P", "Alpha"),
        ("Q", "Alpha"),
        ("R", "Élan"),
        ("S", "P"),
        ("Xi", None),
        ("Élan", None),
    ]
    cities = keys_model.lists["Cities"]
    frame["parent"] = ["ALPHA", unicodedata.normalize("NFD", "Élan"), "abc", "world", "nowhere"]
    with pytest.warns(AnaplanWarning, match="3 keys differ"):
        plan = cities.insert(frame, dry_run=True)
    assert plan.rejected["error"].tolist() == [
        "list 'Regions' has no such item (column name:parent, value:nowhere)"
    ]
    plan.send(on_rejected="ignore")
    assert rows(cities, "name", "parent") == [
        ("P", "Alpha"),
        ("Q", "Élan"),
        ("R", "Alpha"),
        ("S", None),
    ]


def test_items_are_selected_by_keys_that_are_the_same(coded: List) -> None:
    coded.update(pd.DataFrame({"code": ["x"], "parent": ["Alpha"]}))
    with pytest.warns(AnaplanWarning, match="2 keys differ"):
        found = coded.read(where={"code": ["abc", "e\u03011"]}, columns=["name"])
    assert found["name"].tolist() == ["Alpha", "Élan"]
    assert found.columns.tolist() == ["name"]
    with pytest.warns(AnaplanWarning, match="'alpha' from 'Alpha'"):
        assert coded.read(where={"parent": "alpha"})["name"].tolist() == ["Xi"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert coded.read(where={"parent": "Alpha", "code": "x"})["name"].tolist() == ["Xi"]
        assert coded.read(where={"code": "none"}).empty


def test_cells_are_written_and_read_by_keys_that_are_the_same(
    keys_model: af.Model, coded: List
) -> None:
    module = keys_model.modules["Pay"]
    frame = pd.DataFrame({"Staff": ["alpha\u00a0", "É1", "X"], "Pay": [10.0, 20.0, 30.0]})
    with pytest.warns(AnaplanWarning, match="2 keys differ from those of 'Staff'") as caught:
        plan = module.write(frame, dry_run=True)
    assert (len(caught), plan.rows_rejected, plan.rows_sent) == (1, 0, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plan.send()
    assert pay(keys_model) == {"Alpha": 10, "Élan": 20, "Xi": 30}
    with pytest.raises(ColumnMismatch, match="both write the same cell"):
        module.write(pd.DataFrame({"Staff": ["Alpha", "ALPHA"], "Pay": [1.0, 2.0]}))
    with pytest.warns(AnaplanWarning, match="'alpha' was taken|'Alpha' was taken"):
        assert module.read(where={"Staff": "alpha"})["Pay"].tolist() == [10]
    with pytest.warns(AnaplanWarning):
        assert module.read(where={"Staff": ["abc ", "Xi"]})["Pay"].tolist() == [10, 30]


def test_things_are_found_by_names_that_look_the_same(keys_model: af.Model) -> None:
    decomposed = unicodedata.normalize("NFD", "Café")
    with pytest.warns(AnaplanWarning, match=r"no 'Cafe\\u0301' among the lists .*; 'Café' was"):
        assert keys_model.lists[decomposed].name == "Café"
    assert decomposed in keys_model.lists
    with pytest.warns(AnaplanWarning, match="no ' staff' among the lists"):
        assert len(af.read_anaplan(" staff", keys_model, kind="lists")) == 3
    with pytest.raises(af.NotFound, match="Did you mean 'Staff'"):
        keys_model.lists["Stafff"]


@pytest.fixture(scope="module")
def twins_model() -> Iterator[af.Model]:
    """A list with twins, which only a service with exact keys can have."""
    with Sandbox(rate_limit=None, behavior={"keys": "exact"}) as sandbox:
        built = sandbox.workspace("W").model("M")
        items = pd.DataFrame({"code": ["ABC", "abc\u00a0", "z"], "name": ["A", "B", "Z"]})
        lst = built.list("L", items=items, properties={"Grade": "TEXT"})
        built.module("Cells", dimensions=[lst], line_items={"V": "NUMBER"})
        with sandbox.connect() as connection:
            yield connection.model("M")


@pytest.fixture
def twins(twins_model: af.Model) -> List:
    return twins_model.lists["L"]


class TestTwins:
    """Items that differ only in case and white space."""

    @pytest.mark.parametrize("mode", ["update", "upsert", "sync", "delete"])
    def test_a_row_that_may_be_of_either_is_rejected(self, twins: List, mode: Any) -> None:
        frame = pd.DataFrame({"code": ["Abc", "z"], "name": ["X", "Z"]})
        plan = twins.write(frame, mode=mode, dry_run=True)
        (error,) = plan.rejected["error"]
        assert "no item with exactly the code 'Abc'" in error
        assert r"'ABC' (id " in error
        assert r"'abc\xa0' (id " in error

    def test_an_exact_key_means_its_own_item(self, twins: List) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            twins.update(pd.DataFrame({"code": ["abc\u00a0"], "Grade": ["b"]}))
            twins.update(pd.DataFrame({"code": ["ABC", "abc\u00a0"], "Grade": ["a", "b"]}))
        assert rows(twins, "code", "Grade") == [("ABC", "a"), ("abc\u00a0", "b"), ("z", None)]

    def test_a_sync_deletes_no_twin_of_what_the_data_has(self, twins: List) -> None:
        for codes in (["ABC", "z"], ["aBC", "z"]):
            frame = pd.DataFrame({"code": codes, "name": ["A", "Z"]})
            with pytest.warns(AnaplanWarning, match=r"[12] items of list 'L' have no row"):
                plan = twins.sync(frame, delete=True, dry_run=True)
            assert plan.rows_deleted == 0

    def test_cells_and_selections_of_either_are_refused(
        self, twins: List, twins_model: af.Model
    ) -> None:
        with pytest.raises(AmbiguousName, match=r"'ABC', 'abc\\xa0'"):
            twins.read(where={"code": "Abc"})
        module = twins_model.modules["Cells"]
        plan = module.write(pd.DataFrame({"L": ["Abc", "ABC"], "V": [1.0, 2.0]}), dry_run=True)
        (error,) = plan.rejected["error"]
        assert error.startswith("No item of 'L' is exactly 'Abc', and several differ from it only")
        with pytest.raises(AmbiguousName, match=r"'ABC' \(\d+\), 'abc\\xa0' \("):
            module.read(where={"L": "Abc"})
