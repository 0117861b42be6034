"""What ``import anaplan_frames`` brings along."""

from __future__ import annotations

import subprocess
import sys

import pytest

import anaplan_frames as af

EXTRAS = {"duckdb", "starlette", "uvicorn", "polars", "jks", "twofish", "fsspec", "dask", "pyspark"}


SLOW = {"cryptography", "asyncio"}  # what few need, or none


def test_no_extra_is_imported_nor_what_is_slow_and_few_need() -> None:
    code = "import sys, filelock, pandas, pyarrow, requests; before = set(sys.modules); "
    code += "from anaplan_frames import *; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    assert "anaplan_frames.writing" in imported
    assert not (EXTRAS | SLOW | {"click"}) & imported  # click is only for the command line


def test_every_public_name_is_there() -> None:
    for name in af.__all__:
        assert getattr(af, name).__name__ == name
        assert name in dir(af)


def test_an_unknown_name_gives_the_error_that_python_gives() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'to_anaplam'"):
        af.to_anaplam  # noqa: B018
