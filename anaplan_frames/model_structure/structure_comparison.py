"""How two models differ in their structure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from anaplan_frames.comparison.comparison_result import Comparison
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.errors import ConfigurationError
from anaplan_frames.model_structure.piece_store import KeptPieces
from anaplan_frames.model_structure.snapshot_folder import finished_folder
from anaplan_frames.model_structure.structure_pieces import write_described
from anaplan_frames.model_structure.structure_things import Structure, Thing, structure_of
from anaplan_frames.model_structure.thing_pairs import are_related, pairs_of
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue

_KEY = ("kind", "name", "what")
_NAME = "name"
_SIDES = ("old", "new")


def read_structure(catalogue: Catalogue, *, progress: bool | None) -> Structure:
    """Read what a model is made of, with a request for each listing, list and process."""
    pieces = KeptPieces()
    with Progress(f"Reading {catalogue.label}", unit="B", show=progress) as bar:
        write_described(pieces, catalogue, bar)
    return structure_of(pieces)


def kept_structure(folder: str | os.PathLike[str]) -> Structure:
    """Read what a snapshot holds of a model.

    Raises
    ------
    ConfigurationError
        If the folder does not hold a finished and whole snapshot of a whole model.
    """
    opened = finished_folder(folder)
    if opened.manifest.get("modules") is not None:
        raise ConfigurationError(
            f"The snapshot in {str(folder)!r} holds only some modules, so it cannot be compared "
            "with a model. Write one without modules=."
        )
    try:
        return structure_of(opened)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"The snapshot in {str(folder)!r} is damaged ({type(error).__name__}: {error}). Write "
            f"it again: snapshot(model, {str(Path(folder))!r})."
        ) from error


def compare_structures(old: Structure, new: Structure) -> Comparison:
    """Compare what two models are made of; see `Model.compare`."""
    found = _Differences()
    skipped = old.not_read.keys() | new.not_read.keys()
    things = [[thing for thing in side.things if thing.kind not in skipped] for side in (old, new)]
    found.add(things[0], things[1], by_id=are_related(*things))
    unchecked = [
        (subject, f"{side} model: {why}")
        for side, structure in zip(_SIDES, (old, new), strict=True)
        for subject, why in structure.not_read.items()
    ]
    tables = tuple(_table(rows).assign(things=1) for rows in found.seen)
    return Comparison(
        key=_KEY,
        columns=("value",),
        rows_old=len(found.seen[0]),
        rows_new=len(found.seen[1]),
        added=_table(found.added),
        removed=_table(found.removed),
        changed=found.changed(),
        unchecked=pd.DataFrame(unchecked, columns=["subject", "reason"], dtype=TEXT_DTYPE),
        unit="things",
        _tables=(tables[0], tables[1]),
    )


_Row = tuple[str, str, str]


@dataclass
class _Differences:
    """The differences that were found so far, as rows.

    Attributes
    ----------
    seen : two lists
        Kind, name and id of each thing of the old and the new model.
    added, removed : list
        The same, of things that only one of them has.
    changes : list
        Kind, name, what, old, new.
    """

    seen: tuple[list[_Row], list[_Row]] = field(default_factory=lambda: ([], []))
    added: list[_Row] = field(default_factory=list)
    removed: list[_Row] = field(default_factory=list)
    changes: list[tuple[str, str, str, str | None, str | None]] = field(default_factory=list)

    def add(
        self, old: Iterable[Thing], new: Iterable[Thing], *, by_id: bool, owner: str = ""
    ) -> None:
        """Compare things, and what belongs to them."""
        for before, after in pairs_of(list(old), list(new), by_id=by_id):
            thing = before or after
            assert thing is not None
            name = f"{owner}.{thing.name}" if owner else thing.name
            for side, one in zip(self.seen, (before, after), strict=True):
                if one is not None:
                    side.append((one.kind, name, one.id))
            if before is None:
                self.added.append((thing.kind, name, thing.id))
            elif after is None:
                self.removed.append((thing.kind, name, thing.id))
            else:
                self.changes += ((thing.kind, name, *change) for change in _changes(before, after))
                if before.settings is None or after.settings is None:
                    continue  # then the parts of one of them are not known either
            parts = [one.parts if one is not None else () for one in (before, after)]
            self.add(parts[0], parts[1], by_id=by_id, owner=name)

    def changed(self) -> pd.DataFrame:
        """Return the changes as `Comparison.changed` has them."""
        rows = pd.DataFrame(self.changes, columns=range(5), dtype=TEXT_DTYPE)
        index = pd.MultiIndex.from_arrays([rows[place] for place in range(3)], names=_KEY)
        table = rows[[3, 4]].set_axis(index)
        table.columns = pd.MultiIndex.from_product([["value"], _SIDES])
        return table


def _changes(old: Thing, new: Thing) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield what differs, with the old and the new value."""
    if old.name != new.name:
        yield _NAME, old.name, new.name
    if old.settings is None or new.settings is None:
        return
    for what in dict.fromkeys((*old.settings, *new.settings)):
        before, after = old.settings.get(what), new.settings.get(what)
        if before != after:
            yield what, before, after


def _table(rows: list[_Row]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["kind", "name", "id"], dtype=TEXT_DTYPE)
