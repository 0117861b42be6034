"""Parents that are items of another list, given by name or code; pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.refused_rows import Reasons, several_parents, unknown_parent
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, one_array
from anaplan_frames.writes.folded_keys import (
    NOT_FOUND,
    SEVERAL,
    FoldedMatches,
    find_exactly,
    find_folded,
    fold_texts,
    twins_of,
)


@dataclass(frozen=True, slots=True)
class NamedParents:
    """Rows whose parents are given by name.

    Attributes
    ----------
    rows : pa.Table
        The caller's rows as texts.
    refused : dict of int to str
        The rows whose parent there is not, or that may be one of several, and why.
    folded : FoldedMatches
        The parents that were found only when they were folded.
    """

    rows: pa.Table
    refused: Reasons
    folded: FoldedMatches


def parents_as_names(rows: pa.Table, codes: pa.Array, names: pa.Array, label: str) -> NamedParents:
    """Give the parents of rows by their names; a name comes before a code.

    Parameters
    ----------
    rows : pa.Table
        The caller's rows as texts, with a column ``parent``.
    codes, names : pa.Array
        Of the items of the other list.
    label : str
        The other list in words.
    """
    every = one_array(rows["parent"])
    coded = pc.dictionary_encode(every)
    texts = coded.dictionary
    places, folded, several = _find(texts, {"name": names.cast(TEXT), "code": codes.cast(TEXT)})
    found = pc.take(names.cast(TEXT), pa.array(places, mask=places < 0))
    named = pc.coalesce(found, texts).take(coded.indices)
    wrong = (places < 0) & as_mask(pc.not_equal(texts, ""))
    reasons = {
        at: several_parents(texts[at].as_py(), several[at], label)
        if at in several
        else unknown_parent(texts[at].as_py(), label)
        for at in np.flatnonzero(wrong).tolist()
    }
    matches = FoldedMatches()
    indices = pc.fill_null(coded.indices, NOT_FOUND).to_numpy(zero_copy_only=False)
    if folded.any():
        chosen = np.flatnonzero(np.append(folded, False)[indices])
        matches.add(every.take(pa.array(chosen)), named.take(pa.array(chosen)))
    refused = {
        row: reasons[int(indices[row])]
        for row in np.flatnonzero(np.append(wrong, False)[indices]).tolist()
    }
    at = rows.schema.get_field_index("parent")
    return NamedParents(rows.set_column(at, "parent", named), refused, matches)


def _find(
    texts: pa.Array, keys: dict[str, pa.Array]
) -> tuple[Positions, Mask, dict[int, list[str]]]:
    """Return the place of each text, which were folded, and the names of several that it may be."""
    places = np.full(len(texts), NOT_FOUND, dtype=np.int64)
    for known in keys.values():
        places = np.where(places == NOT_FOUND, find_exactly(texts, known), places)
    exact = places >= 0
    several: dict[int, list[str]] = {}
    for known in keys.values():
        left = np.flatnonzero(places == NOT_FOUND)
        if len(left):
            chosen = texts.take(pa.array(left))
            places[left] = find_folded(fold_texts(chosen), fold_texts(known))
            for at in left[places[left] == SEVERAL].tolist():
                twins = twins_of(texts[at].as_py(), known)
                several[at] = known.take(pa.array(twins)).to_pylist()
    return places, (places >= 0) & ~exact, several
