"""Looking things up by name or id: one rule and one wording, whatever the thing is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from anaplan_frames.errors import AmbiguousName, NotFound
from anaplan_frames.key_folding import fold_key, visible
from anaplan_frames.messages import listed, near_names, warn

_MOST_SHOWN = 5
_ID = re.compile("[0-9]{12}")


def is_id(key: str) -> bool:
    """Whether a text has the form of an id of a thing in a model, which a name may have, too."""
    return bool(_ID.fullmatch(key))


def matching_ids(key: str, names: Mapping[str, str]) -> list[str]:
    """Return the ids of the things with this id, or else this name, or else the same name.

    Names are the same as `key_folding` says: whatever their case, outer white space, invisible
    characters and composition of accents.

    Parameters
    ----------
    names : mapping of str to str
        The name of each thing, by its id.
    """
    exact, folded = exactly_matching_ids(key, names), fold_key(key)
    if exact or not folded:
        return exact
    return [id_ for id_, name in names.items() if fold_key(name) == folded]


def exactly_matching_ids(key: str, names: Mapping[str, str]) -> list[str]:
    """Return the ids of the things with this id or else exactly this name, given names by id."""
    return [key] if key in names else [id_ for id_, name in names.items() if name == key]


def find_id(
    key: str,
    names: Mapping[str, str],
    *,
    kind: str,
    owner: str,
    describe: Callable[[str], str] = str,
) -> str:
    """Return the id of the one thing with this id or else this name.

    Parameters
    ----------
    names : mapping of str to str
        The name of each thing, by its id.
    kind : str
        What the things are, in the plural: ``"imports"``.
    owner : str
        Where they were looked for: ``"of model 'Flight Planning'"``.
    describe : callable, optional
        Says more of an id than the id itself, for things of the same name.

    Raises
    ------
    NotFound
        If there is none; names the near names.
    AmbiguousName
        If several have the name; names their ids.
    """
    return only_id(key, matching_ids(key, names), names, kind=kind, owner=owner, describe=describe)


def only_id(
    key: str,
    ids: list[str],
    names: Mapping[str, str],
    *,
    kind: str,
    owner: str,
    describe: Callable[[str], str] = str,
) -> str:
    """Return the one id of `ids`, which were found for `key`; all else is as in `find_id`."""
    if not ids:
        raise not_found(key, names.values(), kind=kind, owner=owner)
    if len(ids) > 1:
        raise AmbiguousName(_ambiguity(key, ids, names, kind, owner, describe))
    name = names.get(ids[0])
    if name is not None and _only_same(key, name):
        warn(
            f"There is no {visible(key)} among the {kind} {owner}; {visible(name)} was taken for "
            "it, which differs only in case, outer white space, invisible characters or how "
            "accents are composed. Write it so to avoid this warning."
        )
    return ids[0]


def _only_same(key: str, name: str) -> bool:
    """Whether a name is the same as a key only when both are folded."""
    return name != key and fold_key(name) == fold_key(key)


def _ambiguity(
    key: str,
    ids: list[str],
    names: Mapping[str, str],
    kind: str,
    owner: str,
    describe: Callable[[str], str],
) -> str:
    """Say that several things have the name, or the same name when it is folded."""
    if any(_only_same(key, names[id_]) for id_ in ids if id_ in names):
        shown = ", ".join(f"{visible(names[id_])} ({describe(id_)})" for id_ in ids if id_ in names)
        return (
            f"There is no {visible(key)} among the {kind} {owner}, and {len(ids)} differ from it "
            f"only in case, outer white space, invisible characters or accents: {shown}. Use the "
            "exact name or an id."
        )
    return (
        f"{len(ids)} {kind} {owner} are named {key!r}. "
        f"Use one of the ids: {', '.join(map(describe, ids))}."
    )


def not_found(key: str, names: Iterable[str], *, kind: str, owner: str) -> NotFound:
    """Return the error that says that nothing is called `key`, and what is.

    Parameters
    ----------
    names : iterable of str
        What there is.
    kind, owner : str
        As for `find_id`.
    """
    known = list(names)
    hint = near_names(key, known) or _some_names(known, kind)
    return NotFound(f"There is no {visible(key)} among the {kind} {owner}.{hint}")


def _some_names(names: list[str], kind: str) -> str:
    if not names:
        return f" Your user may see no {kind} in it."
    verb = "is" if len(names) == 1 else "are"
    return f" There {verb} {listed(names, _MOST_SHOWN)}."
