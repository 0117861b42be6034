"""`load_changes` against the sandbox: what is sent, what the result says, and what is refused."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames import aio
from anaplan_frames.sandbox import Calendar, Sandbox
from tests.sandbox.held_tasks import held_tasks

CITIES = [f"City {n}" for n in range(6)]
ROWS = pd.DataFrame(
    {"City": CITIES[:4], "Time": "Jan 13", "Units": [1, 2, 3, 4], "Note": ["a", "b", "c", "d"]}
)
KEY = ["City", "Time"]
Load = Callable[..., af.WriteResult]
_numbers = count()


@pytest.fixture(scope="module")
def tenant_of_all() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture(scope="module")
def connection(tenant_of_all: Sandbox) -> Iterator[af.Connection]:
    with tenant_of_all.connect(requests_per_minute=None) as opened:
        yield opened


@pytest.fixture
def model(tenant_of_all: Sandbox, connection: af.Connection) -> af.Model:
    """Return a model of a test's own."""
    return make_model(tenant_of_all, connection)


@pytest.fixture(scope="module")
def empty_model(tenant_of_all: Sandbox, connection: af.Connection) -> af.Model:
    """Return a model to which nothing is loaded."""
    return make_model(tenant_of_all, connection)


def make_model(tenant_of_all: Sandbox, connection: af.Connection) -> af.Model:
    """Make a model with an empty module, its import and process, and a list."""
    name = f"M{next(_numbers)}"
    built = tenant_of_all.workspace("W").model(name, calendar=Calendar(2013, 0, 0))
    cities = built.list("City", items=pd.DataFrame({"Name": CITIES}))
    things = built.list("Things", properties={"Units": "NUMBER", "Note": "TEXT"})
    module = built.module(
        "Sales", dimensions=[cities, "Time"], line_items={"Units": "NUMBER", "Note": "TEXT"}
    )
    file = built.file("cells.csv", columns=["City", "Time", "Units", "Note"])
    load = built.import_("Load cells", file=file, into=module)
    built.process("Load all", [load])
    built.process("Replace all", [built.delete_action("Clear things", things), load])
    return connection.model(name)


@pytest.fixture
def load(model: af.Model, tmp_path: Path) -> Load:
    """Load changes of cells by the import."""

    def call(data: Any, target: Any = "Load cells", **options: Any) -> af.WriteResult:
        options = {"model": model, "key": KEY, "state": tmp_path / "state", **options}
        return af.load_changes(data, target, **options)

    return call


def units(model: af.Model) -> dict[str, float]:
    """Return the cells of January that are not empty."""
    cells = model.modules["Sales"].read(where={"Time": "Jan 13"})
    pairs = zip(cells["City"], cells["Units"], strict=True)
    return {city: value for city, value in pairs if value}


def test_only_rows_that_are_new_or_have_changed_are_sent(load: Load, model: af.Model) -> None:
    first = load(ROWS)
    assert first.rows_sent == 4
    assert "All 4 rows were sent: no earlier load is known" in first.note
    tasks = len(model.imports["Load cells"].tasks())
    none = load(ROWS)
    assert (none.rows_sent, none.outcome, none.task_id) == (0, "loaded", "")
    assert len(model.imports["Load cells"].tasks()) == tasks
    changed = ROWS.assign(Units=[1, 20, 3, 4])
    more = pd.concat([changed, ROWS.head(1).assign(City="City 5")])
    result = load(more)
    assert result.rows_sent == result.rows_loaded == 2
    assert result.note == (
        "2 of 5 rows were sent: those of 2 of 5 keys that are new or have changed."
    )
    assert units(model) == {"City 0": 1, "City 1": 20, "City 2": 3, "City 3": 4, "City 5": 1}


def test_all_rows_of_a_cell_are_sent_if_one_of_them_changes_or_goes_or_moves(
    load: Load, model: af.Model
) -> None:
    three = pd.DataFrame(
        {"City": ["City 0", "CITY 0 ", "City 0"], "Time": "Jan 13", "Units": [1, 2, 4]}
    ).assign(Note=["a", "b", "c"])
    load(pd.concat([three, ROWS.iloc[1:]]))
    assert load(pd.concat([three.assign(Units=[1, 2, 8]), ROWS.iloc[1:]])).rows_sent == 3
    assert units(model)["City 0"] == 11
    result = load(pd.concat([three.iloc[:2], ROWS.iloc[1:]]))
    assert (result.rows_sent, units(model)["City 0"]) == (2, 3)
    assert "no longer" not in result.note
    load(pd.concat([three.iloc[1::-1], ROWS.iloc[1:]]))
    cells = model.modules["Sales"].read(where={"City": "City 0", "Time": "Jan 13"})
    assert cells["Note"].to_list() == ["a"]  # of the last row


