"""Ids of models that were found by name: kept for the next run, and never believed unchecked."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.folders import cache_folder
from anaplan_frames.remembered_ids import RememberedIds
from anaplan_frames.sandbox import Sandbox

ASKED = ("Plan", None, None)
OLD, NEW = "A" * 32, "B" * 32
SPACE = "0123456789abcdef" * 2


@pytest.fixture
def plans(tenant: Sandbox) -> Sandbox:
    """Return a tenant in which a model was found by its name in an earlier run."""
    space = tenant.workspace("Space", id=SPACE)
    space.model("Plan", id=OLD)
    assert found(tenant) == OLD
    return tenant


def found(tenant: Sandbox, name: str = "Plan", workspace: str | None = None) -> str:
    with tenant.connect() as connection:
        return connection.model(name, workspace).id


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the paths of all listings."""
    from anaplan_frames.transport import Transport

    paths: list[str] = []
    real = Transport.pages
    monkeypatch.setattr(
        Transport,
        "pages",
        lambda self, path, *given, **options: (
            paths.append(path),
            real(self, path, *given, **options),
        )[1],
    )
    return paths


def files() -> list[Path]:
    return sorted((cache_folder() / "ids").iterdir())


def test_a_model_that_was_found_is_not_listed_again(plans: Sandbox, listed: list[str]) -> None:
    assert found(plans) == OLD
    assert listed == []


def test_a_model_that_has_another_name_now_is_listed(plans: Sandbox, listed: list[str]) -> None:
    plans.models[OLD].name = "Old plan"
    plans.workspace("Space").model("Plan", id=NEW)
    assert found(plans) == NEW
    assert listed == ["/models"]
    assert found(plans) == NEW
    assert listed == ["/models"]


def test_a_model_in_another_workspace_now_is_listed(plans: Sandbox, listed: list[str]) -> None:
    del plans.workspaces[SPACE].models[OLD]
    plans.workspace("Other").model("Plan", id=OLD)
    with plans.connect() as connection:
        assert connection.model("Plan").workspace == "Other"
    assert listed == ["/models"]


def test_a_model_that_is_gone_is_not_found(plans: Sandbox, listed: list[str]) -> None:
    del plans.workspaces[SPACE].models[OLD]
    plans.workspace("Space").model("Others", id=NEW)
    with pytest.raises(af.NotFound, match="no 'Plan' among the models"):
        found(plans)
    assert listed == ["/models"]


def test_the_same_name_in_a_named_workspace_is_another_question(
    plans: Sandbox, listed: list[str]
) -> None:
    plans.workspace("Other").model("Plan", id=NEW)
    assert found(plans, workspace="Other") == NEW
    assert found(plans, workspace="Other") == NEW
    assert sorted(listed) == ["/models", "/workspaces"]


def test_a_name_that_is_the_same_only_when_folded_is_not_remembered(
    plans: Sandbox, listed: list[str]
) -> None:
    for _ in range(2):
        with pytest.warns(af.AnaplanWarning, match="differs only in case"):
            assert found(plans, "plan") == OLD
    assert listed == ["/models", "/models"]


def test_another_user_or_host_remembers_nothing_of_it(plans: Sandbox) -> None:
    host = plans.api_url
    assert RememberedIds(host, "email other@example.com").find(ASKED) is None
    assert RememberedIds(f"{host}0", f"email {plans.email}").find(ASKED) is None
    known = RememberedIds(host, f"email {plans.email}").find(ASKED)
    assert known is not None
    assert (known.id, known.workspace_id) == (OLD, SPACE)


def test_nothing_is_remembered_of_a_user_who_is_not_known(plans: Sandbox) -> None:
    before = files()
    ids = RememberedIds(plans.api_url, None)
    ids.keep(ASKED, OLD, SPACE)
    assert ids.find(ASKED) is None
    assert files() == before


def test_only_the_user_can_read_the_file_which_holds_no_secret(plans: Sandbox) -> None:
    [path] = files()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert plans.email not in path.name
    content = path.read_text()
    assert plans.password not in content
    assert plans.email not in content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"format": 2}',
        b'{"format": 1, "models": []}',
        b'{"format": 1, "models": {"[\\"Plan\\", null, null]": ["x"]}}',
        b'{"format": 1, "models": {"[\\"Plan\\", null, null]": [1, 2]}}',
        b'{"format": 1, "models": {"[\\"Plan\\", null, null]": ["../users", "../me"]}}',
    ],
)
def test_a_damaged_file_is_as_good_as_none(
    plans: Sandbox, listed: list[str], content: bytes
) -> None:
    [path] = files()
    path.write_bytes(content)
    assert found(plans) == OLD
    assert listed == ["/models"]
    assert found(plans) == OLD
    assert listed == ["/models"]


def test_a_request_that_is_not_of_a_known_form_is_not_sent_early(
    plans: Sandbox, listed: list[str]
) -> None:
    ids = RememberedIds(plans.api_url, f"email {plans.email}")
    ids.keep_needed(OLD, ["imports/../../users", "https://example.com", "lists/1/items"])
    with plans.connect() as connection:
        model = connection.model("Plan")
        assert model.lists.names == []
    assert listed == [f"/workspaces/{SPACE}/models/{OLD}/lists"]


def test_a_cache_folder_that_cannot_be_written_to_stops_nothing(
    plans: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("anaplan_frames.folders.tempfile.mkstemp", refused)
    plans.workspace("Space").model("More", id=NEW)
    assert found(plans, "More") == NEW


def test_no_more_than_the_latest_names_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anaplan_frames.remembered_ids._MOST_NAMES", 3)
    ids = RememberedIds("https://api.example.com", "email me@example.com")
    for number in range(5):
        ids.keep((f"Model {number}", None, None), OLD, SPACE)
    [path] = files()
    kept = [json.loads(key)[0] for key in json.loads(path.read_text())["models"]]
    assert kept == ["Model 2", "Model 3", "Model 4"]


def test_many_pages_of_models_are_each_asked_for_once(
    listed: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with Sandbox(rate_limit=None, page_size=2) as tenant:
        space = tenant.workspace("Space")
        for number in range(7):
            space.model(f"Model {number}", id=f"{number:032X}")
        caplog.set_level(logging.DEBUG, "anaplan_frames")
        assert found(tenant, "Model 5") == f"{5:032X}"
        assert _asked(caplog) == [f"{tenant.api_url}/2/0/models"] * 4  # of two models each
        assert found(tenant, "Model 5") == f"{5:032X}"
        assert _asked(caplog) == [f"{tenant.api_url}/2/0/models/{5:032X}"]
    assert listed == ["/models"]


def _asked(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the URLs of what was asked since the last look."""
    lines = [line.split(" ") for line in caplog.messages]
    caplog.clear()
    return [line[1].rstrip(":") for line in lines if line[0] == "GET"]
