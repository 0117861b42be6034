"""`mappings.toml` of the demo, filled in as somebody does who knows the model."""

from __future__ import annotations

from pathlib import Path

MAPPINGS = """\
[imports.112000000001]
ready = true
into = "Airlines"
columns = {carrier = "Code", name = "Name"}

[imports.112000000002]
ready = true
into = "Airports"
columns = {faa = "Code", name = "Name", lat = "lat", lon = "lon", alt = "alt", tzone = "tzone"}

[imports.112000000003]
ready = true
into = "Flights by Month"
match_by = {Airlines = "code", Origins = "code", Airports = "code"}
[imports.112000000003.columns]
carrier = "Airlines"
origin = "Origins"
dest = "Airports"
period = "Time"
flights = "flights"
cancelled = "cancelled"
dep_delay_minutes = "dep_delay_minutes"
arr_delay_minutes = "arr_delay_minutes"
air_time_minutes = "air_time_minutes"
distance_miles = "distance_miles"

[exports.116000000001]
ready = true
of = "Flights by Month"
leaves_only = true
omit_empty = true

[actions.117000000001]
ready = true
of = "Airports"
"""


def fill_in(folder: Path) -> None:
    """Write it into the folder of a snapshot of the demo."""
    (folder / "mappings.toml").write_text(MAPPINGS, "utf-8")
