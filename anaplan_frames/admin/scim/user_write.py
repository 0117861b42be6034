"""The path of one write of users: read those that there are, plan, and send the changes or not."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from anaplan_frames.admin.list_texts import with_list_texts, with_own_rows
from anaplan_frames.admin.prepared_rows import PreparedRows, RowPlan
from anaplan_frames.admin.scim.user_planner import Mode, UserPlan, plan_users
from anaplan_frames.admin.scim.user_reader import read_users, users_named
from anaplan_frames.admin.scim.user_records import USER_COLUMNS, UserRecord
from anaplan_frames.admin.scim.user_rows import UserRow, names_workspaces, user_rows
from anaplan_frames.admin.scim.user_writer import UserWriter
from anaplan_frames.admin.tenant_lookup import Listing, workspace_names
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.progress import Progress
from anaplan_frames.results import WriteResult
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.writes.batch_outcome import BatchOutcome
from anaplan_frames.writes.column_mapping import named_mapping
from anaplan_frames.writes.columns import warn_of_unused_columns
from anaplan_frames.writes.input_texts import InputTexts, read_texts
from anaplan_frames.writes.plan import SendOptions, WritePlan, plan_of
from anaplan_frames.writes.result_builder import check_result

_NEW = ("user_name", "given_name", "family_name")
_KEYS = ("id", "user_name")
_LISTS = ("workspaces", "workspace_ids")
_VALUES = ("given_name", "family_name", "active", "external_id", *_LISTS)
_TAKES: Mapping[Mode, tuple[str, ...]] = {
    "insert": ("user_name", *_VALUES),
    "update": (*_KEYS, *_VALUES),
    "deactivate": _KEYS,
}
# Users that are asked for by name, in one request whose URL must not become too long.
_FEW, _SHORT = 20, 1000  # users, characters

_LABEL = "users"


@dataclass(frozen=True, slots=True)
class UserTarget:
    """Where users are written to.

    Attributes
    ----------
    transport : Transport
    workspaces : callable
        Lists Anaplan's records of the workspaces.
    """

    transport: Transport
    workspaces: Listing


def write_users(
    target: UserTarget,
    data: Any,
    mode: Mode,
    *,
    mapping: Mapping[Hashable, str] | None,
    index: bool,
    send: SendOptions,
    dry_run: bool,
) -> WriteResult | WritePlan:
    """Write users, or plan it; the errors are those of `Scim.insert`."""
    with time_limit(target.transport.clock, send.timeout):
        texts = _read_data(data, mode, mapping, index=index, keep=dry_run)
        prepare = partial(_prepared, target, texts, mode)
        prepared = prepare()
        if dry_run:
            return plan_of(prepared, prepare, send)
        return check_result(prepared.send(send), send.on_rejected)


def named_users(data: Any) -> Any:
    """Return a frame of users that are given as names or ids, not as a table."""
    names = [data] if isinstance(data, str) else data
    if isinstance(names, list | tuple | set | pd.Series | pd.Index) and all(
        isinstance(name, str) for name in names
    ):
        return pd.DataFrame({"user_name": list(names)}, dtype=object)
    return data


def _read_data(
    data: Any, mode: Mode, mapping: Mapping[Hashable, str] | None, *, index: bool, keep: bool
) -> InputTexts:
    converted = with_list_texts(data, _LISTS, named_mapping(mapping))
    texts = read_texts(
        converted,
        _TAKES[mode],
        needs=_NEW if mode == "insert" else (),
        mapping=mapping,
        label=_LABEL,
        index=index,
        warn_unused=False,
        keep=keep,
    )
    columns = texts.table.column_names
    if mode != "insert" and not set(_KEYS) & set(columns):
        raise ColumnMismatch(
            "The data has neither a column 'id' nor 'user_name', by which users are found. If only "
            "the name differs, pass mapping={'your column': 'user_name'}."
        )
    if mode != "deactivate":
        unused = [name for name in texts.matching.unused if name not in USER_COLUMNS]
        warn_of_unused_columns(_LABEL, unused, [n for n in _TAKES[mode] if n not in columns])
    return with_own_rows(texts, data, converted, index=index)


def _prepared(target: UserTarget, texts: InputTexts, mode: Mode) -> PreparedRows:
    clock = target.transport.clock
    begun = clock.monotonic()
    rows = list(user_rows(texts.table))
    users, names = _state(target, rows, mode)
    plan = plan_users(mode, rows, users, names)
    created = sum(change.is_new for change in plan.changes)
    return PreparedRows(
        RowPlan(
            facts={"kind": "users", "target": _LABEL, "mode": mode},
            texts=texts,
            rows=[change.row for change in plan.changes],
            created=created,
            updated=len(plan.changes) - created,
            refused=plan.refused,
            changes=plan.frame(),
            unchecked=(),
            state=plan.digest,
            deliver=partial(_deliver, target.transport, plan, names),
            clock=clock,
            begun=begun,
        )
    )


def _deliver(
    transport: Transport, plan: UserPlan, names: Mapping[str, str], progress: Progress
) -> BatchOutcome:
    return UserWriter(transport, plan.changes, names, progress).send()


def _state(
    target: UserTarget, rows: Sequence[UserRow], mode: Mode
) -> tuple[list[UserRecord], dict[str, str]]:
    """Read the users, and the names of workspaces if they are needed, side by side."""
    reads: list[Callable[[], Any]] = [lambda: _users(target.transport, rows, mode)]
    if any(map(names_workspaces, rows)):
        reads.append(lambda: workspace_names(target.workspaces))
    found = list(in_order(lambda read: read(), reads, threads=2, name="anaplan-users"))
    users = [UserRecord.read(record) for record in found[0]]
    # An administrator of users need not see the workspaces that they are entitled to.
    names = {id_: name for user in users for id_, name in user.workspaces.items() if name}
    return users, names | (found[1] if len(found) > 1 else {})


def _users(transport: Transport, rows: Sequence[UserRow], mode: Mode) -> list[Mapping[str, Any]]:
    """Read the users of a few rows by name, and else all users."""
    ids = [row.id for row in rows if row.id and mode != "insert"]
    user_names = [
        row.user_name for row in rows if row.user_name and (mode == "insert" or not row.id)
    ]
    asked = len(ids) + len(user_names)
    if not asked:
        return []
    if asked <= _FEW and sum(map(len, (*ids, *user_names))) <= _SHORT:
        found = users_named(transport, ids, user_names)
        # If a name was not found, it may be written in another way.
        if mode == "insert" or len(found) == asked:
            return found
    return read_users(transport)
