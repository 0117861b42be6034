"""That no method of the transactional clients of anaplan-sdk is left out."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from anaplan_sdk._async_clients._transactional import _AsyncTransactionalClient
from anaplan_sdk._clients._transactional import _TransactionalClient


def _called() -> Iterator[str]:
    """Give the methods of `tr`, which is both clients, that tests in this folder call or pass."""
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="tr"), attr=method):
                    yield method


@pytest.mark.parametrize("client", [_TransactionalClient, _AsyncTransactionalClient])
def test_every_public_method_is_called(client: type) -> None:
    methods = {name for name, _ in inspect.getmembers(client, inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    assert len(public) >= 25
    assert public - set(_called()) == set()
