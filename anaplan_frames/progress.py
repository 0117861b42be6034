"""Progress bars that appear by themselves for work that takes longer than a moment."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

_MOMENT = 0.7  # seconds; quicker work shows no bar
_SHARE = "{l_bar}{bar}| {elapsed}{postfix}"


class Progress:
    """One bar, for one piece of work; use it as a context manager.

    Parameters
    ----------
    label : str
        What is being done, e.g. ``"Uploading flights.csv"``.
    unit : str
        ``"B"`` for bytes (shown with k, M, G and their rate), ``"%"`` for a share of 100, or the
        name of what is counted.
    total : float, optional
        The number at which the work is done, if it is known.
    show : bool, optional
        True shows the bar at once, False never; by default it appears in a terminal or notebook
        when the work takes longer than a moment.
    """

    def __init__(
        self, label: str, *, unit: str, total: float | None = None, show: bool | None = None
    ) -> None:
        self._bar: Any = None
        self._appears = time.monotonic() + (0 if show else _MOMENT)
        if show or (show is None and _somebody_watches()):
            self._bar = _tqdm()(
                desc=label,
                total=total,
                unit=unit,
                unit_scale=unit == "B",
                bar_format=_SHARE if unit == "%" else None,
                delay=0 if show else _MOMENT,
                leave=False,
            )

    def advance(self, amount: float) -> None:
        """Move the bar on by `amount` units."""
        if self._bar is not None:
            self._bar.update(amount)

    def reach(self, position: float, text: str = "") -> None:
        """Move the bar to `position` and show what is going on there."""
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(position - self._bar.n)

    def tick(self) -> None:
        """Move the clock of a bar that is shown on, although nothing else has moved."""
        if self._bar is not None and self._appears <= time.monotonic():
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _somebody_watches() -> bool:
    """Whether there is a terminal or a notebook to draw in."""
    return _in_notebook() or sys.stderr.isatty()


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")


def _tqdm() -> Any:
    """Choose the bar: a notebook's own if it has widgets to draw it with, else text."""
    kind = "notebook" if _in_notebook() and find_spec("ipywidgets") else "std"
    return import_module(f"tqdm.{kind}").tqdm
