"""Options of the form NAME=VALUE."""

from __future__ import annotations

import click
import pytest

from anaplan_frames.cli.pair_options import (
    Limit,
    Pair,
    parameters_of,
    separator,
    single_values,
    value_lists,
)


def test_the_first_equals_sign_ends_the_name() -> None:
    assert Pair("N=V").convert("a=b=c", None, None) == ("a", "b=c")
    assert Pair("N=V").convert("a=", None, None) == ("a", "")
    for text in ("a", "=b", ""):
        with pytest.raises(click.BadParameter, match="is not of the form N=V"):
            Pair("N=V").convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "limit"), [("20", 20), ("5%", 0.05), ("0.05", 0.05), ("100%", 1.0), ("0", 0)]
)
def test_a_limit_is_a_number_or_a_share(text: str, limit: float) -> None:
    found = Limit().convert(text, None, None)
    assert found == limit
    assert type(found) is type(limit)


def test_a_name_that_comes_twice_is_refused_or_has_two_values() -> None:
    with pytest.raises(click.UsageError, match=r"--fixed a=\.\.\. is given twice"):
        single_values([("a", "1"), ("a", "2")], "--fixed")
    assert value_lists([("a", "1"), ("b", "2"), ("a", "3")]) == {"a": ["1", "3"], "b": ["2"]}


def test_parameters_may_be_for_one_import_and_may_be_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, bool]] = []

    def answer(text: str, *, err: bool, hide_input: bool) -> str:
        asked.append((text, hide_input))
        return "typed"

    monkeypatch.setattr("click.prompt", answer)
    pairs = [("Version", "Actual"), ("Load/plan/Version", "?"), ("Load/plan/Unit", "$HOME")]
    assert parameters_of(pairs) == {
        "Version": "Actual",
        "Load/plan": {"Version": "typed", "Unit": "$HOME"},
    }
    monkeypatch.setenv("SECRET_OF_SOURCE", "from the environment")
    secrets = [("user", "me"), ("password", "$SECRET_OF_SOURCE"), ("key", "?")]
    assert parameters_of(secrets, secret=True) == {
        "user": "me",
        "password": "from the environment",
        "key": "typed",
    }
    assert asked == [("Load/plan/Version", False), ("key", True)]
    assert parameters_of([]) is None
    with pytest.raises(click.UsageError, match="there is no environment variable 'NOT_SET'"):
        parameters_of([("password", "$NOT_SET")], secret=True)


def test_a_separator_is_one_character() -> None:
    assert [separator(each) for each in (None, ";", "tab", "\\t", "|")] == [
        ",",
        ";",
        "\t",
        "\t",
        "|",
    ]
    for text in ("", ";;", '"', "\n", "ä"):
        with pytest.raises(click.UsageError, match="--sep must be one character"):
            separator(text)
