"""Events that come twice, at the ends of pages and spans of time; pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anaplan_frames.admin.audit.event_windows import Window

_Ids = npt.NDArray[np.int64]
_NONE: _Ids = np.empty(0, np.int64)


class FreshEvents:
    """Lets each event of a time pass once, if it is given page after page.

    An event comes again on the next page if a new one was put before it meanwhile, and in the next
    span if it happened where the two overlap. So only the ids of a page, and of some milliseconds,
    have to be remembered.

    Parameters
    ----------
    since, until : int
        The time, in milliseconds since the epoch; its end is not included.
    """

    def __init__(self, since: int, until: int) -> None:
        self._since = since
        self._until = until
        self._window: Window | None = None
        self._page = _NONE
        self._before = _NONE  # of the span before, where the two overlap
        self._at_end = _NONE  # of this span

    def take(self, batch: pa.RecordBatch, window: Window) -> pa.RecordBatch:
        """Return the events of a page that have not come before."""
        if window != self._window:
            self._window, self._before = window, self._at_end
            self._page = self._at_end = _NONE
        ids: _Ids = batch.column("id").to_numpy()
        dates: _Ids = batch.column("event_date").cast(pa.int64()).to_numpy()
        keep = (dates >= self._since) & (dates < self._until)
        keep &= ~np.isin(ids, np.concatenate([self._page, self._before]))
        if not (ids[1:] > ids[:-1]).all():  # else no id can be twice
            once = np.zeros(len(ids), np.bool_)
            once[np.unique(ids, return_index=True)[1]] = True
            keep &= once
        self._page = ids
        self._at_end = np.concatenate([self._at_end, ids[dates >= window.end - 1]])
        return batch if keep.all() else batch.filter(pa.array(keep))
