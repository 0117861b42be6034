"""What the API does not show: guessed if there is no doubt, else filled in by the user."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.clones.mapping_file import Mappings
from tests.sandbox.clones.pieces import change

CITIES, SALES = "112000000001", "112000000002"
ALL_SALES, CITIES_OUT = "116000000001", "116000000002"
CLEAR = "117000000001"


@pytest.fixture
def opened(copied: Path) -> Iterator[Callable[[], Sandbox]]:
    """Open the copied snapshot, again and again."""
    made: list[Sandbox] = []

    def open_again() -> Sandbox:
        made.append(Sandbox.open(copied, rate_limit=None, task_pause=0, verbose=False))
        return made[-1]

    yield open_again
    for each in made:
        each.close()


def states(clone: Sandbox) -> dict[str, str]:
    report = clone.report
    return dict(zip(report["name"], report["state"], strict=True))


def test_actions_are_guessed_by_equal_names_only_if_there_is_no_doubt(
    opened: Callable[[], Sandbox],
) -> None:
    assert states(opened()) == {
        "Orders": "assumed",
        "Load cities": "assumed",
        "Load sales": "to fill in",
        "All sales": "assumed",
        "Cities out": "assumed",
        "Clear orders": "to fill in",
        "Solve": "assumed",
    }


def test_what_is_to_be_filled_in_is_prepared_with_suggestions(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    (copied / "mappings.toml").unlink(missing_ok=True)
    opened()
    prepared = tomllib.loads((copied / "mappings.toml").read_text("utf-8"))
    assert prepared == {
        "version": 1,
        "imports": {
            SALES: {
                "name": "Load sales",
                "ready": False,
                "into": "",
                "match_by": "either",
                "columns": {"city": "", "v": "", "t": "", "n": ""},
            }
        },
        "actions": {CLEAR: {"name": "Clear orders", "ready": False, "of": "", "where": ""}},
    }


@pytest.mark.long
def test_what_is_filled_in_runs_at_the_next_start(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    opened()
    path = copied / "mappings.toml"
    text = path.read_text("utf-8").replace("ready = false", "ready = true")
    for column, target in {"city": "Cities", "v": "Versions", "t": "Time", "n": "Units"}.items():
        text = text.replace(f'"{column}" = ""', f'"{column}" = "{target}"')
    text = text.replace('into = ""', 'into = "sales & co"').replace('of = ""', 'of = "Orders"')
    path.write_text(text, "utf-8")
    clone = opened()
    assert path.read_text("utf-8") == text
    assert "to fill in" not in states(clone).values()
    row = {"city": ["NCE"], "v": ["Plan"], "t": ["Apr 25"], "n": [2.5]}
    with clone, clone.connect() as connection:
        model = connection.model("Planning")
        assert model.imports["Load sales"].write(pd.DataFrame(row)).rows_loaded == 1
        where = {"Cities": "Nice", "Versions": "Plan", "Time": "Apr 25"}
        assert list(model.modules["Sales & Co"].read(where=where)["Units"]) == [2.5]


@pytest.mark.long
def test_further_keys_of_a_section_are_options_of_the_builder(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    (copied / "mappings.toml").write_text(
        f"""
[imports.{SALES}]
ready = true
into = "Sales & Co"
columns = {{city = "Cities", v = "Versions", t = "Time", n = "Units"}}
formats = {{t = "DD.MM.YYYY"}}
clear = true

