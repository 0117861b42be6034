"""Sends the stages of changes to a list, each in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from anaplan_frames.errors import AnaplanError
from anaplan_frames.lists.item_reconciler import ItemReconciler, is_keyless, part_of
from anaplan_frames.lists.item_requests import ITEM_REQUESTS, request_body
from anaplan_frames.lists.items_outcome import ItemsOutcome
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.update_forms import UpdateForms
from anaplan_frames.lists.write_stages import Stage
from anaplan_frames.progress import Progress
from anaplan_frames.transport import AnswerLost
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.batch_outcome import BatchOutcome
from anaplan_frames.writes.batches import Batches, Look

MOST_ITEMS = 100_000  # in one request, as Anaplan documents
# Types of properties. The item of a list may be sent by its code and comes back by its name.
_COME_BACK_AS_SENT = frozenset({"TEXT", "NUMBER", "BOOLEAN", "DATE"})
_LONGEST_ANSWER = 900.0  # seconds; Anaplan answers when all that depends on the items is calculated


class ItemWriter:
    """Sends stage after stage, each in batches.

    Parameters
    ----------
    target : ListDescription
        The list.
    before : pa.Table
        The items before anything is sent: ``id``, ``code``, ``name``.
    progress : Progress
        Advanced by each record.
    """

    def __init__(self, target: ListDescription, before: pa.Table, progress: Progress) -> None:
        self._transport = target.catalogue.transport
        self._path = f"{target.path}/items"
        self._label = target.label
        self._columns = {column.name: column for column in target.columns}
        self._reconciler = ItemReconciler(
            before,
            target.read_items,
            self._transport.clock,
            compared={
                column.name for column in target.columns if column.format in _COME_BACK_AS_SENT
            },
        )
        self._progress = progress
        self._forms = UpdateForms(before)

    def send(self, stages: Sequence[Stage]) -> ItemsOutcome:
        """Send all stages; an error ends it, and what was not sent is in the outcome."""
        result = ItemsOutcome()
        for stage in stages:
            if result.error is None:
                outcome = self._send_stage(stage)
            else:
                outcome = BatchOutcome(unsent=[np.arange(stage.records.num_rows)])
            result.add(stage, outcome)
            self._forms.note(stage)
        return result

    def _send_stage(self, stage: Stage) -> BatchOutcome:
        # Items without any key are known by their number alone: one batch after the other.
        batches = Batches(
            lambda positions, look: self._request(stage, positions, look),
            lambda positions: self._reconciler.reconcile(stage, positions),
            most=MOST_ITEMS,
            label=self._label,
            progress=self._progress,
            audit=lambda positions, outcome: self._reconciler.audit(stage, positions, outcome),
            **({"threads": 1} if is_keyless(stage.records).any() else {}),
        )
        return batches.run(stage.records.num_rows)

    def _request(self, stage: Stage, positions: Positions, look: Look) -> Mapping[str, Any]:
        records = part_of(stage.records, positions)
        if stage.action != "update" or stage.ids is None:
            return self._sent(stage, records, look)
        return self._forms.send(
            records,
            stage.ids.take(pa.array(positions)),
            lambda form: self._sent(stage, form, look),
        )

    def _sent(self, stage: Stage, records: pa.Table, look: Look) -> Mapping[str, Any]:
        request = ITEM_REQUESTS[stage.action]
        if is_keyless(stage.records).any():
            look = _read_back_first
        answer = self._transport.write_json(
            request.method,
            self._path,
            request_body(records, self._columns),
            label=self._label,
            look=look,
            params=request.params,
            timeout=self._transport.patient(_LONGEST_ANSWER),
        )
        self._reconciler.count_answer(answer)
        return answer


def _read_back_first(refusal: AnaplanError) -> None:
    """Send items without a key again only after a look at the list: Anaplan takes them twice."""
    raise AnswerLost(f"{refusal} Whether Anaplan has acted on it is not known.") from refusal
