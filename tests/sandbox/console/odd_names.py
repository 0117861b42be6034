"""A tenant whose names try to be more than text, with something on every page of the console."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(2)>"
BACKWARDS = "abc\u202edef\u202c"
HEBREW = "שלום"
AND = "A & B &lt; C"
REGIONS, CITIES, SALES = "101000000001", "101000000002", "102000000001"
VIEW, FILE, LOAD, EXPORT, NIGHTLY = (
    *("203000000001", "113000000001", "112000000001", "116000000001", "118000000001"),
)


def build_odd_names(sandbox: Sandbox) -> Model:
    """Make one of each thing that the console shows."""
    model = sandbox.workspace(f"Finance {QUOTES}").model(
        f"Sales {SCRIPT}", calendar=Calendar(2013, 0, 0)
    )
    regions = model.list(
        f"Regions {AND}",
        id=REGIONS,
        top_level_item="World",
        items=pd.DataFrame({"Name": ["North", HEBREW], "Code": ["N", "H"]}),
    )
    cities = model.list(
        "Cities",
        id=CITIES,
        parent=regions,
        properties={SCRIPT: "TEXT", "People": "NUMBER", "Home": regions, "Since": "DATE"},
        subsets=["Large"],
        items=pd.DataFrame(
            {
                "Name": ["Oslo", QUOTES, BACKWARDS],
                "Code": ["O", "Q", "B"],
                "Parent": ["North", "North", HEBREW],
                SCRIPT: [AND, "", SCRIPT],
                "People": ["12.5", "", "3"],
                "Home": ["North", "", ""],
                "Since": ["2013-02-01", "", ""],
                "Large": ["true", "", ""],
            }
        ),
    )
    sales = model.module(
        f"Sales of {QUOTES}",
        id=SALES,
        dimensions=[cities, "Time", "Versions"],
        line_items={
            f"Note {SCRIPT}": "TEXT",
            "Units": "NUMBER",
            "Double": {"format": "NUMBER", "formula": "Units * 2", "notes": QUOTES},
        },
        cells=pd.DataFrame(
            {
                "Cities": ["Oslo", "Oslo", BACKWARDS],
                "Time": ["Jan 13", "Feb 13", "Jan 13"],
                "Versions": ["Actual"] * 3,
                f"Note {SCRIPT}": [AND, "", SCRIPT],
                "Units": [1.5, 2, 4],
            }
        ),
    )
    model.view(sales, f"View {SCRIPT}", rows=["Cities"], columns=["Time", "Line items"], id=VIEW)
    file = model.file(f"cities {QUOTES}.csv", id=FILE, columns=["Name", "Code"], separator=";")
    load = model.import_("Load " + SCRIPT, file, into=cities, id=LOAD)
    out = model.export(f"Out {BACKWARDS}", of=cities, id=EXPORT)
    model.delete_action(f"Clear {QUOTES}", of=cities)
    model.process("Nightly " + AND, [load, out], id=NIGHTLY)
    sandbox.faults.add("503", path="*/never/*", times=2, retry_after="7")
    return model


def run_nightly(sandbox: Sandbox, model: Model) -> tuple[InModel, str]:
    """Load a file of which one row is rejected; return the model's API and the task's id."""
    api = in_model(Http(sandbox), model)
    api.upload(f'Name;Code\nBern;BE\nOslo;X\n"{SCRIPT}";S\n'.encode(), FILE)
    task = api.start(f"processes/{NIGHTLY}")
    api.wait(task)
    return api, task.rpartition("/")[2]
