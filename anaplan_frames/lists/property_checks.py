"""How the values of a list's properties and subsets are judged before they are sent."""

from __future__ import annotations

from collections.abc import Collection

from anaplan_frames.calendar.period_lookup import PeriodLookup
from anaplan_frames.codec.column_types import is_period
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.writes.value_checks import ValueCheck, check_of_flags, check_of_format

_FREE = ("TEXT", "")


def property_checks(target: ListDescription, columns: Collection[str]) -> list[ValueCheck]:
    """Return how the values of those columns are judged for which the API shows it.

    Anaplan documents that a value of another format is refused with ``INCORRECT_FORMAT``.

    Parameters
    ----------
    target : ListDescription
    columns : collection of str
        The columns that are written.
    """
    periods = PeriodLookup(target.catalogue)
    found = [_check(column, periods) for column in target.columns if column.name in columns]
    return [check for check in found if check is not None]


def unknown_properties(target: ListDescription, columns: Collection[str]) -> list[dict[str, str]]:
    """Return the properties that hold items of a list which the API does not name.

    Returns
    -------
    list of dict
        ``subject`` and ``reason``, as a plan shows them in ``unchecked``.
    """
    return [
        {
            "subject": f"property {column.key!r}",
            "reason": "The API does not show of which list its items are, so whether a value is "
            "one of them is only known once it is sent.",
        }
        for column in target.columns
        if column.name in columns
        and column.section == "properties"
        and not (column.format in _FREE or is_period(column.format))
        and check_of_format(column.name, column.format, blanks=True) is None
    ]


def _check(column: ItemColumn, periods: PeriodLookup) -> ValueCheck | None:
    if column.section == "subsets":
        return check_of_flags(column.name)
    if column.section != "properties":
        return None
    if is_period(column.format):
        return periods.check(column.name, dates=True)
    return check_of_format(column.name, column.format, blanks=True)
