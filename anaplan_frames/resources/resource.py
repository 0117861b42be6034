"""What every resource of a model has: an id, a name, a path and words for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from anaplan_frames.errors import NotFound
from anaplan_frames.resources.catalogue import Catalogue


class Resource:
    """One thing of a model.

    Attributes
    ----------
    id, name : str
        As Anaplan lists them.
    info : mapping
        All that Anaplan's listing says of it, by Anaplan's names.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]

    def __init__(self, catalogue: Catalogue, info: Mapping[str, Any]) -> None:
        self._catalogue = catalogue
        self._transport = catalogue.transport
        self.info = info
        self.id: str = str(info["id"])
        self.name: str = str(info["name"])

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
        return f"{self.kind} {self.name!r}"

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
            raise NotFound(f"{self.label} does not exist any more in {self._catalogue.label}.")
        return record

    def __repr__(self) -> str:
        return f"<{self.label} ({self.id}) of {self._catalogue.label}>"
