"""Comparison reports as text, read as tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.admin.alm.report_sections import tables_of_report

# As the documentation shows it, with tabs in place of its blanks.
DOCUMENTED = """=== LISTS ADDED ===
Name\tPosition\tRelative To\tHas Workflow
Channels\tAfter\tRegions\tfalse

=== MODULES ADDED ===
Name\tPosition\tRelative To\tApplies To
"""


def test_the_documented_form_gives_a_table_for_each_section() -> None:
    tables = tables_of_report(DOCUMENTED.encode())
    assert list(tables) == ["Lists Added", "Modules Added"]
    assert tables["Lists Added"].to_numpy().tolist() == [["Channels", "After", "Regions", "false"]]
    assert tables["Modules Added"].columns.tolist() == [
        "Name",
        "Position",
        "Relative To",
        "Applies To",
    ]
    assert tables["Modules Added"].empty


def test_titles_without_signs_are_recognized_after_an_empty_line() -> None:
    tables = tables_of_report(b"Lists Added\r\nName\tParent\r\nA\tB\r\n\r\nRoles Changed\r\n")
    assert tables["Lists Added"].to_dict("list") == {"Name": ["A"], "Parent": ["B"]}
    assert tables["Roles Changed"].shape == (0, 0)


def test_ragged_rows_keep_every_cell() -> None:
    text = "=== LINE ITEMS ADDED ===\nName\tName\t\nA\nB\tC\tD\tE\n"
    table = tables_of_report(text.encode("utf-16"))["Line Items Added"]
    assert table.columns.tolist() == ["Name", "Name (2)", "Column 3", "Column 4"]
    assert table.iloc[0].isna().tolist() == [False, True, True, True]
    assert table.iloc[1].tolist() == ["B", "C", "D", "E"]


def test_a_section_that_comes_twice_is_one_table() -> None:
    text = "=== ROLES CHANGED ===\nName\tX\nA\t1\n\n=== ROLES CHANGED ===\nName\tX\nB\t2\n"
    assert tables_of_report(text.encode())["Roles Changed"]["Name"].tolist() == ["A", "B"]


def test_a_report_without_differences_is_empty() -> None:
    assert tables_of_report(b"") == tables_of_report(b"\xef\xbb\xbf\n\n") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Name\tPosition\nA\tB\n", "begins with 'Name\\\\tPosition', not with the title"),
        (b"=== A ===\n\xff\xff\xff", "is not text in utf-8"),
    ],
)
def test_what_is_not_a_report_is_an_error(content: bytes, said: str) -> None:
    with pytest.raises(af.DataError, match=said):
        tables_of_report(content)


CELL = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=8).filter(
    lambda text: not text.startswith("=")
)


@st.composite
def sections(draw: st.DrawFn) -> dict[str, tuple[list[str], list[list[str]]]]:
    titles = draw(
        st.lists(st.from_regex(r"[A-Z][a-z]{0,5} Added", fullmatch=True), unique=True, max_size=2)
    )
    made = {}
    for title in titles:
        header = draw(st.lists(CELL, unique=True, min_size=2, max_size=3))
        row = st.lists(CELL | st.just(""), min_size=len(header), max_size=len(header))
        rows = draw(st.lists(row.filter(any), max_size=2))
        made[title] = (header, rows)
    return made


@given(sections(), st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_in_the_documented_form_is_read_as_it_was(
    made: dict[str, tuple[list[str], list[list[str]]]], end: str
) -> None:
    texts = []
    for title, (header, rows) in made.items():
        lines = [f"=== {title.upper()} ===", *("\t".join(row) for row in [header, *rows]), ""]
        texts += lines
    tables = tables_of_report(end.join(texts).encode())
    assert list(tables) == list(made)
    for title, (header, rows) in made.items():
        assert tables[title].columns.tolist() == header
        assert tables[title].to_numpy().tolist() == rows
