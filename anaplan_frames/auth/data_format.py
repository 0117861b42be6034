"""The two forms of the data that a login by certificate signs."""

from __future__ import annotations

from typing import Literal

from anaplan_frames.errors import ConfigurationError

DataFormat = Literal["v1", "v2"]


def check_data_format(data_format: str) -> DataFormat:
    """Return `data_format`, or raise ConfigurationError if there is no such format."""
    if data_format == "v1":
        return "v1"
    if data_format == "v2":
        return "v2"
    raise ConfigurationError(f"data_format={data_format!r}: use 'v2' (now usual) or 'v1'.")
