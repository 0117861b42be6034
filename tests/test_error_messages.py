"""The messages of the whole package: a table that people can read, and a way out of each."""

from __future__ import annotations

import pytest

from tests.raised_messages import TABLE, Message, messages, table

# The start of a message without a way out, and why there is none.
_WITHOUT = {
    "module {__name__} has no attribute": "what Python itself says",
    "{requests.label}: task {task_id} {reason}; it is not waited for.": "nothing needs to be done",
    "{action.label}: task {task_id} {reason}; it is not waited for.": "nothing needs to be done",
    "{result.target} failed {task}: {_words(result)}.": "what is wrong is in Anaplan's own words",
    "{result.target} failed {task}, because of {failed}.": "the same, of a process",
    "{column.key} is {value}": "a reason",
    "Its dimensions are not those of most of its line items.": "a reason in a report of a clone",
    "The sandbox does not have {record.get('name')} ({id_}) as dimension.": "the same",
}


@pytest.fixture(scope="module")
def found() -> list[Message]:
    return messages()


def test_the_table_has_every_message_as_it_is_now(found: list[Message]) -> None:
    again = "python -m tests.raised_messages writes it again; look at what has changed"
    assert table(found) == TABLE.read_text("utf-8"), again


def test_each_message_has_a_way_out(found: list[Message]) -> None:
    assert len(found) > 700
    silent = {message.text for message in found if not message.step and not message.is_reason}
    assert {text for text in silent if not text.startswith(tuple(_WITHOUT))} == set()
    assert all(any(text.startswith(start) for text in silent) for start in _WITHOUT)
