"""A list as a DataFrame: by anaplan_frames, and by anaplan-sdk's items made to a typed frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import tenant
from benchmarks.cores import two_cores
from benchmarks.ours import connected_model
from benchmarks.peers import sdk_client

_SEED = 20_240_229
_FIRST_ITEM, _FIRST_PARENT = 206_000_000_000, 205_000_000_000
_PARENTS, _SUPPLIERS, _DAYS = 500, 2_000, 1_461
_FIRST_DAY = np.datetime64("2022-01-01")


def write_items(path: Path, rows: int) -> None:
    """Write the answer to ``GET lists/{listId}/items?includeAll=true``, as the service does.

    About 250 bytes an item: id, name, code, parent, three properties of which a quarter of the
    first has quotes, and one subset.
    """
    with path.open("w", encoding="utf-8") as text:
        text.write('{"meta":{"schema":"https://api.anaplan.com/2/0/objects/list"},')
        text.write('"status":{"code":200,"message":"Success"},"listItems":[')
        separator = ""
        for item in _items(rows):
            text.write(separator + item)
            separator = ","
        text.write("]}")


def _items(rows: int) -> Iterator[str]:
    random = np.random.default_rng(_SEED)
    suppliers = random.integers(0, _SUPPLIERS, rows).tolist()
    prices = (random.integers(0, 100_000_000, rows) / 100).tolist()
    days = (_FIRST_DAY + random.integers(0, _DAYS, rows)).astype(str).tolist()
    active = random.random(rows).tolist()
    for i, (supplier, price, day, chance) in enumerate(
        zip(suppliers, prices, days, active, strict=True)
    ):
        quoted = f'Müller \\"{supplier}\\", Söhne' if supplier % 4 == 0 else f"Supplier {supplier}"
        yield (
            f'{{"id":"{_FIRST_ITEM + i}","name":"Part {i}","code":"P{i:07d}",'
            f'"parent":"Group {i % _PARENTS}","parentId":"{_FIRST_PARENT + i % _PARENTS}",'
            f'"listId":"101000000002","listName":"Groups",'
            f'"subsets":{{"{tenant.SUBSET}":{"true" if chance < 0.7 else "false"}}},'
            f'"properties":{{"Supplier":"{quoted}","Price":"{price}","Since":"{day}"}}}}'
        )


def read(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the list to a DataFrame."""
    two_cores()
    parts = connected_model(url).lists[tenant.LIST_NAME]
    return lambda: parts.read(progress=False)


def read_chunksize(url: str, rows: int) -> Callable[[], object]:
    """Prepare to read the list in DataFrames of 100,000 items, each dropped."""
    two_cores()
    parts = connected_model(url).lists[tenant.LIST_NAME]

    def run() -> int:
        frames: Any = parts.read(chunksize=100_000, progress=False)
        return sum(len(frame) for frame in frames)

    return run


def sdk_read(url: str, rows: int) -> Callable[[], object]:
    """Prepare anaplan-sdk's `get_list_items(return_raw=True)` and a frame of the same dtypes."""
    two_cores()
    client = sdk_client(url)
    return lambda: _typed(client.tr.get_list_items(int(tenant.LIST), return_raw=True))


def _typed(items: list[dict[str, Any]]) -> pd.DataFrame:
    """Make the frame the quickest way that pandas has; `json_normalize` takes far longer."""
    frame = pd.DataFrame.from_records(items, columns=["id", "code", "name", "parent"])
    for name, word in tenant.PROPERTIES.items():
        texts = pd.Series([item["properties"].get(name) for item in items])
        if word == "NUMBER":
            frame[name] = pd.to_numeric(texts)
        elif word == "DATE":
            frame[name] = pd.to_datetime(texts, format="%Y-%m-%d").astype("datetime64[s]")
        else:
            frame[name] = texts
    members = [item["subsets"].get(tenant.SUBSET) for item in items]
    frame[tenant.SUBSET] = pd.Series(members, dtype="boolean")
    return frame
