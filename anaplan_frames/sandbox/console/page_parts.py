"""Parts that pages are made of: links, tables, facts, times, and links to further rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from anaplan_frames.sandbox.console.html_elements import Child, Html, element, fragment

_CUT_OFF = 40  # characters; a table may cut off what is longer, and shows it all in a hint


def name(given: str) -> Html:
    """Show a name in its own direction, whatever is around it."""
    return element("bdi", given, title=given if len(given) > _CUT_OFF else None)


def link(given: str, *path: str, **query: str | int) -> Html:
    """Link a name to a page of the console."""
    return element("a", name(given), href=address(*path, **query))


def address(*path: str, **query: str | int) -> str:
    """Return the address of a page of the console; without a path, of the first one."""
    where = "/console/" + "/".join(quote(part, safe="") for part in path) if path else "/"
    return f"{where}?{urlencode(query)}" if query else where


def section(title: str, *children: Child, count: int | None = None, id: str | None = None) -> Html:
    """Make a section with a heading and, after it, a number."""
    number = None if count is None else element("span", f"{count:,}", class_="count")
    return element("section", element("h2", title, number), children, id=id)


def note(*children: Child) -> Html:
    """Say something in a quiet line."""
    return element("p", children, class_="note")


def facts(pairs: Iterable[tuple[str, Child]]) -> Html:
    """Show names with values."""
    parts = [element("div", element("dt", key), element("dd", value)) for key, value in pairs]
    return element("dl", parts)


def table(
    headers: Sequence[Child], rows: Iterable[Sequence[Child]], nothing: str = "None."
) -> Html:
    """Show a table that scrolls sideways if it is wide; without rows, show `nothing`."""
    rows = list(rows)
    if not rows:
        return note(nothing)
    body = [element("tr", [cell(each) for each in row]) for row in rows]
    heads = [
        element("th", header, scope="col", class_="number" if isinstance(first, int) else None)
        for header, first in zip(headers, rows[0], strict=True)
    ]
    head = element("tr", heads)
    return scrolled(element("table", element("thead", head), element("tbody", body)))


def cell(content: Child) -> Html:
    """Make a cell of a table; a number stands on its right side."""
    if isinstance(content, str) and not isinstance(content, Html):
        return element("td", name(content))
    return element("td", content, class_="number" if isinstance(content, int) else None)


def scrolled(*children: Child) -> Html:
    """Let wide content scroll sideways, by the keyboard too."""
    return element("div", children, class_="scroll", tabindex=0)


def code(given: str) -> Html:
    """Show an id or a formula."""
    return element("code", given)


def badge(given: str, kind: str = "") -> Html:
    """Show a state; kinds are "good", "bad", "busy" and none."""
    return element("span", given, class_=f"badge {kind}".strip())


def moment(seconds: float) -> Html:
    """Show a time, in seconds since the epoch."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return element("time", when.strftime("%Y-%m-%d %H:%M:%S UTC"), datetime=when.isoformat())


def pager(
    label: str, start: int, size: int, total: int, key: str, query: Mapping[str, str]
) -> Html:
    """Link to the rows before and after those that are shown.

    Parameters
    ----------
    label : str
        What is counted, such as "items".
    start, size, total : int
        The first one shown, how many are shown at most, and how many there are.
    key : str
        The parameter of the address that holds `start`.
    query : mapping
        The parameters of the address.
    """
    if total <= size and not start:
        return fragment()
    shown = f"{label} {min(start + 1, total):,} to {min(start + size, total):,} of {total:,}"
    links = []
    for word, place in (("previous", start - size), ("next", start + size)):
        if 0 <= place < total or (word == "previous" and start):
            kept = {**query, key: str(max(0, place))}
            links.append(element("a", word, href=f"?{urlencode(kept)}", rel=word[:4]))
    return element("p", element("span", shown), links, class_="pager")


def whole_number(given: str | None) -> int:
    """Read where rows begin; 0 for anything else."""
    return int(given) if given and given.isascii() and given.isdigit() and len(given) < 18 else 0
