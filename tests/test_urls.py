"""``anaplan://`` URLs and the search for a name."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.model_search import find
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.urls import ModelUrl, ResourceUrl, is_url, parse_model_url

SEGMENT = st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


@given(SEGMENT, SEGMENT, SEGMENT, SEGMENT)
def test_any_names_survive_in_a_url(workspace: str, model: str, kind: str, name: str) -> None:
    url = ResourceUrl(workspace, model, kind, name)
    assert is_url(str(url))
    assert ResourceUrl.parse(str(url)) == url


@pytest.mark.parametrize("url", ["anaplan://a/b/c", "anaplan://a/b/c/d/e", "anaplan://a//c/d"])
def test_a_url_without_four_segments_shows_the_form(url: str) -> None:
    with pytest.raises(af.ConfigurationError, match="anaplan://workspace/model/kind/name"):
        ResourceUrl.parse(url)


def test_a_url_of_another_model_than_the_given_one_is_refused(demo_model: af.Model) -> None:
    with pytest.raises(af.ConfigurationError, match="names the model 'Other'"):
        af.read_anaplan("anaplan://Demo/Other/exports/Flights%20export", demo_model)


def test_an_id_is_found_before_a_name(demo_model: af.Model) -> None:
    found = find(demo_model, "116000000001", ("exports", "files"), None, verb="read")
    assert found.name == "Flights export"


def test_the_kind_may_be_in_the_singular(demo_model: af.Model) -> None:
    for kind in ("process", "processes"):
        found = find(demo_model, "Load all", ("imports", "processes"), kind, verb="written to")
        assert found.id == "118000000001"


def test_a_kind_that_does_not_fit_is_refused(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="'lists', 'files'"):
        af.read_anaplan("Load airlines", demo_model, kind="imports")


WORKSPACE, MODEL = "8a81b09d599f3c6e0159f605560c2630", "D2D29CEE237C422099D83DCC4338CEA6"


@pytest.mark.parametrize(
    "url",
    [
        f"https://us1a.app.anaplan.com/a/modeling/?selectedWorkspaceId={WORKSPACE}"
        f"&selectedModelId={MODEL}",
        f"https://eu1.app.anaplan.com/x/?selectedModelId={MODEL}&selectedWorkspaceId={WORKSPACE}",
        f"https://us1a.app.anaplan.com/frontdoor/saml/x?url=%2Fw%2F{WORKSPACE}%2Fm%2F{MODEL}%3Fa%3D1",
        f"anaplan://{WORKSPACE}/{MODEL}",
    ],
)
def test_a_model_is_found_by_the_url_that_the_browser_shows(
    demo_sandbox: Sandbox, url: str
) -> None:
    host = (urlsplit(url).hostname or "") if url.startswith("https") else ""
    assert parse_model_url(url) == ModelUrl(WORKSPACE, MODEL, host)
    assert demo_sandbox.connect().model(url).name == "Flight Planning"


def test_a_name_is_not_a_url() -> None:
    assert parse_model_url("Flight Planning") is None


@pytest.mark.parametrize("url", ["https://us1a.app.anaplan.com/home", "anaplan://Demo"])
def test_a_url_without_a_model_is_refused_in_words(url: str) -> None:
    with pytest.raises(af.ConfigurationError, match="model"):
        parse_model_url(url)


def test_a_model_can_be_named_instead_of_given(
    demo_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "EMAIL": demo_sandbox.email,
        "PASSWORD": demo_sandbox.password,
        "API_URL": demo_sandbox.api_url,
        "AUTH_URL": demo_sandbox.auth_url,
    }.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    assert len(af.read_anaplan("Airlines", "Flight Planning", kind="lists")) == 0
