"""The connections, integrations and flows of CloudWorks that anaplan-sdk's suite expects.

Their ids stand in the suite's tests, in the order in which these compare them, as do those of the
model's objects that they name.
"""

from __future__ import annotations

from pathlib import Path

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ImportDefinition,
    ProcessDefinition,
)

IMPORT, FILE, PROCESS = "112000000064", "113000000055", "118000000012"
OTHER_IMPORT = "112000000001"
AZURE_FILE = "dummy/liquor_sales.csv"
CONTAINER = "raw"
CONNECTED = {  # in and out of Anaplan
    "GoogleBigQuery": ("040a5b1572d74e14adbbc8bada248f41", "7839b6bd6c0649acad13cf9d38a374f6"),
    "AmazonS3": ("fc24f171c6ba49b49b19b4502f98e62d", "a1b5719444444e678eb3b6bbcc137e1a"),
    "AzureBlob": ("d1108b906b9c4447b5a62af8f2938a5d", "7fede57c307b46d394b892456bc2083e"),
}
STEPS = ("840ccd8a279a454d99577d9538f24f09", "c0fa795faac047468a59c8dbe3752d75")


def build_integrations(
    sandbox: Sandbox, model: Model, folder: Path, azure_secret: str
) -> dict[str, str]:
    """Build them, and return the ids that the suite is given."""
    load = _load(model)
    process = model.process("Load sales", [load], id=PROCESS)
    export = model.export("Sales out", of=load.into)
    config: dict[str, str] = {}
    for type, (in_id, out_id) in CONNECTED.items():
        place = folder / (CONTAINER if type == "AzureBlob" else type)
        (place / "dummy").mkdir(parents=True)
        # One of its rows has no name, so the run that reads it has errors.
        for file in (AZURE_FILE, "sales.csv"):
            (place / file).write_text('Name\nBeer\n""\n', "utf-8")
        secret = azure_secret if type == "AzureBlob" else None
        connection = sandbox.cloudworks_connection(type, place, type=type, secret=secret)
        table = "sales" if type == "GoogleBigQuery" else AZURE_FILE
        incoming = sandbox.cloudworks_integration(
            f"{type} in", model, [(connection, table, load)], id=in_id
        )
        sandbox.cloudworks_integration(
            f"{type} out", model, [(connection, f"{table}.out", export)], id=out_id
        )
        config = {
            "connection_id": connection.id,
            "error_run_id": sandbox.cloudworks_run(incoming).id,
        }
    for number, id in enumerate(STEPS, 1):
        sandbox.cloudworks_integration(f"Step {number}", model, process=process, id=id)
    for kind in ("sync", "async"):
        config |= _run_by(sandbox, model, process, kind)
    return config


def _run_by(
    sandbox: Sandbox, model: Model, process: ProcessDefinition, kind: str
) -> dict[str, str]:
    """Make the integration and the flow that the tests of one kind run.

    No other flow has these steps: one whose steps are running cannot be deleted.
    """
    alone, first, second = (
        sandbox.cloudworks_integration(f"{name} of {kind}", model, process=process)
        for name in ("Alone", "First step", "Second step")
    )
    assert alone.notification_id is not None
    return {
        f"test_integration_{kind}": alone.id,
        f"test_notification_{kind}": alone.notification_id,
        f"test_flow_{kind}": sandbox.cloudworks_flow(f"Flow of {kind}", [first, second]).id,
    }


def _load(model: Model) -> ImportDefinition:
    """Make the imports and the file."""
    sales = model.list("Sales")
    file = model.file("sales.csv", id=FILE, columns=["Name"])
    model.import_("Load sales of another kind", file, into=sales, id=OTHER_IMPORT)
    return model.import_("Load sales", file, into=sales, id=IMPORT)
