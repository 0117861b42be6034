"""The tenant that anaplan-sdk's suite expects, with the ids that its tests name.

The suite takes the ids of its fixture `config` from the tenant that is built here. Those that stand
in its tests are given to the builder: they are the constants of this module.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from tests.auth.making import holder
from tests.clients.sdk_suite.suite_integrations import build_integrations

KINDS = ("sync", "async")
LISTS = {"sync": "101000000317", "async": "101000000318"}
FILES = {"sync": "113000000074", "async": "113000000073"}
PROCESSES = {"sync": "118000000028", "async": "118000000027"}
MODULE, LINE_ITEM = "102000000204", "1248000000000"
LIST_OF_SOURCE = "101000000005"
CLOSED_MODEL = "C87EBE934BD442B1A798540E0CA5A877"
NOTIFIED_USER = "1011d30ade7a4ac985dea84e96487461"
SCIM_USER = "test.user@valantic.com"
AZURE_SECRET = "a SAS token"


@dataclass(frozen=True)
class SuiteTenant:
    """What the suite is given: ids for its fixture `config`, and variables of its environment."""

    config: dict[str, str]
    environment: dict[str, str]


def build_suite_tenant(sandbox: Sandbox, folder: Path) -> SuiteTenant:
    """Build everything that the suite uses; connections of CloudWorks point into `folder`."""
    demo = sandbox.workspace("Demo")
    sandbox.workspace("Elsewhere").model("Another model")
    demo.model("Closed by the suite", id=CLOSED_MODEL)
    model = _bulk_model(demo)
    sandbox.add_user("vinzenz.somebody@example.com", "secret")
    sandbox.add_user("notified@example.com", "secret", id=NOTIFIED_USER)
    scim_user = sandbox.add_user(SCIM_USER, "secret")
    config = {"workspace_id": demo.id, "model_id": model.id, "scim_user_id": scim_user.id}
    for kind in KINDS:
        config |= _lifecycle_models(sandbox, demo, kind)
    config |= build_integrations(sandbox, model, folder, AZURE_SECRET)
    return SuiteTenant(config, _environment(sandbox, model))


def _environment(sandbox: Sandbox, model: Model) -> dict[str, str]:
    someone = holder("someone")
    sandbox.register_certificate(someone.pem)
    return {
        "ANAPLAN_SDK_TEST_WORKSPACE_ID": model.workspace.id,
        "ANAPLAN_SDK_TEST_MODEL_ID": model.id,
        "ANAPLAN_SDK_TEST_CERT": someone.pem.decode(),
        "ANAPLAN_SDK_TEST_PK": someone.key_pem().decode(),
        "AZ_STORAGE_ACCOUNT": "account",
        "AZ_STORAGE_SAS_TOKEN": AZURE_SECRET,
    }


def _bulk_model(workspace: Workspace) -> Model:
    """Make the model of the bulk and the transactional tests."""
    model = workspace.model("Demo model", calendar=_calendar())
    for kind in KINDS:
        items = model.list(f"Items of {kind}", id=LISTS[kind])
        model.file(f"{kind}.csv", id=FILES[kind], columns=["Name"])
        clear = model.delete_action(f"Clear {kind}", of=model.list(f"Emptied by {kind}"))
        model.process(f"Clear by {kind}", [clear], id=PROCESSES[kind])
        model.export(f"Items of {kind}", of=items)
    amount = {"format": "NUMBER", "id": LINE_ITEM}
    model.module("Amounts", id=MODULE, dimensions=["Time"], line_items={"Amount": amount})
    return model


def _calendar() -> Calendar:
    """Make one that has today in it, also after the suite has set the fiscal year to FY25."""
    years = datetime.date.today().year - 2025
    return Calendar(2025, past_years=1, future_years=max(1, years))


def _lifecycle_models(sandbox: Sandbox, workspace: Workspace, kind: str) -> dict[str, str]:
    """Make a model with a revision, and the one that the suite syncs with it."""
    source = workspace.model(f"Development, {kind}")
    items = pd.DataFrame({"Name": ["North"], "Code": ["N"]})
    source.list("Regions", id=LIST_OF_SOURCE, items=items)
    sandbox.revision(source, "As it began")
    target = sandbox.copy_model(source, f"Production, {kind}")
    return {f"alm_src_model_id_{kind}": source.id, f"alm_model_id_{kind}": target.id}
