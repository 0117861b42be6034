"""anaplan-sdk makes revisions, compares and synchronizes models in the sandbox."""

from __future__ import annotations

import anaplan_sdk
import httpx2
import pytest
from anaplan_sdk.exceptions import AnaplanActionError

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.clients.sdk import connect

AIRLINES = 101000000001


@pytest.fixture
def models(
    sandbox: Sandbox, sent: list[httpx2.Request]
) -> tuple[anaplan_sdk.Client, anaplan_sdk.Client]:
    """The demo's model, which has a revision, and a copy of it."""
    sandbox.tasks.pause = 0
    demo = sandbox.models[tenant.MODEL]
    sandbox.revision(demo, "First")
    copy = sandbox.copy_model(demo, "Production")
    source = connect(sandbox)
    return source, source.with_model(copy.id)


def test_it_synchronizes_a_model_from_a_new_revision(
    models: tuple[anaplan_sdk.Client, anaplan_sdk.Client],
) -> None:
    source, target = models
    target.alm.change_model_status("offline")
    source.tr.insert_list_items(AIRLINES, [{"name": "Blue", "code": "BL"}])
    made = source.alm.create_revision("Second", "One more airline")
    assert (made.name, made.description) == ("Second", "One more airline")
    assert [each.name for each in source.alm.get_revisions("name")] == ["First", "Second"]
    latest = target.alm.get_latest_revision()
    assert latest is not None
    assert latest.name == "First"
    assert [each.id for each in target.alm.get_syncable_revisions(tenant.MODEL)] == [made.id]

    summary = target.alm.create_comparison_summary(made.id, tenant.MODEL, latest.id)
    assert (summary.totals.created, summary.totals.modified, summary.totals.deleted) == (1, 0, 0)
    task = target.alm.create_comparison_report(made.id, tenant.MODEL, latest.id)
    assert b"CHANGES WITHIN LISTS" in target.alm.get_comparison_report(task)

    done = target.alm.sync_models(made.id, tenant.MODEL, latest.id, True)
    assert done.result.source_revision_id == made.id
    assert [each.id for each in target.alm.get_sync_tasks()] == [done.id]
    applied = source.alm.get_models_for_revision(made.id)
    assert [each.name for each in applied] == ["Flight Planning", "Production"]


@pytest.mark.long
def test_it_is_refused_a_sync_into_a_model_that_was_changed(
    sandbox: Sandbox, models: tuple[anaplan_sdk.Client, anaplan_sdk.Client]
) -> None:
    source, target = models
    sandbox.models[tenant.MODEL].list("More")
    made = source.alm.create_revision("Second", "")
    latest = target.alm.get_latest_revision()
    assert latest is not None
    next(each for each in sandbox.models.values() if each.name == "Production").list("Own")
    assert target.alm.get_syncable_revisions(tenant.MODEL) == []
    with pytest.raises(AnaplanActionError):
        target.alm.sync_models(made.id, tenant.MODEL, latest.id)
