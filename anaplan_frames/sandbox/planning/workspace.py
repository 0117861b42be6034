"""A workspace of the sandbox and its models."""

from __future__ import annotations

from pathlib import Path

from anaplan_frames.sandbox.planning.calendar import Calendar
from anaplan_frames.sandbox.planning.ids import hexadecimal_id
from anaplan_frames.sandbox.planning.model import Model


class Workspace:
    """A workspace.

    Parameters
    ----------
    name : str
    id : str, optional
        32 hex digits; made from the name by default.
    data : Path, optional
        The folder that keeps the models' data; None keeps them in memory.
    """

    def __init__(self, name: str, id: str | None = None, *, data: Path | None = None) -> None:
        self.name = name
        self.id = (id or hexadecimal_id("workspace", name)).lower()
        self.models: dict[str, Model] = {}
        self._data = data

    def model(self, name: str, id: str | None = None, calendar: Calendar | None = None) -> Model:
        """Create a model.

        Parameters
        ----------
        name : str
        id : str, optional
            32 hex digits; made from the names by default.
        calendar : Calendar, optional
            By default calendar months of last, this and next year.

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
        model = Model(name, model_id, self, calendar or Calendar.default(), path)
        self.models[model_id] = model
        return model

    def close(self) -> None:
        """Close the databases of all models."""
        for model in self.models.values():
            model.close()