@pytest.mark.sampled(1)
@pytest.mark.parametrize("target", ["Load cells", "Load all", "Sales"])
def test_what_is_gone_is_reported_once_and_blanked_if_that_is_asked_for(
    load: Load, model: af.Model, target: str
) -> None:
    load(ROWS, target)
    result = load(ROWS.iloc[1:], target)
    assert result.rows_sent == 0
    assert result.changes.to_dict("records") == [
        {"action": "gone", "City": "City 0", "Time": "Jan 13"}
    ]
    assert "1 key is no longer in the data. Their values stay" in result.note
    assert load(ROWS.iloc[1:], target).changes.empty
    result = load(ROWS.iloc[2:], target, on_deleted="blank")
    assert result.changes["action"].to_list() == ["blank"]
    assert units(model) == {"City 0": 1, "City 2": 3, "City 3": 4}
    assert load(ROWS, target).rows_sent == 2
    assert units(model) == {"City 0": 1, "City 1": 2, "City 2": 3, "City 3": 4}


@pytest.mark.long
def test_items_of_a_list_are_upserted_blanked_and_deleted(load: Load, model: af.Model) -> None:
    items = pd.DataFrame({"key": ["a", "b", "c"], "name": ["A", "B", "C"], "Units": [1, 2, 3]})
    options: dict[str, Any] = {"key": "key", "mapping": {"key": "code"}}
    assert load(items, "Things", **options).rows_created == 3
    result = load(items.iloc[:2].assign(Units=[1, 9]), "Things", on_deleted="blank", **options)
    assert (result.rows_sent, result.rows_updated) == (2, 2)
    read = model.lists["Things"].read().fillna("")
    assert read[["code", "name", "Units"]].to_numpy().tolist() == [
        ["a", "A", 1.0],
        ["b", "B", 9.0],
        ["c", "C", 0.0],
    ]
    result = load(items.iloc[[2]], "Things", on_deleted="delete", confirm=True, **options)
    assert (result.rows_deleted, result.rows_updated) == (2, 1)
    assert sorted(result.changes["action"]) == ["delete", "delete", "update"]
    assert model.lists["Things"].read()["code"].to_list() == ["c"]


@pytest.mark.long
def test_an_item_that_is_gone_from_anaplan_too_is_not_rejected(load: Load, model: af.Model) -> None:
    items = pd.DataFrame({"code": ["a", "b", "c"], "name": ["A", "B", "C"]})
    load(items, "Things", key="code")
    model.lists["Things"].delete(items.iloc[[0]])
    result = load(items.iloc[2:], "Things", key="code", on_deleted="delete", confirm=True)
    assert (result.outcome, result.rows_deleted, result.rows_rejected) == ("loaded", 1, 0)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("as_stream", [False, True])
def test_rejected_rows_are_given_back_and_sent_again_until_they_are_loaded(
    load: Load, model: af.Model, as_stream: bool
) -> None:
    bad = pd.concat([ROWS, ROWS.head(1).assign(City="Nowhere")])
    bad = bad.set_axis(list("vwxyz"))

    def data() -> Any:
        return pa.Table.from_pandas(bad).to_reader() if as_stream else bad

    with pytest.raises(af.RejectedRows, match="City"):
        load(data())
    result = load(data(), on_rejected="ignore")
    assert (result.rows_sent, result.rows_rejected) == (1, 1)
    assert result.rejected["City"].to_list() == ["Nowhere"]
    if not as_stream:
        assert result.rejected.index.to_list() == ["z"]
    model.lists["City"].insert(pd.DataFrame({"name": ["Nowhere"]}))
    assert load(data()).rows_loaded == 1
    assert load(data()).rows_sent == 0
    # A row of which nothing was loaded is not missed when it is gone.
    load(bad.iloc[:-1].assign(City="Elsewhere"), on_rejected="ignore")
    result = load(bad)
    assert "Elsewhere" not in set(result.changes.get("City", []))