[actions.{CLEAR}]
ready = true
of = "Cities"
where = "Large"
""",
        "utf-8",
    )
    row = {"city": ["NCE"], "v": ["Plan"], "t": ["30.04.2025"], "n": [2.5]}
    with opened() as clone, clone.connect() as connection:
        model = connection.model("Planning")
        assert model.imports["Load sales"].write(pd.DataFrame(row)).rows_loaded == 1
        assert model.modules["Sales & Co"].read()["Units"].sum() == 2.5
        model.actions["Clear orders"].run()
        assert list(model.lists["Cities"].read()["name"]) == ["Rome", "Nice"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("kind", "name", "section"),
    [
        ("imports", "Load sales", f"imports.{SALES}"),
        ("actions", "Clear orders", f"actions.{CLEAR}"),
        ("processes", "Night", f"actions.{CLEAR}"),
    ],
)
def test_a_run_of_what_is_not_filled_in_fails_and_says_what_to_do(
    clone: Sandbox, kind: str, name: str, section: str
) -> None:
    with clone.connect() as connection:
        action = getattr(connection.model("Planning"), kind)[name]
        if kind == "imports":
            row = {"city": ["NCE"], "v": ["Plan"], "t": ["Apr 25"], "n": [2.5]}
            run = lambda: action.write(pd.DataFrame(row))  # noqa: E731
        else:
            run = action.run
        with pytest.raises(af.TaskFailed) as failed:
            run()
    message = f"Fill in [{section}] of mappings.toml, set ready = true, and open the folder again."
    assert message in str(failed.value) + str(failed.value.result.details)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('into = "Sale & Co"', "The clone has no list or module 'Sale & Co'."),
        ('into = "Cities"\ncolumns = {city = "Town"}', "'Town' is not a target column of 'Cities'"),
        ('into = "Cities"\ncolumns = {town = "Name"}', "has no column 'town' to map"),
        ('into = "Cities"\ncolumns = {city = "Name"}\ncolor = "red"', "color"),
        ('into = "Cities"\ncolumns = "city"', "Its columns must be a section"),
    ],
)
def test_a_mistake_in_the_file_blocks_only_that_import_and_is_in_the_report(
    copied: Path, opened: Callable[[], Sandbox], text: str, why: str
) -> None:
    (copied / "mappings.toml").write_text(f"[imports.{SALES}]\nready = true\n{text}\n", "utf-8")
    clone = opened()
    report = clone.report.set_index("name")
    assert report.loc["Load sales", "state"] == "to fill in"
    assert why in report.loc["Load sales", "why"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("text", ["imports = 1", "[imports]\n112000000002 = 1", "what", "\xff"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(copied: Path, text: str) -> None:
    (copied / "mappings.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"mappings\.toml"):
        Sandbox.open(copied, verbose=False)


@pytest.mark.long
def test_the_list_of_a_property_is_found_by_its_values_or_asked_for(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    assert "Cities.Home" not in states(opened())  # its values are all regions

    def rename(content: dict[str, dict[str, object]]) -> None:
        content["metadata"]["name"] = "Regions"

    change(copied, "lists/101000000001", rename)
    for path in copied.glob("data-*/lists/101000000002.parquet"):
        table = pd.read_parquet(path)
        table["properties.Home"] = ["nowhere", "", None]
        table.to_parquet(path, index=False)
    assert states(opened())["Cities.Home"] == "to fill in"
    mappings = copied / "mappings.toml"
    section = '[lists.101000000002.properties."Home"]\nof = ""'
    assert section in mappings.read_text("utf-8")
    mappings.write_text(mappings.read_text("utf-8").replace('of = ""', 'of = "Regions"'), "utf-8")
    clone = opened()
    [model] = clone.models.values()
    assert model.lists["101000000002"].properties["Home"].list is model.lists["101000000001"]


@pytest.mark.long
def test_the_display_names_of_a_list_are_found_by_the_cells_or_asked_for(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    for path in copied.glob("data-*/lists/101000000004.parquet"):
        table = pd.read_parquet(path)
        table["properties.Other"] = table["properties.Label"]
        table.to_parquet(path, index=False)
    assert states(opened())["Orders"] == "to fill in"
    mappings = copied / "mappings.toml"
    text = mappings.read_text("utf-8").replace('display_name = ""', 'display_name = "Label"')
    mappings.write_text(text, "utf-8")
    clone = opened()
    assert "Orders" not in states(clone)
    [model] = clone.models.values()
    assert model.lists["101000000004"].display_name == "Label"
    mappings.write_text(text.replace('"Label"', '"N"'), "utf-8")
    assert states(opened())["Orders"] == "to fill in"


@pytest.mark.long
def test_a_folder_that_cannot_be_written_to_is_served_all_the_same(
    copied: Path, opened: Callable[[], Sandbox]
) -> None:
    (copied / "mappings.toml").unlink(missing_ok=True)
    (copied / "mappings.toml").symlink_to(copied / "nowhere" / "mappings.toml")
    assert states(opened())["mappings.toml"] == "not copied"


@given(
    columns=st.dictionaries(st.text(min_size=1), st.text()),
    name=st.text(),
)
def test_every_text_in_a_suggestion_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str], name: str
) -> None:
    folder = tmp_path_factory.mktemp("mappings")
    written = Mappings(folder, name)
    values = {"name": name, "ready": False, "columns": columns}
    written.suggest("imports", "1", values)
    written.suggest_property("2", name)
    assert written.save()
    read = Mappings(folder, name)
    assert read.section("imports", "1") == values
    assert read.section("exports", "1") is None
    read.suggest_property("2", name)
    assert read.save()
    assert Mappings(folder, name).section("imports", "1") == values
