"""Files and exports through fsspec: listed, opened, fetched, replaced and deleted."""

from __future__ import annotations

import json
import pickle
import threading
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.callbacks import Callback

import anaplan_frames as af
from anaplan_frames.integrations.filesystem import AnaplanFileSystem
from anaplan_frames.integrations.filesystem.sealed_options import seal
from anaplan_frames.sandbox import Sandbox
from tests.integrations.conftest import PASSWORD
from tests.secrets.looking import by_python

MODEL = "Demo/Flight Planning"
AIRLINES = "anaplan://Demo/Flight%20Planning/files/airlines.csv"
AIRPORTS = f"{MODEL}/files/airports.csv"
EXPORT = "anaplan://Demo/Flight%20Planning/exports/Flights%20export"


def test_workspaces_models_kinds_and_files_are_listed(fs: AnaplanFileSystem) -> None:
    assert fs.ls("") == [
        {"name": "Demo", "size": 0, "type": "directory", "id": "8a81b09d599f3c6e0159f605560c2630"}
    ]
    assert fs.ls("anaplan://Demo", detail=False) == [MODEL]
    assert fs.ls(MODEL, detail=False) == [f"{MODEL}/files", f"{MODEL}/exports"]
    assert fs.ls(f"{MODEL}/exports", detail=False) == [f"{MODEL}/exports/Flights export"]
    (entry,) = fs.ls(AIRLINES)
    assert entry == fs.info(AIRLINES)
    assert (entry["name"], entry["type"], entry["size"]) == (
        f"{MODEL}/files/airlines.csv",
        "file",
        None,
    )
    assert (entry["id"], entry["kind"], entry["encoding"]) == ("113000000001", "files", "UTF-8")


def test_patterns_and_trees_are_walked(fs: AnaplanFileSystem) -> None:
    assert fs.glob(f"anaplan://{MODEL}/files/air*.csv") == [f"{MODEL}/files/airlines.csv", AIRPORTS]
    assert f"{MODEL}/exports/Flights export" in fs.find("Demo")
    assert (fs.isdir("Demo"), fs.isdir(MODEL), fs.isfile(AIRPORTS), fs.isfile("Demo")) == (
        True,
        True,
        True,
        False,
    )


def test_ids_stand_for_names(fs: AnaplanFileSystem, files_of: af.Model) -> None:
    url = files_of.files["airlines.csv"].url
    assert fs.cat(url) == fs.cat(AIRLINES)
    assert fs.cat(AIRLINES).startswith(b"carrier,name\n9E,")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Dema", "no workspace 'Dema'"),
        ("Demo/Flights", "'Flights'.*There is 'Flight Planning'"),
        (f"{MODEL}/lists", "'files' or 'exports', not 'lists'"),
        (f"{MODEL}/files/airline.csv", "Did you mean 'airlines.csv'"),
        (f"{MODEL}/files/a/b.csv", "Write a slash in a name as %2F"),
    ],
)
def test_a_path_that_does_not_exist_names_the_near_names(
    fs: AnaplanFileSystem, path: str, words: str
) -> None:
    assert not fs.exists(path)
    with pytest.raises(FileNotFoundError, match=words) as caught:
        fs.ls(path)
    assert isinstance(caught.value, af.NotFound)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_what_is_not_known_is_not_said_to_be_missing(
    fs: AnaplanFileSystem, data_sandbox: Sandbox
) -> None:
    fs.invalidate_cache()
    data_sandbox.faults.add("interim", path="*/nothing")
    fault = data_sandbox.faults.add("500", path="/models", times=None)
    connection = fs._connection
    try:
        connection._transport._sender._tries = 1
        with pytest.raises(af.AnaplanError):
            fs.exists(AIRLINES)
        assert fault.hits
    finally:
        connection._transport._sender._tries = 6
        data_sandbox.faults.clear()


