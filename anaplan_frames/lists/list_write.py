"""The path of one write to a list: read its items, plan the changes, and send them or not."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pyarrow as pa

from anaplan_frames.deadline import time_limit
from anaplan_frames.lists.delete_guard import DEFAULT_SHARE, check_max_delete
from anaplan_frames.lists.item_planner import ItemPlan, Mode, WriteRules, plan_items
from anaplan_frames.lists.key_columns import (
    check_key,
    columns_to_read,
    key_columns,
    needed_columns,
    writable_columns,
)
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.other_parents import NamedParents, parents_as_names
from anaplan_frames.lists.prepared_items import PlannedItems, PreparedItems
from anaplan_frames.lists.property_checks import property_checks
from anaplan_frames.lists.top_level import without_top_level
from anaplan_frames.messages import warn
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.arrow_arrays import one_array
from anaplan_frames.writes.folded_keys import FoldedMatches
from anaplan_frames.writes.input_texts import InputTexts, read_texts
from anaplan_frames.writes.plan import SendOptions, WritePlan, plan_of
from anaplan_frames.writes.result_builder import check_result

_log = logging.getLogger("anaplan_frames")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWriteOptions:
    """What the caller wants done; the methods of `List` say what the options mean."""

    mode: Mode
    mapping: Mapping[Hashable, str] | None
    index: bool
    key: str | None = None
    blank: bool = False
    delete: bool = False
    max_delete: int | float = DEFAULT_SHARE

    def __post_init__(self) -> None:
        check_max_delete(self.max_delete)


def write_list(
    lst: Resource, data: Any, options: ListWriteOptions, send: SendOptions, *, dry_run: bool
) -> WriteResult | WritePlan:
    """Bring rows into a list, or plan it; the errors are those of `List.insert`."""
    clock = lst.catalogue.transport.clock
    with time_limit(clock, send.timeout):
        begun = clock.monotonic()
        target = ListDescription.fetch(lst.catalogue, lst.identity)
        texts = _read_data(target, data, options, keep=dry_run)
        again = partial(_prepare_again, lst, texts, options, send)
        planned = _planned(target, texts, options, send, begun)
        _warn_of_twins(planned.plan, target.label)
        prepared = PreparedItems(planned, again)
        if dry_run:
            return plan_of(prepared, again, send)
        return check_result(prepared.send(send), send.on_rejected)


def _warn_of_twins(plan: ItemPlan, label: str) -> None:
    """Say, once for a call, what was found or kept only because keys are folded."""
    plan.folded.warn(label)
    if plan.kept_twins:
        warn(
            f"{plan.kept_twins:,} items of {label} have no row of their own, and are not deleted: "
            "the data has the same keys, written in another way. Write them as Anaplan has them."
        )


def _prepare_again(
    lst: Resource, texts: InputTexts, options: ListWriteOptions, send: SendOptions
) -> PreparedItems:
    """Plan for the list as it is now."""
    begun = lst.catalogue.transport.clock.monotonic()
    target = ListDescription.fetch(lst.catalogue, lst.identity)
    again = partial(_prepare_again, lst, texts, options, send)
    return PreparedItems(_planned(target, texts, options, send, begun), again)


def _planned(
    target: ListDescription,
    texts: InputTexts,
    options: ListWriteOptions,
    send: SendOptions,
    begun: float,
) -> PlannedItems:
    """Read the items and compare."""
    clock = target.catalogue.transport.clock
    rules = _rules(target, texts, options)
    columns = columns_to_read(texts.table.column_names, options.mode)
    state = target.read_items(columns, progress=send.progress)
    _log.info(
        "%s: read %s items in %.1f s",
        target.label,
        f"{state.num_rows:,}",
        clock.monotonic() - begun,
    )
    if rules.own_parents:
        top, names = target.top_level_item, state["name"]
        state = without_top_level(state, top, names, none=None)
        sent = without_top_level(texts.table, top, names, none="")
        named = NamedParents(sent, {}, FoldedMatches())
    else:
        named = _with_parent_names(texts.table, target, options.mode)
    plan = plan_items(rules, state, named.rows, named.refused)
    return PlannedItems(
        target=target,
        mode=options.mode,
        plan=replace(plan, folded=plan.folded.plus(named.folded)),
        before=state.select(["id", "code", "name"]),
        texts=texts,
        sent=named.rows,
        max_delete=options.max_delete,
        begun=begun,
    )


def _read_data(
    target: ListDescription, data: Any, options: ListWriteOptions, *, keep: bool
) -> InputTexts:
    check_key(options.key, target)
    return read_texts(
        data,
        writable_columns(target, options.mode),
        needs=needed_columns(target, options.mode, options.key),
        mapping=options.mapping,
        label=target.label,
        index=options.index,
        warn_unused=options.mode != "delete",
        keep=keep,
    )


def _rules(target: ListDescription, texts: InputTexts, options: ListWriteOptions) -> WriteRules:
    return WriteRules(
        mode=options.mode,
        keys=key_columns(
            texts.table.column_names,
            options.mode,
            options.key,
            target.label,
            unused=texts.matching.unused,
            index_names=texts.rows.source.index_names,
        ),
        columns=target.columns,
        blank=options.blank,
        delete=options.delete,
        own_parents=target.parent is None,
        numbered=target.is_numbered,
        # Which row is wholly blank is not known if some of its columns are left out.
        skip_blank=options.mode != "delete" or not texts.matching.unused,
        label=target.label,
        checks=property_checks(target, texts.table.column_names),
    )


def _with_parent_names(texts: pa.Table, target: ListDescription, mode: Mode) -> NamedParents:
    """Let parents in another list be given by code, too: Anaplan compares and shows names."""
    if target.parent is None or mode == "delete" or "parent" not in texts.column_names:
        return NamedParents(texts, {}, FoldedMatches())
    parents = ListDescription.fetch(target.catalogue, target.parent)
    known = parents.read_items(["code", "name"])
    names = one_array(known["name"])
    texts = without_top_level(texts, parents.top_level_item, names, none="")
    return parents_as_names(texts, one_array(known["code"]), names, parents.label)
