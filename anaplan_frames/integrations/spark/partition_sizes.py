"""How many partitions data needs, so that each is one chunk."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from anaplan_frames.errors import DataError
from anaplan_frames.transfer.upload import LARGEST_CHUNK, MOST_CHUNKS

GOOD_CHUNK = 40_000_000  # bytes; partitions differ in size
ADVICE = (
    "A partition is one chunk. Use partitions of about 40 MB as text, and 1,000 at most: "
    "df.repartition(n). Or call to_anaplan(df, target) of anaplan_frames.integrations.spark, "
    "which counts, and repartitions as needed."
)


def needed_partitions(sizes: Sequence[int], label: str) -> int:
    """Return in how many partitions data fits into chunks.

    Parameters
    ----------
    sizes : sequence of int
        The bytes that each partition has as text now.
    label : str
        Of the file.

    Raises
    ------
    DataError
        If a file cannot have so many chunks.
    """
    needed = ceil(sum(sizes) / GOOD_CHUNK)
    if needed > MOST_CHUNKS:
        raise DataError(
            f"The data are {sum(sizes):,} bytes as text, and {label} can have {MOST_CHUNKS:,} "
            f"chunks of at most {LARGEST_CHUNK:,} bytes. Load them in several files."
        )
    return needed


def check_sizes(sizes: Sequence[int], label: str) -> None:
    """Raise DataError if a partition is larger than a chunk, with the line that helps."""
    if max(sizes, default=0) <= LARGEST_CHUNK:
        return
    number = sizes.index(max(sizes))
    needed = max(needed_partitions(sizes, label), len(sizes) + 1)
    raise DataError(
        f"Partition {number + 1} of {len(sizes)} has {sizes[number]:,} bytes as text, and Anaplan "
        f"takes at most {LARGEST_CHUNK:,} in one chunk, so nothing was imported. Write "
        f"df.repartition({needed}) instead of df. Or call to_anaplan(df, target) of "
        "anaplan_frames.integrations.spark, which counts, and repartitions as needed."
    )
