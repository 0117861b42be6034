"""HTML elements: whatever a text is, a browser reads it as that text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox.console.html_elements import element, fragment, plain_text, text
from anaplan_frames.sandbox.console.page_parts import pager
from tests.sandbox.console.visitor import PageReader

ANY = st.text() | st.text("<>&\"'/=ab \u202e\u200b\x00", max_size=20)


class Collected(HTMLParser):
    """The characters and elements of a piece of HTML."""

    def __init__(self, piece: str) -> None:
        super().__init__()
        self.found, self.tags = "", set[str]()
        self.feed(piece)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.found += data


def named(given: str) -> str:
    """Write the characters that nobody sees by their numbers, one after the other."""
    shown = ""
    for place, char in enumerate(given):
        joiner = char in "\u200c\u200d" and place > 0 and ord(given[place - 1]) > 127
        odd = (
            ord(char) < 32
            or 0x7F <= ord(char) <= 0xA0
            or char in "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\ufeff\ufff9\ufffa\ufffb"
            or 0x2028 <= ord(char) <= 0x202F
            or 0x2060 <= ord(char) <= 0x206F
        )
        shown += f"U+{ord(char):04X}" if odd and not joiner else char
    return shown


@given(ANY)
def test_any_text_is_read_as_text(given: str) -> None:
    page = Collected(text(given))
    assert page.found == named(given)
    assert page.tags <= {"span"}
    plain = Collected(plain_text(given))
    assert re.sub("⟨(U\\+[0-9A-F]+)⟩", r"\1", plain.found) == re.sub(
        "⟨(U\\+[0-9A-F]+)⟩", r"\1", named(given)
    )
    assert not plain.tags


@given(ANY, ANY)
def test_any_text_stays_in_its_attribute_and_its_element(value: str, content: str) -> None:
    page = PageReader(element("p", content, title=value, hidden=True, lang=None))
    [(tag, attributes), *marks] = page.elements
    assert tag == "p"
    assert set(attributes) == {"title", "hidden"}
    assert {mark for mark, _ in marks} <= {"span"}
    if "\x00" not in value and "\r" not in value:
        assert attributes["title"] == value


def test_elements_contain_html_numbers_and_several_things() -> None:
    inner = element("b", "<x>")
    assert fragment(inner, 3, None, [inner, "&"]) == ("<b>&lt;x&gt;</b>3<b>&lt;x&gt;</b>&amp;")
    assert element("input", class_="a", data_kind=1, required=True, checked=False) == (
        '<input class="a" data-kind="1" required>'
    )


@given(st.integers(0, 500), st.integers(1, 60), st.integers(0, 500))
def test_links_to_other_rows_reach_all_rows_and_never_leave_them(
    start: int, size: int, total: int
) -> None:
    links = PageReader(pager("Rows", start, size, total, "row", {"x": "1"})).links
    places = [int(link.removeprefix("?x=1&row=")) for link in links]
    assert all(0 <= place < max(total, start) or place == 0 for place in places)
    assert (start + size in places) == (start + size < total)
    assert bool(places) == (start + size < total or start > 0)
