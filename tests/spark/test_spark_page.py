"""The page about Spark shows what its examples print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.page_reader import blocks_of, masked, new_namespace


def test_spark_works_as_its_page_shows(
    spark: Any,
    driver_folder: Path,
    demo_environment: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(driver_folder)
    for name, value in demo_environment.items():
        monkeypatch.setenv(name, value)
    namespace = new_namespace()
    for block in blocks_of("docs/spark.md"):
        exec(block.code, namespace)
        assert masked(capsys.readouterr().out) == masked(block.shown or "")
