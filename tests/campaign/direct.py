"""The jobs that write directly: items into a list, cells into a module."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.lists import property_column
from tests.campaign.bulk import things
from tests.campaign.case import TELLING, Case, Verdict
from tests.sandbox.planning import items

_ROWS = 40


class Items(Case):
    """Items into a list, in batches; every third time into a numbered list, without any key."""

    name: ClassVar[str] = "list insert"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        numbered = seed % 3 == 0
        frame = things(seed, _ROWS)
        self._frame = frame[["Text"]] if numbered else frame.rename(columns=str.lower)
        self._frame = self._frame.rename(columns={"text": "Text"})
        earlier = things(~seed, 5).assign(Name=range(5), Code=range(5)).astype(str)
        self._list = self.model.list(
            "Things",
            numbered=numbered,
            properties={"Text": "TEXT"},
            items=earlier.drop(columns=["Name"] if numbered else []),
        )
        self._before = Counter(earlier["Text"])

    def ours(self, model: af.Model) -> Any:
        return model.lists["Things"].insert(self._frame)

    def theirs(self, client: Any) -> Any:
        records = [
            {**record, "properties": {"Text": record.pop("Text")}}
            for record in self._frame.to_dict("records")
        ]
        return client.tr.insert_list_items(int(self._list.id), records)

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        added = self._added()
        meant = Counter(self._frame["Text"])
        if any(times > 1 for times in added.values()) or added - meant:
            return Verdict.DOUBLE
        if error is None:
            created = result.created if isinstance(result, af.ImportResult) else result.added
            return Verdict.WELL if added == meant and created == _ROWS else Verdict.LOST
        if isinstance(error, TELLING):
            told = getattr(error, "result", None)
            return Verdict.UNTOLD if told is not None and not self._is_so(told) else Verdict.RAISED
        return Verdict.UNTOLD if added else Verdict.RAISED

    def untouched(self) -> bool:
        return not self._added()

    def _added(self) -> Counter[str]:
        frame = items(self.model, self._list)
        return Counter(frame[property_column(self._list, "Text")]) - self._before

    def _is_so(self, told: af.ImportResult) -> bool:
        """Whether each row is an item, or not, as a result says that came with an error."""
        added = self._added()
        unsure = told.rejected["error"].str.contains("not known")
        missing = told.rejected["Text"][~unsure]
        done = self._frame["Text"][~self._frame["Text"].isin(told.rejected["Text"])]
        return not any(added[text] for text in missing) and all(added[text] for text in done)
