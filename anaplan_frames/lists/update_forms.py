"""The two forms of an update of items that have a code: by the id, or by the code.

Anaplan documents both, and reports of users disagree: one has seen status 500 if the unchanged code
is not sent along, and the help calls several identifiers of one item an error. So each form has
one identifier, and the other is tried if the first fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.errors import AnaplanError, RateLimited, RequestRefused
from anaplan_frames.lists.write_stages import Stage
from anaplan_frames.transport import AnswerLost
from anaplan_frames.writes.arrow_arrays import TEXT, as_texts, one_array

Send = Callable[[pa.Table], Mapping[str, Any]]


class UpdateForms:
    """Chooses the form of each update, and remembers which one Anaplan has taken.

    Parameters
    ----------
    before : pa.Table
        The items before anything is sent: ``id`` and ``code``.
    """

    def __init__(self, before: pa.Table) -> None:
        self._ids = as_texts(before["id"])
        self._codes = as_texts(before["code"])
        self._changed: dict[str, str] = {}  # the codes that items were given since, by their ids
        self._by_code = False
        self._known = False  # whether Anaplan has taken an update in this form
        self._lock = threading.Lock()

    def note(self, stage: Stage) -> None:
        """Note whose codes a stage has changed; those items are never found by a code."""
        if stage.ids is not None and "code" in stage.records.column_names:
            codes = one_array(stage.records["code"])
            sent = pc.and_(pc.is_valid(codes), pc.is_valid(one_array(stage.records["id"])))
            new = zip(
                stage.ids.filter(sent).to_pylist(), codes.filter(sent).to_pylist(), strict=True
            )
            self._changed.update(new)

    def send(self, records: pa.Table, ids: pa.Array, send: Send) -> Mapping[str, Any]:
        """Send updates in the form that was taken before, or try one and then the other.

        Raises
        ------
        AnswerLost
            If the answer was lost; the next call takes the other form.
        AnaplanError
            If Anaplan refuses both forms: what it says of the first.
        """
        coded = self._with_codes(records, ids)
        if coded is None:  # both forms are the same
            return send(records)
        with self._lock:
            by_code, known = self._by_code, self._known
        form, other = (coded, records) if by_code else (records, coded)
        try:
            answer = send(form)
        except AnswerLost:
            if not known:
                self._choose(by_code=not by_code, known=False)
            raise
        except RequestRefused as refused:
            if known or refused.status != 400 or isinstance(refused, RateLimited):
                raise
            answer = self._tried(other, send, refused)
            by_code = not by_code
        self._choose(by_code=by_code, known=True)
        return answer

    def _tried(self, records: pa.Table, send: Send, refused: AnaplanError) -> Mapping[str, Any]:
        """Send what was refused in the other form; if that is refused, too, raise the first."""
        try:
            return send(records)
        except RequestRefused:
            raise refused from None

    def _choose(self, *, by_code: bool, known: bool) -> None:
        with self._lock:
            self._by_code, self._known = by_code, known

    def _with_codes(self, records: pa.Table, ids: pa.Array) -> pa.Table | None:
        """Return records that name their items by an unchanged code; None if none is added.

        An item whose code was changed before is named by its id, and its new code is sent along.
        """
        nothing = pa.nulls(len(ids), TEXT)
        given = one_array(records["code"]) if "code" in records.column_names else nothing
        codes = self._codes.take(pc.index_in(ids, value_set=self._ids))
        changed = pc.index_in(ids, value_set=pa.array([*self._changed], TEXT))
        new = pa.array([*self._changed.values()], TEXT).take(changed)
        missing = pc.is_null(given)
        usable = pc.and_(pc.and_(pc.is_null(changed), missing), pc.is_valid(codes))
        if not pc.any(pc.or_(usable, pc.and_(missing, pc.is_valid(new)))).as_py():
            return None
        columns = dict(zip(records.column_names, records.columns, strict=True))
        columns["id"] = pc.if_else(usable, nothing, one_array(records["id"]))
        columns["code"] = pc.if_else(usable, codes, pc.coalesce(given, new))
        return pa.table(columns)
