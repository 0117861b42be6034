"""`to_anaplan` and the import's result, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})


def test_a_frame_is_loaded_and_counted(demo_model: af.Model) -> None:
    result = af.to_anaplan(AIRLINES, "Load airlines", demo_model)
    assert (result.rows_sent, result.rows_loaded, result.rows_created, result.rows_rejected) == (
        2,
        2,
        2,
        0,
    )
    assert result.outcome == "loaded"
    assert result.rejected.empty


def test_loading_again_updates_and_creates_nothing(demo_model: af.Model) -> None:
    af.to_anaplan(AIRLINES, "Load airlines", demo_model)
    result = af.to_anaplan(
        AIRLINES.assign(name=["American Air", "United Air"]), "Load airlines", demo_model
    )
    assert (result.rows_created, result.rows_updated) == (0, 2)


def test_columns_in_another_order_and_mapped_names_reach_the_right_header(
    demo_model: af.Model,
) -> None:
    frame = pd.DataFrame({"full name": ["American"], "code": ["AA"]})
    af.to_anaplan(
        frame, "Load airlines", demo_model, mapping={"full name": "name", "code": "carrier"}
    )
    assert demo_model.files["airlines.csv"].read().to_dict("list") == {
        "carrier": ["AA"],
        "name": ["American"],
    }


def test_surplus_columns_are_left_out_with_a_warning_that_names_them(demo_model: af.Model) -> None:
    with pytest.warns(UserWarning, match="does not take the columns 'hub', 'ceo'") as caught:
        af.to_anaplan(AIRLINES.assign(hub="x", ceo="y"), "Load airlines", demo_model)
    assert caught[0].filename == __file__


def test_a_missing_column_is_named_with_its_near_names_before_a_byte_is_sent(
    demo_model: af.Model,
) -> None:
    with pytest.raises(af.ColumnMismatch) as caught:
        af.to_anaplan(AIRLINES.rename(columns={"carrier": "carier"}), "Load airlines", demo_model)
    assert str(caught.value) == (
        "The columns do not fit file 'airlines.csv'. The data has no column 'carrier'. Did you "
        "mean 'carier'? If only the names differ, pass mapping={'your column': 'its "
        "header'}."
    )
    with pytest.raises(af.NotFound):
        demo_model.files["airlines.csv"].read()


@pytest.mark.parametrize(
    "convert",
    [
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: pa.Table.from_pandas(frame).to_reader(),
        lambda frame: iter([frame.iloc[:1], frame.iloc[1:]]),
        lambda frame: iter(pa.Table.from_pandas(frame).to_batches()),
        lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame)),
    ],
    ids=["polars", "table", "reader", "frames", "batches", "duckdb"],
)
def test_every_kind_of_data_is_taken(demo_model: af.Model, convert) -> None:
    result = af.to_anaplan(convert(AIRLINES), "Load airlines", demo_model)
    assert result.rows_created == 2
    assert demo_model.files["airlines.csv"].read()["carrier"].tolist() == ["AA", "UA"]


def test_the_index_is_sent_when_asked_for(demo_model: af.Model) -> None:
    result = af.to_anaplan(AIRLINES.set_index("carrier"), "Load airlines", demo_model, index=True)
    assert result.rows_created == 2


def test_rejected_rows_are_the_callers_own_with_index_and_dtypes(demo_model: af.Model) -> None:
    frame = pd.DataFrame(
        {
            "dst": ["A", "A", "A"],
            "faa": ["AAA", "BBB", "CCC"],
            "name": ["One", "One", "Two"],
            "lat": [1.5, 2.5, 3.5],
            "lon": [1.0, 2.0, 3.0],
            "alt": pd.array([10, 20, None], dtype="Int64"),
            "tz": [-5, -6, -7],
            "tzone": pd.Categorical(["x", "y", "x"]),
        },
        index=pd.Index(["r1", "r2", "r3"], name="row"),
    )
    with pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(frame, "Load airports", demo_model)
    rejected = caught.value.result.rejected
    pd.testing.assert_frame_equal(rejected.drop(columns="error"), frame.loc[["r2"]])
    assert "One" in rejected.loc["r2", "error"]
    assert "1 of 3 rows were rejected by 'Load airports'" in str(caught.value)


def test_of_equal_rows_the_later_ones_are_rejected(demo_model: af.Model) -> None:
    frame = pd.concat([AIRLINES, AIRLINES, AIRLINES], ignore_index=True)
    result = af.to_anaplan(frame, "Load airlines", demo_model, on_rejected="ignore")
    assert result.rejected.index.tolist() == [2, 3, 4, 5]


def test_rejected_rows_of_an_iterator_have_their_position_and_types(demo_model: af.Model) -> None:
    frame = pd.DataFrame(
        {"carrier": ["AA", "UA", "AA"], "name": ["American", "United", "American"], "x": 1}
    )
    with pytest.warns(UserWarning, match="'x'"):
        result = af.to_anaplan(
            iter([frame.iloc[:2], frame.iloc[2:]]),
            "Load airlines",
            demo_model,
            on_rejected="ignore",
        )
    assert result.rejected.index.tolist() == [2]
    assert result.rejected[["carrier", "name"]].values.tolist() == [["AA", "American"]]


def test_rejected_rows_warn_when_asked_to(demo_model: af.Model) -> None:
    frame = pd.concat([AIRLINES, AIRLINES])
    with pytest.warns(UserWarning, match="2 of 4 rows were rejected by 'Load airlines'"):
        af.to_anaplan(frame, "Load airlines", demo_model, on_rejected="warn")


def test_a_cell_may_have_several_faults_each_on_its_line(demo_model: af.Model) -> None:
    flights = pd.DataFrame(
        {
            "carrier": ["ZZ"],
            "origin": ["XXX"],
            "dest": ["YYY"],
            "period": ["Jan 99"],
            "flights": [1],
            "cancelled": [0],
            "dep_delay_minutes": [0.0],
            "arr_delay_minutes": [0.0],
            "air_time_minutes": [0.0],
            "distance_miles": [0],
        }
    )
    result = af.to_anaplan(flights, "Load flights", demo_model, on_rejected="ignore")
    messages = result.rejected.loc[0, "error"].split("\n")
    assert len(messages) == 4
    assert [
        value for value in ("ZZ", "XXX", "YYY", "Jan 99") if value in result.rejected["error"][0]
    ]


def test_a_process_takes_a_dict_and_gives_one_result_per_action(demo_model: af.Model) -> None:
    airports = pd.DataFrame(
        {c: ["x"] for c in ("faa", "name", "tzone", "dst")}
        | {c: [1] for c in ("lat", "lon", "alt", "tz")}
    )
    flights = pd.DataFrame(
        {
            "carrier": ["AA", "AA"],
            "origin": ["EWR", "EWR"],
            "dest": ["x", "nowhere"],
            "period": ["Jan 13", "Jan 13"],
            **{c: [1, 2] for c in ("flights", "cancelled", "dep_delay_minutes")},
            **{c: [1, 2] for c in ("arr_delay_minutes", "air_time_minutes", "distance_miles")},
        }
    )
    result = af.to_anaplan(
        {"Load airlines": AIRLINES, "airports.csv": airports, "112000000003": flights},
        "Load all",
        demo_model,
        on_rejected="ignore",
    )
    assert [part.target for part in result.actions] == [
        "Load airlines",
        "Load airports",
        "Load flights",
    ]
    assert [part.rows_created for part in result.actions[:2]] == [2, 1]
    assert result.actions[2].rejected.index.tolist() == [1]
    assert result.rejected.loc["Load flights"]["dest"].tolist() == ["nowhere"]
    assert result.rows_sent == 5


def test_a_process_with_several_files_says_that_it_wants_a_dict(demo_model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match="reads 3 files"):
        af.to_anaplan(AIRLINES, "Load all", demo_model)


def test_a_process_is_sent_nothing_if_one_of_its_data_does_not_fit(demo_model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match="airports"):
        af.to_anaplan(
            {"Load airlines": AIRLINES, "Load airports": AIRLINES}, "Load all", demo_model
        )
    with pytest.raises(af.NotFound):
        demo_model.files["airlines.csv"].read()


def test_a_process_names_its_files_for_an_unknown_key(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="Did you mean 'Load airlines'"):
        af.to_anaplan({"Load airline": AIRLINES}, "Load all", demo_model)


def test_a_file_target_is_only_uploaded(demo_model: af.Model) -> None:
    result = af.to_anaplan(AIRLINES, "airlines.csv", demo_model)
    assert (result.kind, result.outcome) == ("file", "loaded")
    assert (result.rows_sent, result.rows_loaded, result.bytes_sent) == (
        2,
        2,
        len(AIRLINES.to_csv(index=False)) + 12,  # every text is quoted
    )
    assert demo_model.files["airlines.csv"].read()["name"].tolist() == ["American", "United"]
    assert demo_model.imports["Load airlines"].tasks().empty


def test_a_url_names_the_target(demo_model: af.Model) -> None:
    url = "anaplan://Demo/Flight%20Planning/imports/Load%20airlines"
    assert af.to_anaplan(AIRLINES, url, demo_model).rows_created == 2


def test_a_value_that_cannot_be_written_is_named_and_nothing_is_imported(
    demo_model: af.Model,
) -> None:
    frame = AIRLINES.assign(name=["fine", "a\x00b"])
    with pytest.raises(af.EncodingError) as caught:
        af.to_anaplan(frame, "Load airlines", demo_model)
    assert (caught.value.column, caught.value.row) == ("name", 1)
    assert demo_model.imports["Load airlines"].tasks().empty
    with pytest.raises(af.NotFound):
        demo_model.files["airlines.csv"].read()


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (AIRLINES, {"on_rejected": "explode"}, "'raise', 'warn' or 'ignore'"),
        (AIRLINES, {"chunk_bytes": 5}, "from 1,000,000 to 50,000,000"),
        (AIRLINES.assign(name=["fine", float("inf")]), {}, "infinite"),
    ],
    ids=["not one of those words", "a size out of bounds", "a bad value"],
)
def test_what_is_wrong_is_raised_while_the_file_keeps_its_content(
    demo_model: af.Model, data: pd.DataFrame, options: dict, message: str
) -> None:
    demo_model.files["airlines.csv"].write(AIRLINES)
    with pytest.raises(ValueError, match=message):
        af.to_anaplan(data, "Load airlines", demo_model, **options)
    assert demo_model.files["airlines.csv"].read().to_dict("list") == AIRLINES.to_dict("list")


def test_an_action_without_rows_shows_what_it_did(demo_model: af.Model) -> None:
    af.to_anaplan(AIRLINES, "Load airlines", demo_model)
    assert "deleted" in repr(demo_model.actions["Clear airports"].run())


def test_a_result_shows_itself_as_a_small_table(demo_model: af.Model) -> None:
    result = af.to_anaplan(AIRLINES, "Load airlines", demo_model)
    assert repr(result) == (
        "<'Load airlines': loaded; 2 of 2 rows loaded (2 created, 0 updated), 0 ignored, "
        "0 rejected>"
    )
    assert "<table" in result._repr_html_()


def test_an_id_of_no_file_is_refused_and_creates_none(demo_model: af.Model) -> None:
    for refused in (
        lambda: demo_model.files["113999999999"].upload(b"a"),
        lambda: af.to_anaplan(AIRLINES, "113999999999", demo_model),
    ):
        with pytest.raises(af.NotFound, match="113999999999"):
            refused()
    before = demo_model.files.names
    demo_model.files.refresh()
    assert demo_model.files.names == before


def test_a_target_itself_is_written_to(demo_model: af.Model) -> None:
    load = demo_model.imports["Load airlines"]
    assert af.to_anaplan(AIRLINES, load).rows_created == 2
    assert af.to_anaplan(AIRLINES, load, demo_model, kind="imports").rows_created == 0
    assert af.to_anaplan(AIRLINES, load, demo_model.url, dry_run=True).rows_sent == 2
    items = pd.DataFrame({"code": ["ZZ"], "name": ["Zed"]})
    assert af.to_anaplan(items, demo_model.lists["Airlines"], mode="insert").rows_created == 1
    with pytest.raises(ValueError, match="parameters= is an option of imports"):
        af.to_anaplan(items, demo_model.lists["Airlines"], parameters={"a": "b"})


def test_a_target_of_another_model_or_kind_than_was_given_is_refused(
    demo_model: af.Model, demo_sandbox: Sandbox
) -> None:
    demo_sandbox.workspace("Demo").model("Other")
    load = demo_model.imports["Load airlines"]
    with demo_sandbox.connect() as connection:
        for other in (connection.model("Other"), "Other"):
            with pytest.raises(af.ConfigurationError, match="is of model 'Flight Planning', but"):
                af.to_anaplan(AIRLINES, load, other)
            with pytest.raises(af.ConfigurationError, match="is of model 'Flight Planning', but"):
                af.read_anaplan(demo_model.lists["Airlines"], other)
    with pytest.raises(af.ConfigurationError, match="not of kind='lists'"):
        af.to_anaplan(AIRLINES, load, kind="lists")
    assert load.tasks().empty


def test_what_cannot_be_written_to_is_a_type_error(demo_model: af.Model) -> None:
    for wrong, named in (
        (demo_model.actions["Clear airports"], "not action 'Clear airports'"),
        (demo_model, "not Model"),
        (5, "not int"),
    ):
        with pytest.raises(TypeError, match=named):
            af.to_anaplan(AIRLINES, wrong)  # type: ignore[call-overload]


def test_a_target_of_ones_own_gets_the_options_that_are_asked_for() -> None:
    class Recorder:
        def write(self, data: pd.DataFrame, **options: object) -> object:
            return data, options

    written = af.to_anaplan(AIRLINES, Recorder(), key="code", on_rejected="ignore")
    assert written == (AIRLINES, {"key": "code", "on_rejected": "ignore"})  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("options", [{}, {"kind": "files"}], ids=["name", "file"])
def test_an_export_is_refused_as_a_target_and_the_imports_are_named(
    demo_model: af.Model, options: dict
) -> None:
    demo_model.exports["Flights export"].run()
    before = b"".join(demo_model.files["Flights export"].stream())
    export = demo_model.exports["Flights export"]
    itself = [demo_model.files["Flights export"]] if options else [export]
    for name in (export.name, export.id, *itself):
        with pytest.raises(ValueError, match="writes a file, so you cannot load data") as caught:
            af.to_anaplan(AIRLINES, name, demo_model, **options)
        assert "'Load airlines', 'Load airports', 'Load flights'" in str(caught.value)
    assert b"".join(demo_model.files["Flights export"].stream()) == before


@pytest.mark.parametrize(
    ("target", "options", "word"),
    [
        ("airlines.csv", {"parameters": {"Version": "Actual"}}, "parameters"),
        ("airlines.csv", {"locale": "de_DE"}, "locale"),
        ("airlines.csv", {"mode": "insert"}, "mode"),
        ("Load airlines", {"fixed": {"Versions": "Actual"}}, "fixed"),
        ("Airlines", {"chunk_bytes": 1_000_000}, "chunk_bytes"),
        ("Airlines", {"resume": False}, "resume"),
    ],
)
def test_an_option_that_the_target_does_not_have_is_refused(
    demo_model: af.Model, target: str, options: dict, word: str
) -> None:
    with pytest.raises(ValueError, match=f"{word}= is an option of .*, not of .* '{target}'"):
        af.to_anaplan(AIRLINES, target, demo_model, **options)


def test_a_files_own_dialect_reaches_the_import(tenant: Sandbox) -> None:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things", properties={"Price": "NUMBER", "Since": "DATE"})
    file = builder.file(
        "things.txt",
        columns=["Code", "Name", "Price", "Since"],
        separator="\t",
        delimiter="",
        encoding="ISO-8859-1",
        header_row=2,
        first_data_row=4,
        decimal_separator=",",
    )
    builder.import_("Load things", file=file, into=things)
    builder.export("Things out", of=things, layout="TABULAR_MULTI_COLUMN")
    model = tenant.connect().model("M")
    frame = pd.DataFrame(
        {
            "Name": ["Käse", "Brot"],
            "Code": ["001", "002"],
            "Price": [1234567.125, None],
            "Since": pd.to_datetime(["2020-02-29", None]),
        }
    )
    assert af.to_anaplan(frame, "Load things", model).rows_created == 2
    content = b"".join(model.files["things.txt"].stream())
    assert content.splitlines()[:5] == [
        b"",
        b"Code\tName\tPrice\tSince",
        b"",
        "001\tKäse\t1234567,125\t2020-02-29".encode("latin-1"),
        b"002\tBrot\t\t",
    ]
    out = af.read_anaplan("Things out", model)
    assert out["Price"].tolist()[0] == 1234567.125
    assert out["Since"].dtype.kind == "M"


def test_parameters_fill_what_an_import_asks_for(tenant: Sandbox) -> None:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things", items=pd.DataFrame({"Code": ["a"], "Name": ["A"]}))
    module = builder.module(
        "Plan", dimensions=[things, "Versions"], line_items={"Amount": "NUMBER"}
    )
    file = builder.file("plan.csv", columns=["Things", "Amount"])
    builder.import_("Load plan", file=file, into=module, parameters={"Version": None})
    builder.export("Plan out", of=module, layout="TABULAR_MULTI_COLUMN")
    model = tenant.connect().model("M")
    data = pd.DataFrame({"Things": ["a"], "Amount": [5]})
    with pytest.raises(af.TaskFailed, match="Version"):
        af.to_anaplan(data, "Load plan", model)
    af.to_anaplan(data, "Load plan", model, parameters={"Version": "Forecast"})
    out = af.read_anaplan("Plan out", model)
    assert out.loc[out["Amount"] == 5, "Versions"].tolist() == ["Forecast"]


def test_tokens_that_die_in_the_middle_of_a_transfer_lose_nothing(demo_sandbox: Sandbox) -> None:
    def parts() -> Iterator[pd.DataFrame]:
        for number in range(12):
            if number in (3, 9):
                demo_sandbox.tokens.revoke_all()
            codes = [f"{number:02}-{row:06}" for row in range(10_000)]
            yield pd.DataFrame({"carrier": codes, "name": [code * 3 for code in codes]})

    with demo_sandbox.connect() as connection:
        model = connection.model("Flight Planning")
        model.files["airlines.csv"].write(parts(), chunk_bytes=1_000_000)
        demo_sandbox.tokens.revoke_all()
        back = model.files["airlines.csv"].read()
    assert back["carrier"].is_unique
    assert back["carrier"].is_monotonic_increasing
    assert len(back) == 120_000
