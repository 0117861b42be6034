"""Times and durations in the format of the API."""

from __future__ import annotations

import datetime


def iso_time(seconds: float) -> str:
    """Format seconds since the epoch: ISO 8601 with milliseconds, UTC."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def iso_seconds(seconds: float) -> str:
    """Format seconds since the epoch as ALM does: ISO 8601 in whole seconds, UTC."""
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    return moment.isoformat().replace("+00:00", "Z")


def iso_duration(seconds: float) -> str:
    """Format a duration, such as ``PT1.500S``; the documentation does not show the format."""
    return f"PT{seconds:.3f}S"
