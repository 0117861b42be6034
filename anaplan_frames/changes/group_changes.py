"""Which groups of rows are new, different or gone, found in one range of keys; pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anaplan_frames.changes.digest_files import (
    FIELDS,
    GROUPS,
    KEYS,
    META,
    make_meta,
    match,
    with_later_files,
)
from anaplan_frames.changes.row_digests import UNKNOWN, group_digests
from anaplan_frames.writes.arrow_arrays import Mask, Positions
from anaplan_frames.writes.text_digests import Words


@dataclass(frozen=True, slots=True)
class GroupChanges:
    """What has changed in one range.

    Attributes
    ----------
    records : array of shape (n, 5)
        A record for each group that the data has.
    changed_rows : array of int64
        The positions of all rows of groups that are sent.
    changed : array of bool
        Which groups those are.
    gone : array of shape (n, 5)
        The earlier records of the groups that the data does not have.
    """

    records: Words
    changed_rows: Positions
    changed: Mask
    gone: Words


def find_changes(rows: Words, before: Words, *, every: bool) -> GroupChanges:
    """Compare rows with the groups that Anaplan has.

    Parameters
    ----------
    rows : array of shape (n, 5)
        Of one range, sorted by key, those of a key in their order; the last field is the position.
    before : array of shape (n, 5)
        What is known of the range, sorted by key.
    every : bool
        Whether all groups are sent, changed or not.
    """
    positions = rows[:, META].astype(np.int64)
    fresh = np.ones(len(rows), dtype=np.bool_)
    fresh[1:] = (rows[1:, KEYS] != rows[:-1, KEYS]).any(axis=1)
    starts = np.flatnonzero(fresh)
    counts = np.diff(starts, append=len(rows))
    keys = rows[starts, KEYS]
    groups = group_digests(rows[:, GROUPS], starts)
    found = match(keys, before[:, KEYS])
    present = found >= 0
    changed = np.ones(len(keys), dtype=np.bool_)
    if not every:
        old = before[found[present], GROUPS]
        changed[present] = (old != groups[present]).any(axis=1) | (old == UNKNOWN).all(axis=1)
    records = np.empty((len(keys), FIELDS), dtype=np.uint64)
    records[:, KEYS], records[:, GROUPS] = keys, groups
    records[:, META] = make_meta(positions[starts], counts, present)
    left = np.ones(len(before), dtype=np.bool_)
    left[found[present]] = False
    return GroupChanges(records, positions[np.repeat(changed, counts)], changed, before[left])


def merged(confirmed: Words, pending: Words, confirmed_files: int, *, known: bool) -> Words:
    """Return what Anaplan has if it is not known how a load has ended.

    A group that both have alike was not sent. Of any other it is not known what Anaplan has.

    Parameters
    ----------
    confirmed, pending : array of shape (n, 5)
        The records of one range before that load, and those which it was going to make true.
    confirmed_files : int
        How many files of key texts the confirmed records refer to.
    known : bool
        False if that load was going to send all groups.
    """
    found = match(confirmed[:, KEYS], pending[:, KEYS])
    both = found >= 0
    result = confirmed.copy()
    same = both.copy()
    same[both] = (confirmed[both, GROUPS] == pending[found[both], GROUPS]).all(axis=1)
    result[~same if known else slice(None), GROUPS] = UNKNOWN
    alone = np.ones(len(pending), dtype=np.bool_)
    alone[found[both]] = False
    added = pending[alone]
    added[:, GROUPS] = UNKNOWN
    added[:, META] = with_later_files(added[:, META], confirmed_files)
    joined = np.concatenate([result, added])
    return joined[np.lexsort((joined[:, 1], joined[:, 0]))]
