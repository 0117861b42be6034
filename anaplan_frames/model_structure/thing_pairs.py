"""Which thing of one model is which thing of another; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeAlias

from anaplan_frames.key_folding import fold_key
from anaplan_frames.model_structure.structure_things import Thing

Pair: TypeAlias = tuple[Thing | None, Thing | None]
_Key: TypeAlias = Callable[[Thing], Hashable]


def pairs_of(old: Sequence[Thing], new: Sequence[Thing], *, by_id: bool) -> Iterator[Pair]:
    """Yield each thing of two models with its counterpart, None if it has none.

    Those of the old model come first, in their order. A thing has the kind and the name of its
    counterpart; if several have the name, also its id comes first.

    Parameters
    ----------
    by_id : bool
        Whether a thing whose name the other model does not have is looked for by its id.
    """
    keys: list[_Key] = [
        lambda thing: (thing.kind, thing.name, thing.id),
        lambda thing: (thing.kind, thing.name),
        lambda thing: (thing.kind, fold_key(thing.name)),
    ]
    if by_id:
        keys.append(lambda thing: (thing.kind, thing.id) if thing.id else object())
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for key in keys:
        waiting: dict[Hashable, deque[int]] = {}
        for place, thing in enumerate(new):
            if place not in taken:
                waiting.setdefault(key(thing), deque()).append(place)
        for place, thing in enumerate(old):
            found = waiting.get(key(thing)) if place not in partners else None
            if found:
                partners[place] = found.popleft()
                taken.add(partners[place])
    for place, thing in enumerate(old):
        yield thing, new[partners[place]] if place in partners else None
    yield from ((None, thing) for place, thing in enumerate(new) if place not in taken)


def are_related(old: Iterable[Thing], new: Iterable[Thing]) -> bool:
    """Return whether one model was made from the other, so that equal ids mean equal things.

    Anaplan numbers the things of each model from the same number on, so that other models have the
    same ids. Models are related if at least three in four of the things with the same name have the
    same id. Versions do not count, as every model begins with the same ones.
    """
    ids = {(each.kind, each.name): each.id for each in old if each.id and each.kind != "version"}
    same = [ids[key] == thing.id for thing in new if (key := (thing.kind, thing.name)) in ids]
    return bool(same) and sum(same) * 4 >= len(same) * 3
