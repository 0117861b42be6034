"""Users made, changed and deactivated from frames, against the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.admin.scim.conftest import FINANCE, SALES
from tests.sandbox.http_client import log_in

NEW = {"user_name": "di@corp.com", "given_name": "Di", "family_name": "Doe"}


def new_users(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({**{name: [value] for name, value in NEW.items()}, **columns})


def user(scim: af.Scim, name: str) -> pd.Series[Any]:
    return scim.users(filter=f'userName eq "{name}"').iloc[0]


class TestInsert:
    def test_a_row_becomes_a_user_with_workspaces_by_name(self, scim: af.Scim) -> None:
        data = new_users(workspaces=[["sales, emea", "Finance"]], external_id=["D1"])
        with pytest.warns(af.AnaplanWarning, match="'Sales, EMEA' was taken for it"):
            result = scim.insert(data)
        assert (result.kind, result.mode, result.target) == ("users", "insert", "users")
        assert (result.rows_created, result.rows_loaded, result.outcome) == (1, 1, "loaded")
        di = user(scim, "di@corp.com")
        assert di["active"]
        assert (di["given_name"], di["family_name"], di["external_id"]) == ("Di", "Doe", "D1")
        assert set(di["workspace_ids"]) == {FINANCE, SALES}

    @pytest.mark.parametrize("text", [f"{FINANCE}, {SALES}", f'["{FINANCE}", "Sales, EMEA"]'])
    def test_workspaces_may_be_a_text(self, scim: af.Scim, text: str) -> None:
        scim.insert(new_users(workspaces=[text]))
        assert user(scim, "di@corp.com")["workspace_ids"] == [FINANCE, SALES]

    def test_a_name_with_a_comma_may_be_the_whole_text(self, scim: af.Scim) -> None:
        scim.insert(new_users(workspaces=["Sales, EMEA"]))
        assert user(scim, "di@corp.com")["workspace_ids"] == [SALES]

    def test_rows_that_anaplan_would_refuse_come_back_as_they_are(self, scim: af.Scim) -> None:
        data = pd.DataFrame(
            {
                "user_name": [
                    "ANN@corp.com",
                    "cy@corp.com",
                    "no mail",
                    None,
                    "e@corp.com",
                    "f@c.com",
                ],
                "given_name": ["A", "B", "C", "D", None, "F"],
                "family_name": ["A", "B", "C", "D", "E", "F"],
                "active": [True, True, True, True, True, None],
                "workspaces": [[], [], [], [], [], ["Finanse"]],
            },
            index=list("abcdef"),
        )
        with pytest.raises(af.RejectedRows) as error:
            scim.insert(data)
        rejected = error.value.result.rejected
        pd.testing.assert_frame_equal(rejected.drop(columns="error"), data)
        assert rejected["error"].str.partition(" 'F")[0].tolist() == [
            "there is a user 'ann@corp.com' already",
            "there is a user 'cy@corp.com' already, who is not active; update() can activate the "
            "user",
            "user_name must be an email address, not 'no mail'",
            "user_name is blank",
            "given_name is blank",
            "There is no",
        ]
        assert "Did you mean 'Finance'?" in rejected["error"].iloc[-1]
        assert len(scim.users()) == 4

    def test_more_than_fifty_workspaces_are_refused_with_a_way_out(self, scim: af.Scim) -> None:
        many = [[f"{n:032x}" for n in range(51)]]
        plan = scim.insert(new_users(workspace_ids=many), dry_run=True)
        assert plan.rows_rejected == 1
        assert "give the others by update()" in plan.rejected["error"].iloc[0]

    def test_blank_rows_are_ignored_and_columns_of_users_need_not_be_dropped(
        self, scim: af.Scim, recwarn: pytest.WarningsRecorder
    ) -> None:
        data = pd.concat([new_users(), new_users().replace(r".*", "", regex=True)])
        result = scim.insert(data.assign(id=None, display_name=None, created=None))
        assert (result.rows_created, result.rows_ignored) == (1, 1)
        assert not recwarn.list

    def test_a_column_that_users_do_not_have_is_named_in_a_warning(self, scim: af.Scim) -> None:
        with pytest.warns(af.AnaplanWarning, match=r"'workspace':.* Did you mean 'workspaces'"):
            scim.insert(new_users(workspace=[["Finance"]]))

    def test_two_rows_about_one_user_are_an_error(self, scim: af.Scim) -> None:
        twice = pd.concat([new_users(), new_users(user_name=["DI@corp.com"])])
        with pytest.raises(af.ColumnMismatch, match=r"about the same user: 'DI@corp.com'"):
            scim.insert(twice)

    def test_a_missing_column_is_an_error(self, scim: af.Scim) -> None:
        with pytest.raises(af.ColumnMismatch, match="has no column 'family_name'"):
            scim.insert(new_users().drop(columns="family_name"))

    @pytest.mark.parametrize("make", [pa.Table.from_pandas, pl.from_pandas, lambda df: iter([df])])
    def test_data_may_be_of_other_kinds(self, scim: af.Scim, make: Any) -> None:
        frame = new_users(workspaces=["Finance"])
        lists = new_users(workspaces=[["Finance"]], user_name=["ed@corp.com"])
        data, listed = make(frame), make(lists)
        assert scim.insert(data, on_rejected="ignore").rows_created == 1
        if not isinstance(listed, pa.Table | pl.DataFrame):
            return
        assert scim.insert(listed).rows_created == 1
        assert user(scim, "ed@corp.com")["workspaces"] == ["Finance"]
        again = scim.insert(listed, on_rejected="ignore").rejected
        assert list(again["workspaces"].iloc[0]) == ["Finance"]

    def test_a_stream_with_lists_is_read_once(self, scim: af.Scim) -> None:
        table = pa.Table.from_pandas(new_users(workspaces=[["Finance"]]))
        assert scim.insert(table.to_reader()).rows_created == 1
        assert user(scim, "di@corp.com")["workspaces"] == ["Finance"]

    def test_names_of_columns_may_be_mapped(self, scim: af.Scim) -> None:
        data = new_users(teams=[["Finance"]]).rename(columns={"user_name": "email"})
        scim.insert(data, mapping={"email": "user_name", "teams": "workspaces"})
        assert user(scim, "di@corp.com")["workspaces"] == ["Finance"]


class TestUpdate:
    def test_only_what_differs_is_changed(self, scim: af.Scim, staffed: Sandbox) -> None:
        users = scim.users()
        users.loc[users["user_name"] == "bob@corp.com", "family_name"] = "Brown"
        before = {one.id: one.changed for one in staffed.users.all()}
        result = scim.update(users)
        assert (result.rows_updated, result.rows_ignored, result.rows_created) == (1, 3, 0)
        assert result.changes["change"].tolist() == ["family_name: User -> Brown"]
        changed = [one.email for one in staffed.users.all() if one.changed != before[one.id]]
        assert changed == ["bob@corp.com"]
        bob = user(scim, "bob@corp.com")
        assert (bob["external_id"], bob["workspace_ids"]) == ("B7", [FINANCE])

    @pytest.mark.parametrize(
        ("column", "value", "left"),
        [
            ("workspaces", ["Finance"], [FINANCE]),
            ("workspaces", ["Finance", SALES], [FINANCE, SALES]),
            ("workspace_ids", [SALES], [SALES]),
            ("workspaces", [], []),
        ],
    )
    def test_a_frame_of_users_may_be_changed_in_either_column_of_workspaces(
        self, scim: af.Scim, column: str, value: list[str], left: list[str]
    ) -> None:
        users = scim.users(filter='userName eq "ann@corp.com"')
        users.at[0, column] = value
        result = scim.update(users)
        assert result.rows_updated == (left != [FINANCE, SALES])
        assert user(scim, "ann@corp.com")["workspace_ids"] == left

    def test_two_columns_of_workspaces_that_contradict_each_other_are_refused(
        self, scim: af.Scim
    ) -> None:
        users = scim.users(filter='userName eq "ann@corp.com"')
        users.at[0, "workspaces"], users.at[0, "workspace_ids"] = ["Finance"], [SALES]
        rejected = scim.update(users, on_rejected="ignore").rejected
        assert "name different workspaces" in rejected["error"].iloc[0]

    def test_a_missing_value_leaves_what_the_user_has(self, scim: af.Scim) -> None:
        data = pd.DataFrame(
            {"user_name": ["bob@corp.com"], "external_id": [None], "workspaces": [None]}
        )
        assert scim.update(data.assign(active=False)).rows_updated == 1
        bob = user(scim, "bob@corp.com")
        assert (bob["external_id"], bob["workspaces"]) == ("B7", ["Finance"])
        assert not bob["active"]

    def test_users_are_found_by_id_or_name_and_others_are_rejected(self, scim: af.Scim) -> None:
        data = pd.DataFrame(
            {
                "id": ["1" * 32, None, "2" * 32, "1" * 31 + "2", None, None],
                "user_name": [
                    "ann@corp.com",
                    "BOB@corp.com",
                    None,
                    "zed@corp.com",
                    "zoe@corp.com",
                    "",
                ],
                "given_name": ["Anna", "Rob", "X", "X", "X", "X"],
            }
        )
        result = scim.update(data, on_rejected="ignore")
        assert (result.rows_updated, result.rows_rejected) == (2, 4)
        assert result.rejected["error"].tolist() == [
            f"there is no user '{'2' * 32}'",
            f"there is no user '{'1' * 31}2'",
            "there is no user 'zoe@corp.com'",
            "the row gives no id and no user_name",
        ]
        assert user(scim, "bob@corp.com")["given_name"] == "Rob"

    def test_a_user_name_cannot_be_changed(self, scim: af.Scim) -> None:
        data = pd.DataFrame({"id": ["1" * 32], "user_name": ["anna@corp.com"]})
        rejected = scim.update(data, on_rejected="ignore").rejected
        assert rejected["error"].tolist() == ["the user name of 'ann@corp.com' cannot be changed"]

    def test_without_a_column_for_the_key_it_is_an_error(self, scim: af.Scim) -> None:
        with pytest.raises(af.ColumnMismatch, match="neither a column 'id' nor 'user_name'"):
            scim.update(pd.DataFrame({"active": [False]}))

    def test_a_word_for_active_that_is_not_one_is_rejected(self, scim: af.Scim) -> None:
        data = pd.DataFrame({"user_name": ["ann@corp.com"], "active": ["perhaps"]})
        rejected = scim.update(data, on_rejected="ignore").rejected
        assert rejected["error"].tolist() == ["active must be true or false, not 'perhaps'"]

    def test_a_workspace_that_is_gone_is_said_for_its_row(self, scim: af.Scim) -> None:
        """The sandbox answers 207 and does the rest, as partial success was reported."""
        data = pd.DataFrame({"user_name": ["bob@corp.com"], "workspace_ids": [[SALES, "0" * 32]]})
        result = scim.update(data, on_rejected="ignore")
        said = result.rejected["error"].iloc[0]
        assert said == f"the user was changed, but without this: workspaces: +{'0' * 32}"
        assert result.rows_updated == 0
        assert user(scim, "bob@corp.com")["workspace_ids"] == [SALES]

    def test_what_anaplan_refuses_is_the_outcome_of_its_row(self, scim: af.Scim) -> None:
        data = pd.DataFrame({"user_name": ["bob@corp.com", "ann@corp.com"]})
        data["workspace_ids"] = [["0" * 32], [SALES]]
        result = scim.update(data, on_rejected="ignore")
        assert result.rejected["error"].tolist() == [f"No such workspace: {'0' * 32}"]
        assert (result.rows_updated, result.outcome) == (1, "rejected")


class TestDeactivate:
    def test_users_cannot_log_in_afterwards(self, scim: af.Scim, staffed: Sandbox) -> None:
        assert log_in(staffed, "bob@corp.com", "x").status_code == 201
        result = scim.deactivate(["BOB@corp.com", "1" * 32, "cy@corp.com"])
        assert (result.rows_updated, result.rows_ignored) == (2, 1)
        assert log_in(staffed, "bob@corp.com", "x").status_code == 401
        assert scim.users(filter="active eq false")["user_name"].tolist() == [
            "ann@corp.com",
            "bob@corp.com",
            "cy@corp.com",
        ]

    @pytest.mark.parametrize(
        "users", ["ann@corp.com", pd.Series(["ann@corp.com"]), {"ann@corp.com"}, ("1" * 32,)]
    )
    def test_names_may_come_in_other_kinds(self, scim: af.Scim, users: Any) -> None:
        assert scim.deactivate(users).rows_updated == 1

    def test_a_frame_of_users_may_be_given(self, scim: af.Scim) -> None:
        users = scim.users(filter='userName ne "demo@example.com"')
        assert scim.deactivate(users).rows_updated == 2

    def test_a_name_that_is_not_there_is_rejected(self, scim: af.Scim) -> None:
        with pytest.raises(af.RejectedRows, match=r"there is no user 'zoe@corp.com'"):
            scim.deactivate(["zoe@corp.com", "ann@corp.com"])
        assert not user(scim, "ann@corp.com")["active"]

    def test_nobody_is_deactivated_by_an_empty_list(self, scim: af.Scim) -> None:
        result = scim.deactivate([])
        assert (result.rows_sent, result.outcome) == (0, "loaded")

    def test_many_users_are_found_in_one_listing(self, scim: af.Scim, staffed: Sandbox) -> None:
        names = [f"{'very.' * 9}{number}@corp.com" for number in range(30)]
        for name in names:
            staffed.add_user(name, "x", administrator=False, models=[])
        assert scim.deactivate(names[:15]).rows_updated == 15
        assert scim.deactivate(names).rows_updated == 15

    def test_the_user_may_be_activated_again(self, scim: af.Scim) -> None:
        scim.update(pd.DataFrame({"user_name": ["cy@corp.com"], "active": ["True"]}))
        assert user(scim, "cy@corp.com")["active"]


class TestPlans:
    def test_a_dry_run_changes_nothing_and_shows_what_would_change(self, scim: af.Scim) -> None:
        users = scim.users()
        users.loc[users["user_name"] == "ann@corp.com", ["given_name", "active"]] = ["Anna", False]
        plan = scim.update(users, dry_run=True)
        assert plan.changes.to_dict("records") == [
            {
                "action": "update",
                "id": "1" * 32,
                "user_name": "ann@corp.com",
                "change": "given_name: Ann -> Anna, active: True -> False",
            }
        ]
        assert (plan.rows_sent, plan.rows_updated, plan.rows_ignored) == (4, 1, 3)
        used = plan.columns[plan.columns["used"]]
        assert set(used["target"]) >= {"id", "given_name", "active", "workspaces"}
        assert plan.head(1)["user_name"].tolist() == ["demo@example.com"]
        assert user(scim, "ann@corp.com")["given_name"] == "Ann"
        assert plan.send().rows_updated == 1
        assert user(scim, "ann@corp.com")["given_name"] == "Anna"
        with pytest.raises(af.AnaplanError, match="has been sent already"):
            plan.send()

    def test_a_plan_for_users_that_have_changed_is_stale(
        self, scim: af.Scim, staffed: Sandbox
    ) -> None:
        plan = scim.insert(new_users(), dry_run=True)
        staffed.add_user("di@corp.com", "x")
        with pytest.raises(af.PlanStale):
            plan.send()

    def test_rejected_rows_are_kept_in_a_folder(self, scim: af.Scim, tmp_path: Path) -> None:
        result = scim.deactivate(["zoe@corp.com"], on_rejected="ignore", dump=tmp_path)
        assert result.dump == str(tmp_path)
        assert "there is no user" in (tmp_path / "rejected.csv").read_text("utf-8")
