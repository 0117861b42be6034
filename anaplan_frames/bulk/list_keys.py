"""What is known of the keys of a list, and of the columns of a file that hold some; pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask
from anaplan_frames.writes.folded_keys import find_exactly, fold_texts, repeated


@dataclass(frozen=True, slots=True)
class FoundItems:
    """Rows whose keys were looked up among those of the items.

    Attributes
    ----------
    exist : mask
        Which rows have a key that an item has.
    fit : mask
        Which rows mean the same item, or are new, by whichever key Anaplan finds items.
    """

    exist: Mask
    fit: Mask


@dataclass(frozen=True)
class ItemKeys:
    """The codes and names of a list's items, as they are before an import.

    Attributes
    ----------
    label : str
        The list in words.
    codes, names : pa.Array of large_string
        Of each item.
    top : str or None
        The name of the list's top level item.
    """

    label: str
    codes: pa.Array
    names: pa.Array
    top: str | None

    def find_parents(self, texts: pa.Array) -> tuple[Mask, Mask]:
        """Look texts up as parents.

        Returns
        -------
        sure : mask
            Which texts are the code or name of an item.
        perhaps : mask
            Which others are those of an item when folded, or name the top level item.
        """
        sure, perhaps = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
        folded = fold_texts(texts)
        top = fold_texts(pa.array([self.top or ""], TEXT))
        for keys in (self.codes, self.names):
            sure |= find_exactly(texts, keys) >= 0
        for keys in (self._folded_codes, self._folded_names, top):
            perhaps |= find_exactly(folded, keys) >= 0
        return sure, perhaps & ~sure

    def find(self, codes: pa.Array | None, names: pa.Array | None) -> FoundItems:
        """Look up the keys of rows; of one column there is none if the file does not have it."""
        folded_codes = None if codes is None else fold_texts(codes)
        folded_names = None if names is None else fold_texts(names)
        at_codes, at_names = (
            None if texts is None else find_exactly(texts, keys)
            for texts, keys in (
                (folded_codes, self._folded_codes),
                (folded_names, self._folded_names),
            )
        )
        if at_codes is None or at_names is None:
            if at_codes is None:
                assert at_names is not None
                return FoundItems(at_names >= 0, np.ones(len(at_names), dtype=bool))
            other = find_exactly(folded_codes, self._folded_names) >= 0
            return FoundItems(at_codes >= 0, (at_codes >= 0) | ~other)
        new = (at_codes < 0) & (at_names < 0)
        same = (at_codes == at_names) & ~self._are_twins(folded_codes, folded_names)
        return FoundItems(~new, new | same)

    def _are_twins(self, codes: pa.Array, names: pa.Array) -> Mask:
        """Return which folded texts several items have."""
        found = np.zeros(len(codes), dtype=bool)
        for texts, twins in zip((codes, names), self._twins, strict=True):
            if len(twins):
                found |= as_mask(pc.is_in(texts, value_set=twins, skip_nulls=True))
        return found

    @cached_property
    def _twins(self) -> tuple[pa.Array, pa.Array]:
        return repeated(self._folded_codes), repeated(self._folded_names)

    @cached_property
    def _folded_codes(self) -> pa.Array:
        return fold_texts(self.codes)

    @cached_property
    def _folded_names(self) -> pa.Array:
        return fold_texts(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyColumns:
    """Which columns of a file hold keys of the list that an import loads.

    Attributes
    ----------
    code, name, parent : int or None
        Which of the file's headers; `parent` only if parents are items of the list itself.
    named : bool
        Whether it is sure that the import gives the items their names, as the list is not numbered.
    items : ItemKeys or None
        The items of the list, if it is known which list it is and that nothing else changes them.
    """

    code: int | None
    name: int | None
    parent: int | None
    named: bool
    items: ItemKeys | None
