"""Options of the form NAME=VALUE, and numbers of items or shares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.json_parsing import parse_json

if TYPE_CHECKING:
    _PairType = click.ParamType[tuple[str, str]]
    _LimitType = click.ParamType[int | float]
else:  # generic at run time only in the newest versions
    _PairType = _LimitType = click.ParamType

_ASK = "?"


class Pair(_PairType):
    """``NAME=VALUE``, taken apart at the first ``=``.

    Parameters
    ----------
    form : str
        What the help and the errors show, such as ``"DIMENSION=ITEM"``.
    """

    name = "pair"

    def __init__(self, form: str) -> None:
        self.form = form

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Take the text apart."""
        if isinstance(value, tuple):
            return value
        name, found, text = str(value).partition("=")
        if not found or not name:
            self.fail(f"{value!r} is not of the form {self.form}.", param, ctx)
        return name, text

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Return what the help shows; before click 8.2 no context is given."""
        return self.form


class Limit(_LimitType):
    """A number of items (``20``) or a share of them (``5%`` or ``0.05``)."""

    name = "limit"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | float:
        """Return an int for a number and a float for a share."""
        if isinstance(value, int | float):
            return value
        text = str(value).strip()
        try:
            if text.endswith("%"):
                return float(text[:-1]) / 100
            return int(text) if text.isdigit() else float(text)
        except ValueError:
            self.fail(f"{value!r} is not a number such as 20, or a share such as 5%.", param, ctx)


def single_values(pairs: Sequence[tuple[str, str]], option: str) -> dict[str, str]:
    """Return pairs as a dict.

    Raises
    ------
    click.UsageError
        If a name comes twice.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise click.UsageError(f"{option} {name}=... is given twice. Leave one out.")
        found[name] = value
    return found


def value_lists(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return pairs as a dict of lists; a name that comes twice has two values."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return dict(found)


def mapping_of(words: Sequence[str], option: str = "--mapping") -> dict[str, str] | None:
    """Return the columns that have other names in Anaplan.

    Parameters
    ----------
    words : sequence of str
        Each ``COLUMN=HEADER``, or the path of a file with such lines, as Anaplan Connect's
        ``mapping.properties``, or of a JSON file with one object.
    option : str, default "--mapping"
        What errors call the option.

    Raises
    ------
    click.UsageError
        If a word is neither, or a column comes twice.
    """
    pairs: list[tuple[str, str]] = []
    for word in words:
        path = Path(word)
        if path.is_file():
            pairs += _pairs_of_file(path)
        elif "=" in word:
            name, _, header = word.partition("=")
            pairs.append((name, header))
        else:
            raise click.UsageError(
                f"{option} {word!r} must be of the form COLUMN=HEADER, or a file with such lines; "
                "there is no such file."
            )
    return single_values(pairs, option) or None


def parameters_of(
    pairs: Sequence[tuple[str, str]], *, secret: bool = False
) -> dict[str, Any] | None:
    """Return what imports ask for at run time; a value ``?`` is asked for in the terminal.

    Parameters
    ----------
    pairs : sequence of (str, str)
        ``NAME``, or ``IMPORT/NAME`` for one import of a process, and the value.
    secret : bool
        Whether the values may be secret: they are then asked for without being shown, and
        ``$VARIABLE`` is taken from the environment.

    Raises
    ------
    click.UsageError
        If there is no such environment variable.
    """
    found: dict[str, Any] = {}
    for name, given in pairs:
        value = given
        if given == _ASK:
            value = click.prompt(name, err=True, hide_input=secret)
        elif secret and given.startswith("$"):
            value = _variable(given[1:], name)
        owner, slash, own = name.rpartition("/")
        if slash:
            found.setdefault(owner, {})[own] = value
        else:
            found[name] = value
    return found or None


def _variable(variable: str, name: str) -> str:
    if variable not in os.environ:
        raise click.UsageError(f"{name}: there is no environment variable {variable!r}. Set it.")
    return os.environ[variable]


def separator(text: str | None) -> str:
    r"""Return the separator that is meant: ``tab`` and ``\t`` are a tab, None is a comma.

    Raises
    ------
    click.UsageError
        If it is not one character.
    """
    found = {"tab": "\t", "\\t": "\t", None: ","}.get(text, text)
    if found is None or len(found) != 1 or found in '"\r\n' or not found.isascii():
        raise click.UsageError(f"--sep must be one character such as ';', or tab, not {text!r}.")
    return found


def _pairs_of_file(path: Path) -> list[tuple[str, str]]:
    try:
        text = path.read_text("utf-8")
        found = parse_json(text) if path.suffix == ".json" else None
    except ValueError as error:
        raise click.UsageError(f"{path} cannot be read: {error}.") from None
    if path.suffix == ".json":
        if not isinstance(found, dict):
            raise click.UsageError(f"{path} must hold one JSON object: {{column: header}}.")
        return [(str(name), str(header)) for name, header in found.items()]
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and line[0] not in "#!")
    return [(name.strip(), header.strip()) for name, _, header in pairs]
