"""What every resource of a model has: an id, a name, a path and words for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from anaplan_frames.errors import NotFound
from anaplan_frames.lookup import is_id
from anaplan_frames.resources.catalogue import Catalogue


class Resource:
    """One thing of a model.

    Attributes
    ----------
    id : str
        As Anaplan lists it.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]
    _id_prefix: ClassVar[str] = ""  # what the ids of this kind begin with
    # The key of Anaplan's answer about one thing; empty if there is no such answer.
    _answer: ClassVar[str] = ""
    _needs_listing: ClassVar[bool] = False  # whether that answer does not say what most work needs

    def __init__(
        self, catalogue: Catalogue, info: Mapping[str, Any], *, listed: bool = True
    ) -> None:
        self._catalogue = catalogue
        self._transport = catalogue.transport
        self._info = info
        self._listed = listed
        self.id: str = str(info["id"])

    @classmethod
    def has_id(cls, key: str) -> bool:
        """Whether a text has the form of the ids of this kind: 12 digits, the first 3 its own."""
        return bool(cls._id_prefix) and key.startswith(cls._id_prefix) and is_id(key)

    @classmethod
    def of_id(
        cls, catalogue: Catalogue, id_: str, *, needs_listing: bool | None = None
    ) -> Self | None:
        """Return the thing with an id by Anaplan's answer about it alone; no listing is read.

        None if there is none, or if the answer is not enough: then the listing shows what there is.

        Parameters
        ----------
        needs_listing : bool, optional
            Whether the caller needs what only the listing has; by default as most work does.
        """
        if not cls.has_id(id_) or (cls._needs_listing if needs_listing is None else needs_listing):
            return None
        answer = catalogue.confirmed(f"{cls.plural}/{id_}", f"{cls.kind} {id_}")
        found = None if answer is None else answer.get(cls._answer)
        if not isinstance(found, Mapping) or str(found.get("id") or id_) != id_:
            return None
        return cls(catalogue, {"id": id_, "name": found.get("name")}, listed=False)

    @property
    def info(self) -> Mapping[str, Any]:
        """All that Anaplan's listing says of it, by Anaplan's names.

        The listing is read, once, if the thing was given by its id.
        """
        if not self._listed:
            record = self._catalogue.records(self.plural).get(self.id)
            if record is None:
                raise self._gone()
            self._info, self._listed = record, True
        return self._info

    @property
    def name(self) -> str:
        """Its name; the listing is read if the thing was given by its id and is not named yet."""
        return str(self._known_name or self.info["name"])

    @property
    def title(self) -> str:
        """Its name, or its id if its name is not known without a request."""
        return str(self._known_name or self.id)

    @property
    def identity(self) -> Mapping[str, Any]:
        """Its ``id`` and ``name``, as far as they are known without a request."""
        return {"id": self.id, "name": self.title}

    @property
    def _known_name(self) -> object:
        if not self._info.get("name") and self._catalogue.has_read(self.plural):
            return self._catalogue.records(self.plural).get(self.id, {}).get("name")
        return self._info.get("name")

    def _gone(self) -> NotFound:
        return NotFound(
            f"{self.label} does not exist any more in {self._catalogue.label}. If it was made "
            "again, look it up by its name."
        )

    @property
    def catalogue(self) -> Catalogue:
        """The listings of its model."""
        return self._catalogue

    @property
    def path(self) -> str:
        """Its path below the API's root."""
        return f"{self._catalogue.path}/{self.plural}/{self.id}"

    @property
    def url(self) -> str:
        """Its ``anaplan://`` URL, by ids, which `read_anaplan` and `to_anaplan` take."""
        facts = self._catalogue.facts
        return f"anaplan://{facts['workspace_id']}/{facts['model_id']}/{self.plural}/{self.id}"

    @property
    def label(self) -> str:
        """The thing in words, e.g. ``"import 'Load flights'"``."""
        return f"{self.kind} {self.title!r}"

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan knows of it: of files and actions, their record in the listing.

        Returns
        -------
        mapping
            By Anaplan's names.

        Raises
        ------
        NotFound
            If it does not exist any more.

        Examples
        --------
        >>> model.files["flights.csv"].metadata()["chunkCount"]  # doctest: +SKIP
        """
        record = self._catalogue.ask(self.plural).get(self.id)
        if record is None:
            raise self._gone()
        return record

    def __repr__(self) -> str:
        return f"<{self.label} ({self.id}) of {self._catalogue.label}>"
