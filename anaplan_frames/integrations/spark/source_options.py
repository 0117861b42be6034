"""The options of the data source: texts, as Spark hands them over, made into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anaplan_frames.auth import CertificateAuth, Credentials, KeystoreAuth, TokenAuth
from anaplan_frames.connection import Connection, connect
from anaplan_frames.errors import ConfigurationError
from anaplan_frames.json_parsing import parse_json
from anaplan_frames.messages import near_names
from anaplan_frames.model_search import check_model, find
from anaplan_frames.resources.resource import Resource
from anaplan_frames.urls import ResourceUrl, is_url

_USUAL_TASKS = 16
Convert = Callable[[str], Any]


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return text.lower() == "true"


def _json(text: str) -> Any:
    return parse_json(text)


def _listed(text: str) -> Any:
    """Read a JSON list; any other text is one name."""
    return parse_json(text) if text.lstrip().startswith("[") else [text]


def _number_or_none(text: str) -> float | None:
    return None if text.lower() == "none" else float(text)


def _json_or_text(text: str) -> Any:
    return parse_json(text) if text.lstrip().startswith(("{", "[")) else text


def _flag_or_path(text: str) -> Any:
    return _flag(text) if text.lower() in ("true", "false") else text


def _time_out(text: str) -> Any:
    found = parse_json(text)
    return tuple(found) if isinstance(found, list) else float(found)


_KEYS: dict[str, tuple[Callable[..., Credentials], tuple[str, ...]]] = {
    "certificate": (CertificateAuth, ("certificate", "private_key", "private_key_password")),
    "keystore": (
        KeystoreAuth,
        ("keystore", "keystore_password", "keystore_alias", "keystore_key_password"),
    ),
    "token": (TokenAuth, ("token",)),
}
_CONNECT: dict[str, Convert] = {
    "email": str,
    "password": str,
    "profile": str,
    "region": str,
    "api_url": str,
    "auth_url": str,
    "urls": _json,
    "requests_per_minute": _number_or_none,
    "http_timeout": _time_out,
    "tries": int,
    "proxies": _json_or_text,
    "verify": _flag_or_path,
    "allow_http": _flag,
    "restart_after": float,
}
_PLACE: dict[str, Convert] = {"model": str, "workspace": str, "kind": str, "tasks": int}
READING: dict[str, Convert] = {
    "source": str,
    "partitions": int,
    "run": _flag,
    "hierarchy": _flag,
    "columns": _listed,
    "where": _json,
    "nrows": int,
    "periods": str,
    "totals": _flag,
    "omit_empty": _flag,
    "timeout": float,
}
WRITING: dict[str, Convert] = {
    "target": str,
    "mapping": _json,
    "on_rejected": str,
    "dump": str,
    "timeout": float,
    "parameters": _json,
    "locale": str,
}


class SourceOptions:
    """The options of one read or write.

    They may hold a password, so they are not pickled, and do not show.

    Parameters
    ----------
    given : mapping of str to str
        As Spark has them; names in any case.
    own : mapping of str to callable
        What there is beyond the options of `connect`: `READING` or `WRITING`.

    Raises
    ------
    ConfigurationError
        If an option is not known, or its value is not of its type.
    """

    def __init__(self, given: Mapping[str, str], own: Mapping[str, Convert]) -> None:
        credentials = {name: str for _, names in _KEYS.values() for name in names}
        known: dict[str, Convert] = {**_CONNECT, **credentials, **_PLACE, **own}
        self._values = {
            name.lower(): _converted(name.lower(), text, known) for name, text in given.items()
        }
        if self.tasks < 1:
            raise ConfigurationError(f"Option tasks must be a number from 1, not {self.tasks}.")

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "Options may hold a password, and are not pickled. Give them again with .option()."
        )

    def get(self, name: str, usual: Any = None) -> Any:
        """Return an option, or what is usual without it."""
        return self._values.get(name, usual)

    def chosen(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of the named options that are given."""
        return {name: self._values[name] for name in names if name in self._values}

    @property
    def tasks(self) -> int:
        """How many tasks are expected to run at the same time."""
        return int(self.get("tasks", _USUAL_TASKS))

    def connect(self) -> Connection:
        """Connect as the options say, else as the environment or the profile does."""
        return connect(auth=self._auth(), **self.chosen(_CONNECT))

    def resource(
        self, connection: Connection, option: str, kinds: tuple[str, ...], *, verb: str
    ) -> Resource:
        """Find what an option names: a name, an id or a URL; see `model_search.find`."""
        name = self.get(option)
        if not name:
            raise ConfigurationError(
                f"Say what is {verb}, by its name, id or URL: .option({option!r}, ...)."
            )
        url = ResourceUrl.parse(name) if is_url(name) else None
        workspace = self.get("workspace") or (url.workspace if url else None)
        model = connection.model(self.get("model") or (url.model if url else None), workspace)
        if url is None:
            return find(model, name, kinds, self.get("kind"), verb=verb)
        check_model(url, model)
        return find(model, url.name, kinds, url.kind, verb=verb)

    def _auth(self) -> Credentials | None:
        """Make credentials of the options that are keys, given by path, or a token."""
        for first, (make, names) in _KEYS.items():
            if first in self._values:
                return make(*(self.get(name) for name in names))
        return None


def _converted(name: str, text: str, known: Mapping[str, Convert]) -> Any:
    if name not in known:
        raise ConfigurationError(
            f"The option {name!r} is not known here.{near_names(name, known)} "
            f"Options: {', '.join(known)}."
        )
    try:
        return known[name](text)
    except ValueError as error:
        kinds = {_flag: "true or false", int: "a whole number", float: "a number"}
        what = kinds.get(known[name], "JSON")
        raise ConfigurationError(f"The option {name} must be {what}: {error}.") from error
