"""The proof that ends the demo can fail."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.demo import sample
from anaplan_frames.demo.job import KEYS, MEASURES, _prove

SOURCE = sample("flights")


def test_equal_data_prove_equal(capsys: pytest.CaptureFixture[str]) -> None:
    assert _prove(SOURCE, SOURCE[[*KEYS, *MEASURES]], seconds=1)
    assert capsys.readouterr().out.endswith("336,776 flights in the source, 336,776 in Anaplan\n")


def _without_a_row(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(index=17)


def _with_a_cell_moved(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[3, "flights"] += 1
    frame.loc[4, "flights"] -= 1
    return frame


def _under_another_code(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(dest=frame["dest"].where(frame.index != 5))


@pytest.mark.parametrize("spoil", [_without_a_row, _with_a_cell_moved, _under_another_code])
def test_what_differs_proves_nothing(spoil, capsys: pytest.CaptureFixture[str]) -> None:
    assert not _prove(SOURCE, spoil(SOURCE), seconds=1)
    assert "NOT all equal" in capsys.readouterr().out


def test_a_sample_of_another_name_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="There is no sample 'flight'"):
        sample("flight")  # type: ignore[arg-type]


def test_samples_have_the_rows_that_the_docstring_says() -> None:
    rows = {name: len(sample(name)) for name in ("airlines", "airports", "airports_missing")}
    assert rows == {"airlines": 16, "airports": 1458, "airports_missing": 4}
    assert len(SOURCE) == 3869
