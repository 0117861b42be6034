"""An estimate of the memory that a model takes in the service."""

from __future__ import annotations

from collections.abc import Iterable

from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.store.cell_tables import cells_of
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.store.list_tables import table_of

# Rules of thumb: a cell takes 8 bytes, a list item 500.
_CELL = 8
_ITEM = 500


def usage(
    store: Store, every_list: Iterable[ListDefinition], every_module: Iterable[ModuleDefinition]
) -> int:
    """Return the bytes of the stored items and cells; blank cells do not count."""
    weights = [(table_of(lst), _ITEM) for lst in every_list]
    weights += [(cells_of(module), _CELL * len(module.line_items)) for module in every_module]
    if not weights:
        return 0
    total = " + ".join(f"(SELECT count(*) FROM {table}) * {weight}" for table, weight in weights)
    with store.reading() as con:
        row = con.execute(f"SELECT {total}").fetchone()
    return int(row[0]) if row else 0
