"""A workspace of the sandbox and its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from anaplan_frames.sandbox.behavior import Keys
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import WorkspaceDefinition
from anaplan_frames.sandbox.planning.schema.object_ids import hexadecimal_id
from anaplan_frames.sandbox.planning.time.model_versions import VersionLike
from anaplan_frames.sandbox.planning.time.month_calendar import Calendar
from anaplan_frames.sandbox.planning.time.timescale import Timescale

SIZE_ALLOWANCE = 130 * 2**30


class Workspace:
    """A workspace.

    Parameters
    ----------
    name : str
    id : str, optional
        32 hex digits; by default they follow from the name.
    data : Path, optional
        The folder that keeps the models' data; None keeps them in memory.
    size_allowance : int
        Bytes that its models may take; shown, but not enforced.
    keys : {"folded", "exact"}
        Which names and codes are the same key; see `Behavior`.
    """

    def __init__(
        self,
        name: str,
        id: str | None = None,
        *,
        data: Path | None = None,
        size_allowance: int = SIZE_ALLOWANCE,
        keys: Keys = "folded",
    ) -> None:
        workspace_id = (id or hexadecimal_id("workspace", name)).lower()
        self.definition: WorkspaceDefinition = WorkspaceDefinition(
            workspace_id, name, size_allowance
        )
        self.models: dict[str, Model] = {}
        self._data = data
        self._keys = keys

    @property
    def id(self) -> str:
        """The id of the workspace."""
        return self.definition.id

    @property
    def name(self) -> str:
        """The name of the workspace."""
        return self.definition.name

    @property
    def current_size(self) -> int:
        """Bytes that the models take."""
        return sum(model.memory_usage for model in self.models.values())

    def model(
        self,
        name: str,
        id: str | None = None,
        calendar: Timescale | None = None,
        versions: Sequence[VersionLike] = ("Actual", "Forecast"),
        memory_usage: int | None = None,
        period_ids: Mapping[str, int] | None = None,
    ) -> Model:
        """Create a model.

        Parameters
        ----------
        name : str
        id : str, optional
            32 hex digits; by default they follow from the names.
        calendar : Timescale, optional
            A `Calendar`, `WeekCalendar`, `ThirteenPeriods` or `WeeksGeneral`; by default calendar
            months of last, this and next year.
        versions : sequence of str or mapping
            Names, or mappings with "name" and other attributes of `Version`.
        memory_usage : int, optional
            Bytes that the model is said to take; by default an estimate from its contents.
        period_ids : mapping of str to int, optional
            Ids of periods by name; by default they follow from the calendar.

        Raises
        ------
        ValueError
            If the workspace already has a model with this id.
        """
        number = 0
        model_id = (id or hexadecimal_id(self.id, name)).upper()
        while id is None and model_id in self.models:
            number += 1
            model_id = hexadecimal_id(self.id, name, str(number)).upper()
        if model_id in self.models:
            raise ValueError(
                f"The workspace {self.name!r} already has a model {model_id}. Give another id."
            )
        model = Model(
            name,
            model_id,
            self.definition,
            calendar or Calendar.default(),
            self._database(model_id),
            versions,
            memory_usage,
            self._keys,
            period_ids,
        )
        self.models[model_id] = model
        return model

    def delete(self, model: Model) -> None:
        """Delete a model and its data."""
        del self.models[model.id]
        model.close()
        if path := self._database(model.id):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the databases of all models."""
        for model in self.models.values():
            model.close()

    def _database(self, model_id: str) -> Path | None:
        return self._data / self.id / f"{model_id}.duckdb" if self._data else None
