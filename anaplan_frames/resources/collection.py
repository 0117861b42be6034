"""The things of one kind in a model, found by name or id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import pandas as pd

from anaplan_frames.lookup import matching_ids, only_id
from anaplan_frames.messages import listed
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.listings import listing_frame
from anaplan_frames.resources.resource import Resource

T_co = TypeVar("T_co", bound=Resource, covariant=True)


class Collection(Mapping[str, T_co], Generic[T_co]):
    """The things of one kind in a model, by name or id; iterates over the ids.

    It is read from Anaplan once, when it is first needed; `refresh` reads it again. Tab completes
    the names in notebooks.

    Parameters
    ----------
    catalogue : Catalogue
        The model's listings.
    make : type of Resource
        What is listed.
    """

    def __init__(self, catalogue: Catalogue, make: type[T_co]) -> None:
        self._catalogue = catalogue
        self._make = make

    @property
    def kind(self) -> str:
        """What it holds, in the plural: ``"imports"``."""
        return self._make.plural

    def may_have_id(self, key: str) -> bool:
        """Whether a text has the form of the ids of this kind, so that it is hardly a name."""
        return self._make.has_id(key)

    @property
    def _records(self) -> dict[str, dict[str, Any]]:
        return self._catalogue.records(self.kind)

    def __getitem__(self, key: str) -> T_co:
        """Return the thing with this id or name; one that is not there is looked for once more.

        An export, process, list, module or other action that is given by its id is not looked for
        in a listing: Anaplan is asked about it alone.

        Raises
        ------
        NotFound
            If there is none; names the near names.
        AmbiguousName
            If several have the name; names their ids.

        Examples
        --------
        >>> model.imports["Load flights"]  # doctest: +SKIP
        <import 'Load flights' (112000000003) of model 'Flight Planning'>
        """
        key = str(key)
        old = was_read(self)
        given = None if old else self._make.of_id(self._catalogue, key)
        if given is not None:
            return given
        if not self.ids_of(key) and old:  # it may be new
            self.refresh()
        id_ = only_id(
            key,
            self.ids_of(key),
            self._names,
            kind=self.kind,
            owner=f"of {self._catalogue.label}",
        )
        return self._make(self._catalogue, self._records[id_])

    def by_id(self, key: str, *, needs_listing: bool | None = None) -> T_co | None:
        """Return the thing with an id; None if nothing has it.

        The listing is read only if Anaplan's answer about the thing alone is not enough.

        Parameters
        ----------
        needs_listing : bool, optional
            As for `Resource.of_id`.
        """
        if not self._make.has_id(key):
            return None
        if not was_read(self):
            given = self._make.of_id(self._catalogue, key, needs_listing=needs_listing)
            if given is not None:
                return given
        record = self._records.get(key)
        return None if record is None else self._make(self._catalogue, record)

    def ids_of(self, key: object) -> list[str]:
        """Return the ids of what has this id or else this name; an empty list if nothing has."""
        return matching_ids(str(key), self._names)

    @property
    def _names(self) -> dict[str, str]:
        return {id_: str(record["name"]) for id_, record in self._records.items()}

    def __contains__(self, key: object) -> bool:
        return bool(self.ids_of(key))

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    @property
    def names(self) -> list[str]:
        """The names, in Anaplan's order."""
        return list(self._names.values())

    @property
    def ids(self) -> list[str]:
        """The ids, in Anaplan's order."""
        return list(self._names)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per thing: ``id``, ``name``, ``code``, then what else Anaplan lists of it.

        Returns
        -------
        pandas.DataFrame
            Columns in snake_case; whole numbers as Int64, the rest as text. Files have
            ``chunk_count``, ``separator``, ``delimiter``, ``encoding``, ``header_row``,
            ``first_data_row``, ``format``, ``language``, ``country``, ``origin``; imports
            ``import_type``, ``import_data_source_id``; exports ``export_type``,
            ``export_format``, ``encoding``, ``layout``; actions ``action_type``; views
            ``module_id``. What else Anaplan lists comes after these.
        """
        return listing_frame(self.kind, self._records.values())

    def refresh(self) -> None:
        """Forget what was read, so that the next use reads it again."""
        self._catalogue.forget(self.kind)

    def __repr__(self) -> str:
        if not was_read(self):
            return f"<{self.kind} of {self._catalogue.label}, not read yet: see .names>"
        return f"<{len(self)} {self.kind} of {self._catalogue.label}: {listed(self.names, 20)}>"

    def _repr_html_(self) -> str:
        return self.to_pandas().to_html(index=False)

    def _ipython_key_completions_(self) -> list[str]:
        return self.names


def read_together(collections: Iterable[Collection[Any]]) -> None:
    """Read the listings of some collections of one model side by side, if they were not read."""
    every = list(collections)
    for things in every[:1]:
        things._catalogue.read_all([each.kind for each in every])


def was_read(things: Collection[Any]) -> bool:
    """Whether a collection was read, so that it may have become old."""
    return things._catalogue.has_read(things.kind)
