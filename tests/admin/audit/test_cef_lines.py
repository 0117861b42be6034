"""Audit events as CEF text: each line once, as Anaplan writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.admin.audit.audit_service import Audit
from anaplan_frames.transport import Transport
from tests.admin.audit.audit_tenant import DAY, AuditTenant
from tests.admin.audit.standing_clock import Standing
from tests.transport.scripted import ScriptedServer, as_bytes, as_json


@pytest.fixture(scope="module")
def audit_tenant() -> Iterator[AuditTenant]:
    made = AuditTenant()
    with made.sandbox:
        made.happen(50, within=5 * DAY)
        for day in range(3):  # where days end, in which the text is asked for
            event = made.sandbox.audit_event("COMMENT-01", eventDate=made.now - day * DAY)
            made.truth[event["id"]] = event
        yield made


@pytest.fixture(scope="module")
def audit(audit_tenant: AuditTenant) -> Iterator[af.Audit]:
    with audit_tenant.sandbox.connect(clock=Standing(audit_tenant.clock.now)) as connection:
        yield connection.audit


def ids(lines: list[str]) -> list[int]:
    return [int(re.findall(r"\|id=(\d+) ", line)[0]) for line in lines]


def test_each_event_is_one_line(audit_tenant: AuditTenant, audit: af.Audit) -> None:
    lines = list(audit.cef())
    found = ids(lines)
    assert len(found) == len(set(found))
    assert set(audit_tenant.truth) <= set(found)
    assert all(re.match(r"\S+Z  CEF:0\|Anaplan, Inc\.\|\|null\|", line) for line in lines)


def test_the_time_and_the_types_are_those_of_events(audit: af.Audit) -> None:
    options: dict[str, str] = {"since": "2027-01-12T08:00", "until": "2027-01-15T08:00"}
    lines = list(audit.cef(types="comment", **options))  # type: ignore[arg-type]
    df = audit.events(types="comment", **options)  # type: ignore[call-overload]
    assert sorted(ids(lines)) == sorted(df["id"])
    assert len(lines) == 2


def test_a_wrong_type_is_refused_at_once(audit: af.Audit) -> None:
    with pytest.raises(ValueError, match="is not a type of audit events"):
        audit.cef(types="everything")  # type: ignore[arg-type]


def test_text_that_cannot_be_decoded_and_odd_line_ends_pass(
    server: ScriptedServer, transport: Transport
) -> None:
    answers = [as_bytes("a\u2028b\r\n\n".encode() + b"c\xff", "text/plain;charset=utf-8")]
    server.rule = lambda seen: answers.pop() if answers else as_bytes(b"", "text/plain")
    assert list(Audit(transport).cef(since="2026-11-01", until="2026-11-03")) == [
        "a\u2028b",
        "c\ufffd",
    ]
    assert {seen.headers["Accept"] for seen in server.calls} == {"text/plain"}


def test_json_instead_of_text_is_not_an_answer(
    server: ScriptedServer, make_transport: object
) -> None:
    transport = make_transport(tries=2, clock=Standing(1_790_000_000))  # type: ignore[operator]
    server.rule = lambda seen: as_json({"response": []})
    with pytest.raises(af.TransferError, match="did not answer as Anaplan does"):
        list(Audit(transport).cef())
