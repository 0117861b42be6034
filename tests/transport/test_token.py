"""The token: made late, renewed in time and once for all, given back at the end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from anaplan_frames.auth import BasicAuth, TokenAuth
from anaplan_frames.errors import AnaplanError, AuthenticationError, TransferError
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests import logouts
from tests.transport.conftest import Connect
from tests.transport.scripted import (
    Answer,
    ScriptedServer,
    Seen,
    TurnedClock,
    as_json,
    token_answer,
)

LOGIN, REFRESH, LOGOUT = "/token/authenticate", "/token/refresh", "/token/logout"


def of_sandbox(sandbox: Sandbox, **options: object) -> Transport:
    options.setdefault("auth", BasicAuth(sandbox.email, sandbox.password))
    return Transport(api_url=sandbox.api_url, auth_url=sandbox.auth_url, **options)  # type: ignore[arg-type]


def used(seen: Seen) -> str:
    return seen.headers["Authorization"].split()[1]


class AcceptsOnly:
    """A rule that takes one token and answers 401 to all others."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, seen: Seen) -> Answer:
        return as_json({"ok": True}) if used(seen) == self.token else Answer(401)


def test_nothing_is_sent_before_the_first_call(server: ScriptedServer, connect: Connect) -> None:
    transport = connect()
    assert server.seen == []
    transport.get("/me", label="me")
    transport.get("/me", label="me")
    assert len(server.asked(LOGIN)) == 1


def test_a_wrong_password_says_what_to_do(demo_sandbox: Sandbox) -> None:
    transport = of_sandbox(demo_sandbox, auth=BasicAuth("demo@example.com", "wrong"))
    with pytest.raises(AuthenticationError) as caught:
        transport.get("/users/me", label="me")
    assert str(caught.value) == (
        "Anaplan does not accept the email 'demo@example.com' with this password. Check both; "
        "if your company signs in by SSO, only an exception user has a password, and others use "
        "CertificateAuth. Anaplan says: 'The email or the password is wrong'."
    )


def test_many_threads_with_a_wrong_password_send_it_once(
    server: ScriptedServer, connect: Connect
) -> None:
    gate = threading.Event()
    asked = []

    def refuse(seen: Seen) -> Answer:
        asked.append(seen)
        gate.wait(5)
        return as_json({"status": "FAILURE_BAD_CREDENTIAL"}, 401)

    server.answer = refuse  # type: ignore[method-assign]
    transport = connect()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            transport.get("/me", label="me")
        except AuthenticationError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    threading.Timer(0.3, gate.set).start()
    for thread in threads:
        thread.join()
    assert len(errors) == 8
    assert len(asked) == 1


def test_a_token_that_dies_in_the_middle_is_replaced_once_for_all_threads(
    server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()
    rule = AcceptsOnly("first")
    server.rule = rule
    server.logins = [token_answer("first"), Answer(401), token_answer("second")]
    assert transport.get("/me", label="me") == {"ok": True}
    rule.token = "second"
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: transport.get(f"/{n}", label="call"), range(48)))
    assert answers == [{"ok": True}] * 48
    assert len(server.asked(REFRESH)) == 1
    assert len(server.asked(LOGIN)) == 2


