"""Users exported to frames and imported from them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.admin.administration.user_export import COLUMNS, _read
from anaplan_frames.admin.administration.user_import import _csv
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant import user_imports
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json


def new_users(count: int) -> pd.DataFrame:
    names = [f"n{number}@corp.com" for number in range(count)]
    data = {"username": names, "first_name": "N", "last_name": "U", "licenses": "Basic"}
    return pd.DataFrame(data)


class TestExport:
    def test_users_are_a_frame_of_texts(self, admin: af.Admin) -> None:
        users = admin.export_users()
        assert users.columns.tolist() == list(COLUMNS)
        assert users["username"].tolist() == ["demo@example.com", "ann@corp.com", "no@corp.com"]
        assert users.iloc[1].tolist() == ["ann@corp.com", "Ann", "User", "Professional,Basic"]

    def test_many_users_are_read_in_pages(
        self, admin: af.Admin, administered: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page may be shorter than was asked for, as its greatest length is not documented."""
        export = user_imports.export_csv
        offsets = []

        def short(tenant: Any, offset: int, limit: int) -> str:
            offsets.append(offset)
            return export(tenant, offset, min(limit, 2))

        monkeypatch.setattr("anaplan_frames.sandbox.routes.administration_routes.export_csv", short)
        assert len(admin.export_users()) == 3
        assert offsets == [0, 2, 3]

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"username,first_name,last_name,licenses\na@b.com,A,B,C\n", "gave a user twice"),
            (b"email,first_name,last_name,licenses\n", "the columns are email, first_name"),
            (b"username,first_name,last_name,licenses\na@b.com,A\n", "a line is cut off"),
            (b'username,first_name,last_name,licenses\n"a@b.com,A,B,C\n', "is not CSV"),
            (b"\xff\xfe", "is not CSV"),
        ],
    )
    def test_what_does_not_fit_is_an_error(
        self, server: ScriptedServer, body: bytes, says: str
    ) -> None:
        server.rule = lambda seen: Answer(200, body, {"Content-Type": "text/csv"})
        admin = af.connect("a@b.com", "x", api_url=server.url, auth_url=server.url).admin
        with pytest.raises(af.TransferError, match=says):
            admin.export_users()


