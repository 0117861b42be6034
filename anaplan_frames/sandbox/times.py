"""Times as the API writes them."""

from __future__ import annotations

import datetime


def iso_time(seconds: float) -> str:
    """Write a time, given in seconds since the epoch: ISO 8601 with milliseconds, UTC."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def iso_duration(seconds: float) -> str:
    """Write a duration, such as ``PT1.500S``; the documentation does not say which form it has."""
    return f"PT{seconds:.3f}S"