def test_a_file_is_read_in_pieces_and_by_position(fs: AnaplanFileSystem) -> None:
    content = fs.cat_file(AIRPORTS)
    with fs.open(AIRPORTS) as file:
        assert (file.mode, file.path, file.size) == ("rb", AIRPORTS, None)
        assert file.read(10) + file.readline() + file.read() == content
        assert file.size == len(content)
    with fs.open(AIRPORTS) as file:
        assert file.seek(-10, 2) == len(content) - 10
        assert file.read() == content[-10:]
    assert fs.head(AIRPORTS, 10) + fs.tail(AIRPORTS, 10) == content[:10] + content[-10:]
    assert fs.cat_file(AIRPORTS, 5, 20) == content[5:20]
    assert fs.cat_file(AIRPORTS, -20, -5) == content[-20:-5]
    assert fs.read_block(AIRPORTS, 100, 50, b"\n") in content


def test_text_is_in_the_encoding_of_the_file() -> None:
    with Sandbox(task_pause=0, rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        model.file("wide.csv", columns=["Ä"], encoding="UTF-16LE")
        with sandbox.connect() as connection:
            fs = AnaplanFileSystem(connection=connection)
            with fs.open("W/M/files/wide.csv", "w") as file:
                file.write("Ä\nœ\n")
            assert fs.cat("W/M/files/wide.csv").decode("utf-16") == "Ä\nœ\n"
            assert fs.read_text("W/M/files/wide.csv").lstrip("\ufeff") == "Ä\nœ\n"
            with fs.open("W/M/files/wide.csv", "w", encoding="utf-8") as file:
                file.write("Ä")
            assert fs.cat("W/M/files/wide.csv") == "Ä".encode()


def test_an_export_is_run_when_it_is_opened_unless_it_should_not_be(
    fs: AnaplanFileSystem, options: dict[str, Any], files_of: af.Model
) -> None:
    export = files_of.exports["Flights export"]
    runs = len(export.tasks())
    content = fs.cat(EXPORT)
    assert content.startswith(b"Airlines,Origins,Airports,Time,flights")
    assert len(export.tasks()) == runs + 1
    as_it_is = fsspec.filesystem("anaplan", run=False, **options)
    assert as_it_is.cat(EXPORT) == content
    with fs.open(EXPORT, "r", run=False) as file:
        assert file.read() == content.decode()
    assert len(export.tasks()) == runs + 1


def test_an_export_that_gave_nothing_is_not_an_empty_file(
    fs: AnaplanFileSystem, data_sandbox: Sandbox
) -> None:
    with Sandbox.demo(task_pause=0) as sandbox, sandbox.connect() as connection:
        new = AnaplanFileSystem(connection=connection, run=False)
        with pytest.raises(af.NotFound, match="or run the export"):
            new.cat(EXPORT)


def test_files_are_fetched_and_replaced_by_path(
    fs: AnaplanFileSystem, tmp_path: Path, files_of: af.Model
) -> None:
    local = tmp_path / "new" / "a.csv"
    seen = Callback()
    fs.get_file(AIRLINES, str(local), callback=seen)
    content = local.read_bytes()
    assert (seen.size, seen.value) == (len(content), len(content))
    fs.get(f"{MODEL}/files/air*.csv", f"{tmp_path}/all/")
    assert (tmp_path / "all" / "airlines.csv").read_bytes() == content
    fs.get(EXPORT, str(tmp_path / "export.csv"), run=False)
    assert (tmp_path / "export.csv").read_bytes().startswith(b"Airlines,")
    renamed = tmp_path / "airports.csv"
    renamed.write_bytes(b"faa\nXXX\n")
    before = fs.cat(AIRPORTS)
    fs.put(str(renamed), f"anaplan://{MODEL}/files/")
    assert fs.cat(AIRPORTS) == b"faa\nXXX\n"
    fs.pipe(AIRPORTS, before)
    assert fs.cat(AIRPORTS) == before


def test_what_is_deleted_has_no_content(fs: AnaplanFileSystem) -> None:
    before = fs.cat(AIRLINES)
    fs.rm(AIRLINES)
    assert fs.exists(AIRLINES)  # the file is the model's
    with pytest.raises(af.NotFound, match="no content"):
        fs.cat(AIRLINES)
    fs.pipe(AIRLINES, before)


@pytest.mark.parametrize("rows", [10, 100_000])
def test_nothing_is_left_half_written_if_the_writer_raises(
    fs: AnaplanFileSystem, rows: int
) -> None:
    before = fs.cat(AIRLINES)

    def write() -> None:
        with fs.open(AIRLINES, "wb") as file:
            for _ in range(rows):
                file.write(b"XX,half a file\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert not [each for each in threading.enumerate() if each.name == "anaplan-write"]
    try:
        assert fs.cat(AIRLINES) == before
    except af.AnaplanError:
        assert rows > 10  # the upload had begun
    fs.pipe(AIRLINES, before)


def test_a_large_content_is_sent_while_it_is_written(fs: AnaplanFileSystem) -> None:
    before = fs.cat(AIRLINES)
    with fs.open(AIRLINES, "w") as file:
        for number in range(150_000):
            file.write(f"{number:09},\n")
    assert fs.cat(AIRLINES) == b"".join(b"%09d,\n" % number for number in range(150_000))
    fs.pipe(AIRLINES, before)


def test_a_transaction_replaces_all_files_or_none(fs: AnaplanFileSystem) -> None:
    before = fs.cat(AIRLINES)

    def replace(*, fail: bool) -> None:
        with fs.transaction:
            with fs.open(AIRLINES, "wb") as file:
                file.write(b"carrier,name\n")
            assert fs.cat(AIRLINES) == before
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace(fail=True)
    assert fs.cat(AIRLINES) == before
    replace(fail=False)
    assert fs.cat(AIRLINES) == b"carrier,name\n"
    fs.pipe(AIRLINES, before)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda fs: fs.open(AIRLINES, "ab"), ValueError, "replaced as a whole"),
        (lambda fs: fs.open(AIRLINES, "r+b"), ValueError, "replaced as a whole"),
        (lambda fs: fs.open(AIRLINES, "xb"), FileExistsError, "mode 'wb'"),
        (lambda fs: fs.open(AIRLINES, "wb", compression="gzip"), ValueError, "compressed files"),
        (lambda fs: fs.open(EXPORT, "wb"), PermissionError, "can only be read"),
        (
            lambda fs: fs.open(f"{MODEL}/files/Flights export", "wb"),
            PermissionError,
            "only be read",
        ),
        (lambda fs: fs.open(MODEL), IsADirectoryError, "four parts"),
        (lambda fs: fs.rm(EXPORT), PermissionError, "can only be read"),
        (lambda fs: fs.open(f"{MODEL}/files/new.csv", "wb"), FileNotFoundError, "'new.csv'"),
        (lambda fs: fs.put_file(__file__, AIRLINES, mode="create"), FileExistsError, "mode="),
        (lambda fs: fs.makedirs(f"{MODEL}/new"), PermissionError, "made in Anaplan"),
        (lambda fs: fs.mkdir(MODEL), FileExistsError, "exists"),
    ],
)
def test_what_anaplan_cannot_do_is_an_error_with_the_way_out(
    fs: AnaplanFileSystem, call: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call(fs)


def test_a_changed_content_is_never_taken_from_a_cache(fs: AnaplanFileSystem) -> None:
    assert fs.ukey(AIRLINES) != fs.ukey(AIRLINES)
    assert fs.checksum(AIRLINES) != fs.checksum(AIRLINES)


def test_things_of_the_same_name_are_listed_by_id() -> None:
    with Sandbox(task_pause=0, rate_limit=None) as sandbox:
        for workspace, name in [("A/B", "M"), ("A/B", "M"), ("50%", "N")]:
            sandbox.workspace(workspace).model(name)
        model = sandbox.workspace("50%").model("N?")
        model.file("a [1].csv", columns=["Name"])
        with sandbox.connect() as connection:
            fs = AnaplanFileSystem(connection=connection)
            workspaces = [entry["name"] for entry in fs.ls("")]
            assert "50%25" in workspaces
            for each in fs.ls(""):
                for found in fs.ls(each["name"]):
                    assert fs.info(found["name"])["type"] == "directory"
            assert fs.ls("50%25/N%3F/files", detail=False) == ["50%25/N%3F/files/a %5B1%5D.csv"]
            fs.pipe("anaplan://50%/N?/files/a [1].csv", b"Name\n")
            assert fs.cat("50%25/N%3F/files/a %5B1%5D.csv") == b"Name\n"


def test_instances_with_the_same_options_share_one_connection(options: dict[str, Any]) -> None:
    first = fsspec.filesystem("anaplan", **options)
    assert fsspec.filesystem("anaplan", **options) is first
    others: list[AnaplanFileSystem] = []
    thread = threading.Thread(target=lambda: others.append(fsspec.filesystem("anaplan", **options)))
    thread.start()
    thread.join()
    assert others[0] is not first
    assert others[0]._connection is first._connection
    other = fsspec.filesystem("anaplan", **{**options, "password": "another"})
    assert other is not first
    assert other._connection is not first._connection
    positional = AnaplanFileSystem(
        options["email"], options["password"], api_url=options["api_url"]
    )
    assert positional._connection is not first._connection


def test_wrong_options_are_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="colour"):
        AnaplanFileSystem(colour="red", **options)
    with pytest.raises(TypeError, match="by name, all but email and password"):
        AnaplanFileSystem("planner@example.com", "a password", "us1")
    with (
        Sandbox.demo(task_pause=0) as sandbox,
        sandbox.connect() as connection,
        pytest.raises(TypeError, match="either connection= or the options of connect"),
    ):
        AnaplanFileSystem(connection=connection, **options)


