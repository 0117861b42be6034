"""How the text of a view is asked for, of a service that does what documents leave open."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from anaplan_frames.cells.item_selection import SelectedItems, Selection
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.view_shape import Axes, Cells, Dimension, LineItem
from anaplan_frames.cells.view_text import CellText
from anaplan_frames.errors import ColumnMismatch, NotFound, RequestRefused, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_bytes, as_json

REGION, TIME = Dimension("101000000001", "Region"), Dimension("20000000003", "Time")
CELLS = Cells(Axes((REGION,), (TIME,), ()), (LineItem("206000000001", "Cost", "NUMBER"),))
NORTH = SelectedItems(REGION, ("1",), frozenset({"North", "N"}))
ALL = "Region,Time,Cost\nNorth,Jan 26,1\nNorth,Feb 26,2\nSouth,Jan 26,3\nSouth,Feb 26,4\n"
ONE = "Region,Time,Cost\nNorth,Jan 26,1\nNorth,Feb 26,2\n"


class Service:
    """Answers for a view at once with `at_once`, and by a large read with `large`."""

    def __init__(
        self,
        at_once: Answer | str,
        large: str = ALL,
        *,
        only: str = "",
        shown: Answer | None = None,
    ) -> None:
        self._at_once = (
            at_once if isinstance(at_once, Answer) else as_bytes(at_once.encode(), "text/csv")
        )
        self._large = large
        self._only = only
        self._shown = shown or as_json({"items": [{"id": "1", "name": "North"}]})
        self.asked: list[dict[str, list[str]]] = []
        self.large_reads = 0

    def __call__(self, seen: Seen) -> Answer:
        if "/dimensions/" in seen.path:
            return self._shown
        if "/readRequests" not in seen.path:
            self.asked.append(parse_qs(urlsplit(seen.path).query))
            accepted = seen.headers.get("Accept", "")
            if self._only and accepted != self._only:
                return as_json({"status": {"message": "Not acceptable"}}, 406)
            return self._at_once
        if seen.path.endswith("/pages/0"):
            return as_bytes(self._large.encode(), "text/csv")
        self.large_reads += seen.method == "POST"
        state = {"requestId": "A", "requestState": "COMPLETE", "availablePages": 1}
        return as_json({"viewReadRequest": {**state, "successful": True}})


def read(
    transport: Transport, *selected: SelectedItems, columns: list[str] | None = None
) -> dict[str, list[object]]:
    asked = Selection(selected)
    text = CellText(transport, "/models/m/views/1", "102000000001", "view 'Costs'", CELLS, asked)
    rows = text.table().open(
        columns, lambda schema: schema, lambda: Progress("", unit="B", show=False)
    )
    found: dict[str, list[object]] = pa.Table.from_batches(list(rows), rows.schema).to_pydict()
    return found


def test_all_pages_at_once_are_taken(server: ScriptedServer, transport: Transport) -> None:
    server.rule = service = Service(ALL)
    assert read(transport)["Cost"] == [1, 2, 3, 4]
    assert service.asked == [{"exportType": ["TABULAR_MULTI_COLUMN"], "moduleId": ["102000000001"]}]
    assert not service.large_reads


def test_if_only_the_current_page_comes_at_once_all_come_by_a_large_read(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = service = Service(ONE)
    assert read(transport)["Cost"] == [1, 2, 3, 4]
    assert service.large_reads == 1


def test_a_page_that_is_asked_for_comes_at_once(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = service = Service(ONE)
    assert read(transport, NORTH)["Cost"] == [1, 2]
    assert service.asked[0]["pages"] == ["101000000001:1"]
    assert not service.large_reads


def test_rows_of_pages_that_were_not_asked_for_are_left_out(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Service(ALL)
    assert read(transport, NORTH) == {
        "Region": ["North", "North"],
        "Time": ["Jan 26", "Feb 26"],
        "Cost": [1, 2],
    }
    assert read(transport, NORTH, columns=["Cost"]) == {"Cost": [1, 2]}


def test_items_may_be_named_by_their_codes(server: ScriptedServer, transport: Transport) -> None:
    server.rule = Service(ALL.replace("North", "N"))
    assert read(transport, NORTH)["Cost"] == [1, 2]


def test_items_that_are_named_otherwise_are_an_error_and_not_nothing(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Service(ALL.replace("North", "Nord"))
    with pytest.raises(TransferError, match=r"No row of view 'Costs' is of Region N or North"):
        read(transport, NORTH)


def test_items_that_the_view_does_not_show_are_nothing(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Service(ALL.replace("North", "Nord"), shown=as_json({"items": [{"id": "2"}]}))
    assert read(transport, NORTH)["Cost"] == []
    server.rule = Service(ALL.replace("North", "Nord"), shown=as_json({"meta": {}}))
    assert read(transport, NORTH)["Cost"] == []


def test_an_answer_about_the_items_that_is_refused_proves_nothing(
    server: ScriptedServer, transport: Transport
) -> None:
    refusal = as_json({"status": {"message": "View has more than 1,000,000 cells"}}, 400)
    server.rule = Service(ALL.replace("North", "Nord"), shown=refusal)
    with pytest.raises(TransferError, match=r"No row of view 'Costs' is of Region N or North"):
        read(transport, NORTH)


def test_a_text_without_the_dimension_is_refused(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Service("Time,Cost\nJan 26,1\n")
    with pytest.raises(ColumnMismatch, match="has no column 'Region'"):
        read(transport, NORTH)


def test_too_many_cells_are_read_by_a_large_read(
    server: ScriptedServer, transport: Transport
) -> None:
    refusal_message = as_json({"status": {"message": "View has more than 1,000,000 cells"}}, 400)
    server.rule = service = Service(refusal_message)
    assert read(transport)["Cost"] == [1, 2, 3, 4]
    assert len(service.asked) == service.large_reads == 1


def test_a_refusal_in_other_words_is_read_by_a_large_read_too(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = service = Service(as_json({"status": {"message": "Bad Request"}}, 400))
    assert read(transport)["Cost"] == [1, 2, 3, 4]
    assert service.large_reads == 1


def test_a_tenant_that_refuses_plain_text_is_asked_for_escaped_text(
    server: ScriptedServer, transport: Transport
) -> None:
    escaped = ALL.replace("North", '"=North"')
    server.rule = service = Service(escaped, only="text/csv;escaped=true")
    assert read(transport)["Region"][:2] == ["=North", "=North"]
    assert not service.large_reads


@pytest.mark.parametrize("status", [400, 404])
def test_line_items_are_those_of_the_model_if_a_module_cannot_be_asked(
    status: int, server: ScriptedServer, transport: Transport
) -> None:
    items = [{"moduleId": module, "id": f"{n}", "name": "x"} for n, module in enumerate("aba")]

    def rule(seen: Seen) -> Answer:
        if "/modules/" in seen.path:
            return as_json({"status": {"message": "Not available"}}, status)
        return as_json({"items": items})

    server.rule = rule
    catalogue = Catalogue(transport, "/models/m", "model 'M'")
    assert [record["id"] for record in line_item_records(catalogue, "a")] == ["0", "2"]
    with pytest.raises((NotFound, RequestRefused), match="Not available"):
        line_item_records(catalogue, "c")


def test_the_reason_why_a_large_read_is_refused_is_raised(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = lambda seen: as_json({"status": {"message": "The view is empty"}}, 400)
    with pytest.raises(RequestRefused, match="The view is empty"):
        read(transport)
