"""The items of a dimension, found by name, code or id; pure, without a Python object per row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.view_shape import Dimension
from anaplan_frames.key_folding import visible
from anaplan_frames.messages import near_names
from anaplan_frames.writes.arrow_arrays import TEXT, Positions, as_mask
from anaplan_frames.writes.folded_keys import (
    NOT_FOUND,
    FoldedColumns,
    FoldedMatches,
    find_exactly,
    find_folded,
    fold_texts,
    repeated,
    twins_of,
)

ItemKey = Literal["name", "code", "id"]
ITEM_KEYS: tuple[ItemKey, ...] = get_args(ItemKey)

MISSING, UNKNOWN, SEVERAL, TWINS = -1, -2, -3, -4
"""In place of an item's position: no item is given, none has this key, several have it, or several
have it when it is folded and none exactly."""

# With more, comparing names takes longer than the hint is worth.
_MOST_COMPARED, _MOST_HINTS = 20_000, 20


class DimensionItems:
    """The items of one dimension, totals included.

    Parameters
    ----------
    dimension : Dimension
    items : mapping of {"id", "code", "name"} to pa.Array
        One text per item, null if it has none.
    """

    def __init__(self, dimension: Dimension, items: Mapping[ItemKey, pa.Array]) -> None:
        self.dimension = dimension
        self._texts = {key: pc.cast(items[key], TEXT) for key in ITEM_KEYS}
        self._repeated = {key: repeated(self._texts[key]) for key in ITEM_KEYS}
        self._folded = FoldedColumns(pa.table(self._texts))
        self._hints: dict[str, str] = {}
        self._meant: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._texts["id"])

    def likely_keys(self, texts: pa.Array) -> tuple[ItemKey, ...]:
        """Return the keys to find these texts by: first the one that most of them are."""
        distinct = pc.drop_null(pc.unique(texts))
        hits = {key: pc.sum(pc.is_in(distinct, self._texts[key])).as_py() or 0 for key in ITEM_KEYS}
        return tuple(sorted(ITEM_KEYS, key=lambda key: -hits[key]))

    def find(self, texts: pa.Array, keys: Sequence[ItemKey]) -> Positions:
        """Return the position of each text's item, or `MISSING`, `UNKNOWN`, `SEVERAL` or `TWINS`.

        Parameters
        ----------
        texts : pa.Array of large_string
        keys : sequence of {"name", "code", "id"}
            What a text may be; the first key that an item has decides. A text that no item has
            exactly is folded, unless it must be an id.
        """
        coded = pc.dictionary_encode(texts)
        places = np.full(len(coded.dictionary) + 1, UNKNOWN, dtype=np.int64)
        places[-1] = MISSING  # where the index of a null points
        distinct = places[:-1]
        for key in keys:
            left = distinct == UNKNOWN
            if not left.any():
                break
            chosen = coded.dictionary.filter(pa.array(left))
            at = find_exactly(chosen, self._texts[key])
            at[at == NOT_FOUND] = UNKNOWN
            if len(self._repeated[key]):
                at[as_mask(pc.is_in(chosen, self._repeated[key]))] = SEVERAL
            distinct[left] = at
        if (distinct == UNKNOWN).any() and len(self):
            self._find_folded(distinct, coded.dictionary, keys)
        indices = pc.fill_null(coded.indices, pa.scalar(-1, coded.indices.type))
        result: Positions = places[indices.to_numpy(zero_copy_only=False)]
        return result

    def _find_folded(self, places: Positions, texts: pa.Array, keys: Sequence[ItemKey]) -> None:
        """Add the items of texts that are the same as a name or code when folded."""
        for key in keys:
            left = np.flatnonzero(places == UNKNOWN)
            if key == "id" or not len(left):
                continue
            chosen = texts.take(pa.array(left))
            found = find_folded(fold_texts(chosen), self._folded[key])
            places[left[found < NOT_FOUND]] = TWINS
            hit = found >= 0
            places[left[hit]] = found[hit]
            own = self._texts[key].take(pa.array(found[hit])).to_pylist()
            self._meant.update(zip(chosen.filter(pa.array(hit)).to_pylist(), own, strict=True))

    @property
    def folded(self) -> FoldedMatches:
        """The texts so far, each counted once, whose items were found only by folding."""
        return FoldedMatches(len(self._meant), next(iter(self._meant.items()), None))

    def reason(self, text: str | None, place: int, keys: Sequence[ItemKey]) -> str:
        """Say why a text has no item; `place` is what `find` returned for it."""
        name = self.dimension.name
        if place == MISSING or text is None:
            return f"No item of {name!r} is given."
        if place == SEVERAL:
            return f"Several items of {name!r} are called {text!r}. Use their codes or ids."
        if place == TWINS:
            return (
                f"No item of {name!r} is exactly {visible(text)}, and several differ from it only "
                f"in case, outer white space, invisible characters or accents: {self._twins(text)}."
            )
        by = "" if len(keys) > 1 else f" by {keys[0]}"
        return f"There is no item {text!r} in {name!r}{by}.{self.hint(text)}"

    def _twins(self, text: str) -> str:
        """Show the items that are the same as a text when folded."""
        shown: dict[int, str] = {}
        for key in ("name", "code"):
            for at in twins_of(text, self._texts[key]):
                shown.setdefault(at, f"{visible(self._texts[key][at].as_py())} (id {self.ids[at]})")
        return ", ".join(shown.values())

    def hint(self, text: str) -> str:
        """Suggest similar names, if there are not too many to compare."""
        if len(self) > _MOST_COMPARED:
            return ""
        if text not in self._hints and len(self._hints) < _MOST_HINTS:
            names = [name for name in self._texts["name"].to_pylist() if name]
            self._hints[text] = near_names(text, names) or self._usual(names)
        return self._hints.get(text, "")

    def _usual(self, names: Sequence[str]) -> str:
        """Show how periods are named, which are typed in many ways."""
        if self.dimension.id != TIME_ID or not names:
            return ""
        return (
            f" Its periods have names such as {names[0]!r}. Dates are taken for the periods that "
            "they fall in."
        )

    def name(self, place: int) -> str:
        """Return the name of an item, else its code."""
        return str(self._texts["name"][place].as_py() or self._texts["code"][place].as_py())

    @property
    def ids(self) -> list[str]:
        """The ids of the items."""
        ids: list[str] = self._texts["id"].to_pylist()
        return ids

    @property
    def names(self) -> pa.Array:
        """The name of each item, else its code."""
        return pc.coalesce(self._texts["name"], self._texts["code"])

    def json(self) -> pa.Array:
        """Return each item as a cell's request names it, with its dimension, by ids."""
        before = f'{{"dimensionId":{json.dumps(self.dimension.id)},"itemId":"'
        return joined(before, self._texts["id"], '"}')


def key_texts(records: Sequence[Mapping[str, Any]]) -> dict[ItemKey, pa.Array]:
    """Return the names, codes and ids of Anaplan's records of items; an empty one is null."""
    return {
        key: pa.array([_text(record.get(key)) for record in records], TEXT) for key in ITEM_KEYS
    }


def joined(*parts: pa.Array | str) -> pa.Array:
    """Join texts, row by row."""
    scalars = (pa.scalar(part, TEXT) if isinstance(part, str) else part for part in parts)
    return pc.binary_join_element_wise(*scalars, pa.scalar("", TEXT))


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
