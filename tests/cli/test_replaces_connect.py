"""Each line of Anaplan Connect's options, and what replaces it, run as a process.

The lines are those of the table in ``docs/command-line.md``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.auth.making import holder
from tests.cli.conftest import AIRLINES, FLIGHTS
from tests.transport.proxying import SmallProxy

COMMAND = [sys.executable, "-m", "anaplan_frames"]
JKS = Path(__file__).parents[1] / "auth" / "data"
MODEL_ID = "D2D29CEE237C422099D83DCC4338CEA6"
Call = Callable[..., subprocess.CompletedProcess[str]]

long = pytest.mark.long


@pytest.fixture
def environment(
    flights: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Return the environment of a night job: hosts, login and model; the folder is empty."""
    monkeypatch.chdir(tmp_path)
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("ANAPLAN_", "XDG_CONFIG"))}
    return kept | {
        "ANAPLAN_API_URL": flights.api_url,
        "ANAPLAN_AUTH_URL": flights.auth_url,
        "ANAPLAN_EMAIL": flights.email,
        "ANAPLAN_PASSWORD": flights.password,
        "ANAPLAN_MODEL": "Flight Planning",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }


@pytest.fixture
def call(environment: dict[str, str]) -> Call:
    """Return what runs a command as a process; nobody is at a terminal."""

    def run(*words: str, status: int = 0, data: str = "", **variables: str | None) -> Any:
        changed = {**environment, **variables}
        done = subprocess.run(
            [*COMMAND, *words],
            env={name: value for name, value in changed.items() if value is not None},
            input=data,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def airlines_csv(environment: dict[str, str]) -> str:
    AIRLINES.to_csv("airlines.csv", index=False)
    return "airlines.csv"


def names(sandbox: Sandbox) -> dict[str, str]:
    """Return the names of the airlines by code."""
    with sandbox.connect() as connection:
        frame = connection.model("Flight Planning").lists["Airlines"].read()
    return dict(zip(frame["code"], frame["name"], strict=True))


@long
def test_h_version_d_q(call: Call, airlines_csv: str) -> None:
    assert "Examples:" in call("write", "-h").stdout
    assert call("--version").stdout.startswith("anaplan-frames ")
    write = ["write", airlines_csv, "Load airlines"]
    assert call(*write, "-q").stderr == ""
    assert call(*write).stderr.count("\n") == 1
    assert "uploaded 3 rows" in call(*write, "-v").stderr
    assert "POST http" in call(*write, "-vv").stderr


@long
def test_s_auth(call: Call, environment: dict[str, str]) -> None:
    url = environment["ANAPLAN_API_URL"]
    hosts = {"ANAPLAN_API_URL": None, "ANAPLAN_AUTH_URL": None}
    assert "Flight Planning" in call("ls", "--api-url", url, "--auth-url", url, **hosts).stdout
    assert "region" in call("ls", "--region", "atlantis", status=1).stderr


@long
def test_u(call: Call, flights: Sandbox) -> None:
    nothing = {"ANAPLAN_EMAIL": None, "ANAPLAN_PASSWORD": None}
    words = ["ls", "--email", flights.email]
    assert "Demo" in call(*words, **nothing | {"ANAPLAN_PASSWORD": flights.password}).stdout
    assert "Set ANAPLAN_PASSWORD." in call(*words, status=2, **nothing).stderr
    assert "does not accept the email" in call("ls", status=6, ANAPLAN_PASSWORD="x").stderr


@long
def test_u_with_a_prompt(environment: dict[str, str], flights: Sandbox) -> None:
    del environment["ANAPLAN_PASSWORD"], environment["ANAPLAN_EMAIL"]
    terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", terminal, *COMMAND, "ls", "--email", flights.email]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        shown = b""
        while b"Password of" not in shown or not shown.endswith(b": "):
            shown += os.read(running.stdout.fileno(), 1000)
        running.stdin.write(f"{flights.password}\n".encode())
        running.stdin.flush()
        rest = running.stdout.read()
        assert running.wait(60) == 0
    assert b"Flight Planning" in rest
    assert flights.password.encode() not in rest.replace(flights.email.encode(), b"")


@long
def test_c_pkey_k_kp_ka(call: Call, flights: Sandbox) -> None:
    someone = holder("night job")
    flights.register_certificate(someone.pem)
    Path("cert.pem").write_bytes(someone.pem)
    Path("key.pem").write_bytes(someone.key_pem(b"of the key"))
    nothing = {"ANAPLAN_EMAIL": None, "ANAPLAN_PASSWORD": None}
    words = ["ls", "--certificate", "cert.pem", "--private-key", "key.pem"]
    assert "Set ANAPLAN_PRIVATE_KEY_PASSWORD." in call(*words, status=2, **nothing).stderr
    key = {"ANAPLAN_PRIVATE_KEY_PASSWORD": "of the key"}
    assert "Flight Planning" in call(*words, **nothing | key).stdout
    # The certificates in the stores of the tests are not registered: opening them is what counts.
    words = ["ls", "--keystore", str(JKS / "one.jks")]
    wrong = call(*words, status=6, **nothing | {"ANAPLAN_KEYSTORE_PASSWORD": "wrong"})
    assert "assword" in wrong.stderr
    assert "Set ANAPLAN_KEYSTORE_PASSWORD." in call(*words, status=2, **nothing).stderr


@long
def test_oauth_client_id(environment: dict[str, str], flights: Sandbox, call: Call) -> None:
    del environment["ANAPLAN_PASSWORD"], environment["ANAPLAN_EMAIL"]
    client = flights.oauth_client()
    login = ["login", "--client-id", client.id, "--store", "login.json"]
    with subprocess.Popen(
        [*COMMAND, *login], env=environment, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        code = re.search(r"code (\S+)\.$", running.stderr.readline())
        assert code is not None
        flights.approve(code[1])
        assert running.wait(60) == 0
    assert "Flight Planning" in call("ls").stdout
    call("logout")
    assert "No credentials" in call("ls", status=1).stderr


@long
def test_v(call: Call) -> None:
    with SmallProxy() as proxy:
        call("ls", "--proxy", f"http://{proxy.address}")
    assert [target for _, target, _ in proxy.seen if target.endswith("/token/authenticate")]


@long
def test_mrc_rt_ct(call: Call, flights: Sandbox) -> None:
    try:
        fault = flights.faults.add("503", method="GET", path="/models*", times=1)
        call("ls", "--tries", "1", status=1)
        assert fault.hits == 1
        flights.faults.add("stalled answer", path="/models*", times=None, seconds=40)
        begun = time.monotonic()
        call("ls", "--tries", "1", "--http-timeout", "0.5", status=1)
        assert time.monotonic() - begun < 40
        call("ls", "--timeout", "0.5", status=5)
    finally:
        flights.faults.clear()


@long
def test_capital_letters_list(call: Call) -> None:
    expected = {
        "workspaces": "Demo",
        "models": "Flight Planning",
        "files": "airlines.csv",
        "imports": "Load flights",
        "exports": "Flights export",
        "actions": "Clear airports",
        "processes": "Load all",
        "modules": "Flights by Month",
        "views": "Flights by Month",
        "lists": "Airports",
    }
    for what, name in expected.items():
        assert name in [each["name"] for each in json.loads(call("ls", what, "--json").stdout)]


@long
def test_w_m(call: Call) -> None:
    no_model = {"ANAPLAN_MODEL": None}
    by_name = call("ls", "lists", "-m", "Flight Planning", "--workspace", "Demo", **no_model)
    by_id = call("ls", "lists", "-m", MODEL_ID, "-vv", **no_model)
    assert by_id.stdout == by_name.stdout
    assert "/models?" not in by_id.stderr
    assert "Which model? " in call("ls", "lists", status=1, **no_model).stderr
    missing = call("ls", "lists", "-m", "Flight Planing", status=7, **no_model)
    assert "Did you mean 'Flight Planning'?" in missing.stderr


@long
def test_g_gets_getc(call: Call, airlines_csv: str) -> None:
    call("upload", airlines_csv, "airlines.csv")
    text = Path(airlines_csv).read_text()
    call("download", "airlines.csv", "back.csv")
    assert Path("back.csv").read_text() == text
    assert call("download", "airlines.csv", "-").stdout == text


@long
def test_p_puts_putc_ch(call: Call) -> None:
    text = "carrier,name\n" + "".join(f"C{n},Name of {n}\n" for n in range(100_000))
    said = json.loads(call("upload", "-", "airlines.csv", "--json", data=text).stdout)
    assert said["bytes_sent"] == len(text)
    Path("many.csv").write_text(text)
    words = ["upload", "many.csv", "airlines.csv", "--chunk-bytes", "1000000", "-vv"]
    assert "/chunks/1:" in call(*words).stderr
    assert call("download", "airlines.csv", "-").stdout == text
    call("upload", "many.csv", "airlines.csv", "--chunk-bytes", "10", status=2)


@long
def test_x_xl(call: Call, flights: Sandbox, airlines_csv: str) -> None:
    call("upload", airlines_csv, "airlines.csv")
    done = call("run", "Load airlines", "--locale", "de_DE", "--json", "-q")
    assert json.loads(done.stdout)["rows_loaded"] == 3
    assert done.stderr == ""
    call("run", "Clear airports nowhere", status=7)


@long
def test_xc(call: Call, airlines_csv: str) -> None:
    call("upload", airlines_csv, "airlines.csv")
    words = ["run", "Load airlines", "--connector-parameter", "user=me"]
    words += ["--connector-parameter", "SFDC/password=$OF_SOURCE"]
    with SmallProxy() as proxy:
        call(*words, "--proxy", f"http://{proxy.address}", OF_SOURCE="hunter2")
    (start,) = [json.loads(body) for body in proxy.bodies if b"connectorParameters" in body]
    assert start["connectorParameters"] == [
        {"parameterId": "user", "value": "me"},
        {"sourceIdOrType": "SFDC", "parameterId": "password", "value": "hunter2"},
    ]
    assert "'OF_SOURCE'" in call(*words, status=2).stderr


@long
def test_xm(call: Call, flights: Sandbox) -> None:
    builder = flights.workspace("Demo").model("Parameters")
    things = builder.list("Things", items=pd.DataFrame({"Code": ["a"], "Name": ["A"]}))
    module = builder.module("P", dimensions=[things, "Versions"], line_items={"Amount": "NUMBER"})
    file = builder.file("plan.csv", columns=["Things", "Amount"])
    load = builder.import_("Load plan", file=file, into=module, parameters={"Version": None})
    builder.process("All", [load])
    Path("plan.csv").write_text("Things,Amount\na,5\n")
    words = ["-m", "Parameters", "-q"]
    write = ["write", "plan.csv", "Load plan", *words]
    assert "Version" in call(*write, status=4).stderr
    call(*write, "--parameter", "Version=Actual")
    call("run", "All", "--parameter", "Load plan/Version=Actual", *words)
    asked = call("run", "Load plan", "--parameter", "Version=?", *words, data="Actual\n")
    assert "Version" in asked.stderr
    call("run", "All", "--parameter", "Version", *words, status=2)


@pytest.mark.long
def test_o(call: Call) -> None:
    """The dump of an import, and a folder with one file for each import of a process."""
    FLIGHTS.assign(dest=["ATL", "XYZ", "BOS"]).to_csv("flights.csv", index=False)
    done = call("write", "flights.csv", "Load flights", "--dump", "dumps", "--json", status=3)
    assert json.loads(done.stdout)["rows_rejected"] == 1
    assert "1 of 3 rows were rejected by 'Load flights'." in done.stderr
    assert pd.read_csv("dumps/rejected.csv")["dest"].tolist() == ["XYZ"]
    assert "XYZ" in Path("dumps/failure_dump_112000000003.csv").read_text()


@long
def test_o_of_a_process(call: Call) -> None:
    FLIGHTS.assign(dest=["ATL", "XYZ", "BOS"]).to_csv("flights.csv", index=False)
    AIRLINES.assign(carrier=["AA", "AA", "UA"]).to_csv("airlines.csv", index=False)
    call("upload", "flights.csv", "flights.csv")
    call("upload", "airlines.csv", "airlines.csv")
    call("run", "Load all", "--dump", "dumps", status=3)
    kept = sorted(os.listdir("dumps"))
    assert [f"failure_dump_11200000000{n}.csv" for n in (1, 3)] == [
        name for name in kept if name.startswith("failure")
    ]


@long
def test_emd(call: Call) -> None:
    said = json.loads(call("show", "Flights export", "--json").stdout)
    assert said["layout"] == "TABULAR_MULTI_COLUMN"
    assert "rowCount" in call("show", "Flights export").stdout


@long
def test_get_csv_csv_sc_csv_mc_json_pages(call: Call) -> None:
    read = ["read", "Flights by Month", "--where", "Time=Jan 13", "--omit-empty", "-q"]
    text = call(*read).stdout
    assert text.startswith("Airlines,Origins,Airports,Time,flights,")
    rows = json.loads(call(*read, "--json").stdout)
    assert {row["Time"] for row in rows} == {"Jan 13"}
    assert len(rows) == text.count("\n") - 1
    call("read", "Airlines", "-o", "lines.parquet")
    assert "American" in set(pd.read_parquet("lines.parquet")["name"])
    assert call("read", "Airlines", "-o", "lines", status=2).stdout == ""


@long
def test_put_update_upsert_delete_items(call: Call, flights: Sandbox) -> None:
    Path("mapping.properties").write_text("Short=code\nLong=name\n")
    options = ["--mapping", "mapping.properties", "-q"]

    def rows(*pairs: tuple[str, str]) -> str:
        return "Short,Long\n" + "".join(f"{code},{name}\n" for code, name in pairs)

    Path("new.csv").write_text(rows(("N1", "New 1"), ("N2", "New 2")))
    call("write", "new.csv", "Airlines", "--mode", "insert", *options)
    Path("new.json").write_text('{"items": [{"code": "N1", "name": "Newer"}]}')
    call("write", "new.json", "Airlines", "--mode", "update", "-q")
    text = rows(("N2", "Newer 2"), ("N3", "New 3"))
    call("write", "-", "Airlines", "--mode", "upsert", *options, data=text)
    found = names(flights)
    assert [found[code] for code in ("N1", "N2", "N3")] == ["Newer", "Newer 2", "New 3"]
    text = rows(("N1", "Again"), ("N9", "x"))
    again = ["write", "-", "Airlines", "--mode", "insert", *options, "--dump", "d", "--json"]
    said = json.loads(call(*again, data=text, status=3).stdout)
    assert (said["rows_created"], said["rows_rejected"]) == (1, 1)
    assert pd.read_csv("d/rejected.csv")["Short"].tolist() == ["N1"]
    text = "code\nN1\nN2\nN3\nN9\n"
    call("write", "-", "Airlines", "--mode", "delete", "-q", data=text)
    assert not names(flights).keys() & {"N1", "N2", "N3", "N9"}


@long
def test_jdbc_to_an_import(call: Call) -> None:
    with sqlite3.connect("warehouse.db") as connection:
        FLIGHTS.assign(year=2013).to_sql("flights", connection, index=False)
    Path("flights.sql").write_text("select * from flights where carrier = :carrier and year = :y")
    words = ["copy", "--query", "flights.sql", "--param", "carrier=DL", "--param", "y=2013"]
    words += ["--to", "Load flights", "--batch-rows", "2", "--json"]
    url = "sqlite:///warehouse.db"
    said = json.loads(call(*words, "--sql", "WAREHOUSE", WAREHOUSE=url).stdout)
    assert (said["rows_sent"], said["rows_loaded"]) == (1, 1)
    secret = call(*words, "--sql", "postgresql://me:hunter2@host/db", status=2)
    assert "hunter2" not in secret.stderr + secret.stdout


@long
def test_jdbc_from_an_export(call: Call) -> None:
    words = ["copy", "--from", "Flights export", "--sql", "sqlite:///w.db", "--table", "flights"]
    for how, rows in (("fail", 3), ("append", 6), ("truncate", 3), ("replace", 3)):
        call(*words, "--if-exists", how)
        with sqlite3.connect("w.db") as connection:
            assert connection.execute("select count(*) from flights").fetchall() == [(rows,)]
    assert "Say what to do with --if-exists" in call(*words, status=1).stderr


@pytest.fixture(scope="module")
def slow() -> Iterator[Sandbox]:
    """Serve a tenant whose tasks take a few seconds."""
    with Sandbox.demo(task_pause=5) as running:
        yield running


def interrupted(
    environment: dict[str, str], slow: Sandbox, *words: str, by: int = signal.SIGINT
) -> tuple[float, int, str, str]:
    """Interrupt a write while its task runs; return the seconds, the status and the output."""
    AIRLINES.to_csv("airlines.csv", index=False)
    hosts = {"ANAPLAN_API_URL": slow.api_url, "ANAPLAN_AUTH_URL": slow.auth_url}
    with subprocess.Popen(
        [*COMMAND, "write", "airlines.csv", "Load airlines", "-v", *words],
        env=environment | hosts,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        while "started as task" not in running.stderr.readline():
            assert running.poll() is None
        begun = time.monotonic()
        running.send_signal(by)
        out, error = running.communicate(timeout=60)
    return time.monotonic() - begun, running.returncode, out, error


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@long
def test_ctrl_c_or_kill(environment: dict[str, str], slow: Sandbox) -> None:
    for by in (signal.SIGINT, signal.SIGTERM):
        for _ in range(4):  # a machine that does other work may hold a process up
            seconds, status, out, error = interrupted(environment, slow, "--json", by=by)
            if seconds < 1:
                break
        assert seconds < 1
        assert status == 130
        said = json.loads(out)["error"]
        assert (said["type"], said["exit_status"]) == ("Interrupted", 130)
        assert f"anaplan-frames cancel {said['task']}" in error
        assert "goes on in Anaplan" in error
    hosts = {"ANAPLAN_API_URL": slow.api_url, "ANAPLAN_AUTH_URL": slow.auth_url}
    words = [*COMMAND, "cancel", said["task"], "-q"]
    assert subprocess.run(words, env=environment | hosts, check=False).returncode in {0, 4}
    _, status, _, error = interrupted(environment, slow, "--cancel-on-interrupt")
    assert status == 130
    assert "is cancelled; Anaplan rolled its changes back." in error
    with slow.connect() as connection:
        tasks = connection.model("Flight Planning").imports["Load airlines"].tasks()
    assert "CANCELLED" in set(tasks["state"])


@long
def test_a_timeout_while_the_task_runs(environment: dict[str, str], slow: Sandbox) -> None:
    AIRLINES.to_csv("airlines.csv", index=False)
    hosts = {"ANAPLAN_API_URL": slow.api_url, "ANAPLAN_AUTH_URL": slow.auth_url}
    words = ["write", "airlines.csv", "Load airlines", "--json"]
    # An import of the test before may still run, and is waited for.
    for seconds in ("4", "14"):
        done = subprocess.run(
            [*COMMAND, *words, "--timeout", seconds],
            env=environment | hosts,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 5
        said = json.loads(done.stdout)
        if said["error"]["type"] == "TaskTimeout":
            break
    assert said["outcome"] == "uncertain"
    assert f"Cancel it with: anaplan-frames cancel {said['error']['task']}" in done.stderr
    assert ".result()" not in done.stderr


@long
def test_exit_status(call: Call, airlines_csv: str) -> None:
    """Connect's is 0 even if an import failed; the other tests here look at theirs, too."""
    call("write", airlines_csv, "Load airlines", status=0)
    call("write", "nothing.csv", "Load airlines", status=1)
    call("write", airlines_csv, "Load airlines", "--modus", "x", status=2)
    AIRLINES.assign(carrier="AA").to_csv("twice.csv", index=False)
    call("write", "twice.csv", "Load airlines", status=3)
    call("write", airlines_csv, "Load airlines", "--timeout", "0.001", status=5)
    call("ls", status=6, ANAPLAN_PASSWORD="wrong")
    call("write", airlines_csv, "Load airplanes", status=7)
    call("compare", airlines_csv, "twice.csv", "--key", "name", status=8)
    log = "night.log"
    call("write", "twice.csv", "Load airlines", "--log-file", log, "-q", status=3)
    lines = Path(log).read_text("utf-8").splitlines()
    time_ = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}"
    assert re.match(rf"{time_} INFO file 'airlines.csv': uploaded 3 rows, ", lines[0])
    assert re.match(rf"{time_} SUMMARY import 'Load airlines': rejected, 1 of 3 rows", lines[-1])
