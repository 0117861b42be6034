"""The path of one write to a list: read its items, plan the changes, send them, count the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from anaplan_frames.lists.item_planner import (
    ItemPlan,
    Mode,
    WriteRules,
    parents_as_names,
    plan_items,
)
from anaplan_frames.lists.item_writer import ItemWriter
from anaplan_frames.lists.items_outcome import ItemsOutcome
from anaplan_frames.lists.key_columns import (
    check_key,
    columns_to_read,
    key_columns,
    needed_columns,
    writable_columns,
)
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.list_results import list_result
from anaplan_frames.progress import Progress
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.arrow_arrays import one_array
from anaplan_frames.writes.input_texts import InputTexts, read_texts
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_on_rejected,
    check_result,
    halfway_error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWriteOptions:
    """What the caller wants done; the methods of `List` say what the options mean."""

    mode: Mode
    mapping: Mapping[str, str] | None
    on_rejected: OnRejected
    index: bool
    progress: bool | None
    key: str | None = None
    blank: bool = False
    delete: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        check_on_rejected(self.on_rejected)


def write_list(target: ListDescription, data: Any, options: ListWriteOptions) -> ImportResult:
    """Bring rows into a list; the errors are those of `List.insert`."""
    given = _read_data(target, data, options)
    rules = _rules(target, given, options)
    texts = _with_parent_names(given.table, target, options.mode)
    columns = columns_to_read(texts.column_names, options.mode)
    state = target.read_items(columns, progress=options.progress)
    plan = plan_items(rules, state, texts)
    if options.dry_run:
        return list_result(target.name, plan, given, ItemsOutcome(), "A dry run: nothing was sent.")
    outcome = _send(target, plan, state, progress=options.progress)
    result = list_result(target.name, plan, given, outcome)
    if outcome.error is not None:
        done = (
            f"{result.succeeded:,} of {result.total:,} rows were done; the others are in the "
            "error's .result.rejected."
        )
        raise halfway_error(
            outcome.error, result, target.label, done=done if outcome.done else ""
        ) from outcome.error
    return check_result(result, options.on_rejected)


def _read_data(target: ListDescription, data: Any, options: ListWriteOptions) -> InputTexts:
    check_key(options.key, target)
    return read_texts(
        data,
        writable_columns(target, options.mode),
        needs=needed_columns(target, options.mode, options.key),
        mapping=options.mapping,
        label=target.label,
        index=options.index,
        warn_unused=options.mode != "delete",
    )


def _rules(target: ListDescription, given: InputTexts, options: ListWriteOptions) -> WriteRules:
    return WriteRules(
        mode=options.mode,
        keys=key_columns(given.table.column_names, options.mode, options.key, target.label),
        columns=target.columns,
        blank=options.blank,
        delete=options.delete,
        own_parents=target.parent is None,
        numbered=target.is_numbered,
        label=target.label,
    )


def _with_parent_names(texts: pa.Table, target: ListDescription, mode: Mode) -> pa.Table:
    """Let parents in another list be given by code, too: Anaplan compares and shows names."""
    if target.parent is None or mode == "delete" or "parent" not in texts.column_names:
        return texts
    parents = ListDescription.fetch(target.catalogue, target.parent)
    known = parents.read_items(["code", "name"])
    return parents_as_names(texts, one_array(known["code"]), one_array(known["name"]))


def _send(
    target: ListDescription, plan: ItemPlan, state: pa.Table, *, progress: bool | None
) -> ItemsOutcome:
    total = sum(stage.records.num_rows for stage in plan.stages)
    with Progress(f"Writing {target.label}", unit=" items", total=total, show=progress) as bar:
        return ItemWriter(target, state, bar).send(plan.stages)
