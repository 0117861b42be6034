"""How much memory a model would take in the service, by and large."""

from __future__ import annotations

from collections.abc import Iterable

from anaplan_frames.sandbox.planning.definitions import ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.lists import table_of
from anaplan_frames.sandbox.planning.modules import cells_of
from anaplan_frames.sandbox.planning.store import Store

# Rules of thumb among modellers: a cell takes 8 bytes, an item of a list 500.
_CELL = 8
_ITEM = 500


def usage(
    store: Store, every_list: Iterable[ListDefinition], every_module: Iterable[ModuleDefinition]
) -> int:
    """Return the bytes of what is stored; cells that hold nothing count for nothing here."""
    weights = [(table_of(lst), _ITEM) for lst in every_list]
    weights += [(cells_of(module), _CELL * len(module.line_items)) for module in every_module]
    if not weights:
        return 0
    total = " + ".join(f"(SELECT count(*) FROM {table}) * {weight}" for table, weight in weights)
    with store.reading() as con:
        row = con.execute(f"SELECT {total}").fetchone()
    return int(row[0]) if row else 0