class TestImport:
    def test_new_users_are_made_and_others_changed(
        self, admin: af.Admin, administered: Sandbox
    ) -> None:
        ann = {"username": "ANN@corp.com", "first_name": "Anna", "last_name": "Dow"}
        changed = pd.DataFrame([ann | {"licenses": ["Basic", "Enterprise"]}])
        data = pd.concat([new_users(1), changed], ignore_index=True)
        result = admin.import_users(data)
        assert (result.rows_created, result.rows_updated, result.rows_loaded) == (1, 1, 2)
        assert (result.kind, result.mode, result.outcome) == ("users", "upsert", "loaded")
        user = administered.users.by_email("ann@corp.com")
        assert user is not None
        assert (user.first_name, user.licenses) == ("Anna", ("Basic", "Enterprise"))

    def test_an_export_may_be_imported_again(self, admin: af.Admin) -> None:
        before = admin.export_users()
        assert admin.import_users(before).rows_updated == 3
        pd.testing.assert_frame_equal(admin.export_users(), before)

    def test_bad_rows_come_back_as_they_are(self, admin: af.Admin) -> None:
        data = pd.DataFrame(
            {
                "username": ["a@corp.com", "nobody", "c@corp.com", None, "e@corp.com"],
                "first_name": ["A", "B", "C", None, None],
                "last_name": ["A", "B", "C", None, None],
                "licenses": [["Basic"], ["Basic"], [], None, ["Basic"]],
            },
            index=list("abcde"),
        )
        with pytest.raises(af.RejectedRows) as error:
            admin.import_users(data)
        result = error.value.result
        assert (result.rows_created, result.rows_ignored, result.rows_rejected) == (1, 1, 3)
        expected = data.loc[["b", "c", "e"]]
        pd.testing.assert_frame_equal(result.rejected.drop(columns="error"), expected)
        assert result.rejected["error"].tolist() == [
            "Invalid email address: nobody",
            "licenses must not be empty",
            "first_name and last_name must not be empty",
        ]

    def test_more_than_500_rows_go_in_several_requests(
        self, admin: af.Admin, administered: Sandbox
    ) -> None:
        data = new_users(1203)
        data.loc[1100, "username"] = "nobody"
        result = admin.import_users(data, on_rejected="ignore")
        assert (result.rows_created, result.rows_rejected) == (1202, 1)
        assert result.rejected.index.tolist() == [1100]
        assert len(administered.users.all()) == 3 + 1202

    def test_a_dry_run_sends_nothing(self, admin: af.Admin, administered: Sandbox) -> None:
        data = new_users(3)
        data.loc[2, "last_name"] = " "
        plan = admin.import_users(data, dry_run=True)
        assert (plan.rows_sent, plan.rows_rejected, plan.rows_ignored) == (3, 1, 0)
        assert plan.unchecked["subject"].tolist() == ["created or updated"]
        assert len(administered.users.all()) == 3
        assert plan.send(on_rejected="ignore").rows_created == 2

    def test_one_email_twice_is_an_error(self, admin: af.Admin) -> None:
        twice = pd.concat([new_users(1), new_users(1).assign(username="N0@corp.com")])
        with pytest.raises(af.ColumnMismatch, match=r"same username: 'N0@corp.com'"):
            admin.import_users(twice)

    def test_a_missing_column_is_an_error_with_the_line_to_type(self, admin: af.Admin) -> None:
        data = new_users(1).rename(columns={"username": "user_name"})
        with pytest.raises(af.ColumnMismatch, match=r"pass mapping=\{'user_name': 'username'\}"):
            admin.import_users(data)
        assert admin.import_users(data, mapping={"user_name": "username"}).rows_created == 1

    @pytest.mark.parametrize("kind", ["lost answer", "502", "cut body"])
    def test_a_request_whose_answer_is_lost_is_sent_again(
        self, admin: af.Admin, administered: Sandbox, kind: Any
    ) -> None:
        fault = administered.faults.add(kind, method="PUT", path="*/users/import")
        result = admin.import_users(new_users(3))
        assert fault.hits == 1
        assert result.rows_loaded == 3
        assert len(administered.users.all()) == 6

    def test_a_missing_role_is_named_and_no_bad_login(self, without_roles: af.Admin) -> None:
        for call in (without_roles.export_users, lambda: without_roles.import_users(new_users(1))):
            with pytest.raises(af.PermissionDenied, match="'Tenant Administrator'") as denied:
                call()
            assert denied.value.role == "Tenant Administrator"

    def test_rows_that_anaplan_does_not_count_are_said(self, server: ScriptedServer) -> None:
        errors = [{"line": 9, "message": "Odd"}, {"message": "Odder"}]
        answer = {"accepted": 5, "created": 2, "updated": 0, "errors": errors}
        server.rule = lambda seen: as_json(answer, 207)
        url, clock = server.url, TurnedClock()
        admin = af.connect("a@b.com", "x", api_url=url, auth_url=url, clock=clock).admin
        result = admin.import_users(new_users(5), on_rejected="ignore")
        assert (result.rows_created, result.rows_rejected) == (2, 3)
        for said in ("Odd;", "Odder", "Anaplan counts 4 of 5 rows"):
            assert said in result.note

    def test_more_rows_than_were_sent_are_not_believed(self, server: ScriptedServer) -> None:
        server.rule = lambda seen: as_json({"accepted": 5, "created": 5, "updated": 0}, 207)
        admin = af.connect("a@b.com", "x", api_url=server.url, auth_url=server.url).admin
        with pytest.raises(af.TransferError, match="counts 5 rows, but 2 were sent"):
            admin.import_users(new_users(2))

    @pytest.mark.parametrize(
        "body",
        [b'{"accepted": 2, "created"', b"{" * 500, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"[]"],
        ids=["cut off", "open", "deep", "a list"],
    )
    def test_an_answer_that_is_not_json_of_anaplan_is_an_error(
        self, server: ScriptedServer, body: bytes
    ) -> None:
        kind = {"Content-Type": "application/json"}
        server.rule = lambda seen: Answer(207, body, kind)
        url, clock = server.url, TurnedClock()
        admin = af.connect("a@b.com", "x", api_url=url, auth_url=url, clock=clock).admin
        with pytest.raises(af.TransferError, match="the import of users"):
            admin.import_users(new_users(2))


CELLS = st.text("ab,\"'\n\r;é ", min_size=1, max_size=5)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS)))
def test_any_text_survives_the_csv(lines: list[tuple[str, ...]]) -> None:
    content = _csv(lines)
    assert [tuple(row.values()) for row in _read(content)] == lines
    assert list(csv.reader(io.StringIO(content.decode(), newline="")))[1:] == list(map(list, lines))
