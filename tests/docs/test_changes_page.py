"""The page on loads of changes shows what its examples print."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.conftest import DATA
from tests.docs.shown import examples, output_of


def _words(text: str) -> list[str]:
    """Return the words: how wide columns are differs between versions of pandas."""
    return text.split()


@pytest.mark.long
def test_each_example_prints_what_the_page_shows(at_work: Sandbox) -> None:
    model = at_work.connect().model("Flight Planning")
    model.imports["Load airlines"].write(pd.read_csv("airlines.csv"))
    for name in ("airports", "airports_missing"):
        airports = pd.read_csv(str(DATA / f"{name}.csv"))
        model.imports["Load airports"].write(airports, on_rejected="ignore")
    namespace: dict[str, Any] = {}
    shown_outputs = 0
    for code, shown in examples("docs/changes.md"):
        printed = output_of(code, namespace)
        if shown is not None:
            assert _words(printed) == _words(shown)
            shown_outputs += 1
    assert shown_outputs == 5
