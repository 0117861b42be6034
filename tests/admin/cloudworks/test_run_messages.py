"""Counts and codes in the messages of runs, whose form nobody documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.admin.cloudworks.run_messages import counts_in, explained, meaning_of

NUMBERS = st.integers(0, 9_999_999)
LOADED = st.sampled_from(["successful", "succeeded", "loaded", "imported"])
REJECTED = st.sampled_from(["failed", "rejected"])
IGNORED = st.sampled_from(["ignored", "skipped"])


@given(NUMBERS, NUMBERS, NUMBERS, LOADED, REJECTED, IGNORED, st.booleans(), st.booleans())
def test_counts_next_to_their_words_are_read(
    loaded: int,
    rejected: int,
    ignored: int,
    is_loaded: str,
    is_rejected: str,
    is_ignored: str,
    with_commas: bool,
    words_first: bool,
) -> None:
    parts = ((loaded, is_loaded), (rejected, is_rejected), (ignored, is_ignored))
    form = "{word} rows: {number}" if words_first else "{number} rows {word}"
    texts = [f"{number:,}" if with_commas else str(number) for number, _ in parts]
    said = [
        form.format(word=word, number=text) for text, (_, word) in zip(texts, parts, strict=True)
    ]
    assert counts_in("Import done; " + "; ".join(said)) == {
        "rows_loaded": loaded,
        "rows_rejected": rejected,
        "rows_ignored": ignored,
        "rows_sent": loaded + rejected + ignored,
    }


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_the_counts_of_several_targets_are_added(targets: list[tuple[int, int, int]]) -> None:
    message = "; ".join(
        f"Staff: {created + updated} ({created}/{updated}) rows successful, {failed} failed"
        for created, updated, failed in targets
    )
    counts = counts_in(message)
    assert counts["rows_created"] == sum(created for created, _, _ in targets)
    assert counts["rows_updated"] == sum(updated for _, updated, _ in targets)
    assert counts["rows_rejected"] == sum(failed for _, _, failed in targets)
    assert counts["rows_loaded"] == counts["rows_created"] + counts["rows_updated"]


@given(st.text())
def test_any_text_is_read(message: str) -> None:
    assert all(number >= 0 for number in counts_in(message).values())


@pytest.mark.parametrize(
    "message",
    [
        "Success",
        "Cancelled",
        "Process failed",
        "Anaplan model was deleted",
        "Failed import action - Incorrect file structure.",
        "Import failed after 3 tries",
        "50% loaded",
        "Error code 12: failed",
    ],
)
def test_a_message_without_counts_has_none(message: str) -> None:
    assert counts_in(message) == {}


def test_loaded_rows_of_all_rows_are_read() -> None:
    counts = counts_in("1,440 of 1,458 rows were loaded, 18 rows failed")
    assert (counts["rows_loaded"], counts["rows_rejected"]) == (1440, 18)


def test_a_code_is_explained_if_its_meaning_is_known() -> None:
    assert explained("Success", None) == "Success"
    assert explained("Failed", 12).startswith("Failed (error code 12: a value does not have")
    assert explained("Failed", 35) == "Failed (error code 35)"
    assert meaning_of(38) == "some rows were rejected"
