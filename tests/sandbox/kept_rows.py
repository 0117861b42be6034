"""A model that tests share, put back for each of them as it was, numbers of items included."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.restored_models import RestoredModel


class KeptRows(RestoredModel):
    """The items and cells of a model, and how many items each list has ever had."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.model = model
        with model.store.reading() as con:
            self._numbers = con.execute("SELECT last_number, list_id FROM known_lists").fetchall()

    def put_back(self) -> Model:
        """Restore the model and return it; new items get the ids and names that they would get."""
        self.restore()
        with self.model.store.transaction() as con:
            for last, lst in self._numbers:
                con.execute("UPDATE known_lists SET last_number = ? WHERE list_id = ?", [last, lst])
        return self.model
