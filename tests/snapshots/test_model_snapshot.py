"""What a snapshot holds, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.planning import build_planning

PASSWORD = "Correct-Horse-77"


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    tenant = Sandbox("planner@example.com", PASSWORD, rate_limit=None, task_pause=0)
    build_planning(tenant)
    tenant.add_user("guest@example.com", "guest", administrator=False)
    with tenant:
        yield tenant


@pytest.fixture(scope="module")
def model(served: Sandbox) -> Iterator[af.Model]:
    with served.connect() as connection:
        yield connection.model("Planning")


def pieces(made: af.Snapshot) -> set[str]:
    [data] = made.folder.glob("data-*")
    return {each.relative_to(data).as_posix() for each in data.rglob("*") if each.is_file()}


def test_the_structure_alone_has_no_data(model: af.Model, tmp_path: Path) -> None:
    made = af.snapshot(model, tmp_path / "s")
    assert made.include == "structure"
    assert not [piece for piece in pieces(made) if piece.endswith(".parquet")]
    assert {"lists/101000000001.json", "line_items.json", "versions.json"} <= pieces(made)


@pytest.mark.long
def test_lists_come_with_their_items_and_modules_without_cells(
    model: af.Model, tmp_path: Path
) -> None:
    made = af.snapshot(model, tmp_path / "s", include="lists")
    tables = {piece for piece in pieces(made) if piece.endswith(".parquet")}
    assert tables == {f"lists/10100000000{number}.parquet" for number in (1, 2, 3, 4)}


@pytest.mark.long
def test_only_the_modules_that_are_asked_for_are_kept(model: af.Model, tmp_path: Path) -> None:
    made = af.snapshot(model, tmp_path / "s", include="all", modules=["Notes", "102000000002"])
    assert {piece for piece in pieces(made) if piece.startswith(("cells/", "modules/"))} == {
        f"{kind}/10200000000{number}.{ending}"
        for kind, ending in (("cells", "parquet"), ("modules", "json"))
        for number in (2, 3)
    }
    clone = Sandbox.open(made.folder, verbose=False)
    [copied] = clone.models.values()
    assert [module.name for module in copied.modules.values()] == ["Settings", "Notes"]
    clone.close()


def test_a_module_that_is_not_there_is_an_error_before_anything_is_written(
    model: af.Model, tmp_path: Path
) -> None:
    with pytest.raises(af.NotFound, match="Did you mean 'Notes'"):
        af.snapshot(model, tmp_path / "s", modules="Note")
    assert not (tmp_path / "s").exists()


def test_a_word_that_is_not_an_extent_is_an_error(model: af.Model, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="include must be 'structure', 'lists' or 'all'"):
        af.snapshot(model, tmp_path / "s", include="cells")  # type: ignore[arg-type]


def test_arguments_in_the_wrong_order_are_an_error_that_shows_the_right_one(
    model: af.Model,
) -> None:
    with pytest.raises(TypeError, match=r"The model comes first.*snapshot\(model, 'rehearsal'\)"):
        af.snapshot("rehearsal", model)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="model must be a model, its name, its id or its URL"):
        af.snapshot(5, "rehearsal")  # type: ignore[arg-type]


@pytest.mark.long
def test_no_password_and_no_token_is_in_the_folder(
    served: Sandbox, model: af.Model, tmp_path: Path
) -> None:
    made = af.snapshot(model, tmp_path / "s", include="all")
    Sandbox.open(made.folder, verbose=False).close()
    secrets = [PASSWORD.encode(), *(token.encode() for token in served.tokens._alive)]
    assert len(secrets) > 1
    for path in made.folder.rglob("*"):
        if path.is_file():
            assert not [secret for secret in secrets if secret in path.read_bytes()]


@pytest.mark.long
def test_requests_are_counted_and_within_the_limit_of_the_connection(
    served: Sandbox, tmp_path: Path
) -> None:
    with served.connect(requests_per_minute=600) as connection:
        model = connection.model("Planning")
        before = connection._transport.request_count
        made = af.snapshot(model, tmp_path / "s")
        assert made.requests == connection._transport.request_count - before
    manifest = json.loads((made.folder / "snapshot.json").read_text())
    assert manifest["requests"] == made.requests


@pytest.mark.long
def test_what_the_user_may_not_read_is_noted_and_in_the_report_of_the_clone(
    served: Sandbox, tmp_path: Path
) -> None:
    with served.connect(auth=af.BasicAuth("guest@example.com", "guest")) as connection:
        made = af.snapshot(connection.model("Planning"), tmp_path / "s")
    assert set(made.not_read["piece"]) == {"calendar.json", "versions.json"}
    clone = Sandbox.open(made.folder, verbose=False)
    report = clone.report.set_index("kind")
    clone.close()
    assert report.loc["calendar", "state"] == "not copied"
    assert "The clone has calendar months." in report.loc["calendar", "why"]
    assert report.loc["versions", "why"] == made.not_read["why"].iloc[1]
