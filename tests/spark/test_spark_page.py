"""The page about Spark shows what its examples print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import blocks, examples


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
    outputs = dict(examples("docs/spark.md"))
    namespace: dict[str, object] = {}
    for code in blocks("docs/spark.md"):
        exec(code, namespace)
        assert capsys.readouterr().out == outputs.get(code, "")
    assert len(outputs) >= 4
