"""A workspace of the sandbox and its models."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from anaplan_frames.sandbox.planning.calendar import Calendar, Timescale
from anaplan_frames.sandbox.planning.ids import hexadecimal_id
from anaplan_frames.sandbox.planning.model import Model
from anaplan_frames.sandbox.planning.versions import VersionGiven

SIZE_ALLOWANCE = 130 * 2**30


class Workspace:
    """A workspace.

    Parameters
    ----------
    name : str
    id : str, optional
        32 hex digits; made from the name by default.
    data : Path, optional
        The folder that keeps the models' data; None keeps them in memory.
    size_allowance : int
        Bytes that its models may take; told, not enforced.
    """

    def __init__(
        self,
        name: str,
        id: str | None = None,
        *,
        data: Path | None = None,
        size_allowance: int = SIZE_ALLOWANCE,
    ) -> None:
        self.name = name
        self.size_allowance = size_allowance
        self.id = (id or hexadecimal_id("workspace", name)).lower()
        self.models: dict[str, Model] = {}
        self._data = data

    @property
    def current_size(self) -> int:
        """Bytes that the models take."""
        return sum(model.memory_usage for model in self.models.values())

    def model(
        self,
        name: str,
        id: str | None = None,
        calendar: Timescale | None = None,
        versions: Sequence[VersionGiven] = ("Actual", "Forecast"),
        memory_usage: int | None = None,
    ) -> Model:
        """Create a model.

        Parameters
        ----------
        name : str
        id : str, optional
            32 hex digits; made from the names by default.
        calendar : Timescale, optional
            A `Calendar`, `WeekCalendar`, `ThirteenPeriods` or `WeeksGeneral`; by default calendar
            months of last, this and next year.
        versions : sequence of str or mapping
            Names, or mappings with "name" and what else `Version` has.
        memory_usage : int, optional
            Bytes that the model shall say it takes; by default it goes by what it holds.

        Raises
        ------
        ValueError
            The workspace has a model of this id already.
        """
        number = 0
        model_id = (id or hexadecimal_id(self.id, name)).upper()
        while id is None and model_id in self.models:
            number += 1
            model_id = hexadecimal_id(self.id, name, str(number)).upper()
        if model_id in self.models:
            raise ValueError(f"The workspace {self.name!r} has a model {model_id} already.")
        path = self._data / self.id / f"{model_id}.duckdb" if self._data else None
        model = Model(
            name, model_id, self, calendar or Calendar.default(), path, versions, memory_usage
        )
        self.models[model_id] = model
        return model

    def delete(self, model: Model) -> None:
        """Delete a model and its data."""
        del self.models[model.id]
        model.close()
        if self._data:
            (self._data / self.id / f"{model.id}.duckdb").unlink(missing_ok=True)

    def close(self) -> None:
        """Close the databases of all models."""
        for model in self.models.values():
            model.close()
