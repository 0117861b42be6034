"""Which line items a table writes: those with the module's dimensions, or with their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.cells.own_dimensions import has_own_dimensions, same_dimensions
from anaplan_frames.cells.view_description import ViewDescription, view_metadata
from anaplan_frames.cells.view_shape import Axes, LineItem
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed


@dataclass(frozen=True, slots=True)
class WriteTarget:
    """What a table is written to.

    Attributes
    ----------
    view : ViewDescription
        The dimensions, and the line items that have them.
    left_out : mapping of str to str
        By the name of another line item of the module, why it cannot be written together with
        those.
    """

    view: ViewDescription
    left_out: Mapping[str, str]


def write_target(
    module: ViewDescription, columns: Collection[str], mapping: Mapping[str, str]
) -> WriteTarget:
    """Decide by the columns of a table which dimensions it must have.

    If it has only line items with dimensions of their own, these dimensions count.

    Parameters
    ----------
    module : ViewDescription
        The module's default view.
    columns : collection of str
        The caller's.
    mapping : mapping of str to str
        The caller's column -> dimension or line item.

    Raises
    ------
    ColumnMismatch
        If it has line items of several kinds of dimensions, and none with those of the module; or
        headings, and no other line item.
    """
    records = [record for record in module.line_items if not LineItem.of(record).is_heading]
    headings = [record for record in module.line_items if LineItem.of(record).is_heading]
    own = [record for record in records if has_own_dimensions(record, module.axes)]
    left_out = {str(each["name"]): f"{each['name']!r} is a heading." for each in headings}
    fed = {mapping.get(name, name) for name in columns}
    fed -= {dimension.name for dimension in module.axes.dimensions}
    named = [record for record in records if str(record["name"]) in fed]
    chosen = [record for record in named if record in own]
    of_headings = sorted(fed & left_out.keys())
    if of_headings and not named:
        raise ColumnMismatch(
            f"{listed(of_headings)} of {module.label}: a heading has no values, so there is nothing"
            f" to write. Write other line items: {listed([str(one['name']) for one in records])}."
        )
    if not chosen or len(chosen) < len(named):
        here = [record for record in records if record not in own]
        left_out |= {str(each["name"]): _has_its_own(each) for each in own}
        return WriteTarget(replace(module, line_items=here), left_out)
    if not same_dimensions(chosen):
        names = listed([str(each["name"]) for each in chosen])
        raise ColumnMismatch(
            f"{names} of {module.label} have different dimensions: write them one after the other,"
            " each with the columns of its own dimensions."
        )
    here = [record for record in own if same_dimensions([record, chosen[0]])]
    others = [record for record in records if record not in here]
    left_out |= {str(each["name"]): _has_its_own(each) for each in others}
    metadata = view_metadata(module.catalogue, str(chosen[0]["id"]), module.label)
    view = replace(module, id=str(chosen[0]["id"]), axes=Axes.of(metadata), line_items=here)
    return WriteTarget(view, left_out)


def _has_its_own(record: Mapping[str, Any]) -> str:
    name = record["name"]
    return f"{name!r} has dimensions of its own: write it alone, with a column for each of them."


def left_out_columns(
    left_out: Mapping[str, str], columns: Sequence[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return the caller's columns of line items that cannot be written, and why."""
    targets = {name: mapping.get(name, name) for name in columns}
    return {name: left_out[target] for name, target in targets.items() if target in left_out}
