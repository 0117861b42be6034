"""Roles and selective access: what is listed, read and refused, for each user."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pytest
import requests

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access.conftest import ALL, Seen
from tests.sandbox.access_tenant import ANN, BOB, EVE, PASSWORD, build
from tests.sandbox.http_client import Http, in_model

SALES = pd.DataFrame(
    {
        "City": ["Oslo", "Rome", "Oslo", "Nowhere"],
        "Time": ["Mar 26"] * 4,
        "Versions": ["Forecast", "Forecast", "Actual", "Forecast"],
        "Units": [1.0, 2.0, 3.0, 4.0],
    }
)
pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")


def cities(frame: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(frame["City"]))


def reasons(result: Any) -> dict[str, str]:
    """Return the reasons of rejected rows by city and version."""
    rows = result.rejected
    return dict(zip(rows["City"] + " " + rows["Versions"], rows["error"], strict=True))


class TestListings:
    def test_a_role_sees_its_modules_lists_and_actions(self, kept: Seen) -> None:
        ann, bob, everybody = kept[ANN], kept[BOB], kept[ALL]
        assert ann.modules.names == ["Sales"]
        assert ann.lists.names == ["Region", "City"]
        assert (ann.imports.names, ann.exports.names) == (["Load sales", "Load cities"], ["Out"])
        assert ann.processes.names == ["Night"]
        assert bob.modules.names == everybody.modules.names == ["Sales", "Secret"]
        assert (bob.imports.names, bob.processes.names) == (["Load sales"], [])
        assert everybody.processes.names == ["Night", "Hidden"]

    def test_administrators_have_all_of_it(self, kept: Seen) -> None:
        assert kept[EVE].modules.names == ["Sales", "Secret"]
        assert kept[EVE].imports.names == kept[ALL].imports.names

    def test_what_a_role_does_not_have_is_404(self, kept: Seen) -> None:
        ann, everybody = kept.http(ANN), kept[ALL]
        secret, staff = everybody.modules["Secret"].id, everybody.lists["Staff"].id
        item = everybody.modules["Secret"].line_items()["id"].iloc[0]
        hidden = everybody.processes["Hidden"].id
        for path in (
            f"/modules/{secret}/lineItems",
            f"/modules/{secret}/views",
            f"/views/{secret}",
            f"/views/{secret}/data",
            f"/views/{item}/data",
            f"/lineItems/{item}/dimensions",
            f"/lists/{staff}",
            f"/lists/{staff}/items",
            f"/processes/{hidden}",
        ):
            assert ann.get(path).status_code == 404, path
        assert ann.post(f"/modules/{secret}/data", []).status_code == 404
        assert ann.post(f"/lists/{staff}/readRequests").status_code == 404
        assert ann.post(f"/views/{secret}/readRequests", {}).status_code == 404
        assert "Pay" not in str(ann.get("/lineItems").json())

    def test_lists_say_whether_they_have_selective_access(self, kept: Seen) -> None:
        described = {
            name: kept.http().get(f"/lists/{kept[ALL].lists[name].id}").json()["metadata"]
            for name in ("Region", "City")
        }
        assert described["Region"]["hasSelectiveAccess"] is True
        assert described["City"]["hasSelectiveAccess"] is False


class TestReading:
    def test_cells_of_items_without_access_are_left_out(self, kept: Seen) -> None:
        assert cities(kept[ALL].modules["Sales"].read()) == ["Oslo", "Bergen", "Rome", "Milan"]
        assert cities(kept[ANN].modules["Sales"].read()) == ["Oslo", "Bergen", "Rome", "Milan"]
        assert cities(kept[BOB].modules["Sales"].read()) == ["Oslo", "Bergen"]
        assert cities(kept[EVE].modules["Sales"].read()) == ["Rome", "Milan"]

    def test_totals_are_those_of_all_items_that_may_be_read(self, kept: Seen) -> None:
        read = kept[BOB].modules["Sales"].read(totals=True, where={"Time": "FY26"})
        assert cities(read) == ["Oslo", "Bergen", "North"]
        assert read["Units"].sum() == 14.0

    def test_items_without_access_have_no_rows_and_are_not_an_error(self, kept: Seen) -> None:
        sales = kept[BOB].modules["Sales"]
        assert len(sales.read(where={"City": "Rome"})) == 0
        assert len(sales.read(where={"City": ["Rome", "Oslo"], "Versions": "Actual"})) == 12

    def test_views_exports_and_large_reads_agree(self, kept: Seen) -> None:
        view = kept[BOB].views["Sales.Open"]
        assert cities(view.read()) == ["Oslo"]
        assert view.dimension_items("City")["name"].tolist() == ["Oslo"]
        assert cities(kept[BOB].exports["Out"].read()) == ["Oslo", "Bergen"]
        rows = kept.http(BOB).get(f"/views/{view.id}/data", exportType="GRID_ALL_PAGES").text
        assert "Rome" not in rows
        bob = kept.http(BOB)
        begun = bob.post(f"/views/{view.id}/readRequests", {"exportType": "TABULAR_MULTI_COLUMN"})
        request = begun.json()["viewReadRequest"]["requestId"]
        page = f"/views/{view.id}/readRequests/{request}/pages/0"
        until = time.monotonic() + 20
        while (answer := bob.get(page)).status_code == 404 and time.monotonic() < until:
            pass
        assert answer.text.splitlines()[1:] == ["Actual,Oslo,Jan 26,1"]

    def test_the_metadata_of_exports_counts_what_the_user_may_read(self, kept: Seen) -> None:
        path = f"/exports/{kept[ALL].exports['Open out'].id}"
        whole = kept.http().get(path).json()["exportMetadata"]
        assert whole["rowCount"] == 7 * 17 * 2
        model = kept.built
        out = next(each for each in model.exports.values() if each.name == "Out")
        limited = model.export_metadata(out, model.rights.of(BOB, administrator=False))
        assert limited["headerNames"] == model.export_metadata(out)["headerNames"]
        cross = model.export("Cross", of=kept.sales, layout="GRID_ALL_PAGES")
        assert (
            model.export_metadata(cross, model.rights.of(BOB, administrator=False))["rowCount"]
            < model.export_metadata(cross)["rowCount"]
        )
        model.remove(cross)

    def test_items_of_a_dimension_in_the_model_are_all(self, kept: Seen) -> None:
        assert len(kept[BOB].dimension_items("City")) == 4  # as is documented

    def test_lists_show_the_items_that_may_be_read(self, kept: Seen) -> None:
        assert kept[BOB].lists["City"].read()["name"].tolist() == ["Oslo", "Bergen"]
        assert kept[BOB].lists["Region"].read()["name"].tolist() == ["North"]
        assert len(kept[EVE].lists["City"].read()) == 4  # administrators manage all
        path = f"/lists/{kept[ALL].lists['City'].id}/items"
        paged = kept.http(BOB).get(path, limit="1").json()
        assert paged["meta"]["paging"]["totalSize"] == 2
        assert kept.http(BOB).get(path, limit="5", offset="1").json()["listItems"] == [
            each for each in kept.http(BOB).get(path).json()["listItems"] if each["code"] == "be"
        ]

    @pytest.mark.long
    def test_a_page_without_access_cannot_be_selected(self, seen: Seen) -> None:
        model = seen.built
        forecast = next(each.id for each in model.versions if each.name == "Forecast")
        role = model.role("Actuals", others="write", versions={"Forecast": "none"})
        model.assign(BOB, role)
        bob, path = seen.http(BOB), f"/views/{seen.sales.id}/data"
        assert bob.get(path, pages=f"20000000020:{forecast}").status_code == 400
        assert "Forecast" not in bob.get(path).text


class TestCellWrites:
    def test_cells_without_write_access_are_rejected_with_reasons(self, seen: Seen) -> None:
        result = seen[ANN].modules["Sales"].write(SALES, on_rejected="ignore")
        assert result.rows_loaded == 1
        found = reasons(result)
        assert "read-only for the user" in found["Rome Forecast"]
        assert "read-only for the user" in found["Oslo Actual"]  # by the version of the role
        assert "no item 'Nowhere'" in found["Nowhere Forecast"]

    @pytest.mark.long
    def test_cells_that_may_not_be_read_are_as_if_they_were_not_there(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"write": ["North"]}})
        result = seen[BOB].modules["Sales"].write(SALES, on_rejected="ignore")
        assert result.rows_loaded == 2
        assert "could not be found" in reasons(result)["Rome Forecast"]

    @pytest.mark.long
    def test_administrators_may_write_to_cells_that_they_do_not_see(self, seen: Seen) -> None:
        result = seen[EVE].modules["Sales"].write(SALES, on_rejected="ignore")
        assert result.rows_loaded == 3
        assert cities(seen[EVE].modules["Sales"].read(omit_empty=True)) == ["Rome", "Milan"]

    @pytest.mark.long
    def test_a_module_that_may_only_be_read_is_403(self, seen: Seen) -> None:
        with pytest.raises(af.PermissionDenied):
            seen[BOB].modules["Sales"].write(SALES)

    @pytest.mark.long
    def test_a_plan_predicts_nothing_of_access_and_says_so(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"read": ["North"]}})
        plan = seen[BOB].modules["Sales"].write(SALES, dry_run=True)
        assert plan.rejected["City"].tolist() == ["Nowhere"]
        assert "access" in plan.unchecked["subject"].tolist()
        truth = seen[BOB].modules["Sales"].write(SALES, on_rejected="ignore")
        assert set(plan.rejected.index) <= set(truth.rejected.index)

    @pytest.mark.long
    def test_a_lost_answer_is_settled_by_the_cells_that_the_user_sees(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"write": ["North"]}})
        seen.sandbox.faults.add("lost answer", method="POST", path="*/modules/*/data")
        frame = SALES[["City", "Time", "Versions"]].assign(Note=["x", None, "y", "z"])[:3]
        result = seen[BOB].modules["Sales"].write(frame, blank=True, on_rejected="ignore")
        assert (result.rows_loaded, result.rejected["City"].tolist()) == (2, ["Rome"])
        assert "could not be found" in reasons(result)["Rome Forecast"]


class TestImports:
    def test_rows_without_write_access_are_rejected_with_reasons(self, seen: Seen) -> None:
        result = af.to_anaplan(SALES, "Load sales", seen[ANN], on_rejected="ignore")
        assert (result.rows_loaded, result.rows_rejected) == (1, 3)
        found = reasons(result)
        assert "No write access to City" in found["Rome Forecast"]
        assert "No write access to Versions" in found["Oslo Actual"]
        assert "Item not located in list City" in found["Nowhere Forecast"]
        read = seen[ALL].modules["Sales"].read(where={"Time": "Mar 26"}, omit_empty=True)
        assert read["Units"].tolist() == [1.0]

    @pytest.mark.long
    def test_items_without_read_access_are_not_located(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"write": ["North"]}})
        result = af.to_anaplan(SALES, "Load sales", seen[BOB], on_rejected="ignore")
        assert result.rows_loaded == 2
        assert "Item not located in list City" in reasons(result)["Rome Forecast"]

    @pytest.mark.long
    def test_administrators_load_into_all_cells(self, seen: Seen) -> None:
        result = af.to_anaplan(SALES, "Load sales", seen[EVE], on_rejected="ignore")
        assert (result.rows_loaded, result.rows_rejected) == (3, 1)

    @pytest.mark.long
    def test_an_import_into_a_module_that_may_only_be_read_fails(self, seen: Seen) -> None:
        with pytest.raises(af.TaskFailed, match="No write access to module Sales"):
            af.to_anaplan(SALES, "Load sales", seen[BOB])

    @pytest.mark.long
    def test_items_are_updated_and_moved_only_with_write_access(self, seen: Seen) -> None:
        rows = pd.DataFrame(
            {
                "Name": ["Oslo", "Rome", "Bergen", "Turku", "Turin"],
                "Code": ["os", "ro", "be", "tu", "to"],
                "Parent": ["N", "S", "S", "N", "S"],
                "Size": [9.0] * 5,
            }
        )
        result = af.to_anaplan(rows, "Load cities", seen[ANN], on_rejected="ignore")
        assert (result.rows_updated, result.rows_created, result.rows_rejected) == (1, 1, 3)
        found = dict(zip(result.rejected["Name"], result.rejected["error"], strict=True))
        assert 'Not authorized to update entity: Code ("ro")' in found["Rome"]
        assert 'Not authorized to move entity: Parent ("S")' in found["Bergen"]
        assert "Not authorized to move entity" in found["Turin"]
        sizes = seen[ALL].lists["City"].read().set_index("name")["Size"]
        assert sizes.to_dict() == {
            "Oslo": 9.0,
            "Bergen": 2.0,
            "Rome": 5.0,
            "Milan": 4.0,
            "Turku": 9.0,
        }


class TestActions:
    @pytest.mark.long
    def test_an_action_that_the_role_does_not_have_is_403(self, seen: Seen) -> None:
        hidden = seen[ALL].processes["Hidden"].id
        path = f"/processes/{hidden}/tasks"
        assert seen.http(ANN).post(path, {"localeName": "en_US"}).status_code == 403
        with pytest.raises(af.NotFound):
            seen[ANN].processes["Hidden"]

    @pytest.mark.long
    def test_or_the_task_fails(self) -> None:
        behavior = {"denied_action": "failed task"}
        with Sandbox(rate_limit=None, task_pause=0, behavior=behavior) as sandbox:
            model = build(sandbox)
            ann = in_model(Http(sandbox, ANN, PASSWORD), model)
            hidden = next(each.id for each in model.processes.values() if each.name == "Hidden")
            result = ann.wait(ann.start(f"processes/{hidden}"))["result"]
        assert result["successful"] is False
        assert result["details"][0]["type"] == "notAuthorised"

    @pytest.mark.long
    def test_a_process_fails_at_an_action_that_the_role_does_not_have(self, seen: Seen) -> None:
        model = seen.built
        role = model.role("Nights", others="write", actions=["Night", "Load sales"])
        model.assign(BOB, role)
        seen[BOB].files["sales.csv"].upload(SALES.to_csv(index=False).encode())
        with pytest.raises(af.TaskFailed, match="Not authorized to run Out"):
            seen[BOB].processes["Night"].run(on_rejected="ignore")

    @pytest.mark.long
    def test_administrators_run_all_actions(self, seen: Seen) -> None:
        assert seen[EVE].imports["Take open"].run(on_rejected="ignore").rows_created == 1  # Rome


class TestListWrites:
    @pytest.mark.long
    def test_a_list_that_may_only_be_read_is_403(self, seen: Seen) -> None:
        with pytest.raises(af.PermissionDenied):
            seen[ANN].lists["Region"].insert(pd.DataFrame({"name": ["West"]}))

    def test_updates_and_moves_of_other_items_are_rejected_row_by_row(self, seen: Seen) -> None:
        rows = pd.DataFrame(
            {"code": ["os", "ro", "be"], "parent": ["North", "South", "South"], "Size": [9.0] * 3}
        )
        result = seen[ANN].lists["City"].update(rows, on_rejected="ignore")
        found = dict(zip(result.rejected["code"], result.rejected["error"], strict=True))
        assert result.rows_updated == 1
        assert "Not authorized to update entity" in found["ro"]
        assert "Not authorized to move entity" in found["be"]

    @pytest.mark.long
    def test_new_items_may_be_written_by_the_user_who_added_them(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"read": ["North"]}})
        regions = seen[BOB].lists["Region"]
        assert regions.insert(pd.DataFrame({"name": ["West"], "code": ["W"]})).rows_created == 1
        assert regions.read()["name"].tolist() == ["North", "West"]
        assert regions.update(pd.DataFrame({"code": ["W"], "name": ["Far West"]})).rows_updated == 1

    @pytest.mark.long
    def test_items_that_are_not_seen_are_not_found(self, seen: Seen) -> None:
        model = seen.built
        model.assign(BOB, items={"Region": {"write": ["North"]}})
        bob, path = seen.http(BOB), f"/lists/{seen[ALL].lists['City'].id}/items"
        gone = bob.post(f"{path}?action=delete", {"items": [{"code": "ro"}, {"code": "os"}]})
        assert gone.json()["deleted"] == 1
        assert gone.json()["failures"][0]["failureMessageDetails"] == "Code 'ro' not found"
        added = bob.post(path, {"items": [{"name": "Turin", "code": "to", "parent": "South"}]})
        assert added.json()["failures"][0]["failureMessageDetails"].startswith("incorrect")
        taken = bob.post(path, {"items": [{"name": "Rome", "code": "xx"}]}).json()["failures"]
        assert taken[0]["failureType"] == "DUPLICATE"

    @pytest.mark.long
    def test_deleting_without_write_access_is_rejected(self, seen: Seen) -> None:
        result = (
            seen[ANN]
            .lists["City"]
            .delete(pd.DataFrame({"code": ["ro", "be"]}), on_rejected="ignore")
        )
        assert result.rows_deleted == 1
        assert "Not authorized to delete entity" in result.rejected["error"].item()


class TestBuilder:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"modules": {"Sale": "read"}}, "'Sale' is not among the modules"),
            ({"lists": {"City": "all"}}, "'none', 'read' or 'write', not 'all'"),
            ({"actions": ["Sunday"]}, "'Sunday' is not among the actions"),
            ({"others": "some"}, "not 'some'"),
        ],
    )
    def test_roles_name_what_is_there(self, kept: Seen, given: Any, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            kept.built.role("Wrong", **given)

    @pytest.mark.parametrize(
        ("items", "words"),
        [
            ({"City": {"read": ["Oslo"]}}, "'City' is not a list with selective access"),
            ({"Region": {"change": ["North"]}}, "'read' or 'write', not 'change'"),
            ({"Region": {"read": "North"}}, "needs a list of items, not 'North'"),
        ],
    )
    def test_access_is_given_to_items_of_lists_that_have_it(
        self, kept: Seen, items: Any, words: str
    ) -> None:
        with pytest.raises(ValueError, match=words):
            kept.built.assign(BOB, items=items)

    def test_a_role_of_another_model_cannot_be_assigned(self, kept: Seen) -> None:
        other = kept.sandbox.workspace("Other").model("Other").role("Foreign")
        with pytest.raises(ValueError, match="'Foreign' is not in model"):
            kept.built.assign(BOB, other)


@pytest.mark.long
def test_the_console_shows_limited_users_no_model(kept: Seen) -> None:
    assert kept.built.id not in console(kept.sandbox, BOB)
    assert kept.built.id in console(kept.sandbox, "")


def console(sandbox: Sandbox, email: str) -> str:
    with requests.Session() as session:
        form = {
            "email": email or sandbox.email,
            "password": PASSWORD if email else sandbox.password,
        }
        session.post(f"{sandbox.api_url}/console/sign-in", data=form, timeout=10)
        return session.get(f"{sandbox.api_url}/", headers={"Accept": "text/html"}, timeout=10).text
