"""Words that messages share: near names, shortened lists, and warnings at the caller's line."""

from __future__ import annotations

import contextlib
import difflib
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType

from anaplan_frames.errors import AnaplanWarning
from anaplan_frames.visible_text import visible


def close_names(name: str, names: Iterable[str]) -> list[str]:
    """Return which of `names` are meant, perhaps: at most three, the likeliest first."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    folded = name.casefold()
    if folded in by_folded:
        return [by_folded[folded]]
    found = difflib.get_close_matches(folded, by_folded, n=3, cutoff=0.7)
    return [by_folded[each] for each in found]


def near_names(name: str, names: Iterable[str]) -> str:
    """Say which of `names` are meant, perhaps: ``" Did you mean 'Load flights'?"`` or ``""``."""
    found = [repr(each) for each in close_names(name, names)]
    if len(found) > 1:
        found = [f"{', '.join(found[:-1])} or {found[-1]}"]
    return f" Did you mean {found[0]}?" if found else ""


def listed(names: Sequence[str], most: int = 10) -> str:
    """Name the first of what may be very many: ``"'a', 'b' and 9,998 more"``."""
    shown = ", ".join(map(repr, names[:most]))
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def warn(message: str, category: type[Warning] = AnaplanWarning) -> None:
    """Warn at the line of the caller's own code, however deep in the library we are."""
    # A warning from within a `with` statement of ours comes through contextlib.
    owned = (str(Path(__file__).parent), contextlib.__file__)
    frame: FrameType | None
    frame, level = sys._getframe(), 1
    while frame is not None and frame.f_code.co_filename.startswith(owned):
        frame, level = frame.f_back, level + 1
    warnings.warn(visible(message), category, stacklevel=level)
