"""The ids of the model `planned`, as anaplan-sdk takes them: numbers."""

from __future__ import annotations

from tests.clients import planned

REGIONS, CITIES, TICKETS = int(planned.REGIONS), int(planned.CITIES), int(planned.TICKETS)
SALES, BY_CITY = int(planned.SALES), int(planned.BY_CITY)
UNITS, DOUBLE, NOTE = int(planned.UNITS), int(planned.DOUBLE), int(planned.NOTE)
MEASURES, LARGE, USERS = int(planned.MEASURES), 109000000001, int(planned.USERS)
TIME, LINE_ITEMS = int(planned.TIME), int(planned.LINE_ITEMS)
VERSIONS, FORECAST = int(planned.VERSIONS), int(planned.FORECAST)
OSLO, FEBRUARY = 211000000001, 204100202602
