"""One load of changes: the state is read, rows are compared, sent, and the state moves on."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process
from anaplan_frames.cells.modules import Module
from anaplan_frames.changes.change_state import ChangeState, Head
from anaplan_frames.changes.changed_rows import ChangedRows
from anaplan_frames.changes.comparison_run import ComparisonRun, Found
from anaplan_frames.changes.digest_files import DigestFile
from anaplan_frames.changes.key_check import check_import_key, check_process_steps
from anaplan_frames.changes.known_state import Known, read_known
from anaplan_frames.changes.load_options import LoadOptions
from anaplan_frames.changes.other_loads import listed_tasks
from anaplan_frames.changes.sending import Sending
from anaplan_frames.changes.target_rows import Target, TargetRows
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import AnaplanError, ConfirmationRequired, JobError
from anaplan_frames.lists.delete_guard import most_deleted
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.result_builder import build_result

_MOST_SHOWN = 10_000
_log = logging.getLogger("anaplan_frames")


@dataclass(slots=True)
class ChangeLoad:
    """A load that is under way; its caller has exclusive access to the state.

    Parameters
    ----------
    target : Import, List or Module
    source : Source
        The caller's data, which can be read again.
    rows : TargetRows
    options : LoadOptions
    check : mapping of str to str
        What the columns of the data are.
    facts : mapping
        What else must be the same as in the last load.
    stem : str
        Of the names of the state's files.
    """

    target: Target
    source: Source
    rows: TargetRows
    options: LoadOptions
    check: Mapping[str, str]
    facts: Mapping[str, Any]
    stem: str

    def run(self, sending: Sending, *, progress: bool | None) -> WriteResult:
        """Compare, send and note what was done; rejected rows raise nothing."""
        state = ChangeState(self.options.folder, self.stem)
        tasks = listed_tasks(self.target) if isinstance(self.target, Import) else {}
        known = read_known(
            state,
            {**self.rows.facts, "columns": list(self.rows.headers), **self.facts},
            tasks,
            full_every=self.options.full_every,
            now=self._now(),
        )
        self._check(known)
        run = ComparisonRun(state, known.head, self.rows)
        found = run.run(self.source, every=bool(known.reason), progress=progress)
        sends_gone = self.options.on_deleted != "report" and found.gone.count > 0
        if sends_gone:
            self._guard(found)
        head = replace(known.head, tasks={**known.head.tasks, **tasks})
        mask = None if known.reason else found.changed
        in_file = found.gone if sends_gone and isinstance(self.target, Import) else None
        changed = ChangedRows(self.source, mask, in_file)
        gone = _gone_frame(found, self.rows)
        if not changed.rows and not sends_gone:
            result = self._nothing_sent()
            self._confirm(state, head, found)
        else:
            head = state.write(replace(head, confirmed=found.base, pending=found.part))
            keeper = _Keeper(state, head)
            try:
                result = replace(sending, started=keeper.note_start).send(
                    changed, found.gone if sends_gone else None, self.options.on_deleted
                )
            except AnaplanError as error:
                # Only an error of a job comes after something was done.
                if not keeper.begun and not isinstance(error, JobError):
                    _go_back(state, known.before, found)
                raise
            result = self._settle(state, keeper.head, found, run, changed, result)
        return self._described(result, found, known, gone)

    def _check(self, known: Known) -> None:
        """Check the key if nothing is known yet, and the steps of a process."""
        if isinstance(self.target, Process):
            check_process_steps(self.target)
        if isinstance(self.target, Import) and known.reason:
            check_import_key(self.target, self.rows, self.check)

    def _guard(self, found: Found) -> None:
        """Ask for a confirmation if much would be deleted or blanked."""
        gone, before = found.gone.count, found.groups_before
        most = most_deleted(self.options.max_delete, before)
        if self.options.confirm or (found.rows and gone <= most):
            return
        why = (
            f"more than the {most:,} that max_delete= allows"
            if found.rows
            else "because the data has no rows"
        )
        verb = "delete" if self.options.on_deleted == "delete" else "blank"
        raise ConfirmationRequired(
            f"This would {verb} {gone:,} of the {before:,} keys of {self.rows.label} that were "
            f"loaded before and are not in the data, {why}. Nothing was sent. Pass confirm=True "
            f"to {verb} them, or on_deleted='report' to leave them."
        )

    def _settle(
        self,
        state: ChangeState,
        head: Head,
        found: Found,
        run: ComparisonRun,
        changed: ChangedRows,
        result: WriteResult,
    ) -> WriteResult:
        """Note what was loaded and what was rejected."""
        known = len(changed.returned) + changed.returned_keys
        if isinstance(self.target, Import):
            unknown = result.rows_rejected > known or len(result.unmatched)
        else:
            unknown = len(result.unmatched) > 0
        if unknown:
            note = (
                "Which rows were rejected is not known, so that the next load sends these rows "
                "again, too."
            )
            return replace(result, note="\n".join(filter(None, [result.note, note])))
        if changed.returned:
            places = sorted(set(changed.returned))
            keys = run.keys_of(self.source.part(places))
            keys, counts = np.unique(keys, axis=0, return_counts=True)
            file = DigestFile(state.folder / found.part.digests)
            file.note_rejected(keys, counts, keep=isinstance(self.target, Module))
            sums = {k: v for k, v in head.sums.items() if k != found.part.digests}
            head = replace(head, sums=sums)
        self._confirm(state, head, found)
        return result

    def _confirm(self, state: ChangeState, head: Head, found: Found) -> None:
        """Let the state move on: Anaplan has what was sent."""
        now = self._now()
        tasks = dict(head.tasks)
        if isinstance(self.target, Process):  # its imports may be listed as tasks of their own
            tasks = {**listed_tasks(self.target), **_together(tasks, self.target)}
        done = replace(
            head,
            confirmed=replace(found.part, full=False),
            pending=None,
            loaded=now,
            full=now if found.part.full else head.full,
            tasks=tasks,
        )
        state.write(done)

    def _nothing_sent(self) -> WriteResult:
        target = self.target
        facts = {"kind": target.kind, "target_id": target.id, **target.catalogue.facts}
        return build_result(target.name, {}, **facts)

    def _described(
        self, result: WriteResult, found: Found, known: Known, gone: pd.DataFrame
    ) -> WriteResult:
        """Add to a result what has changed, why all was sent, and what is gone."""
        if known.reason:
            said = f"All {found.rows:,} rows were sent: {known.reason}."
        else:
            said = (
                f"{found.changed.count:,} of {found.rows:,} rows were sent: those of "
                f"{found.changed_groups:,} of {found.groups:,} keys that are new or have changed."
            )
        notes = [said, self._gone_note(found), result.note]
        changes = result.changes
        if len(gone) and self.options.on_deleted != "delete":
            gone.insert(0, "action", "gone" if self.options.on_deleted == "report" else "blank")
            changes = pd.concat([gone, changes]) if len(changes) else gone
        _log.info("%s: %s", self.rows.label, " ".join(filter(None, notes[:2])))
        return replace(result, note="\n".join(filter(None, notes)), changes=changes)

    def _gone_note(self, found: Found) -> str:
        count = found.gone.count
        if not count:
            return ""
        keys = "1 key is" if count == 1 else f"{count:,} keys are"
        done = {
            "report": "Their values stay in Anaplan",
            "blank": "Their values were blanked",
            "delete": "Their items were deleted",
        }[self.options.on_deleted]
        shown = f" The first {_MOST_SHOWN:,} are in .changes." if count > _MOST_SHOWN else ""
        return f"{keys} no longer in the data. {done}.{shown}"

    def _now(self) -> float:
        return float(self.target.catalogue.transport.clock.time())


@dataclass(slots=True)
class _Keeper:
    """Notes in the state which task is our own, so that it is not taken for somebody else's."""

    state: ChangeState
    head: Head
    begun: bool = False

    def note_start(self, task_id: str) -> None:
        """Note that something was sent, and by which task, if by one."""
        self.begun = True
        if not task_id:
            return
        tasks = {**self.head.tasks, _OWN: [*self.head.tasks.get(_OWN, ())[-_MOST_OWN:], task_id]}
        self.head = self.state.write(replace(self.head, tasks=tasks))


