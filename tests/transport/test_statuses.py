"""Every status becomes the right error, in words, and nothing of HTTP or JSON shows."""

from __future__ import annotations

import pytest

from anaplan_frames.errors import (
    AnaplanError,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestRefused,
    TransferError,
)
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, as_json


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (
            400,
            RequestRefused,
            "file 'a': Anaplan cannot do this as asked. "
            "Check the names and values that were given.",
        ),
        (
            403,
            PermissionDenied,
            "file 'a': you are signed in but not allowed to do this. "
            "Ask a workspace administrator for access.",
        ),
        (
            404,
            NotFound,
            "file 'a': it is not there, or your user may not see it. "
            "Check the name or id, and the user's role in the model.",
        ),
        (
            405,
            RequestRefused,
            "file 'a': Anaplan does not offer this here. "
            "Check api_url, and whether your tenant has this service.",
        ),
        (
            407,
            TransferError,
            "file 'a': the proxy asks for a user and password. "
            "Give them: proxies='http://user:password@proxy:3128', or set HTTPS_PROXY.",
        ),
        (
            409,
            ModelUnavailable,
            "file 'a': the model is busy with another action. Try again when that has ended.",
        ),
        (
            410,
            NotFound,
            "file 'a': it is gone: Anaplan keeps it only for a while. Run the action again.",
        ),
        (413, RequestRefused, "file 'a': it is too big for one request. Send less at once."),
        (
            418,
            RequestRefused,
            "file 'a': Anaplan refused it (418). "
            "Try again later; if it stays so, ask Anaplan's support.",
        ),
        (
            422,
            ModelUnavailable,
            "file 'a': the model is archived. Have it unarchived in Anaplan first.",
        ),
        (
            423,
            ModelUnavailable,
            "file 'a': the model is locked. Have it unlocked in Anaplan first.",
        ),
        (
            424,
            ModelUnavailable,
            "file 'a': the model is offline or in maintenance. "
            "Have it brought online, or try again later.",
        ),
        (
            425,
            ModelUnavailable,
            "file 'a': the model is in deployed mode, where this cannot be changed. "
            "Change it in the development model, or ask for standard mode.",
        ),
        (
            429,
            RateLimited,
            "file 'a': Anaplan still refuses because there are too many requests. "
            "Run fewer jobs at once, or connect with a lower requests_per_minute.",
        ),
        (
            500,
            TransferError,
            "file 'a': Anaplan's service failed in doing this (500). If it fails again later, "
            "ask Anaplan's support, with the time.",
        ),
        (
            504,
            TransferError,
            "file 'a': a gateway had no answer of Anaplan's service (504), which may be "
            "overloaded or need longer than the gateway waits. Try again later.",
        ),
        (
            501,
            TransferError,
            "file 'a': Anaplan refused it (501). "
            "Try again later; if it stays so, ask Anaplan's support.",
        ),
    ],
)
def test_each_status_has_its_error_which_says_what_to_do(
    status: int,
    kind: type[AnaplanError],
    message: str,
    server: ScriptedServer,
    transport: Transport,
) -> None:
    server.rule = lambda seen: Answer(status, b"<html>nginx</html>")
    with pytest.raises(kind) as caught:
        transport.get("/files/1", label="file 'a'")
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_anaplans_own_message_is_quoted(server: ScriptedServer, transport: Transport) -> None:
    server.script = [
        as_json({"status": {"code": 400, "message": "Bad\n date."}, "path": "/x"}, 400)
    ]
    with pytest.raises(RequestRefused) as caught:
        transport.get("/x", label="view 'v'")
    expected = (
        "view 'v': Anaplan cannot do this as asked. Check the names and values that were given. "
        "Anaplan says: 'Bad date'."
    )
    assert str(caught.value) == expected
    assert (caught.value.status, caught.value.reason) == (400, "Bad date")


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"status": 3}', b'{"status": {"message": 3}}'])
def test_an_error_without_a_message_has_a_text(
    body: bytes, server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(404, body)]
    with pytest.raises(NotFound, match=r"role in the model\.$"):
        transport.get("/x", label="view 'v'")


def test_an_error_whose_body_breaks_off_keeps_its_meaning(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(404, b'{"status": {"message": "nothing"}}', fault="cut")]
    with pytest.raises(NotFound):
        transport.get("/x", label="view 'v'")


def test_a_web_page_instead_of_json_is_an_error(
    server: ScriptedServer, transport: Transport
) -> None:
    page = Answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html; charset=x"})
    server.script = [page] * 6
    with pytest.raises(TransferError) as caught:
        transport.get("/workspaces", label="workspaces")
    host = server.url.removeprefix("http://")
    assert str(caught.value) == (
        f"workspaces: {host} did not answer as Anaplan does, but with text/html. "
        "Check api_url and auth_url, and whether a proxy asks you to sign in first."
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_web_page_is_an_error_for_every_call(
    method: str, server: ScriptedServer, transport: Transport, *, stream: bool
) -> None:
    page = Answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"})
    server.script = [page] * 6
    with pytest.raises(TransferError, match="did not answer as Anaplan does, but with text/html"):
        transport.request(method, "/files/1/chunks/0", label="chunk 0", data=b"a", stream=stream)
    server.script = [page] * 5 + [as_json({"done": True})]
    assert transport.download("/files/1/chunks/0", label="chunk 0") == b'{"done": true}'


def test_json_that_is_not_an_object_is_an_error(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [as_json(["a"])] * 6
    with pytest.raises(TransferError, match="did not answer as Anaplan does"):
        transport.get("/workspaces", label="workspaces")


def test_a_get_that_is_answered_with_nothing_is_sent_again(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [Answer(200, b""), as_json({"done": True})]
    assert transport.get("/me", label="me") == {"done": True}
    server.script = [Answer(200, b" ")] * 6
    with pytest.raises(TransferError, match=r"^me: .* as Anaplan does, but with nothing\."):
        transport.get("/me", label="me")


def test_an_empty_answer_is_an_empty_object(server: ScriptedServer, transport: Transport) -> None:
    server.script = [Answer(204, b"")]
    assert transport.post("/x", label="x") == {}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_stays_here(
    status: int, server: ScriptedServer, transport: Transport
) -> None:
    with ScriptedServer() as elsewhere:
        server.script = [Answer(status, headers={"Location": f"{elsewhere.url}/2/0/me"})]
        with pytest.raises(TransferError) as caught:
            transport.get("/me", label="me")
        assert elsewhere.seen == []
        assert str(caught.value) == (
            f"me: {server.url.removeprefix('http://')} points to "
            f"{elsewhere.url.removeprefix('http://')}, where the token is not sent. "
            "Check api_url and auth_url, and whether a proxy asks you to sign in first."
        )


def test_a_host_without_logins_is_not_the_authentication_service(
    server: ScriptedServer, transport: Transport
) -> None:
    server.logins = [Answer(404)]
    with pytest.raises(TransferError, match=r"is not Anaplan's authentication service\. Check aut"):
        transport.get("/me", label="me")
