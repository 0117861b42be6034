"""The items of a list that are asked for while it is described."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.lists import lists as lists_module
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def narrow_list(demo_sandbox: Sandbox) -> Iterator[af.List]:
    """Connect with room for three requests at once: a fourth would wait without end."""
    from anaplan_frames.transport import Transport

    auth = af.BasicAuth(demo_sandbox.email, demo_sandbox.password)
    transport = Transport(
        auth, api_url=demo_sandbox.api_url, auth_url=demo_sandbox.api_url, max_connections=3
    )
    yield af.Connection(transport).model("Flight Planning").lists["Airlines"]
    transport.close()


@pytest.mark.long
def test_items_that_are_not_read_keep_no_connection(narrow_list: af.List) -> None:
    for _ in range(5):
        with pytest.raises(af.ColumnMismatch):
            narrow_list.read(columns=["no such column"])
        reader = narrow_list.read_arrow()
        del reader
        gc.collect()
    assert narrow_list.read(columns=["name"]).columns.tolist() == ["name"]


def test_a_list_for_which_one_answer_is_too_small_does_not_use_them(
    narrow_list: af.List, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = narrow_list.read()
    monkeypatch.setattr(lists_module, "MOST_WHOLE", -1)
    for _ in range(5):
        assert narrow_list.read().equals(expected)


def test_properties_are_read_though_the_names_of_columns_are_given(
    narrow_list: af.List,
) -> None:
    whole = narrow_list.read()
    for columns in (["id", "code"], whole.columns.tolist(), ["parent", *whole.columns[4:]]):
        assert narrow_list.read(columns=columns).equals(whole[columns])