def test_no_credentials_are_shown_or_kept(data_sandbox: Sandbox, options: dict[str, Any]) -> None:
    auth = af.BasicAuth("planner@example.com", PASSWORD)
    rest = {
        "api_url": data_sandbox.api_url,
        "proxies": {"http": f"http://me:{PASSWORD}@localhost:9"},
    }
    made = [
        AnaplanFileSystem("planner@example.com", PASSWORD, **rest),
        AnaplanFileSystem(auth=auth, **rest),
    ]
    for fs in made:
        shown = [repr(fs), repr(vars(fs)), fs.to_json(), str(fs.to_dict()), str(fs._fs_token)]
        assert not [text for text in shown if PASSWORD in text]
        assert fs.to_dict()["api_url"] == data_sandbox.api_url
        with pytest.raises(TypeError, match="Pickle the file system itself"):
            pickle.dumps(fs.storage_options)
    assert made[0]._fs_token != AnaplanFileSystem("planner@example.com", "x", **rest)._fs_token
    fs = AnaplanFileSystem(**options)
    assert json.loads(fs.to_json())["email"] == data_sandbox.email
    with pytest.raises(TypeError, match="password is missing"):
        AnaplanFileSystem.from_json(fs.to_json())


def test_no_error_shows_a_password() -> None:
    # As in a frame of fsspec or pandas, which are not ours.
    options = seal({"password": PASSWORD, "colour": "red"})
    for call in (
        lambda: AnaplanFileSystem("planner@example.com", **options),
        lambda: AnaplanFileSystem(**options),
    ):
        with pytest.raises(TypeError) as caught:
            call()
        assert "anaplan_filesystem.py" in by_python(caught.value)
        assert PASSWORD not in by_python(caught.value)


def test_a_pickle_holds_no_password_and_gives_one_file_system_in_a_process(
    options: dict[str, Any],
) -> None:
    fs = AnaplanFileSystem(**{**options, "requests_per_minute": 599}, run=False)
    pickled = pickle.dumps(fs)
    assert PASSWORD.encode() not in pickled
    assert pickle.loads(pickled) is fs
    url = "anaplan://Demo/Flight%20Planning/files/airports.csv"
    with pickle.loads(pickle.dumps(fsspec.open(url, **options))) as file:
        assert file.read(3) == b"faa"
