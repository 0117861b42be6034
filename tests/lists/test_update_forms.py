"""Updates of items that have a code, against services that want the code or do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.errors import RequestRefused
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.transport.scripted import TurnedClock

ITEMS = pd.DataFrame(
    {"code": ["a", "b", "c", None], "name": ["A", "B", "C", "D"], "Grade": ["1", "1", "1", "1"]}
)


def lists(*, needs_code: bool) -> Iterator[List]:
    with Sandbox(rate_limit=None, behavior={"update_needs_code": needs_code}) as sandbox:
        model = sandbox.workspace("Finance").model("Headcount")
        model.list("Staff", properties={"Grade": "TEXT"}, items=ITEMS.loc[:2, ["code", "name"]])
        with sandbox.connect(clock=TurnedClock()) as connection:
            staff = connection.model("Headcount").lists["Staff"]
            staff.insert(ITEMS.loc[3:, ["name"]])
            yield staff


@pytest.fixture(params=[False, True])
def coded_staff(request: pytest.FixtureRequest) -> Iterator[List]:
    yield from lists(needs_code=request.param)


@pytest.fixture
def staff_by_id() -> Iterator[List]:
    yield from lists(needs_code=False)


def held(staff: List) -> list[list[Any]]:
    frame: Any = staff.read(columns=["code", "name", "Grade"]).astype(object)
    return sorted(frame.where(frame.notna(), "").to_numpy().tolist())


def test_properties_names_and_codes_are_updated_whatever_the_service_wants(
    coded_staff: List,
) -> None:
    result = coded_staff.update(ITEMS)
    assert (result.rows_updated, result.rows_rejected) == (4, 0)
    assert held(coded_staff) == sorted(ITEMS.fillna("").to_numpy().tolist())
    ids = coded_staff.read(columns=["id", "name"]).set_index("name")["id"]
    # Codes are swapped and properties changed in one write: no old code is sent for a new one.
    swapped = pd.DataFrame(
        {
            "id": [ids["A"], ids["B"], ids["C"]],
            "code": ["b", "a", "c"],
            "name": ["A", "B", "See"],
            "Grade": ["2", "3", "1"],
        }
    )
    result = coded_staff.update(swapped)
    assert result.rows_rejected == 0
    assert held(coded_staff) == sorted(
        [["b", "A", "2"], ["a", "B", "3"], ["c", "See", "1"], ["", "D", "1"]]
    )


def requests_of(monkeypatch: pytest.MonkeyPatch, refuse: Any = None) -> list[bytes]:
    sent: list[bytes] = []
    real = Transport.write_json

    def write(self: Transport, method: str, path: str, body: bytes, **options: Any) -> Any:
        sent.append(body)
        if refuse is not None and refuse(body):
            raise RequestRefused("Anaplan cannot do this as asked.", 400, "give the code")
        return real(self, method, path, body, **options)

    monkeypatch.setattr(Transport, "write_json", write)
    return sent


def test_what_anaplan_takes_at_once_is_sent_once(
    staff_by_id: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = requests_of(monkeypatch)
    staff_by_id.update(ITEMS)
    assert len(sent) == 1
    assert b'"code"' not in sent[0]


def test_what_is_refused_by_id_is_sent_by_code(
    staff_by_id: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = requests_of(monkeypatch, lambda body: b'"code":"a"' not in body)
    assert staff_by_id.update(ITEMS).rows_updated == 4
    assert len(sent) == 2
    assert b'"id"' in sent[1]  # of the item without a code
    assert sent[1].count(b'"id"') == 1


def test_what_is_refused_in_both_forms_is_an_error(
    staff_by_id: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = requests_of(monkeypatch, lambda body: True)
    with pytest.raises(af.RequestRefused, match="cannot do this as asked"):
        staff_by_id.update(ITEMS)
    assert len(sent) == 2