def _go_back(state: ChangeState, before: Head | None, found: Found) -> None:
    """Keep what was known before, as nothing was sent."""
    if before is None:
        state.forget()
    else:
        state.write(replace(before, confirmed=found.base, pending=None))


_OWN = "own"
_MOST_OWN = 100


def _together(tasks: Mapping[str, Any], action: Import) -> dict[str, Any]:
    """Return the known tasks without those of other actions than the process itself and our own."""
    own = f"{action.plural}/{action.id}"
    return {name: ids for name, ids in tasks.items() if name in (own, _OWN)}


def _gone_frame(found: Found, rows: TargetRows) -> pd.DataFrame:
    """Return the keys that are gone, or the first of them, before their files are replaced."""
    if not found.gone.count:
        return pd.DataFrame()
    frame: pd.DataFrame = found.gone.table(_MOST_SHOWN).to_pandas()
    return frame


def state_stem(target: Target, parameters: object) -> str:
    """Return with what the names of a state's files begin: one for each target.

    Parameters
    ----------
    parameters : object
        What an import is asked for at run time: it may choose the version that is loaded.
    """
    transport, facts = target.catalogue.transport, target.catalogue.facts
    identity = [transport.api_url, facts["model_id"], target.kind, target.id, parameters]
    content = json.dumps(identity, sort_keys=True, default=str).encode()
    return f"{target.kind}-{target.id}-{hashlib.sha256(content).hexdigest()[:12]}"
