"""Filters of users: what is sent, what is refused and with which words, and what they find."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.admin.scim.user_filters import any_of, check_filter
from anaplan_frames.sandbox.tenant.scim_filters import BadFilter, compile_filter

TEXTS = ("userName", "id", "externalId", "name.familyName", "name.givenName")
LETTERS = st.text("aB1 @.'\"\\(é)", max_size=4)


def any_case(word: str) -> st.SearchStrategy[str]:
    return st.sampled_from([word, word.upper(), word.lower(), word.title()])


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw a comparison, and a function that says whether a user fits."""
    name = draw(st.sampled_from([*TEXTS, "active"]))
    written = draw(any_case(name))
    if draw(st.integers(0, 5)) == 0:
        return f"{written} {draw(any_case('pr'))}", lambda user: user[name] is not None
    if name == "active":
        value = draw(st.booleans())
        verb = draw(st.sampled_from(["eq", "ne"]))
        text = draw(any_case(json.dumps(value)))
        return f"{written} {verb} {text}", lambda user: (user[name] == value) == (verb == "eq")
    value = draw(LETTERS)
    verb = draw(st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]))

    def fits(user: dict[str, Any]) -> bool:
        found, wanted = user[name], value
        if name not in ("id", "externalId"):
            found, wanted = found.casefold(), wanted.casefold()
        if verb in ("eq", "ne"):
            return bool((found == wanted) == (verb == "eq"))
        if found is None:
            return False
        return {
            "gt": found > wanted,
            "ge": found >= wanted,
            "lt": found < wanted,
            "le": found <= wanted,
        }[verb]

    return f"{written} {draw(any_case(verb))} {json.dumps(value)}", fits


def joined(part: st.SearchStrategy[tuple[str, Any]]) -> st.SearchStrategy[tuple[str, Any]]:
    """Join two parts with "and" or "or", in parentheses and with blanks or without."""

    def join(left: Any, right: Any, word: str, blank: str) -> tuple[str, Any]:
        text = f"({left[0]}{blank}){blank}{word} ({blank}{right[0]})"
        if word.lower() == "and":
            return text, lambda user: left[1](user) and right[1](user)
        return text, lambda user: left[1](user) or right[1](user)

    words = st.sampled_from(["and", "or"]).flatmap(any_case)
    return st.builds(join, part, part, words, st.sampled_from(["", " ", "  "]))


FILTERS = st.recursive(comparisons(), joined, max_leaves=4)
USERS = st.fixed_dictionaries(
    {
        "userName": LETTERS,
        "id": LETTERS,
        "externalId": st.none() | LETTERS,
        "name.familyName": LETTERS,
        "name.givenName": LETTERS,
        "active": st.booleans(),
    }
)


@given(FILTERS, USERS)
def test_a_filter_is_sent_so_that_it_finds_what_was_asked_for(
    drawn: tuple[str, Any], user: dict[str, Any]
) -> None:
    text, fits = drawn
    sent = check_filter(text)
    assert check_filter(sent) == sent
    assert compile_filter(sent)(user) == fits(user)


WORDS = (
    *("(", ")", "[", "]", "and", "or", "not", "eq", "pr", "co", "gt", "true", "null", "7", " "),
    *(*TEXTS, "active", "displayName", "emails", '"a"', '"a b"', '"', "'a'", "\\", "=="),
)
MESSY = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)


@given(MESSY | st.text("()[]\"' \\aeqpr\t", max_size=12))
def test_what_is_sent_is_taken_by_a_server_and_all_else_is_a_value_error(text: str) -> None:
    try:
        sent = check_filter(text)
    except ValueError:
        with pytest.raises(ValueError, match="at character"):
            check_filter(text)
    else:
        compile_filter(sent)


@given(MESSY)
def test_a_server_takes_no_filter_that_the_check_refuses(text: str) -> None:
    try:
        compile_filter(text)
    except BadFilter:
        return
    check_filter(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty. Leave filter= out to get all users"),
        ('userName co "x"', 'filter the frame: df[df["user_name"].str.contains("...")]'),
        ('userName sw "x"', 'filter the frame: df[df["user_name"].str.startswith("...")]'),
        ("not (active eq true)", "Anaplan does not support not. Use ne instead of eq"),
        ('emails[type eq "work"]', "Filter by userName, which is the email"),
        ('userName [ eq "x"', "Anaplan does not support [ and ]"),
        ('displayName eq "x"', "Filter by name.givenName and name.familyName"),
        ('family_name eq "x"', "Write name.familyName"),
        ('user_name eq "x"', "Write userName"),
        ('userNam eq "x"', "Write userName"),
        ('title eq "x"', "It can filter by userName, id, externalId, name.familyName"),
        ("userName eq 'x'", 'a value of userName is in double quotes: "x"'),
        ("externalId eq 7", 'a value of externalId is in double quotes: "7"'),
        ('userName == "x"', "write 'eq' for '=='"),
        ('userName like "x"', "'like' is not an operator; these are: eq, ne, gt"),
        ("active eq yes", "active is true or false, not yes"),
        ("active gt true", "active is compared with eq or ne, not with gt"),
        ("active", "it ends where an operator such as eq must come"),
        ("(active eq true", "it ends where ')' must come"),
        ("active eq true)", "')' is one word too many; 'and' or 'or' comes here"),
        ("active eq true and", "it ends where an attribute such as userName must come"),
        ('userName eq "x', 'a text begins with " and has no " at its end'),
        ('userName eq "\\x"', "has a backslash that escapes nothing"),
        ("(" * 60 + "active pr" + ")" * 60, "there are too many parentheses in one another"),
    ],
)
def test_a_filter_that_anaplan_would_refuse_is_an_error_with_a_way_out(
    text: str, says: str
) -> None:
    begin = re.escape(f"filter {text!r}, at character ")
    with pytest.raises(ValueError, match=f"^{begin}.*{re.escape(says)}"):
        check_filter(text)


def test_a_filter_must_be_text() -> None:
    with pytest.raises(TypeError, match="filter must be text such as 'active eq true', not dict"):
        check_filter({"active": True})  # type: ignore[arg-type]


def test_nothing_is_sent_for_a_bad_filter() -> None:
    connection = af.connect("a@b.com", "x", api_url="http://127.0.0.1:1")
    with pytest.raises(ValueError, match="does not support 'co'"):
        connection.scim.users(filter='userName co "x"')


def test_a_filter_for_several_values_escapes_them() -> None:
    sent = any_of("userName", ['a"b', "c"])
    assert sent == 'userName eq "a\\"b" or userName eq "c"'
    assert check_filter(sent) == sent
