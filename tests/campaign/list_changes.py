"""The jobs that change the items of a list: update, delete, sync."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.store.list_tables import property_column
from tests.campaign.bulk import things
from tests.campaign.case import INFORMING, Case, Other, Steps, Verdict
from tests.campaign.direct import THEIRS, returned
from tests.sandbox.planning.model_actions import items

_ROWS = 40
_TOUCHED = ("c0003", "c0021", "t1")  # the codes of the items that somebody else changes
State = dict[str, str]  # texts by code


class _Changes(Case):
    """Items that are there, and what is to become of them."""

    before: pd.DataFrame
    given: pd.DataFrame
    desired: State

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        super().__init__(sandbox, seed, folder)
        self.prepare(things(seed, _ROWS).rename(columns=str.lower).rename(columns={"text": "Text"}))
        self.list = self.model.list("Things", properties={"Text": "TEXT"}, items=self.before)
        self._before = _state(self.before)

    def prepare(self, frame: pd.DataFrame) -> None:
        """Set what is there, what is given, and what is to be there in the end."""
        raise NotImplementedError

    def others(self) -> Mapping[str, Steps]:
        path = f"/lists/{self.list.id}/items"
        changed, deleted, added = _TOUCHED
        text = {"properties": {"Text": THEIRS}}
        add = Other(
            "POST",
            f"{path}?action=add",
            {"items": [{"name": "their thing", "code": added, **text}]},
        )
        change = Other("PUT", path, {"items": [{"code": changed, **text}]})
        delete = Other("POST", f"{path}?action=delete", {"items": [{"code": deleted}]})
        return {
            "second editor adds": ([add],),
            "second editor changes": ([change],),
            "second editor deletes": ([delete],),
        }

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        now, desired, before = (
            self._own(state) for state in (self.now(), self.desired, self._before)
        )
        codes = set(now) | set(desired) | set(before)
        if any(now.get(code) not in (before.get(code), desired.get(code)) for code in codes):
            return Verdict.DOUBLE
        if error is None and getattr(result, "failures", None):  # how anaplan-sdk says it
            return Verdict.RAISED
        if error is None:
            return returned(now == desired, self.met or self.is_reported(result))
        if isinstance(error, INFORMING):
            reported = getattr(error, "result", None)
            is_so = reported is None or self._is_so(reported, now, desired, before)
            return Verdict.RAISED if is_so else Verdict.UNREPORTED
        return Verdict.RAISED if now == before else Verdict.UNREPORTED

    def is_reported(self, result: Any) -> bool:
        """Whether a result has the right counts."""
        raise NotImplementedError

    def untouched(self) -> bool:
        return not self.met and self.now() == self._before

    def now(self) -> State:
        """Return the items, straight from the sandbox's tables."""
        frame = items(self.model, self.list)
        return dict(zip(frame["code"], frame[property_column(self.list, "Text")], strict=True))

    def _own(self, state: State) -> State:
        """Leave out what somebody else has a hand in."""
        if not self.met:
            return state
        return {code: text for code, text in state.items() if code not in _TOUCHED}

    def _is_so(self, reported: af.WriteResult, now: State, desired: State, before: State) -> bool:
        """Whether each given row is done, or not, as a result says that came with an error."""
        rejected = reported.rejected
        unsure = rejected["error"].str.contains("not known")
        not_done = set(rejected["code"][~unsure])
        done = set(self.given["code"]) - set(rejected["code"])
        return all(now.get(code) == before.get(code) for code in not_done & set(before)) and all(
            now.get(code) == desired.get(code) for code in done & (set(desired) | set(before))
        )


def _state(frame: pd.DataFrame) -> State:
    return dict(zip(frame["code"], frame["Text"], strict=True))


class ListUpdate(_Changes):
    """Texts of items, in batches."""

    name: ClassVar[str] = "list update"

    def prepare(self, frame: pd.DataFrame) -> None:
        self.before = frame.assign(Text="earlier")
        self.given = frame[["code", "Text"]]
        self.desired = _state(frame)

    def owned(self, model: af.Model) -> Any:
        return model.lists["Things"].update(self.given)

    def theirs(self, client: Any) -> Any:
        records = [
            {"code": code, "properties": {"Text": text}} for code, text in self.desired.items()
        ]
        return client.tr.update_list_items(int(self.list.id), records)

    def is_reported(self, result: Any) -> bool:
        if isinstance(result, af.WriteResult):
            return result.rows_updated == _ROWS
        return bool(result.updated == _ROWS)


class ListDelete(_Changes):
    """Items that go, in batches."""

    name: ClassVar[str] = "list delete"

    def prepare(self, frame: pd.DataFrame) -> None:
        self.before = frame
        self.given = frame[["code"]].iloc[::2]
        self.desired = _state(frame.iloc[1::2])

    def owned(self, model: af.Model) -> Any:
        return model.lists["Things"].delete(self.given)

    def theirs(self, client: Any) -> Any:
        return client.tr.delete_list_items(int(self.list.id), self.given.to_dict("records"))

    def is_reported(self, result: Any) -> bool:
        if isinstance(result, af.WriteResult):
            return result.rows_deleted == len(self.given)
        return bool(result.deleted == len(self.given))


class ListSync(_Changes):
    """A list that becomes what is given: items are added, changed and deleted."""

    name: ClassVar[str] = "list sync"
    by_both: ClassVar[bool] = False

    def prepare(self, frame: pd.DataFrame) -> None:
        third = _ROWS // 3
        self.before = frame.head(2 * third).assign(Text="earlier")
        self.given = frame.tail(_ROWS - third)
        self.desired = _state(self.given)

    def owned(self, model: af.Model) -> Any:
        return model.lists["Things"].sync(self.given, delete=True, confirm=True)

    def is_reported(self, result: Any) -> bool:
        third = _ROWS // 3
        counts = (result.rows_created, result.rows_updated, result.rows_deleted)
        return bool(counts == (_ROWS - 2 * third, third, third))