def test_a_refresh_that_gives_the_same_value_again_is_enough(
    server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()
    server.logins = [token_answer("same"), token_answer("same", status=200)]
    transport.get("/me", label="me")
    server.script = [Answer(401), as_json({"ok": True})]
    assert transport.get("/me", label="me") == {"ok": True}
    assert [seen.path for seen in server.seen if seen.path.startswith("/token")] == [LOGIN, REFRESH]
    assert used(server.asked(REFRESH)[0]) == "same"


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_login_follows_a_refused_refresh(
    status: int, server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()
    server.logins = [token_answer("first"), Answer(status), token_answer("second")]
    transport.get("/me", label="me")
    server.script = [Answer(401)]
    transport.get("/me", label="me")
    assert [used(seen) for seen in server.calls] == ["first", "first", "second"]


def test_a_login_follows_a_refused_token_of_a_refresh(
    server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()
    rule = AcceptsOnly("first")
    server.rule = rule
    server.logins = [token_answer("first"), token_answer("first"), token_answer("new")]
    transport.get("/me", label="me")
    rule.token = "new"
    assert transport.get("/me", label="me") == {"ok": True}
    assert [len(server.asked(path)) for path in (LOGIN, REFRESH)] == [2, 1]


def test_a_token_is_prolonged_before_it_ends(
    server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    transport = connect()
    transport.get("/me", label="me")
    clock.turn(2100 - 301)
    transport.get("/me", label="me")
    assert server.asked(REFRESH) == []
    clock.turn(2)
    transport.get("/me", label="me")
    assert len(server.asked(REFRESH)) == 1
    clock.turn(60)
    transport.get("/me", label="me")
    assert len(server.asked(REFRESH)) == 1
    assert len(server.asked(LOGIN)) == 1


@pytest.mark.parametrize("wrong_by", [-36_000, -1000, 1000, 36_000])
def test_a_clock_that_is_wrong_does_not_matter(
    wrong_by: float, server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    clock.turn(wrong_by)
    transport = connect()
    for passed, refreshes in [(0, 0), (1700, 0), (200, 1), (200, 1)]:
        clock.turn(passed)
        transport.get("/me", label="me")
        assert len(server.asked(REFRESH)) == refreshes
    assert len(server.asked(LOGIN)) == 1


@pytest.mark.parametrize("lives", [None, -100])
def test_a_token_without_a_sensible_end_is_used_until_it_is_refused(
    lives: float | None, server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    server.logins = [token_answer("t", lives=lives)]
    transport = connect()
    transport.get("/me", label="me")
    clock.turn(7200)
    transport.get("/me", label="me")
    assert len(server.asked(LOGIN)) == 1
    assert server.asked(REFRESH) == []


def test_an_early_renewal_that_fails_stops_no_call(
    server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    transport = connect()
    transport.get("/me", label="me")
    clock.turn(1900)
    server.logins = [Answer(503)] * 6
    transport.get("/me", label="me")
    transport.get("/me", label="me")
    assert len(server.asked(REFRESH)) == 6


def test_a_login_is_tried_again_like_any_call(server: ScriptedServer, connect: Connect) -> None:
    faults = [Answer(429), Answer(503), Answer(fault="reset"), Answer(fault="close")]
    server.logins = [*faults, Answer(body=b'{"tokenInfo": {}}', fault="cut"), token_answer("t")]
    connect().get("/me", label="me")
    assert len(server.asked(LOGIN)) == 6


def test_a_login_answered_without_a_token_is_an_error(
    server: ScriptedServer, connect: Connect
) -> None:
    server.logins = [as_json({"status": "SUCCESS"})]
    with pytest.raises(AuthenticationError, match="answered the login without a token"):
        connect().get("/me", label="me")


def test_tokens_that_are_refused_right_after_a_login_end_in_an_error(
    server: ScriptedServer, connect: Connect
) -> None:
    server.rule = lambda seen: Answer(401)
    clock = TurnedClock()
    with pytest.raises(AuthenticationError) as caught:
        connect(clock=clock).get("/me", label="me")
    assert str(caught.value) == (
        "me: Anaplan refuses the token that it gave a moment ago. "
        "Check that api_url and auth_url belong to the same region."
    )
    assert len(server.asked(LOGIN)) == 4
    assert clock.slept >= 2  # between the later ones


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_job_goes_on_after_a_few_refused_tokens_and_only_the_first_costs_no_wait(
    refused: int, server: ScriptedServer, connect: Connect
) -> None:
    clock = TurnedClock()
    server.script = [Answer(401)] * refused
    assert connect(clock=clock).get("/me", label="me") == {}
    assert clock.slept >= refused - 1
    assert clock.slept or refused == 1


def test_a_token_that_ends_does_not_count_as_a_try(
    server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    server.script = [*[Answer(503)] * 5, Answer(401), as_json({"done": True})]
    assert connect(clock=clock).get("/me", label="me") == {"done": True}


def test_a_call_that_refuses_every_token_ends_although_others_accept_them(
    server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()

    def accept(seen: Seen) -> Answer:
        for held in filter(None, [transport._keeper.held]):
            held.accepted = True  # by another thread
        return Answer(401)

    server.rule = accept
    with pytest.raises(AuthenticationError):
        transport.get("/secret", label="the secret")
    assert len(server.asked("/2/0/secret")) == 6


def test_a_token_may_end_any_number_of_times_in_a_long_job(demo_sandbox: Sandbox) -> None:
    transport = of_sandbox(demo_sandbox)
    for _ in range(10):
        demo_sandbox.tokens.revoke_all()
        assert transport.get("/users/me", label="me")["user"]["email"] == "demo@example.com"
    transport.close()


def test_a_token_expires_and_is_renewed_for_all_threads_at_the_sandbox() -> None:
    with Sandbox.demo(token_lifetime=1, rate_limit=None) as sandbox:
        logins: list[object] = []
        issue = sandbox.tokens.issue
        sandbox.tokens.issue = lambda user: (logins.append(user), issue(user))[1]  # type: ignore[method-assign]
        transport = of_sandbox(sandbox)
        transport.get("/users/me", label="me")
        sandbox.tokens.revoke_all()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: transport.get("/users/me", label="me"), range(40)))
        assert len(logins) == 2
        transport.close()


def test_close_logs_out_once(demo_sandbox: Sandbox) -> None:
    transport = of_sandbox(demo_sandbox)
    transport.get("/users/me", label="me")
    held = transport._keeper.held
    assert held is not None
    assert demo_sandbox.tokens.find(held.token.value) is not None
    transport.close()
    logouts.close(transport)
    assert demo_sandbox.tokens.find(held.token.value) is None


def test_close_without_a_call_sends_nothing(server: ScriptedServer, connect: Connect) -> None:
    connect().close()
    assert server.seen == []


@pytest.mark.parametrize("answer", [Answer(fault="reset"), Answer(500), Answer(401)])
def test_a_logout_that_fails_raises_nothing(
    answer: Answer, server: ScriptedServer, connect: Connect
) -> None:
    transport = connect()
    transport.get("/me", label="me")
    server.logins = [answer]
    logouts.close(transport)
    assert len(server.asked(LOGOUT)) == 1


def test_a_closed_connection_says_so(server: ScriptedServer, connect: Connect) -> None:
    transport = connect()
    transport.close()
    with pytest.raises(AnaplanError, match=r"^me: the connection is closed\. Make a new one: conn"):
        transport.get("/me", label="me")


def test_close_wakes_a_thread_that_waits(server: ScriptedServer, connect: Connect) -> None:
    server.rule = lambda seen: Answer(503, headers={"Retry-After": "300"})
    asleep = threading.Event()

    class Watched(TurnedClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            asleep.set()
            closed.wait(5)

    closed = threading.Event()
    clock = Watched()
    transport = connect(clock=clock)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(transport.get, "/me", label="me")
        assert asleep.wait(5)
        transport.close()
        closed.set()
        with pytest.raises(AnaplanError, match="the connection is closed"):
            call.result(5)
    assert clock.slept <= 2


class TestAReadyToken:
    def test_is_used_as_it_is_and_not_logged_out(
        self, server: ScriptedServer, connect: Connect
    ) -> None:
        transport = connect(auth=TokenAuth("mine"))
        transport.get("/me", label="me")
        transport.close()
        assert [used(seen) for seen in server.seen] == ["mine"]

    def test_says_what_to_do_when_it_has_ended(
        self, server: ScriptedServer, connect: Connect
    ) -> None:
        server.rule = lambda seen: Answer(401)
        with pytest.raises(AuthenticationError) as caught:
            connect(auth=TokenAuth("mine")).get("/me", label="me")
        assert str(caught.value) == (
            "Anaplan does not accept the token given to TokenAuth; a token lives for 35 minutes. "
            "Make a new one, or use BasicAuth or CertificateAuth, which renew theirs by themselves."
        )
        assert len(server.seen) == 1

    def test_is_sent_with_the_scheme_that_was_given(
        self, server: ScriptedServer, connect: Connect
    ) -> None:
        connect(auth=TokenAuth("Bearer abc")).get("/me", label="me")
        connect(auth=TokenAuth("AnaplanAuthToken abc")).get("/me", label="me")
        headers = [seen.headers["Authorization"] for seen in server.seen]
        assert headers == ["Bearer abc", "AnaplanAuthToken abc"]


def test_a_login_that_cannot_reach_the_service_is_a_transfer_error(connect: Connect) -> None:
    with pytest.raises(TransferError, match=r"^sign-in: 127\.0\.0\.1:1 cannot be reached"):
        connect(auth_url="http://127.0.0.1:1").get("/me", label="me")
