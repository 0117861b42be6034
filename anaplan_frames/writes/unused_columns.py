"""The caller's columns that Anaplan does not take: told, and left out."""

from __future__ import annotations

from collections.abc import Sequence

from anaplan_frames.messages import listed, near_names, warn

_MOST_LOOKED_AT = 20


def warn_of_unused_columns(label: str, unused: Sequence[str], unfed: Sequence[str]) -> None:
    """Warn of columns that are left out; one of them may be a column that is meant, misspelled.

    Parameters
    ----------
    label : str
        What is written to, in words.
    unused : sequence of str
        The columns that it does not take.
    unfed : sequence of str
        The columns that it would take and was not given.
    """
    if not unused:
        return
    near = [
        f" {name!r}:{meant}"
        for name in unused[:_MOST_LOOKED_AT]
        if (meant := near_names(name, unfed))
    ]
    warn(f"{label} does not take the columns {listed(unused)}; they are left out.{''.join(near)}")
