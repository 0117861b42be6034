"""Which requests are tried again, how often, and after which wait."""

from __future__ import annotations

import email.utils
import gzip
import socket
import time

import pytest

from anaplan_frames.errors import NotFound, RateLimited, TransferError
from anaplan_frames.transport import AnswerLost, Transport
from tests.transport.conftest import Connect
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json

DONE = as_json({"done": True})
FAULTS = [
    pytest.param(Answer(429), id="429"),
    pytest.param(Answer(500), id="500"),
    pytest.param(Answer(502), id="502"),
    pytest.param(Answer(503), id="503"),
    pytest.param(Answer(504), id="504"),
    pytest.param(Answer(409), id="busy"),
    pytest.param(Answer(fault="reset"), id="reset"),
    pytest.param(Answer(fault="close"), id="closed"),
    pytest.param(Answer(body=b'{"done": true}', fault="cut"), id="cut"),
    pytest.param(Answer(body=b'{"done": true}', fault="cut", chunked=True), id="cut-chunk"),
    pytest.param(
        Answer(headers={"Content-Type": "application/json"}, body=b'{"done": t'), id="broken-json"
    ),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sixth_try_succeeds_after_five_faults_of_any_kind(
    fault: Answer, server: ScriptedServer, transport: Transport
) -> None:
    server.script = [fault] * 5 + [DONE]
    assert transport.get("/workspaces", label="workspaces") == {"done": True}
    assert len(server.calls) == 6


@pytest.mark.parametrize("fault", FAULTS)
def test_after_six_tries_it_is_an_error_that_names_the_thing(
    fault: Answer, server: ScriptedServer, transport: Transport
) -> None:
    server.script = [fault] * 6 + [DONE]
    with pytest.raises(Exception, match=r"^export 'Flights': ") as caught:
        transport.get("/exports/1", label="export 'Flights'")
    assert caught.type.__module__.startswith("anaplan_frames.")
    assert len(server.calls) == 6


def test_a_server_that_does_not_answer_in_time_is_asked_again(
    server: ScriptedServer, connect: Connect
) -> None:
    server.script = [Answer(fault="hang"), DONE]
    assert connect(timeout=(5, 0.15)).get("/me", label="me") == {"done": True}


def test_a_cut_download_is_never_a_short_one(server: ScriptedServer, transport: Transport) -> None:
    whole = bytes(range(256)) * 1000
    server.script = [Answer(body=whole, fault="cut"), Answer(body=whole)]
    assert transport.download("/files/1/chunks/0", label="chunk 0") == whole
    server.script = [Answer(body=whole, fault="cut")] * 6
    with pytest.raises(TransferError, match="broke off before all its 256000 bytes"):
        transport.download("/files/1/chunks/0", label="chunk 0")


def test_a_cut_compressed_download_is_never_a_short_one(
    server: ScriptedServer, transport: Transport
) -> None:
    whole = b"".join(b"%d," % number for number in range(50_000))
    packed = Answer(body=gzip.compress(whole), headers={"Content-Encoding": "gzip"})
    cut = Answer(body=packed.body, headers=packed.headers, fault="cut")
    server.script = [cut, packed]
    assert transport.download("/files/1/chunks/0", label="chunk 0") == whole
    assert len(server.calls) == 2


def test_a_streamed_body_that_breaks_off_raises_while_it_is_read(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(body=b"x" * 100_000, fault="cut")]
    response = transport.request("GET", "/files/1", label="file 'a.csv'", stream=True)
    said = r"^file 'a\.csv': the answer broke off before all its 100000 bytes"
    with pytest.raises(TransferError, match=said):
        list(response.iter_content(10_000))


def test_the_body_of_a_request_is_sent_whole_in_every_try(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(503), Answer(fault="reset"), Answer(204, b"")]
    transport.request("PUT", "/files/1/chunks/0", label="chunk 0", data=b"\x00\xff" * 50_000)
    assert [call.body for call in server.calls] == [b"\x00\xff" * 50_000] * 3


def test_waits_grow_with_jitter_from_one_second_to_ten(
    server: ScriptedServer, connect: Connect
) -> None:
    waits = set()
    for _ in range(5):
        clock = TurnedClock()
        server.script = [Answer(503)] * 5
        connect(clock=clock).get("/me", label="me")
        assert 5 <= clock.slept <= 2 + 4 + 8 + 10 + 10
        waits.add(clock.slept)
    assert len(waits) == 5


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_in_both_forms(
    form: str, status: int, server: ScriptedServer, transport: Transport, clock: TurnedClock
) -> None:
    wait = "7" if form == "seconds" else email.utils.formatdate(time.time() + 7, usegmt=True)
    server.script = [Answer(status, headers={"Retry-After": wait}), DONE]
    transport.get("/me", label="me")
    assert 5 <= clock.slept <= 7.2


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("0", 1, 2), ("-5", 1, 2), ("0.01", 1, 1), ("soon", 1, 2), ("nan", 1, 2), ("86400", 300, 300)],
)
def test_an_odd_retry_after_does_no_harm(
    header: str,
    least: float,
    most: float,
    server: ScriptedServer,
    transport: Transport,
    clock: TurnedClock,
) -> None:
    server.script = [Answer(429, headers={"Retry-After": header}), DONE]
    transport.get("/me", label="me")
    assert least <= round(clock.slept, 6) <= most