@pytest.mark.long
def test_data_of_any_kind_have_the_same_digests(load: Load) -> None:
    load(ROWS)
    table = pa.Table.from_pandas(ROWS, preserve_index=False)
    assert load(table).rows_sent == 0
    assert load(iter([ROWS.iloc[:1], ROWS.iloc[1:]])).rows_sent == 0
    assert load(ROWS.astype({"Units": "float64", "City": "category"})).rows_sent == 0
    assert load(ROWS.set_index("City"), index=True).rows_sent == 0
    renamed = ROWS.rename(columns={"City": "Town"})
    result = load(renamed, mapping={"Town": "City"}, key=["Time", "Town"])
    assert result.rows_sent == 4  # another order of the key is another key
    assert "the key of the last load was 'City', 'Time', not 'Time', 'City'" in result.note


def test_all_rows_are_sent_if_somebody_else_has_run_the_import(load: Load, model: af.Model) -> None:
    load(ROWS)
    model.imports["Load cells"].run()
    result = load(ROWS)
    assert result.rows_sent == 4
    assert "somebody else has loaded data since the last load (task " in result.note
    assert load(ROWS).rows_sent == 0


@pytest.mark.long
def test_all_rows_are_sent_if_that_was_long_ago_or_another_locale_is_asked_for(load: Load) -> None:
    load(ROWS)
    assert load(ROWS, full_every="1D").rows_sent == 0
    result = load(ROWS, full_every=dt.timedelta(microseconds=1))
    assert (result.rows_sent, "days ago (full_every=)" in result.note) == (4, True)
    result = load(ROWS, locale="de_DE")
    assert (result.rows_sent, "the locale has changed" in result.note) == (4, True)


def test_a_damaged_state_means_a_load_of_all_rows(load: Load, tmp_path: Path) -> None:
    load(ROWS)
    (path,) = (tmp_path / "state").glob("*.digests")
    path.write_bytes(path.read_bytes()[:-3])
    result = load(ROWS.iloc[1:])
    assert result.rows_sent == 3
    assert f"{path.name} is damaged" in result.note


class _Canceller:
    """Cancels each task as soon as it is started, and lets those go on that were held."""

    def __init__(self, load: af.Import, begin: threading.Event) -> None:
        self._import = load
        self._begin = begin

    def on_start(self, task: af.Task[Any]) -> None:
        threading.Thread(target=self._import.task(task.id).cancel, daemon=True).start()
        while self._import.task(task.id).state in ("NOT_STARTED", "IN_PROGRESS"):
            time.sleep(0.02)
        self._begin.set()

    def on_end(self, task: af.Task[Any], result: object, error: object) -> None:
        """Do nothing."""


def test_what_a_load_that_did_not_end_well_may_have_sent_is_sent_again(
    load: Load, model: af.Model, tenant_of_all: Sandbox
) -> None:
    load(ROWS)
    other = ROWS.assign(Units=[10, 20, 3, 4]).iloc[:3]
    with held_tasks(tenant_of_all) as begin:
        canceller = _Canceller(model.imports["Load cells"], begin)
        with (
            tenant_of_all.connect(hooks=[canceller], requests_per_minute=None) as connection,
            pytest.raises(af.TaskCancelled),
        ):
            load(other, model=connection.model(model.name))
    result = load(ROWS)  # as before, but Anaplan may have the others' values
    assert result.rows_sent == 3  # with that which was gone meanwhile
    assert units(model) == {"City 0": 1, "City 1": 2, "City 2": 3, "City 3": 4}
    assert load(ROWS).rows_sent == 0


@pytest.mark.long
def test_if_nothing_was_sent_the_state_stays_as_it_was(load: Load, model: af.Model) -> None:
    load(ROWS, "Sales")
    twice = pd.concat([ROWS, ROWS.iloc[[0]].assign(Units=7)])
    with pytest.raises(af.ColumnMismatch, match="write the same cell"):
        load(twice, "Sales")
    assert load(ROWS, "Sales").rows_sent == 0


