"""How a link to sign in is shown: in a notebook, or on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from html import escape

Show = Callable[[str, str], None]


def in_notebook() -> bool:
    """Whether this is a kernel that can show HTML and ask its user."""
    kernel = sys.modules.get("ipykernel")
    if kernel is None:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def can_ask() -> bool:
    """Whether somebody sits in front of this process."""
    if in_notebook():
        return True
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def show_link(url: str, code: str) -> None:
    """Show a link, and the code that the page shows or asks for; an empty one is not mentioned."""
    words = f", and check the code {code}" if code else ""
    text = f"Sign in to Anaplan: open this address in a browser{words}.\n{url}"
    if in_notebook():
        from IPython.display import display

        forms = {"text/html": _as_html(url, code), "text/plain": text}
        display(forms, raw=True)  # type: ignore[no-untyped-call]
        return
    print(text, file=sys.stderr)


def _as_html(url: str, code: str) -> str:
    address = escape(url, quote=True)
    words = f" and check the code <b>{escape(code)}</b>" if code else ""
    return f'<a href="{address}" target="_blank" rel="noopener">Sign in to Anaplan</a>{words}.'
