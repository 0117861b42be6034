"""Names, ids and ``anaplan://`` URLs: what a table is called, and where it is found."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote, unquote

from anaplan_frames.connection import connect
from anaplan_frames.errors import AmbiguousName, ConfigurationError, NotFound
from anaplan_frames.lookup import not_found
from anaplan_frames.model import Model
from anaplan_frames.resources.collection import Collection
from anaplan_frames.resources.resource import Resource

_SCHEME = "anaplan://"
_FORM = "anaplan://workspace/model/kind/name"


@dataclass(frozen=True, slots=True)
class Locator:
    """An ``anaplan://workspace/model/kind/name`` URL, taken apart; segments are percent-encoded."""

    workspace: str
    model: str
    kind: str
    name: str

    @classmethod
    def parse(cls, url: str) -> Locator:
        """Take a URL apart.

        Raises
        ------
        ConfigurationError
            If it has not the four segments.
        """
        segments = [unquote(segment) for segment in url.removeprefix(_SCHEME).split("/")]
        if len(segments) != 4 or not all(segments):
            raise ConfigurationError(
                f"{url!r} is not of the form {_FORM}, each segment percent-encoded "
                "(a slash in a name is %2F)."
            )
        return cls(*segments)

    def check_model(self, model: Model) -> None:
        """Make sure that the URL names this model.

        Raises
        ------
        ConfigurationError
            If it names another one.
        """
        if self.model not in (model.id, model.name):
            raise ConfigurationError(
                f"{self} names the model {self.model!r}, but the model {model.name!r} was given. "
                "Leave the model out, or give a name instead of the URL."
            )

    def __str__(self) -> str:
        segments = (self.workspace, self.model, self.kind, self.name)
        return _SCHEME + "/".join(quote(segment, safe="") for segment in segments)


def is_url(source: object) -> bool:
    """Whether this is an ``anaplan://`` URL and not a name or id."""
    return isinstance(source, str) and source.startswith(_SCHEME)


def find(model: Model, name: str, kinds: Sequence[str], kind: str | None) -> Resource:
    """Find a thing of a model by name or id.

    Parameters
    ----------
    kinds : sequence of str
        The collections to look in, such as ``"exports"``; the first that has the id wins.
    kind : str, optional
        The only one to look in, in the singular or plural.

    Raises
    ------
    NotFound
        If no collection has it; names the near names.
    AmbiguousName
        If several have it.
    """
    if kind is not None:
        return _collection(model, kinds, kind)[name]
    collections = {k: _collection(model, kinds, k) for k in kinds}
    with_id = [k for k, things in collections.items() if name in list(things)]
    found = with_id[:1] or [k for k, things in collections.items() if name in things]
    # An export and the file that it writes have one id and are the same to who reads them.
    ids = {id_ for k in found for id_ in collections[k].ids_of(name)}
    if len(found) == 1 or len(ids) == 1:
        return collections[found[0]][name]
    if found:
        raise AmbiguousName(
            f"{name!r} is among the {_listed(found, 'and')} of model {model.name!r}. "
            f"Say which with kind={found[0]!r}."
        )
    names = [candidate for things in collections.values() for candidate in things.names]
    raise not_found(name, names, kind=_listed(kinds, "or"), owner=f"of model {model.name!r}")


def place(
    name: str, model: Model | str | None, kind: str | None, stack: ExitStack
) -> tuple[Model, str, str | None]:
    """Return the model, name and kind that are meant; connect if no model is given.

    Parameters
    ----------
    name : str
        A URL, a name or an id.
    model : Model or str, optional
        The model, or its name or id; by default that of the URL, else ``ANAPLAN_MODEL``.
    kind : str, optional
        Of a name or id.
    stack : ExitStack
        Closes the connection if one is made.

    Raises
    ------
    ConfigurationError
        If a URL names another model.
    """
    locator = Locator.parse(name) if is_url(name) else None
    if not isinstance(model, Model):
        workspace = locator.workspace if locator else None
        asked = model or (locator.model if locator else None)
        model = stack.enter_context(connect()).model(asked, workspace)
    if locator:
        locator.check_model(model)
    return (model, locator.name, locator.kind) if locator else (model, name, kind)


def _listed(kinds: Sequence[str], joined_by: str) -> str:
    *most, last = kinds
    return f"{', '.join(most)} {joined_by} {last}" if most else last


def _collection(model: Model, kinds: Sequence[str], kind: str) -> Collection[Resource]:
    plural = next((k for k in kinds if kind.casefold() in (k, k.removesuffix("s"))), None)
    plural = "processes" if kind == "process" and "processes" in kinds else plural
    if plural is None:
        raise NotFound(f"{kind!r} is not a kind that can be used here: {', '.join(kinds)} are.")
    collection: Collection[Resource] = getattr(model, plural)
    return collection