@pytest.mark.long
def test_much_is_blanked_only_if_that_is_confirmed(load: Load, model: af.Model) -> None:
    load(ROWS)
    for data, why in [
        (ROWS.iloc[2:], "This would blank 2 of the 4 keys of import 'Load cells'.*more than the 1"),
        (ROWS.iloc[:0], "because the data has no rows"),
    ]:
        with pytest.raises(af.ConfirmationRequired, match=why):
            load(data, on_deleted="blank")
    assert len(units(model)) == 4
    assert load(ROWS.iloc[2:], on_deleted="blank", max_delete=2).rows_sent == 2
    assert load(ROWS.iloc[:0], on_deleted="blank", confirm=True).rows_sent == 2
    assert units(model) == {}


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    ("target", "options", "error", "message"),
    [
        ("Load cells", {"key": ["City", "Units"]}, af.ColumnMismatch, "'Units' is a line item"),
        ("Load cells", {"key": "Citi"}, af.ColumnMismatch, "Did you mean 'City'"),
        ("Load cells", {"check": {"Time": "Note"}}, af.ColumnMismatch, "'Note' is a line item"),
        ("Load cells", {"check": {"Time": "Sales.Note"}}, af.ColumnMismatch, "'Sales.Note' is a"),
        ("Load cells", {"check": ["Time"]}, TypeError, "check must be a dict"),
        ("Load cells", {"check": {"Time": "Tme"}}, af.ColumnMismatch, "Did you mean 'Time'"),
        ("Load cells", {"on_deleted": "delete"}, ValueError, "is for lists"),
        ("Load cells", {"on_deleted": "drop"}, ValueError, "'report', 'blank' or 'delete'"),
        ("Load cells", {"full_every": "often"}, ValueError, "such as '7D'"),
        ("Load cells", {"full_every": "-1D"}, ValueError, "such as '7D'"),
        ("Load cells", {"key": []}, TypeError, "the name of a column"),
        ("Load cells", {"key": ["City", "City"]}, ValueError, "twice"),
        ("cells.csv", {}, ValueError, "Name the import that reads it"),
        ("Sales", {"key": ["City"]}, af.ColumnMismatch, "leaves out 'Time'"),
        ("Sales", {"key": [*KEY, "Note"]}, af.ColumnMismatch, "'Note', which is not a dimension"),
        ("Sales", {"locale": "de_DE"}, ValueError, "locale= is an option of imports"),
        ("Things", {"key": "Note"}, af.ColumnMismatch, "'code', 'name' or 'id'"),
        ("Things", {"key": ["City"]}, af.ColumnMismatch, "not sent to list 'Things'"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    empty_model: af.Model,
    tmp_path: Path,
    target: str,
    options: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        af.load_changes(ROWS, target, empty_model, **{"key": KEY, "state": tmp_path, **options})
    assert not len(empty_model.imports["Load cells"].tasks())
    assert not list(tmp_path.glob("*.json"))


def test_tables_for_several_files_and_other_targets_are_refused(
    load: Load, model: af.Model
) -> None:
    with pytest.raises(TypeError, match="takes one table"):
        load({"Load cells": ROWS})
    with pytest.raises(TypeError, match="an import, a process, a list or a module"):
        load(ROWS, model.modules)


@pytest.mark.long
def test_columns_of_which_nothing_is_known_are_named_in_a_warning(
    tenant_of_all: Sandbox, connection: af.Connection, tmp_path: Path
) -> None:
    built = tenant_of_all.workspace("W").model("Odd", calendar=Calendar(2013, 0, 0))
    city = built.list("City", items=pd.DataFrame({"Name": CITIES}))
    module = built.module("Sales", dimensions=[city, "Time"], line_items={"Units": "NUMBER"})
    file = built.file("odd.csv", columns=["town", "Time", "Units"])
    built.import_(
        "Load", file=file, into=module, mapping={"town": "City", "Time": "Time", "Units": "Units"}
    )
    model = connection.model("Odd")
    rows = ROWS.rename(columns={"City": "town"}).drop(columns="Note")
    options: dict[str, Any] = {"state": tmp_path}
    with pytest.warns(af.AnaplanWarning, match=r"whether 'town' of key= are.*check=\{'town'"):
        af.load_changes(rows, "Load", model, key=["town", "Time"], **options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        af.load_changes(rows, "Load", model, key=["town", "Time"], **options)
        again = tmp_path / "again"
        check = {"town": "City"}
        af.load_changes(rows, "Load", model, key=["town", "Time"], state=again, check=check)
    with pytest.warns(af.AnaplanWarning, match="'Time' have the names of dimensions"):
        af.load_changes(rows, "Load", model, key="town", state=tmp_path / "less", check=check)


def test_a_process_that_deletes_something_is_refused(load: Load, model: af.Model) -> None:
    with pytest.raises(ValueError, match="runs 'Clear things', which deletes data"):
        load(ROWS, "Replace all")
    assert not units(model)


@pytest.mark.long
def test_a_coroutine_loads_changes_too(model: af.Model, tmp_path: Path) -> None:
    def again() -> af.WriteResult:
        return asyncio.run(aio.load_changes(ROWS, "Load cells", model, key=KEY, state=tmp_path))

    assert [again().rows_sent, again().rows_sent] == [4, 0]
