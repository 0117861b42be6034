"""Names and codes that are the same key, in the database and in imports; and their length."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.key_folding import fold_key
from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.store.database import Store
from tests.sandbox.planning.model_actions import Loaded, items, load

ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\xad"
SPACES = " \t\xa0\u2003\u3000\u2028\x1f\x85"
# Of each pair, both are the same key.
SAME = [
    ("ABC", "abc"),
    ("ABC", " ABC\t"),
    ("ABC", "ABC\xa0"),
    ("ABC", "\ufeffABC"),
    ("ABC", "A\u200bBC"),
    ("Café", "Cafe\u0301"),
    ("Straße", "STRASSE"),
    ("ΟΔΟΣ", "οδος"),
    ("ÅSE", "a\u030ase"),
    ("\u3000ABC\u2003", "abc"),
    ("A B", "a b"),
]
DIFFERENT = [("ABC", "AB C"), ("Café", "Cafe"), ("1", "01"), ("A B", "A  B"), ("A-B", "A\u2010B")]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    store = Store()
    with store.reading() as connection:
        yield connection
    store.close()


def folded(con: duckdb.DuckDBPyConnection, text: str) -> str:
    [(key,)] = con.execute("SELECT folded_key(?)", [text]).fetchall()
    return str(key)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_texts_that_differ_unseen_or_in_case_are_the_same_key(
    con: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    assert folded(con, one) == folded(con, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_texts_are_different_keys(
    con: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    assert folded(con, one) != folded(con, other)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), st.data())
def test_any_text_is_the_same_key_in_other_forms(
    con: duckdb.DuckDBPyConnection, text: str, data: st.DataObject
) -> None:
    key = folded(con, text)
    assert folded(con, key) == key
    assert folded(con, unicodedata.normalize("NFD", text)) == key
    assert folded(con, text.casefold()) == key
    around = data.draw(st.text(SPACES + ZERO_WIDTH, max_size=3))
    assert folded(con, f"{around}{text}{around}") == key
    place = data.draw(st.integers(0, len(text)))
    inside = unicodedata.normalize("NFC", text)
    if len(inside) == len(text) and not unicodedata.combining(text[place : place + 1] or "x"):
        assert folded(con, f"{text[:place]}\u200b{text[place:]}") == key


def test_the_sandbox_and_the_library_fold_every_character_alike(
    con: duckdb.DuckDBPyConnection,
) -> None:
    # Two implementations of the same rule, of which neither uses the other.
    characters = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    texts = [f"A{char}b{char}" for char in characters]
    con.register("given", pa.table({"place": range(len(texts)), "text": pa.array(texts)}))
    rows = con.execute("SELECT folded_key(text) FROM given ORDER BY place").fetchall()
    con.unregister("given")
    pairs = zip(texts, (key for (key,) in rows), strict=True)
    assert [text for text, key in pairs if key != fold_key(text)] == []


def test_exact_keys_are_as_they_are() -> None:
    store = Store(keys="exact")
    with store.reading() as connection:
        for one, other in SAME:
            assert folded(connection, one) == one != folded(connection, other)
    store.close()


@pytest.fixture(params=["folded", "exact"])
def planned(request: pytest.FixtureRequest) -> Iterator[Model]:
    """A model of each kind, with a list that has an item ABC, and imports."""
    model = Workspace("Test", keys=request.param).model("M", calendar=Calendar(2013))
    model.list("Teams", items=pd.DataFrame({"Name": ["Alpha", "Beta"], "Code": ["ABC", "B"]}))
    yield model
    model.close()


def is_folded(model: Model) -> bool:
    with model.store.reading() as connection:
        return folded(connection, "A") == "a"


def load_teams(model: Model, columns: list[str], rows: str, **options: object) -> Loaded:
    [teams] = model.lists.values()
    name = f"teams {len(model.files)}.csv"
    file = model.file(name, columns=columns)
    definition = model.import_(f"Load {name}", file, into=teams, **options)  # type: ignore[arg-type]
    return load(model, definition, ",".join(columns) + "\n" + rows)


def test_an_import_updates_the_item_of_the_same_code_and_keeps_its_code(planned: Model) -> None:
    loaded = load_teams(planned, ["Code", "Name"], "abc\u200b,Alfa\n")
    stored = items(planned, next(iter(planned.lists.values())))
    if is_folded(planned):
        assert loaded.counts == (0, 1, 0, 0)
        assert list(stored["name"]) == ["Alfa", "Beta"]
        assert list(stored["code"]) == ["ABC", "B"]
    else:
        assert loaded.counts == (1, 0, 0, 0)
        assert list(stored["code"]) == ["ABC", "B", "abc\u200b"]


def test_an_import_by_name_updates_the_item_of_the_same_name_and_keeps_it(planned: Model) -> None:
    loaded = load_teams(planned, ["Name"], "ALPHA\xa0\n")
    stored = items(planned, next(iter(planned.lists.values())))
    if is_folded(planned):
        assert loaded.counts == (0, 1, 0, 0)
        assert list(stored["name"]) == ["Alpha", "Beta"]
    else:
        assert loaded.counts == (1, 0, 0, 0)


def test_a_name_that_another_item_has_in_other_letters_is_rejected(planned: Model) -> None:
    loaded = load_teams(planned, ["Code", "Name"], "C,BETA\nABC,alpha\n")
    if is_folded(planned):
        assert loaded.counts == (0, 1, 0, 1)
        assert loaded.types == {"hierarchyImportNameOrCodeExists": 1}
        assert loaded.lines == [2]
    else:
        assert loaded.counts == (1, 1, 0, 0)


def test_two_rows_of_the_same_key_are_duplicates(planned: Model) -> None:
    loaded = load_teams(planned, ["Code", "Name"], "x,X\n X,Y\nz,x\u200b\nq,Q\n")
    if is_folded(planned):
        assert loaded.counts == (2, 0, 0, 2)
        assert loaded.lines == [3, 4]
    else:
        assert loaded.counts == (4, 0, 0, 0)


def test_a_parent_is_found_by_the_same_key_among_items_and_rows(planned: Model) -> None:
    rows = "c,C,abc\nd,D,C\ne,E,nobody\n"
    loaded = load_teams(planned, ["Code", "Name", "Parent"], rows)
    stored = items(planned, next(iter(planned.lists.values())))
    parents = dict(zip(stored["name"], stored["parent"], strict=True))
    if is_folded(planned):
        assert loaded.counts == (2, 0, 0, 1)
        assert (parents["C"], parents["D"]) == ("Alpha", "C")
    else:
        assert loaded.counts == (0, 0, 0, 3)


def test_the_children_of_a_rejected_row_are_rejected_with_it(planned: Model) -> None:
    rows = f"c,{'x' * 61},\nd,D,C\n"
    loaded = load_teams(planned, ["Code", "Name", "Parent"], rows)
    assert loaded.counts == (0, 0, 0, 2)
    kinds = {"hierarchyImportInvalidName": 1}
    kinds["hierarchyImportFailedDependency" if is_folded(planned) else _UNKNOWN] = 1
    assert loaded.types == kinds


_UNKNOWN = "hierarchyImportInvalidParent"


def test_cells_go_to_the_item_of_the_same_key(planned: Model) -> None:
    [teams] = planned.lists.values()
    module = planned.module("Costs", dimensions=[teams, "Time"], line_items={"Cost": "NUMBER"})
    file = planned.file("costs.csv", columns=["Teams", "Time", "Cost"])
    definition = planned.import_("Load costs", file, into=module)
    rows = "abc,JAN 13,1\nalpha\xa0,Jan 13,2\nABC,Jan 13,4\nnobody,Jan 13,8\n"
    loaded = load(planned, definition, "Teams,Time,Cost\n" + rows)
    with planned.store.reading() as connection:
        [total] = connection.execute(f"SELECT sum(v0) FROM cells_{module.id}").fetchone() or [None]
    if is_folded(planned):
        assert (loaded.counts, loaded.lines, total) == ((0, 3, 0, 1), [5], 7)
    else:
        assert (loaded.counts, loaded.lines, total) == ((0, 1, 0, 3), [2, 3, 5], 4)


def test_an_equal_key_is_preferred_to_the_same_key_of_another_item() -> None:
    model = Workspace("Test").model("M", calendar=Calendar(2013))
    both = pd.DataFrame({"Name": ["abc", "Other"], "Code": ["X", "ABC"]})
    teams = model.list("Teams", items=both)
    module = model.module("Costs", dimensions=[teams, "Time"], line_items={"Cost": "NUMBER"})
    file = model.file("costs.csv", columns=["Teams", "Time", "Cost"])
    definition = model.import_("Load costs", file, into=module)
    load(model, definition, "Teams,Time,Cost\nABC,Jan 13,1\nabc,Jan 13,2\n")
    with model.store.reading() as connection:
        query = f"SELECT item.name, v0 FROM cells_{module.id} JOIN list_{teams.id} item ON id = d0"
        assert sorted(connection.execute(query).fetchall()) == [("Other", 1), ("abc", 2)]
    model.close()


def test_a_parameter_is_found_by_the_same_key(planned: Model) -> None:
    [teams] = planned.lists.values()
    module = planned.module("Costs", dimensions=[teams, "Time"], line_items={"Cost": "NUMBER"})
    file = planned.file("costs.csv", columns=["Time", "Cost"])
    asked: dict[str, str | None] = {"Teams": None}
    definition = planned.import_("Load costs", file, into=module, parameters=asked)
    loaded = load(planned, definition, "Time,Cost\nJan 13,1\n", {"Teams": "alpha"})
    assert loaded.outcome.successful == is_folded(planned)


def test_keys_have_at_most_sixty_characters(planned: Model) -> None:
    longest, longer = "é" * 60, "é" * 61
    rows = f"{longest},{longest}\nc,{longer}\n{longer},d\n"
    loaded = load_teams(planned, ["Code", "Name"], rows)
    assert loaded.counts == (1, 0, 0, 2)
    assert loaded.types == {"hierarchyImportInvalidCode": 1, "hierarchyImportInvalidName": 1}
    assert "longer than 60 characters" in loaded.dump[1][-1]
