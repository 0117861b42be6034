"""The job that reads cells: a module or a saved view, in one answer or as a large read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.campaign.bulk import things
from tests.campaign.case import Case, Other, Steps, Verdict
from tests.campaign.direct import THEIRS

_ROWS = 30
_ONE_ANSWER, _LARGE_READ = 1_000_000, 20  # cells in one answer at most
_EDITED = "thing 0017"


class CellRead(Case):
    """Cells of a module or a view, each in one answer or as a large read, as the seed says."""

    name: ClassVar[str] = "cells read"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        sandbox.cell_read_limit = _LARGE_READ if seed // 2 % 2 else _ONE_ANSWER
        frame = things(seed, _ROWS)
        listed = self.model.list("Things", items=frame[["Name", "Code"]])
        frame = frame.drop(columns="Code").rename(columns={"Name": "Things"})
        self._frame = frame.assign(Amount=range(1, _ROWS + 1))
        self._module = self.model.module(
            "Facts",
            dimensions=[listed],
            line_items={"Text": "TEXT", "Amount": "NUMBER"},
            cells=self._frame,
        )
        self._view = self.model.view(
            self._module, "By thing", rows=["Things"], columns=["Line items"]
        )

    def others(self) -> Mapping[str, Steps]:
        cell = {
            "lineItemName": "Text",
            "dimensions": [{"dimensionName": "Things", "itemName": _EDITED}],
            "value": THEIRS,
        }
        return {"second editor": ([Other("POST", f"/modules/{self._module.id}/data", [cell])],)}

    def owned(self, model: af.Model) -> Any:
        if self.seed % 2:
            return model.views["By thing"].read()
        return model.modules["Facts"].read()

    def theirs(self, client: Any) -> Any:
        self.sandbox.cell_read_limit = _ONE_ANSWER  # it has no large reads
        return client.tr.get_view_data(int(self._view.id))

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        if error is not None:
            return Verdict.RAISED
        rows = [tuple(map(str, row)) for row in _rows_of(result)]
        columns = (self._frame[name].astype(str) for name in ("Things", "Text", "Amount"))
        meant = list(zip(*columns, strict=True))
        theirs = [(item, THEIRS if item == _EDITED else text, n) for item, text, n in meant]
        return Verdict.WELL if rows == meant or (self.met and rows == theirs) else Verdict.LOST

    def untouched(self) -> bool:
        return True

    def end(self) -> None:
        self.sandbox.cell_read_limit = _ONE_ANSWER
        super().end()


def _rows_of(result: Any) -> list[tuple[Any, ...]]:
    """Return item, text and amount of each row, of a table or of the API's JSON, if it is that."""
    if isinstance(result, dict):
        return [
            (*row.get("rowCoordinates", [""])[:1], *row.get("cells", []))
            for row in result.get("rows") or []
        ]
    if not isinstance(result, pd.DataFrame):
        return []
    amounts = result["Amount"].astype(int)
    return list(zip(result["Things"], result["Text"], amounts, strict=True))
