"""``anaplan://`` URLs and the search for a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.urls import Locator, find, is_url

SEGMENT = st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


@given(SEGMENT, SEGMENT, SEGMENT, SEGMENT)
def test_any_names_survive_in_a_url(workspace: str, demo_model: str, kind: str, name: str) -> None:
    locator = Locator(workspace, demo_model, kind, name)
    assert is_url(str(locator))
    assert Locator.parse(str(locator)) == locator


@pytest.mark.parametrize("url", ["anaplan://a/b/c", "anaplan://a/b/c/d/e", "anaplan://a//c/d"])
def test_a_url_without_four_segments_shows_the_form(url: str) -> None:
    with pytest.raises(af.ConfigurationError, match="anaplan://workspace/model/kind/name"):
        Locator.parse(url)


def test_a_url_of_another_model_than_the_given_one_is_refused(demo_model: af.Model) -> None:
    with pytest.raises(af.ConfigurationError, match="names the model 'Other'"):
        af.read_anaplan("anaplan://Demo/Other/exports/Flights%20export", demo_model)


def test_an_id_is_found_before_a_name(demo_model: af.Model) -> None:
    assert find(demo_model, "116000000001", ("exports", "files"), None).name == "Flights export"


def test_the_kind_may_be_in_the_singular(demo_model: af.Model) -> None:
    for kind in ("process", "processes"):
        assert find(demo_model, "Load all", ("imports", "processes"), kind).id == "118000000001"


def test_a_kind_that_does_not_fit_is_refused(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="lists, files are"):
        af.read_anaplan("Load airlines", demo_model, kind="imports")
