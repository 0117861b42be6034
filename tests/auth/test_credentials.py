"""Sign-ins by password and ready token, and what all credentials share."""

from __future__ import annotations

import base64

import pytest

from anaplan_frames.auth import BasicAuth, LoginRequest, Token, TokenAuth
from anaplan_frames.errors import AuthenticationError, ConfigurationError


def test_a_password_goes_as_basic_authorization() -> None:
    request = BasicAuth("zoë@example.com", "pässword:1").login()
    assert request.path == "/token/authenticate"
    assert request.body is None
    scheme, pair = request.headers["Authorization"].split()
    assert scheme == "Basic"
    assert base64.b64decode(pair).decode() == "zoë@example.com:pässword:1"


def test_a_refresh_carries_the_token() -> None:
    request = BasicAuth("a@example.com", "b").refresh(Token("abc"))
    assert request is not None
    assert request.path == "/token/refresh"
    assert request.headers == {"Authorization": "AnaplanAuthToken abc"}


def test_the_token_and_its_end_are_read_from_the_answer() -> None:
    credential = BasicAuth("a@example.com", "b")
    answer = {"tokenInfo": {"tokenValue": "abc", "expiresAt": 1493036651173, "refreshToken": "?"}}
    token = credential.read(answer)
    assert (token.value, token.expires_at) == ("abc", 1493036651.173)
    assert credential.read({"tokenInfo": {"tokenValue": "abc"}}).expires_at is None


@pytest.mark.parametrize(
    "answer", [{}, {"tokenInfo": None}, {"tokenInfo": {}}, {"tokenInfo": {"tokenValue": ""}}]
)
def test_an_answer_without_a_token_is_an_error(answer: dict[str, object]) -> None:
    with pytest.raises(AuthenticationError, match="Check that auth_url is the host"):
        BasicAuth("a@example.com", "b").read(answer)


def test_no_repr_shows_a_secret() -> None:
    request = LoginRequest("/x", {"Authorization": "sesame"}, {"encodedData": "sesame"})
    shown = [BasicAuth("a@example.com", "sesame"), TokenAuth("sesame"), Token("sesame"), request]
    assert "sesame" not in repr(shown)
    assert "sesame" not in repr([vars(each) for each in shown[:2]])


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("", "b", "BasicAuth needs an email and a password; the email is empty."),
        ("a@b.c", "", "BasicAuth needs an email and a password; the password is empty."),
        (
            "a:b",
            "c",
            "The email 'a:b' contains a colon, which a sign-in by password does not allow. "
            "Check it.",
        ),
    ],
)
def test_half_a_password_login_is_refused_at_once(email: str, password: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        BasicAuth(email, password)
    assert str(caught.value) == words


@pytest.mark.parametrize("token", ["", "  ", "two words", "Bearer ", "tökén"])
def test_a_text_that_is_not_a_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        TokenAuth(token)
    assert str(caught.value) == "TokenAuth needs a token: one word, as Anaplan gave it."


def test_a_ready_token_is_not_refreshed() -> None:
    credential = TokenAuth(" abc\n")
    token = credential.login()
    assert (token.value, token.scheme, token.expires_at) == ("abc", "AnaplanAuthToken", None)
    assert credential.refresh(token) is None
