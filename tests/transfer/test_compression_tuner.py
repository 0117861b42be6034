"""Which compression is chosen, by the numbers of real data (bytes a second, of one thread)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.transfer.compression import METHODS
from anaplan_frames.transfer.compression_tuner import CompressionTuner, Trial, best

MB = 1_000_000
QUICK, FAIR, STRONG, STRONGEST = METHODS
TRIALS = [
    Trial(QUICK, ratio=0.25, speed=500 * MB),
    Trial(FAIR, ratio=0.22, speed=90 * MB),
    Trial(STRONG, ratio=0.20, speed=45 * MB),
    Trial(STRONGEST, ratio=0.19, speed=15 * MB),
]


@pytest.mark.parametrize(
    ("line", "chosen"),
    [
        (0.1 * MB, STRONGEST),
        (2.5 * MB, STRONGEST),  # 20 Mbit/s
        (12.5 * MB, STRONG),  # 100 Mbit/s: the strongest gives 60 MB/s, the line takes 62
        (50 * MB, FAIR),
        (125 * MB, QUICK),  # 1 Gbit/s
        (5_000 * MB, QUICK),
    ],
)
def test_compression_is_as_strong_as_the_line_is_thin(line: float, chosen: object) -> None:
    assert best(TRIALS, line, threads=4) == chosen


def test_one_thread_compresses_less_than_four() -> None:
    assert best(TRIALS, 12.5 * MB, threads=1) == FAIR


def test_what_does_not_get_shorter_is_compressed_quickly() -> None:
    trials = [Trial(trial.method, 1.0, trial.speed) for trial in TRIALS]
    assert best(trials, 0.1 * MB, threads=4) == QUICK


def test_methods_that_cannot_help_are_not_tried() -> None:
    def trials() -> Iterator[Trial]:
        yield from TRIALS[:2]
        raise AssertionError("a further method was tried")

    assert best(trials(), 1_000 * MB, threads=4) == QUICK


def test_a_method_that_is_of_no_use_for_the_data_hides_no_stronger_one() -> None:
    trials = [TRIALS[0], Trial(FAIR, ratio=0.26, speed=90 * MB), *TRIALS[2:]]
    assert best(trials, 2.5 * MB, threads=4) == STRONGEST


def _line() -> CompressionTuner:
    line = CompressionTuner(METHODS, threads=4, senders=4)
    text = b"".join(
        b"Region %d,Department %d,%d\n" % (number**3 % 89, number % 97, number**2 % 10_007)
        for number in range(50_000)
    )
    line.show(memoryview(text))
    return line


def test_the_quick_method_is_used_until_something_is_sent() -> None:
    assert _line().method == QUICK


def test_a_chunk_that_creeps_away_makes_the_compression_strong() -> None:
    line = _line()
    line.sent(200_000, seconds=100.0)
    assert line.method in METHODS[1:]


def test_a_line_that_recovers_makes_the_compression_quick_again() -> None:
    line = _line()
    line.sent(200_000, seconds=100.0)
    line.sent(200_000, seconds=0.000_01)
    assert line.method == QUICK


def test_a_line_that_becomes_thin_is_noticed_after_a_few_chunks() -> None:
    line = _line()
    line.sent(200_000, seconds=0.000_01)
    for _ in range(8):
        line.sent(200_000, seconds=100.0)
    assert line.method in METHODS[1:]


def test_one_slow_chunk_among_fast_ones_changes_nothing() -> None:
    line = _line()
    line.sent(200_000, seconds=0.000_01)
    line.sent(200_000, seconds=100.0)
    assert line.method == QUICK


def test_nothing_is_concluded_without_data() -> None:
    line = CompressionTuner(METHODS, threads=4, senders=4)
    line.sent(80, seconds=1.0)
    assert line.method == QUICK
