"""Deprecated functions and parameters still work, and warn at the line that uses them."""

from __future__ import annotations

import linecache
import warnings

import pytest

from anaplan_frames.deprecation import deprecated, renamed_parameter


def rename(column: str, *, to: str) -> str:
    return f"{column} -> {to}"


old_rename = deprecated("rename()", removed_in="0.4")(rename)
rename_with_old_parameter = renamed_parameter("into", "to", removed_in="0.4")(rename)


class Frame:
    """Something with methods."""

    @deprecated("Frame.names", removed_in="1.0")
    def labels(self) -> list[str]:
        """Return the labels."""
        return ["a"]


def line_of(warning: warnings.WarningMessage) -> str:
    """Return the line of code that a warning points to."""
    return linecache.getline(warning.filename, warning.lineno).strip()


def test_a_deprecated_function_works_and_names_its_replacement() -> None:
    with pytest.warns(FutureWarning) as caught:
        assert old_rename("a", to="b") == "a -> b"
    (warning,) = caught
    assert str(warning.message) == (
        "rename() is deprecated and will be removed in 0.4. Use rename() instead."
    )
    assert line_of(warning) == 'assert old_rename("a", to="b") == "a -> b"'


def test_a_deprecated_method_works_and_keeps_its_docstring() -> None:
    with pytest.warns(FutureWarning, match=r"Frame\.labels\(\) is .* in 1\.0\. Use Frame\.names"):
        assert Frame().labels() == ["a"]
    assert Frame.labels.__doc__ == "Return the labels."


def test_the_old_name_of_a_parameter_works_and_names_the_new_one() -> None:
    with pytest.warns(FutureWarning) as caught:
        assert rename_with_old_parameter("a", into="b") == "a -> b"
    (warning,) = caught
    assert str(warning.message) == (
        "rename(into=) is deprecated and will be removed in 0.4. Use to= instead."
    )
    assert line_of(warning) == 'assert rename_with_old_parameter("a", into="b") == "a -> b"'


def test_the_new_name_of_a_parameter_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rename_with_old_parameter("a", to="b") == "a -> b"


def test_both_names_of_a_parameter_are_an_error() -> None:
    with pytest.raises(TypeError, match=r"rename\(\) got both into= and to=\."):
        rename_with_old_parameter("a", into="b", to="c")


def test_each_line_warns_once() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            old_rename("a", to="b")
        old_rename("a", to="b")
    assert len(caught) == 2
