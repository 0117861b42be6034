"""Which texts are names of a model's periods, as Anaplan says when it is asked for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.errors import NotFound, PermissionDenied, RequestRefused
from anaplan_frames.key_folding import INVISIBLE
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.writes.value_checks import RIGHT, UNCLEAR, WRONG, ValueCheck, Verdicts

_MOST_NAMES = 1_000  # in one request
_MOST_KNOWN = 20_000  # beyond so many different texts, a column is not one of periods
_DATE = re.compile(r"\s*\d{4}-\d{2}-\d{2}\s*")


class PeriodLookup:
    """Asks for periods by name, each name once.

    Parameters
    ----------
    catalogue : Catalogue
        The model.
    dimension_id : str
        Of Time; that of Versions makes it look for versions.
    words : str
        What is looked for.
    sure : callable, optional
        Returns the only names that are right in any case; others are unclear, though the model has
        them. None if all are right.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        dimension_id: str = TIME_ID,
        words: str = "a period of the model's calendar",
        sure: Callable[[], Collection[str] | None] = lambda: None,
    ) -> None:
        self._catalogue = catalogue
        self._sure = sure
        self._dimension_id = dimension_id
        self._words = words
        self._known: dict[str, int] = {}

    def check(self, column: str, *, dates: bool) -> ValueCheck:
        """Return how the names of periods in a column are judged.

        Parameters
        ----------
        column : str
        dates : bool
            Whether ISO dates may stand for periods, so that they are unclear.
        """
        return ValueCheck(column, self._words, self._judge(dates=dates))

    def _judge(self, *, dates: bool) -> Callable[[pa.Array], Verdicts]:
        def judge(texts: pa.Array) -> Verdicts:
            every = texts.to_pylist()
            self._ask([text for text in dict.fromkeys(every) if text not in self._known])
            found = [self._known.get(text, UNCLEAR) for text in every]
            if dates:
                pairs = zip(every, found, strict=True)
                found = [UNCLEAR if _DATE.fullmatch(text) else own for text, own in pairs]
            return np.array(found, dtype=np.int8)

        return judge

    def _ask(self, texts: Sequence[str]) -> None:
        """Learn what texts are; those that Anaplan is not asked for stay unknown."""
        for start in range(0, min(len(texts), _MOST_KNOWN - len(self._known)), _MOST_NAMES):
            asked = texts[start : start + _MOST_NAMES]
            names = self._names({text: None for each in asked for text in (each, _cleaned(each))})
            if names is None:
                return
            same = {name.casefold() for name in names}
            sure = self._sure()
            for text in asked:
                alike = not text.strip() or _cleaned(text).casefold() in same
                right = text in names and (sure is None or text in sure)
                self._known[text] = RIGHT if right else UNCLEAR if alike else WRONG

    def _names(self, texts: dict[str, None]) -> set[str] | None:
        """Return the names that the model has of some, ignoring case; None if it refuses."""
        try:
            answer = self._catalogue.transport.post(
                f"{self._catalogue.path}/dimensions/{self._dimension_id}/items",
                label=f"periods of {self._catalogue.label}",
                json={"names": [text for text in texts if text.strip()]},
            )
        except (RequestRefused, PermissionDenied, NotFound):
            return None
        return {str(item["name"]) for item in answer.get("items") or ()}


def _cleaned(text: str) -> str:
    """Leave out what cannot be seen in a text."""
    return INVISIBLE.sub("", text).strip()