@pytest.mark.parametrize("header", ["0", "-1", "a date that is over"])
def test_a_retry_after_that_is_over_does_not_use_up_all_tries_at_once(
    header: str, server: ScriptedServer, connect: Connect
) -> None:
    over = email.utils.formatdate(time.time() - 5, usegmt=True)
    header = over if "date" in header else header
    clock = TurnedClock()
    server.script = [Answer(503, headers={"Retry-After": header})] * 5
    connect(clock=clock).get("/me", label="me")
    assert clock.slept >= 5


@pytest.mark.parametrize("fast", [60, 3600])
def test_a_retry_after_date_is_compared_with_the_clock_of_the_server(
    fast: float, server: ScriptedServer, connect: Connect
) -> None:
    clock = TurnedClock()
    transport = connect(clock=clock)
    transport.get("/me", label="me")  # signed in
    clock.turn(fast)
    wait = email.utils.formatdate(time.time() + 30, usegmt=True)
    server.script = [Answer(429, headers={"Retry-After": wait})]
    before = clock.slept
    transport.get("/me", label="me")
    assert 28 <= clock.slept - before <= 31


def test_too_many_requests_to_the_end_are_rate_limited(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(429, headers={"Retry-After": "1"})] * 6
    with pytest.raises(RateLimited, match="connect with a lower requests_per_minute"):
        transport.get("/me", label="me")


class TestARequestThatMustNotBeSentTwice:
    """`repeatable=False`, such as the start of an import."""

    @pytest.mark.parametrize(
        "fault",
        [
            Answer(fault="reset"),
            Answer(fault="close"),
            Answer(500),
            Answer(503),
            Answer(504),
            Answer(body=b'{"task": {"taskId": "A"}}', fault="cut"),
            Answer(body=b"<html>", headers={"Content-Type": "text/html"}),
        ],
    )
    def test_is_lost_with_its_answer(
        self, fault: Answer, server: ScriptedServer, transport: Transport
    ) -> None:
        server.script = [fault, DONE]
        with pytest.raises(AnswerLost, match=r"^import 'a': .* is not known\.$") as caught:
            transport.post("/imports/1/tasks", label="import 'a'", json={}, repeatable=False)
        assert len(server.calls) == 1
        assert isinstance(caught.value.__cause__, TransferError)

    def test_is_lost_when_the_answer_takes_too_long(
        self, server: ScriptedServer, connect: Connect
    ) -> None:
        server.script = [Answer(fault="hang"), DONE]
        with pytest.raises(AnswerLost, match="did not answer in time"):
            connect(timeout=(5, 0.15)).post("/tasks", label="import 'a'", repeatable=False)
        assert len(server.calls) == 1

    @pytest.mark.parametrize(
        "refusal",
        [Answer(429), Answer(409), Answer(401), Answer(503, headers={"Retry-After": "5"})],
    )
    def test_is_sent_again_if_the_server_refused_it(
        self, refusal: Answer, server: ScriptedServer, transport: Transport
    ) -> None:
        server.script = [refusal, DONE]
        answer = transport.post("/tasks", label="import 'a'", repeatable=False)
        assert answer == {"done": True}
        assert len(server.calls) == 2

    def test_is_sent_again_if_no_connection_was_made(self, connect: Connect) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        clock = TurnedClock()
        with pytest.raises(TransferError) as caught:
            connect(api_url=url, clock=clock).post("/tasks", label="import 'a'", repeatable=False)
        assert not isinstance(caught.value, AnswerLost)
        assert clock.slept >= 5


def test_a_delete_whose_answer_was_lost_has_succeeded_if_nothing_is_left(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(fault="close"), Answer(404)]
    transport.request("DELETE", "/files/1", label="file 'a.csv'")
    assert len(server.calls) == 2


def test_a_delete_of_what_was_never_there_is_not_found(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(429), Answer(404)]
    with pytest.raises(NotFound):
        transport.request("DELETE", "/files/1", label="file 'a.csv'")
