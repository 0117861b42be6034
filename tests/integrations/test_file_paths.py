"""Paths of the file system: every name has one, however it is written."""

from __future__ import annotations

from fnmatch import fnmatchcase
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.integrations.filesystem.file_paths import canonical, parts_of, path_of

# More often than other characters, those that have a meaning of their own.
CHARACTERS = st.one_of(
    st.sampled_from("/%*?[].: #&+\\äé2Ff\t\n"), st.characters(exclude_categories=["Cs"])
)
NAMES = st.lists(st.text(CHARACTERS, min_size=1, max_size=8), min_size=1, max_size=4)


@given(NAMES)
def test_names_come_out_of_the_path_that_is_made_of_them(names: list[str]) -> None:
    path = path_of(names)
    assert parts_of(path) == names
    assert canonical(path) == path
    assert path.count("/") == len(names) - 1
    assert not set("*?[]") & set(path)  # fsspec takes it for no pattern
    assert "::" not in path  # nor for a chain of file systems


@given(NAMES)
def test_a_url_means_the_same_path_whether_it_is_percent_encoded_or_not(names: list[str]) -> None:
    encoded = "anaplan://" + "/".join(quote(name, safe="") for name in names)
    assert canonical(encoded) == canonical(f"anaplan://{path_of(names)}") == path_of(names)


@given(st.text(CHARACTERS, max_size=20))
def test_every_text_has_one_path(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        (
            "anaplan://Demo/Flight%20Planning/files/a.csv",
            ["Demo", "Flight Planning", "files", "a.csv"],
        ),
        (
            "anaplan://Demo/Flight Planning/files/a.csv",
            ["Demo", "Flight Planning", "files", "a.csv"],
        ),
        ("Demo/50% off/files/a%2Fb.csv/", ["Demo", "50% off", "files", "a/b.csv"]),
        ("/Gr%C3%BCn", ["Grün"]),
        ("anaplan://", []),
    ],
)
def test_names_are_written_as_people_write_them(url: str, names: list[str]) -> None:
    assert parts_of(url) == names


def test_a_pattern_stays_one() -> None:
    pattern = canonical("anaplan://Demo/Flight%20Planning/files/*.csv")
    assert pattern == "Demo/Flight Planning/files/*.csv"
    assert fnmatchcase(path_of(["Demo", "Flight Planning", "files", "a b.csv"]), pattern)
