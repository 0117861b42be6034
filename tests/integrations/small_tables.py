"""Small tables of the demo: airlines and flights, as DataFrames of texts."""

from __future__ import annotations

import pandas as pd

AIRLINES = pd.DataFrame({"carrier": ["AA", "DL", "UA"], "name": ["American", "Delta", "United"]})
FLIGHTS = pd.DataFrame(
    {
        "carrier": ["AA", "AA", "DL"],
        "origin": ["JFK", "LGA", "JFK"],
        "dest": ["LAX", "ORD", "ATL"],
        "period": ["Jan 13", "Jan 13", "Feb 13"],
        **{name: ["3", "4", "5"] for name in ("flights", "cancelled")},
        **{name: ["1", "2", "3"] for name in ("dep_delay_minutes", "arr_delay_minutes")},
        **{name: ["10", "20", "30"] for name in ("air_time_minutes", "distance_miles")},
    }
)
