"""What is left on this machine is the user's alone; neither it nor what is shown has a secret."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.auth import RefreshTokenAuth
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.fault_rules import Kind
from tests.secrets.looking import assert_nothing_shows, by_python, by_rich, ended
from tests.secrets.scenes import CLIENT_SECRET, CREDENTIALS, REFRESH
from tests.transport.scripted import TurnedClock

CHUNK = 1_000_000
SECRET_DATA = "the salary of everybody"


@pytest.fixture
def noisy_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=1_000, task_pause=0) as running:
        yield running


@pytest.fixture
def tokens(noisy_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the tokens that are issued."""
    issued: list[str] = []
    issue = noisy_sandbox.tokens.issue

    def noting(*args: object) -> object:
        token = issue(*args)
        issued.append(token.value)
        return token

    monkeypatch.setattr(noisy_sandbox.tokens, "issue", noting)
    return issued


def parts() -> Iterator[pd.DataFrame]:
    for number in range(6):
        codes = [f"{number}{row:06}{os.urandom(30).hex()}" for row in range(10_000)]
        yield pd.DataFrame({"carrier": codes, "name": SECRET_DATA})
    raise KeyboardInterrupt


def files_below(*folders: Path) -> dict[Path, os.stat_result]:
    found = [path for folder in folders for path in folder.rglob("*")]
    return {path: path.stat() for path in found}


def test_what_interrupted_work_leaves_is_the_users_alone_and_holds_no_secret(
    noisy_sandbox: Sandbox,
    tokens: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    built = next(iter(noisy_sandbox.models.values()))
    output = built.export("Airlines out", of=next(iter(built.lists.values())))
    old = os.umask(0)
    try:
        with noisy_sandbox.connect(clock=TurnedClock()) as connection:
            model = connection.model("Flight Planning")
            file = model.files["airlines.csv"]
            with pytest.raises(KeyboardInterrupt):
                file.write(parts(), chunk_bytes=CHUNK, progress=True)
            codes = [f"{row:06}" for row in range(500)]
            af.to_anaplan(pd.DataFrame({"carrier": codes, "name": codes}), "Load airlines", model)
            export = model.exports[output.id]
            export.run()
            noisy_sandbox.faults.add("500", path="*/chunks/2", times=None)
            with pytest.raises(af.TransferError):
                export.download(tmp_path / "out.csv", run=False, progress=True)
            noisy_sandbox.faults.clear()
            unfinished = files_below(cache_folder(), tmp_path)
            export.download(tmp_path / "out.csv", run=False)
    finally:
        os.umask(old)
    assert {path.suffix for path in unfinished} >= {".journal", ".lock", ".part"}
    finished = files_below(cache_folder().parent, tmp_path)
    for path, status in {**unfinished, **finished}.items():
        if path != temporary and os.name == "posix":
            private = 0o700 if stat.S_ISDIR(status.st_mode) else 0o600
            assert stat.S_IMODE(status.st_mode) == private, path
    kept = b"".join(path.read_bytes() for path in files_below(cache_folder()) if path.is_file())
    shown = capfd.readouterr()
    assert "airlines.csv" in shown.err  # the progress bar
    for secret in [noisy_sandbox.password, SECRET_DATA, *tokens]:
        assert secret.encode() not in kept
        assert secret not in shown.err + shown.out
    assert tokens
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("kind", ["500", "reset", "lost answer", "token"])
@pytest.mark.parametrize("path", ["*/files/*", "*/tasks", "*/items*"])
def test_no_secret_shows_where_a_whole_job_fails(
    kind: Kind, path: str, noisy_sandbox: Sandbox, tokens: list[str]
) -> None:
    with noisy_sandbox.connect(clock=TurnedClock()) as connection:
        model = connection.model("Flight Planning")

        def job() -> None:
            frame = pd.DataFrame({"carrier": ["AA"], "name": [SECRET_DATA]})
            af.to_anaplan(frame, "Load airlines", model)
            af.to_anaplan(frame, "Airlines", model, mapping={"carrier": "code"})

        noisy_sandbox.faults.add(kind, path=path, times=None)
        error = ended(job)
        noisy_sandbox.faults.clear()
    assert_nothing_shows(by_rich(error) + by_python(error), [noisy_sandbox.password, *tokens])


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_repr_of_anything_shows_a_secret(credential: str) -> None:
    made = CREDENTIALS[credential]()
    connection = af.connect(auth=made, api_url="http://localhost:1", auth_url="http://localhost:1")
    is_oauth = isinstance(made, RefreshTokenAuth)
    login = made.refresh_request(made._given) if is_oauth else made.login()
    shown = [made, login, vars(made), connection, vars(connection), vars(connection._transport)]
    secrets = ["open sesame", "ready-made-token", "password-of-the-key", "store-password"]
    secrets += [
        "key-Planner",
        REFRESH,
        CLIENT_SECRET,
        *(getattr(login, "headers", None) or {}).values(),
    ]
    secrets += [str(value) for value in (getattr(login, "body", None) or {"": "?" * 9}).values()]
    known = {"v2", "refresh_token", "0" * 32}  # other words of the requests
    assert [secret for secret in secrets if secret not in known and secret in repr(shown)] == []
