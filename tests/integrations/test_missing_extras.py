"""Every part that needs an extra names the command that installs it, if it is missing."""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.cli.databases.opening import open_database
from tests.auth.test_java_keystore import STORE, of_another_provider

ROOT = Path(__file__).parents[2]
NOT_ALONE = {"all", "dev", "docs", "test"}


@dataclass(frozen=True)
class Part:
    """What is missing, the module that is imported again without it, and what is then asked for."""

    library: str
    module: str = ""
    call: Callable[[Any], object] = lambda module: module


PARTS: dict[str, list[Part]] = {
    "sandbox": [
        Part(name, "anaplan_frames.sandbox") for name in ("duckdb", "starlette", "uvicorn")
    ],
    "keystore": [
        Part("javaobj", call=lambda _: af.KeystoreAuth(of_another_provider(), STORE, "planner"))
    ],
    "keyring": [Part("keyring", call=lambda _: af.KeyringStore("client").load())],
    "sql": [
        Part("sqlalchemy", call=lambda _: open_database("sqlite:///warehouse.db", None)),
        Part("duckdb", call=lambda _: open_database("duckdb:///warehouse.db", None)),
    ],
    "fsspec": [Part("fsspec", "anaplan_frames.integrations.filesystem")],
    "spark": [Part("pyspark", "anaplan_frames.integrations.spark")],
    "dask": [
        Part("dask", "anaplan_frames.integrations.dask", lambda dask: dask.read_anaplan("flights")),
        Part("dask", "anaplan_frames.integrations.dask", lambda dask: dask.to_anaplan(None, "x")),
    ],
    "duckdb": [
        Part("duckdb", "anaplan_frames.integrations.duckdb", lambda d: d.register_anaplan(None, {}))
    ],
    "mcp": [Part("mcp", "anaplan_frames.integrations.mcp_server")],
    "narwhals": [
        Part("narwhals", "anaplan_frames.integrations.narwhals", lambda nw: nw.read_narwhals("x")),
        Part("narwhals", "anaplan_frames.integrations.narwhals", lambda nw: nw.to_anaplan(0, "x")),
    ],
    "polars": [
        Part("polars", "anaplan_frames.integrations.polars", lambda pl: pl.scan_anaplan("flights"))
    ],
}


def test_every_extra_is_among_these() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["optional-dependencies"].keys() - NOT_ALONE == PARTS.keys()


@pytest.mark.parametrize(
    ("extra", "part"),
    [
        pytest.param(extra, part, id=f"{extra} without {part.library}")
        for extra, parts in PARTS.items()
        for part in parts
    ],
)
def test_an_extra_that_is_missing_is_named_with_the_command(
    extra: str, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.split(".")[0] == part.library or name == part.module:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, part.library, None)
    with pytest.raises(af.MissingExtra) as caught:
        part.call(part.module and importlib.import_module(part.module))
    assert f"needs an extra: pip install 'anaplan-frames[{extra}]'" in str(caught.value)
