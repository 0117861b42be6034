"""The things of one kind in a model, found by name or id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

import pandas as pd

from anaplan_frames.lookup import matching_ids, only_id
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.listings import listing_frame
from anaplan_frames.resources.resource import Resource

Thing = TypeVar("Thing", bound=Resource)


class Collection(Mapping[str, Thing], Generic[Thing]):
    """The things of one kind in a model, by name or id; iterates over the ids.

    It is read from Anaplan once, when it is first needed; `refresh` reads it again.

    Parameters
    ----------
    catalogue : Catalogue
        The model's listings.
    make : type of Resource
        What is listed.
    """

    def __init__(self, catalogue: Catalogue, make: type[Thing]) -> None:
        self._catalogue = catalogue
        self._make = make

    @property
    def _kind(self) -> str:
        return self._make.plural

    @property
    def _records(self) -> dict[str, dict[str, Any]]:
        return self._catalogue.records(self._kind)

    def __getitem__(self, key: str) -> Thing:
        """Return the thing with this id or name.

        Raises
        ------
        NotFound
            If there is none; names the near names.
        AmbiguousName
            If several have the name; names their ids.
        """
        id_ = only_id(
            str(key),
            self.ids_of(key),
            self._names,
            kind=self._kind,
            owner=f"of {self._catalogue.label}",
        )
        return self._make(self._catalogue, self._records[id_])

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
            ``module_id``. What else Anaplan tells comes after these.
        """
        return listing_frame(self._kind, self._records.values())

    def refresh(self) -> None:
        """Forget what was read, so that the next use reads it again."""
        self._catalogue.forget(self._kind)

    def __repr__(self) -> str:
        names = ", ".join(map(repr, self.names))
        return f"<{len(self)} {self._kind} of {self._catalogue.label}: {names}>"

    def _repr_html_(self) -> str:
        return self.to_pandas().to_html(index=False)
