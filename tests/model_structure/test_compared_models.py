"""Two models, or a model and its snapshot, compared by what they are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.planning import build_planning


@pytest.fixture(scope="module")
def tenant() -> Iterator[Sandbox]:
    """A model, its copy in another workspace that was changed, and a model of its own."""
    with Sandbox("a@b.com", "x", rate_limit=None, task_pause=0) as made:
        first = build_planning(made)
        second = made.copy_model(first, "Changed", made.workspace("Other"))
        lists = {each.name: each for each in second.lists.values()}
        modules = {each.name: each for each in second.modules.values()}
        second.add_properties(lists["Cities"], {"Manager": "TEXT"})
        second.add_line_items(modules["Settings"], {"Extra": {"format": "NUMBER", "notes": "new"}})
        second.remove(next(one for one in second.processes.values() if one.name == "Night"))
        extra = second.list("Extra list")
        second.module("Extra module", dimensions=[extra], line_items={"N": "NUMBER"})
        own = made.workspace("Own").model("Own")
        staff = own.list("Staff", properties={"Size": "TEXT"}, subsets=["Large"])
        own.list("Cities", properties={"Size": "TEXT"}, parent=staff)
        own.module("Settings", dimensions=[staff], line_items={"rate": "BOOLEAN"})
        made.add_user("guest@example.com", "guest", administrator=False)
        yield made


@pytest.fixture(scope="module")
def conn(tenant: Sandbox) -> Iterator[af.Connection]:
    with tenant.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def requests() -> list[int]:
    """How many requests the comparison with another model took."""
    return []


@pytest.fixture(scope="module")
def unrelated(conn: af.Connection, requests: list[int]) -> af.Comparison:
    """Compare two models of which neither was made from the other."""
    model, other = conn.model("Planning"), conn.model("Own")
    before = model.catalogue.transport.request_count
    found = model.compare(other)
    requests.append(model.catalogue.transport.request_count - before)
    return found


def rows(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(frame["kind"], frame["name"], strict=True))


def test_a_model_equals_itself_over_two_connections(tenant: Sandbox, conn: af.Connection) -> None:
    with tenant.connect() as other:
        found = conn.model("Planning").compare(other.model("Planning"))
    assert found.equal
    assert found.rows_old == found.rows_new > 40
    assert not found.totals("kind")["things", "difference"].any()
    assert found.totals("kind").loc["line item", ("things", "old")] == 12


def test_what_a_copy_has_more_and_less_is_found(conn: af.Connection) -> None:
    found = conn.model("Planning").compare(conn.model("Changed"))
    assert found.verdict == "different"
    assert rows(found.added) == {
        ("list", "Extra list"),
        ("list property", "Cities.Manager"),
        ("line item", "Settings.Extra"),
        ("module", "Extra module"),
        ("line item", "Extra module.N"),
    }
    assert rows(found.removed) == {("process", "Night")}
    # The sandbox's copies do not have the current period.
    assert set(found.changed.index) == {
        ("calendar", "Calendar", "current_period"),
        ("calendar", "Calendar", "current_period_end"),
    }


def test_things_of_models_that_are_not_related_are_compared_by_name(
    unrelated: af.Comparison,
) -> None:
    found = unrelated
    changed = {place: tuple(row) for place, row in found.changed["value"].iterrows()}
    assert changed["list", "Cities", "parent"] == ("Regions", "Staff")
    assert changed["list property", "Cities.Size", "format"] == ("NUMBER", "TEXT")
    assert changed["line item", "Settings.Rate", "name"] == ("Rate", "rate")
    assert changed["line item", "Settings.Rate", "format"] == ("NUMBER", "BOOLEAN")
    before, after = changed["line item", "Settings.Rate", "applies_to"]
    assert (pd.isna(before), after) == (True, "Staff")
    assert ("list", "Regions") in rows(found.removed)  # whose id is that of Staff
    assert ("list", "Staff") in rows(found.added)
    assert ("list subset", "Staff.Large") in rows(found.added)


@pytest.mark.usefixtures("unrelated")
def test_the_requests_are_counted_and_few(requests: list[int]) -> None:
    listings, lists, processes = 9 + 2, 4 + 2, 1 + 0
    assert requests == [2 * listings + lists + processes]


def test_a_model_is_compared_with_its_snapshot_which_is_the_old_side(
    tenant: Sandbox, conn: af.Connection, tmp_path: Path
) -> None:
    own = conn.model("Own")
    af.snapshot(own, tmp_path / "before")
    assert own.compare(tmp_path / "before").equal
    built = next(one for one in tenant.models.values() if one.name == "Own")
    made = built.list("Brand new")
    try:
        assert rows(own.compare(str(tmp_path / "before")).added) == {("list", "Brand new")}
    finally:
        built.remove(made)


def test_what_the_user_may_not_read_is_unchecked_and_not_taken_for_equal(tenant: Sandbox) -> None:
    with af.connect(
        "guest@example.com", "guest", api_url=tenant.api_url, auth_url=tenant.auth_url
    ) as guest:
        found = guest.model("Own").compare(guest.model("Own"))
    assert (found.verdict, found.equal) == ("unclear", False)
    assert set(found.unchecked["subject"]) == {"calendar", "version"}
    assert found.unchecked["reason"].str.match("(old|new) model: ").all()
    assert "4 not compared" in repr(found)
    assert "Unchecked" in found.to_html()
    assert len(found.to_dict()["unchecked"]) == 4


def test_the_differences_are_shown_as_html_and_json(unrelated: af.Comparison) -> None:
    found = unrelated
    html = found.to_html()
    assert "<th>kind</th>\n      <th>name</th>\n      <th>what</th>\n      <th>value</th>" in html
    assert "<td>Rate → <b>rate</b></td>" in html
    [change] = [
        each
        for each in json.loads(json.dumps(found.to_dict(rows=1000)))["changed"]
        if (each["name"], each["what"]) == ("Cities", "parent")
    ]
    assert change["value"] == {"old": "Regions", "new": "Staff"}
    assert repr(found) == f"<Comparison: different; {found.summary}>"
    assert found.summary.endswith(f"; {found.rows_old} old things, {found.rows_new} new things")


@pytest.mark.parametrize(
    ("other", "error", "sentence"),
    [
        (7, TypeError, "other must be a model or the folder of a snapshot, not int"),
        ("Planning", af.ConfigurationError, "To compare with a model, give the model"),
        (".", af.ConfigurationError, "does not hold a finished snapshot. Write one: snapshot("),
    ],
)
def test_what_is_not_a_model_is_an_error(
    conn: af.Connection, other: object, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as info:
        conn.model("Own").compare(other)  # type: ignore[arg-type]
    assert sentence in str(info.value)


def test_a_snapshot_of_some_modules_or_a_damaged_one_is_an_error(
    conn: af.Connection, tmp_path: Path
) -> None:
    own = conn.model("Own")
    af.snapshot(own, tmp_path / "part", modules="Settings")
    with pytest.raises(af.ConfigurationError, match="holds only some modules"):
        own.compare(tmp_path / "part")
    made = af.snapshot(own, tmp_path / "whole")
    [data] = made.folder.glob("data-*")
    for damage in (b"{", b"[]", b'{"views": 3}'):
        (data / "views.json").write_bytes(damage)
        with pytest.raises(af.ConfigurationError, match=r"is damaged .* Write it again"):
            own.compare(made.folder)
