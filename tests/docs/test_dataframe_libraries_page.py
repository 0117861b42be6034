"""The page about other dataframe libraries: its examples give the output that it shows."""

from __future__ import annotations

from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.shown import examples, output_of


@pytest.mark.long  # importing Dask takes a second
def test_the_examples_give_the_output_that_is_shown(at_work: Sandbox) -> None:
    namespace: dict[str, Any] = {}
    shown = list(examples("docs/dataframe-libraries.md"))
    assert len(shown) == 4
    for code, output in shown:
        assert output is not None
        assert output_of(code, namespace).strip() == output.strip()
