"""A token that came from another process: it is prolonged while it is used, and not ended."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable

import pytest

from anaplan_frames.auth import TokenAuth
from anaplan_frames.auth.passed_token import PassedToken
from anaplan_frames.errors import AuthenticationError
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.transport.conftest import Connect
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock

LOGIN, REFRESH, LOGOUT = "/token/authenticate", "/token/refresh", "/token/logout"
RENEWED_AFTER = 2100 - 299  # seconds of the 2100 that a token lives


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def shared(connect: Connect) -> Transport:
    """What executors have, of a connection that was just made."""
    first = connect()
    first.get("/me", label="me")
    return first.shared_by(4)


def test_it_is_prolonged_ahead_of_its_end_as_often_as_needed(
    shared: Transport, server: ScriptedServer, clock: TurnedClock
) -> None:
    before = len(server.asked(REFRESH))
    for times in range(4):
        shared.get("/me", label="me")
        assert len(server.asked(REFRESH)) == before + times
        clock.turn(RENEWED_AFTER)
    shared.close()
    assert len(server.asked(LOGIN)) == 1
    assert server.asked(LOGOUT) == []


def test_a_process_that_comes_late_asks_how_long_it_lives(
    shared: Transport, server: ScriptedServer, clock: TurnedClock
) -> None:
    before = len(server.asked(REFRESH))
    clock.turn(7200)  # others have prolonged it
    for _ in range(3):
        shared.get("/me", label="me")
    assert len(server.asked(REFRESH)) == before + 1


def test_a_prolongation_that_fails_is_tried_again_before_the_end(
    shared: Transport, server: ScriptedServer, clock: TurnedClock
) -> None:
    shared.get("/me", label="me")
    before = len(server.asked(REFRESH))
    clock.turn(RENEWED_AFTER)
    server.logins = [Answer(503)] * 6
    shared.get("/me", label="me")
    assert len(server.asked(REFRESH)) == before + 6
    clock.turn(160)
    shared.get("/me", label="me")
    assert len(server.asked(REFRESH)) == before + 7


@pytest.mark.parametrize("token", ["AnaplanAuthToken mine", "Bearer theirs"])
def test_one_of_the_user_or_of_oauth_is_not_prolonged(
    token: str, connect: Connect, server: ScriptedServer, clock: TurnedClock
) -> None:
    shared = connect(auth=TokenAuth(token)).shared_by(4)
    clock.turn(7200)
    shared.get("/me", label="me")
    server.rule = lambda seen: Answer(401)
    with pytest.raises(
        AuthenticationError, match=r"the driver has handed over.*one of OAuth.*Run the job"
    ):
        shared.get("/me", label="me")
    assert server.asked(REFRESH) == server.asked(LOGIN) == []


def test_a_thread_prolongs_it_while_nothing_is_sent(
    shared: Transport,
    server: ScriptedServer,
    clock: TurnedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("anaplan_frames.transport.token._LONGEST_IDLE", 0.01)
    before = len(server.asked(REFRESH))
    with shared.keeping_token():
        for times in range(1, 4):
            due = clock.monotonic() + RENEWED_AFTER
            clock.turn(RENEWED_AFTER)
            wait_for(lambda due=due: shared._keeper.held.renew_at > due)
            assert len(server.asked(REFRESH)) == before + times
    clock.turn(RENEWED_AFTER)
    threading.Event().wait(0.05)
    assert len(server.asked(REFRESH)) == before + 3
    assert server.asked(LOGIN) == server.asked(LOGIN)[:1]


def test_a_pickle_of_a_passed_token_is_prolonged_too(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        shared = connection.model("Flight Planning")._catalogue.transport.shared_by(4)
        copy = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(shared))))
        assert copy._keeper.current().lent
        assert copy._keeper.prolonged().prolonged
        assert copy.get("/users/me", label="me")["user"]["email"] == demo_sandbox.email


def test_credentials_of_a_passed_token_show_no_token() -> None:
    auth = PassedToken(TokenAuth("AnaplanAuthToken s3cret").login())
    assert "s3cret" not in f"{auth!r} {vars(auth)}"
    assert auth.refresh(auth.token) is None
