"""HTML elements whose texts are escaped, with characters that nobody sees made visible."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TypeAlias


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"
"""What an element can contain: HTML, texts and numbers, which are escaped, or several of them."""

_VOID = frozenset({"input", "link", "meta"})
# Controls, marks of direction, and characters without width, all of which make a name look like
# another one. Joiners after a letter beyond ASCII are how some languages are written.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202f\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]|(?<![^\x00-\x7f])[\u200c\u200d]"
)


def text(value: object) -> Html:
    """Escape a text; a character that nobody sees becomes its number, such as ``U+200B``."""
    return _escaped(value, '<span class="unseen">U+{:04X}</span>')


def plain_text(value: object) -> Html:
    """Escape a text for attributes, titles and options, which cannot contain elements."""
    return _escaped(value, "⟨U+{:04X}⟩")


def _escaped(value: object, mark: str) -> Html:
    parts, end, given = [], 0, str(value)
    for found in _UNSEEN.finditer(given):
        parts += [html.escape(given[end : found.start()]), mark.format(ord(found[0]))]
        end = found.end()
    return Html("".join([*parts, html.escape(given[end:])]))


def fragment(*children: Child) -> Html:
    """Join HTML and texts."""
    return Html("".join(_parts(children)))


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Html):
            yield child
        elif isinstance(child, (str, int)):
            yield text(child)
        elif child is not None:
            yield from _parts(child)


def element(tag: str, /, *children: Child, **attributes: str | int | None) -> Html:
    """Make an element.

    Parameters
    ----------
    tag : str
    *children : str, int, None or iterable of them
    **attributes : str, int or None
        ``class_`` is the attribute ``class``, ``data_x`` is ``data-x``; None leaves one out, and
        True gives it no value.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_value(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{fragment(*children)}</{tag}>")


def _value(value: str | int) -> str:
    # The value of a form goes back to the server as it is, so its characters stay.
    return html.escape(str(value))
