"""A local server that behaves like Anaplan's API, for demos and tests.

It shares no code with the rest of the package, so that neither hides the other's mistakes.
"""

from __future__ import annotations

try:
    import duckdb  # noqa: F401
    import starlette  # noqa: F401
    import uvicorn  # noqa: F401
except ImportError as _error:
    from anaplan_frames.errors import MissingExtra  # only to say so as everywhere

    raise MissingExtra("The sandbox", "sandbox") from _error

from anaplan_frames.sandbox.foreground_server import serve
from anaplan_frames.sandbox.planning.time.month_calendar import Calendar
from anaplan_frames.sandbox.planning.time.week_calendars import (
    ThirteenPeriods,
    WeekCalendar,
    WeeksGeneral,
)
from anaplan_frames.sandbox.sandbox import Sandbox

__all__ = ["Calendar", "Sandbox", "ThirteenPeriods", "WeekCalendar", "WeeksGeneral", "serve"]
