"""The jobs that write directly: new items into a list, cells into a module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.store.cell_tables import (
    cells_of,
    dimension_columns,
    value_column,
)
from anaplan_frames.sandbox.planning.store.list_tables import property_column
from tests.campaign.bulk import things
from tests.campaign.case import INFORMING, Case, Other, Steps, Verdict
from tests.sandbox.planning.model_actions import items

_ROWS = 40
THEIRS = "theirs"  # the text that somebody else writes


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

    def others(self) -> Mapping[str, Steps]:
        path = f"/lists/{self._list.id}/items?action=add"
        if self._list.numbered:
            item: dict[str, Any] = {"code": "t1", "properties": {"Text": THEIRS}}
            return {"second editor": ([Other("POST", path, {"items": [item]})],)}
        item = {"name": "their thing", "code": "t1", "properties": {"Text": THEIRS}}
        taken = {**item, "name": "thing 0007", "code": "c0007"}
        return {
            "second editor": ([Other("POST", path, {"items": [item]})],),
            "second editor, same key": ([Other("POST", path, {"items": [taken]})],),
        }

    def owned(self, model: af.Model) -> Any:
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
        if error is None and isinstance(result, af.WriteResult):
            return returned(added == meant, result.rows_created == _ROWS)
        if error is None and result.failures:  # which is how anaplan-sdk says it
            said = added.total() == result.added
            return Verdict.RAISED if said else Verdict.MISREPORTED
        if error is None:
            return returned(added == meant, result.added == _ROWS)
        if isinstance(error, INFORMING):
            reported = getattr(error, "result", None)
            return (
                Verdict.UNREPORTED
                if reported is not None and not self._is_so(reported)
                else Verdict.RAISED
            )
        return Verdict.UNREPORTED if added else Verdict.RAISED

    def untouched(self) -> bool:
        return not self._added()

    def _added(self) -> Counter[str]:
        """Return how often each text was added by the job."""
        frame = items(self.model, self._list)
        texts = Counter(frame[property_column(self._list, "Text")])
        return texts - self._before - Counter([THEIRS])

    def _is_so(self, reported: af.WriteResult) -> bool:
        """Whether each row is an item, or not, as a result says that came with an error."""
        added = self._added()
        unsure = reported.rejected["error"].str.contains("not known")
        missing = reported.rejected["Text"][~unsure]
        done = self._frame["Text"][~self._frame["Text"].isin(reported.rejected["Text"])]
        return not any(added[text] for text in missing) and all(added[text] for text in done)


_EDITED = ("thing 0003", "Text")  # the cell into which somebody else writes, too


class Cells(Case):
    """Cells into a module, in batches."""

    name: ClassVar[str] = "cell write"

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        frame = things(seed, _ROWS)
        listed = self.model.list("Things", items=frame[["Name", "Code"]])
        frame = frame.drop(columns="Code").rename(columns={"Name": "Things"})
        self._frame = frame.assign(Amount=range(1, _ROWS + 1))
        self._earlier = self._frame.assign(Amount=0.5, Text="earlier").head(_ROWS // 2)
        self._module = self.model.module(
            "Facts",
            dimensions=[listed],
            line_items={"Text": "TEXT", "Amount": "NUMBER"},
            cells=self._earlier,
        )

    def others(self) -> Mapping[str, Steps]:
        item, line_item = _EDITED
        cell = {
            "lineItemName": line_item,
            "dimensions": [{"dimensionName": "Things", "itemName": item}],
            "value": THEIRS,
        }
        return {"second editor": ([Other("POST", f"/modules/{self._module.id}/data", [cell])],)}

    def owned(self, model: af.Model) -> Any:
        return model.modules["Facts"].write(self._frame)

    def theirs(self, client: Any) -> Any:
        records = [
            {
                "lineItemName": item,
                "dimensions": [{"dimensionName": "Things", "itemName": row["Things"]}],
                "value": row[item],
            }
            for row in self._frame.to_dict("records")
            for item in ("Text", "Amount")
        ]
        return client.tr.update_module_data(int(self._module.id), records)

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        now, earlier, meant = self._now(), _cells(self._earlier), _cells(self._frame)
        if self.met and now.get(_EDITED) == THEIRS:
            now[_EDITED] = meant[_EDITED] if error is None else earlier[_EDITED]
        if any(value not in (earlier.get(cell), meant[cell]) for cell, value in now.items()):
            return Verdict.DOUBLE
        if error is None:
            if isinstance(result, af.WriteResult):
                return returned(now == meant, result.rows_loaded == _ROWS)
            return returned(now == meant, result["numberOfCellsChanged"] == 2 * _ROWS)
        reported = getattr(error, "result", None)
        if reported is None:
            return Verdict.RAISED if now == earlier else Verdict.UNREPORTED
        doubtful = set(reported.rejected["Things"])
        is_so = all(now[cell] == meant[cell] for cell in meant if cell[0] not in doubtful)
        return Verdict.RAISED if is_so and isinstance(error, INFORMING) else Verdict.UNREPORTED

    def untouched(self) -> bool:
        return not self.met and self._now() == _cells(self._earlier)

    def _now(self) -> dict[tuple[str, str], Any]:
        """Return the cells by item and line item, straight from the sandbox's tables."""
        module = self._module
        [item] = dimension_columns(module)
        columns = [f'{value_column(module, one)} AS "{one.name}"' for one in module.line_items]
        with self.model.store.reading() as con:
            frame = con.execute(
                f"SELECT name AS Things, {', '.join(columns)} FROM {cells_of(module)} AS cell"
                f" JOIN list_{module.dimensions[0].id} AS item ON item.id = cell.{item}"
            ).df()
        return _cells(frame)


def _cells(frame: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """Return the cells that are not blank by item and line item."""
    return {
        (item, name): value
        for name in ("Text", "Amount")
        for item, value in zip(frame["Things"], frame[name], strict=True)
        if not pd.isna(value)
    }


def returned(done: bool, reported: bool) -> Verdict:
    if done:
        return Verdict.WELL if reported else Verdict.MISREPORTED
    return Verdict.LOST
