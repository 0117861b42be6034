"""How many items a sync may delete without a confirmation; pure."""

from __future__ import annotations

DEFAULT_SHARE = 0.1


def check_max_delete(max_delete: object) -> None:
    """Refuse what is neither a number of items nor a share.

    Raises
    ------
    TypeError, ValueError
        Says what it must be.
    """
    if isinstance(max_delete, bool) or not isinstance(max_delete, int | float):
        raise TypeError(
            "max_delete must be a number of items (an int) or a share (a float from 0 to 1), not "
            f"{max_delete!r}"
        )
    if not max_delete >= 0:
        raise ValueError(f"max_delete must not be negative: {max_delete!r}")
    if isinstance(max_delete, float) and max_delete > 1:
        raise ValueError(
            f"max_delete={max_delete!r} is a share, and must not be above 1.0. For a number of "
            "items give an int."
        )


def most_deleted(max_delete: int | float, items: int) -> int:
    """Return how many of a list's items may be deleted; of a share at least one.

    Parameters
    ----------
    max_delete : int or float
        A number of items, or a share of them.
    items : int
        How many items the list has.
    """
    if isinstance(max_delete, int):
        return max_delete
    return max(1, int(max_delete * items)) if max_delete else 0


def question(*, deleted: int, items: int, rows: int, most: int, label: str) -> str:
    """Return what must be confirmed, empty if nothing must be.

    Parameters
    ----------
    deleted : int
        How many items would be deleted because no row is about them.
    items : int
        How many the list has.
    rows : int
        How many rows the data has.
    most : int
        How many may be deleted without a question.
    label : str
        The list in words.
    """
    if not deleted or (rows and deleted <= most):
        return ""
    why = (
        f"more than the {most:,} that max_delete= allows"
        if rows
        else "because the data has no rows"
    )
    return (
        f"This would delete {deleted:,} of the {items:,} items of {label} and their cells, {why}. "
        "Nothing was sent. Pass confirm=True to delete them; the error's .plan shows the changes."
    )
