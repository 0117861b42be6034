"""Finding a thing of a model by name or id, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from anaplan_frames.connection import connect
from anaplan_frames.errors import AmbiguousName, ConfigurationError, NotFound
from anaplan_frames.lookup import not_found
from anaplan_frames.model import Model
from anaplan_frames.resources.collection import Collection, read_together, was_read
from anaplan_frames.resources.resource import Resource
from anaplan_frames.urls import ResourceUrl, is_url, parse_model_url

# What to do with things of kinds that cannot be read, or not be written to.
_ADVICE = {
    "imports": "Load data with it: to_anaplan(data, {name!r}, model).",
    "processes": "Run it: model.processes[{name!r}].run().",
    "exports": "Read it: read_anaplan({name!r}, model).",
    "actions": "Run it: model.actions[{name!r}].run().",
    "views": "Write to its module.",
}

# What is asked next about a thing that is given by its id; it is asked for at the same time.
_NEXT = {
    ("imports", "written to"): ("imports", "files", "imports/{id}"),
    ("processes", "written to"): ("imports", "files"),
    ("files", "written to"): ("files", "exports", "imports"),
    ("files", "downloaded"): ("files", "exports"),
}


def check_model(url: ResourceUrl, model: Model) -> None:
    """Make sure that a URL names this model.

    Raises
    ------
    ConfigurationError
        If it names another one.
    """
    if url.model not in (model.id, model.name):
        raise ConfigurationError(
            f"{url} names the model {url.model!r}, but the model {model.name!r} was given. "
            "Leave the model out, or give a name instead of the URL."
        )


def check_given(thing: object, model: Model | str | None, kind: str | None) -> None:
    """Make sure that a thing itself, which is not looked for, is of the model and kind given.

    Raises
    ------
    ConfigurationError
        If it is of another model or kind.
    """
    if not isinstance(thing, Resource):
        return
    facts = thing.catalogue.facts
    url = parse_model_url(model) if isinstance(model, str) else None
    asked = model.id if isinstance(model, Model) else url.model if url else model
    if asked not in (None, facts["model_id"], facts["model"]):
        raise ConfigurationError(
            f"{thing.label} is of model {facts['model']!r}, but the model {model!r} was given. "
            "Leave the model out, or give a name."
        )
    if kind is not None and kind.casefold() not in (thing.kind, thing.plural):
        raise ConfigurationError(
            f"{thing.label} was given, which is not of kind={kind!r}. Leave kind= out."
        )


def find(model: Model, name: str, kinds: Sequence[str], kind: str | None, *, verb: str) -> Resource:
    """Find a thing of a model by name or id; one that is not there is looked for once more.

    Parameters
    ----------
    kinds : sequence of str
        The collections to look in, such as ``"exports"``; the first that has the id wins.
    kind : str, optional
        The only one to look in, in the singular or plural.
    verb : str
        What is done to it: ``"read"``, ``"written to"``.

    Raises
    ------
    NotFound
        If no collection has it; names the near names.
    AmbiguousName
        If several have it.
    """
    asked = kinds if kind is None else [kind]
    collections = {k: _collection(model, kinds, k) for k in asked}
    given = _of_id(model, name, collections, verb)
    if given is not None:
        model.catalogue.early.keep()
        return given
    if kind is not None:
        return collections[kind][name]
    old = [things for things in collections.values() if was_read(things)]
    read_together(collections.values())
    model.catalogue.early.keep()
    found = _kinds_with(name, collections)
    if not found and old:  # it may be new
        for things in old:
            things.refresh()
        read_together(old)
        found = _kinds_with(name, collections)
    # An export and the file that it writes have one id and are the same to who reads them.
    ids = {id_ for k in found for id_ in collections[k].ids_of(name)}
    if len(found) == 1 or len(ids) == 1:
        return collections[found[0]][name]
    if found:
        raise AmbiguousName(
            f"{name!r} is among the {_listed(found, 'and')} of model {model.name!r}. "
            f"Say which with kind={found[0]!r}."
        )
    _refuse_other_kinds(model, name, kinds, verb)
    names = [candidate for things in collections.values() for candidate in things.names]
    raise not_found(name, names, kind=_listed(kinds, "or"), owner=f"of model {model.name!r}")


def _of_id(
    model: Model, name: str, collections: Mapping[str, Collection[Resource]], verb: str
) -> Resource | None:
    """Return the thing that has the name as its id; no other listings are read."""
    for things in collections.values():
        if things.may_have_id(name):
            needed = _NEXT.get((things.kind, verb), ())
            model.catalogue.ask_early(each.format(id=name) for each in needed)
            return things.by_id(name)
    return None


def _kinds_with(name: str, collections: Mapping[str, Collection[Resource]]) -> list[str]:
    """Return the kinds that have an id, else a name, else the same name when it is folded."""
    with_id = [k for k, things in collections.items() if name in list(things)]
    exact = [k for k, things in collections.items() if name in things.names]
    return with_id[:1] or exact or [k for k, things in collections.items() if name in things]


def _refuse_other_kinds(model: Model, name: str, kinds: Sequence[str], verb: str) -> None:
    """Raise NotFound if the name is of a thing to which this cannot be done."""
    others: dict[str, Collection[Resource]] = {
        other: getattr(model, other) for other in _ADVICE if other not in kinds
    }
    read_together(others.values())
    for other, things in others.items():
        if name in things:
            thing = things[name]
            raise NotFound(
                f"{thing.label} of model {model.name!r} cannot be {verb}. "
                f"{_ADVICE[other].format(name=thing.name)} "
                f"What can be {verb} are {_listed(kinds, 'and')}."
            )


def _listed(kinds: Sequence[str], joined_by: str) -> str:
    *most, last = kinds
    return f"{', '.join(most)} {joined_by} {last}" if most else last


def _collection(model: Model, kinds: Sequence[str], kind: str) -> Collection[Resource]:
    plural = next((k for k in kinds if kind.casefold() in (k, k.removesuffix("s"))), None)
    plural = "processes" if kind == "process" and "processes" in kinds else plural
    if plural is None:
        raise NotFound(
            f"kind={kind!r} cannot be used here. Use one of {', '.join(map(repr, kinds))}."
        )
    collection: Collection[Resource] = getattr(model, plural)
    return collection


def place(
    name: str, model: Model | str | None, kind: str | None, stack: ExitStack
) -> tuple[Model, str, str | None]:
    """Return the model, name and kind that are meant; connect if no model is given.

    Parameters
    ----------
    name : str
        A URL, a name or an id.
    model : Model or str, optional
        The model, or its name, id or URL; by default that of the URL, else ``ANAPLAN_MODEL``.
    kind : str, optional
        Of a name or id.
    stack : ExitStack
        Closes the connection if one is made.

    Raises
    ------
    ConfigurationError
        If a URL names another model.
    """
    url = ResourceUrl.parse(name) if is_url(name) else None
    if not isinstance(model, Model):
        asked = model or (url.model if url else None)
        workspace = url.workspace if url and model is None else None
        model = stack.enter_context(connect()).model(asked, workspace)
    if url is None:
        return model, name, kind
    check_model(url, model)
    return model, url.name, url.kind
