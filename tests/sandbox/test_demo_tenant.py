"""The demo tenant on the real flights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames.demo
from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.demo_tenant import MEASURES, build_demo
from anaplan_frames.sandbox.planning.action_outcome import Unwatched
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from tests.sandbox.planning.model_actions import export_lines, items, load

DATA = Path(anaplan_frames.demo.__file__).parent / "data"


@pytest.fixture
def loaded_demo() -> Iterator[Model]:
    tenant = Tenant()
    build_demo(tenant)
    workspace = tenant.workspaces["8a81b09d599f3c6e0159f605560c2630"]
    yield workspace.models["D2D29CEE237C422099D83DCC4338CEA6"]
    tenant.release()


def content(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_all_objects_have_the_documented_ids(loaded_demo: Model) -> None:
    def ids(definitions: dict[str, object]) -> dict[str, str]:
        return {one.name: key for key, one in definitions.items()}

    assert loaded_demo.name == "Flight Planning"
    assert ids(loaded_demo.lists) == {
        "Airlines": "101000000001",
        "Airports": "101000000002",
        "Origins": "101000000003",
    }
    assert ids(loaded_demo.modules) == {"Flights by Month": "102000000001"}
    assert ids(loaded_demo.files) == {
        "airlines.csv": "113000000001",
        "airports.csv": "113000000002",
        "flights.csv": "113000000003",
    }
    assert ids(loaded_demo.imports) == {
        "Load airlines": "112000000001",
        "Load airports": "112000000002",
        "Load flights": "112000000003",
    }
    assert ids(loaded_demo.exports) == {"Flights export": "116000000001"}
    assert ids(loaded_demo.processes) == {"Load all": "118000000001"}
    assert ids(loaded_demo.actions) == {"Clear airports": "117000000001"}
    assert [action.name for action in loaded_demo.processes["118000000001"].actions] == [
        "Load airlines",
        "Load airports",
        "Load flights",
    ]
    assert loaded_demo.calendar.start.isoformat() == "2013-01-01"
    assert loaded_demo.calendar.end.isoformat() == "2013-12-31"


def test_only_the_origins_are_loaded_at_first(loaded_demo: Model) -> None:
    sizes = {lst.name: len(items(loaded_demo, lst)) for lst in loaded_demo.lists.values()}
    assert sizes == {"Airlines": 0, "Airports": 0, "Origins": 3}


def test_the_headers_equal_those_of_the_data_set(loaded_demo: Model) -> None:
    for definition, name in zip(
        loaded_demo.files.values(),
        ("airlines.csv", "airports.csv", "flights_monthly.csv"),
        strict=True,
    ):
        assert list(definition.columns) == list(pd.read_csv(DATA / name, nrows=0).columns)


def test_every_airline_is_created(loaded_demo: Model) -> None:
    loaded = load(loaded_demo, loaded_demo.imports["112000000001"], content("airlines.csv"))
    assert loaded.counts == (16, 0, 0, 0)
    assert loaded.outcome.details[0]["type"] == "hierarchyRowsProcessed"
    assert loaded.outcome.dump is None


def test_the_first_of_several_airports_with_the_same_name_is_kept(loaded_demo: Model) -> None:
    loaded = load(loaded_demo, loaded_demo.imports["112000000002"], content("airports.csv"))
    assert loaded.counts == (1440, 0, 0, 18)
    assert loaded.types == {"hierarchyImportNameOrCodeExists": 18}
    source = pd.read_csv(DATA / "airports.csv", keep_default_na=False, dtype=str)
    again = source[source["name"].duplicated()]
    assert [row[1] for row in loaded.dump[1:]] == list(again["faa"])
    assert loaded.lines == [position + 2 for position in again.index]


def test_properties_of_airports_are_stored_as_numbers_and_texts(loaded_demo: Model) -> None:
    load(loaded_demo, loaded_demo.imports["112000000002"], content("airports.csv"))
    stored = items(loaded_demo, loaded_demo.lists["101000000002"])
    atlanta = stored[stored["code"] == "ATL"].iloc[0]
    assert (atlanta["p0"], atlanta["p1"], atlanta["p2"]) == (33.636719, -84.428067, 1026)
    assert atlanta["p3"] == "America/New_York"


def test_flights_to_unknown_airports_are_rejected_and_all_others_exported(
    loaded_demo: Model,
) -> None:
    load(loaded_demo, loaded_demo.imports["112000000001"], content("airlines.csv"))
    load(loaded_demo, loaded_demo.imports["112000000002"], content("airports.csv"))
    loaded = load(loaded_demo, loaded_demo.imports["112000000003"], content("flights_monthly.csv"))
    assert loaded.counts == (0, 3744, 0, 125)
    assert loaded.types == {"moduleImportInvalidListIdentifier": 125}
    rejected = pd.DataFrame(loaded.dump[1:], columns=loaded.dump[0])
    assert rejected["flights"].astype(int).sum() == 7602
    assert set(rejected["dest"]) == {"BQN", "PSE", "SJU", "STT"}

    source = pd.read_csv(DATA / "flights_monthly.csv")
    accepted = source[~source["dest"].isin(rejected["dest"])]
    lines = export_lines(loaded_demo, loaded_demo.exports["116000000001"])
    header = lines[0].split(",")
    assert header == ["Airlines", "Origins", "Airports", "Time", *MEASURES]
    exported = pd.DataFrame([line.rsplit(",", 7) for line in lines[1:]])
    assert len(exported) == 3744
    sums = exported[[2, 3, 4, 5, 6, 7]].astype(float).sum()
    assert list(sums) == [accepted[measure].sum() for measure in MEASURES]
    assert sums[2] == 336_776 - 7_602


def test_cells_are_exported_as_they_were_imported(loaded_demo: Model) -> None:
    for definition, name in zip(
        loaded_demo.imports.values(),
        ("airlines.csv", "airports.csv", "flights_monthly.csv"),
        strict=True,
    ):
        load(loaded_demo, definition, content(name))
    lines = export_lines(loaded_demo, loaded_demo.exports["116000000001"])
    assert (
        "Endeavor Air Inc.,EWR,Cincinnati Northern Kentucky Intl,Jan 13,69,4,1020,1136,6866,39261"
        in lines
    )


def test_clearing_the_airports_removes_their_flights_too(loaded_demo: Model) -> None:
    for definition, name in zip(
        loaded_demo.imports.values(),
        ("airlines.csv", "airports.csv", "flights_monthly.csv"),
        strict=True,
    ):
        load(loaded_demo, definition, content(name))
    outcome = loaded_demo.run_delete(loaded_demo.actions["117000000001"], Unwatched())
    assert outcome.successful
    assert outcome.details[0]["type"] == "deleteFromSelectionSucceeded"
    assert "1440" in outcome.details[0]["values"]
    assert len(items(loaded_demo, loaded_demo.lists["101000000002"])) == 0
    assert len(export_lines(loaded_demo, loaded_demo.exports["116000000001"])) == 1
    again = load(loaded_demo, loaded_demo.imports["112000000002"], content("airports.csv"))
    assert again.counts == (1440, 0, 0, 18)


def test_the_metadata_of_the_export_has_the_types_of_its_columns(loaded_demo: Model) -> None:
    metadata = loaded_demo.export_metadata(loaded_demo.exports["116000000001"])
    assert metadata["headerNames"] == ["Airlines", "Origins", "Airports", "Time", *MEASURES]
    assert metadata["dataTypes"] == ["ENTITY"] * 3 + ["TIME_ENTITY"] + ["NUMBER"] * 6
    assert metadata["columnCount"] == 10
    assert metadata["separator"] == ","
    assert metadata["delimiter"] == '"'
    assert metadata["encoding"] == "UTF-8"
    assert metadata["layout"] == "TABULAR_MULTI_COLUMN"


def test_the_calendar_is_the_year_2013(loaded_demo: Model) -> None:
    assert isinstance(loaded_demo.calendar, Calendar)
    months = [period.name for period in loaded_demo.calendar.periods if period.level == "month"]
    assert months[0] == "Jan 13"
    assert months[-1] == "Dec 13"
    assert len(months) == 12
