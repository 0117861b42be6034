"""The bodies of connections: checked before anything is sent, and hidden until then."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.auth.secret import Secret
from anaplan_frames.messages import near_names

_NEEDED: dict[str, tuple[str, ...]] = {
    "AmazonS3": ("name", "access_key_id", "secret_access_key", "bucket_name"),
    "GoogleBigQuery": ("name", "service_account_key", "dataset"),
    "AzureBlob": ("name", "storage_account_name", "container_name", "sas_token"),
}
# Azure by OAuth 2.0; the names of these are not confirmed.
_AZURE_OAUTH = (
    *("name", "storage_account_name", "container_name"),
    *("client_id", "client_secret", "tenant_id"),
)
_OPTIONAL: dict[str, tuple[str, ...]] = {
    "AmazonS3": ("role_arn", "workspace_id"),
    "GoogleBigQuery": ("workspace_id",),
    "AzureBlob": ("workspace_id", "auth_method"),
}
_BY_TOKEN = "SAS-based"
_AS_IT_IS = frozenset({"auth_method"})  # the one key that is not in camel case
_PARTS = re.compile(r"_([a-z0-9])")
_SHORTEST_SECRET = 8  # characters
_PUBLIC = frozenset({"name", "bucketName", "dataset", "containerName", "auth_method"})


@dataclass(frozen=True, slots=True)
class ConnectionBody:
    """What is sent to make or change a connection; no repr shows it.

    Attributes
    ----------
    name : str
    text : Secret
        The JSON.
    """

    name: str
    text: Secret[bytes]

    def masked(self, message: str) -> str:
        """Return a message without the secrets that a service may have repeated."""
        for value in _texts(json.loads(self.text.reveal())["body"]):
            if len(value) >= _SHORTEST_SECRET:
                message = message.replace(value, "***")
        return message


class GivenConnection:
    """The settings of a connection as the caller gives them; no repr shows them.

    Parameters
    ----------
    settings : dict
        ``type``, and what a connection of that type needs, in snake_case. It is emptied, so that
        the frames that hold it do not show it in a traceback.
    """

    __slots__ = ("_settings",)

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = dict(settings)
        settings.clear()

    def body(self, record: Mapping[str, Any] | None = None) -> ConnectionBody:
        """Return what is sent.

        Parameters
        ----------
        record : mapping, optional
            The connection that is changed, as the listing has it.

        Raises
        ------
        TypeError
            If a setting is missing, unknown or of the wrong type; its value is not shown.
        """
        found = self._made(record)
        if isinstance(found, str):
            raise TypeError(found)
        return found

    def _made(self, record: Mapping[str, Any] | None) -> ConnectionBody | str:
        """Return the body or what is wrong: what is raised here would show the settings."""
        settings = {**_known_settings(record), **self._settings}
        kind = settings.pop("type", None)
        wrong = _fault(kind, settings)
        if wrong:
            return wrong
        body = {
            _sent_name(key): _sent(value) for key, value in settings.items() if value is not None
        }
        if kind == "AzureBlob":
            body.setdefault("auth_method", _BY_TOKEN)
        text = Secret(json.dumps({"type": kind, "body": body}).encode())
        return ConnectionBody(str(settings["name"]), text)


def _known_settings(record: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a listing shows of a connection, in snake_case; it never shows secrets."""
    if record is None:
        return {}
    kind, body = str(record.get("connectionType")), record.get("body") or {}
    found: dict[str, Any] = {"type": kind, "workspace_id": record.get("workspaceId")}
    for name in (*_NEEDED.get(kind, ()), "role_arn"):
        if body.get(_sent_name(name)):
            found[name] = body[_sent_name(name)]
    if kind == "AzureBlob":
        found["auth_method"] = body.get("authMethod") or record.get("authMethod") or _BY_TOKEN
    return found


def _fault(kind: object, settings: Mapping[str, Any]) -> str:
    """Say which settings are missing, unknown or of the wrong type; their values are not shown."""
    if not isinstance(kind, str) or kind not in _NEEDED:
        return f"type must be one of {', '.join(_NEEDED)}, not {kind!r}"
    needed = _needed(kind, settings)
    allowed = (*needed, *_OPTIONAL[kind])
    unknown = [name for name in settings if name not in allowed]
    if unknown:
        near = near_names(unknown[0], allowed)
        return f"a connection of type {kind} has no setting {unknown[0]!r}.{near}"
    missing = [name for name in needed if not settings.get(name)]
    if missing:
        return (
            f"a connection of type {kind} needs {', '.join(missing)}. CloudWorks wants all of it "
            "whenever a connection is made or changed, and never shows what is secret."
        )
    return _type_fault(settings)


def _needed(kind: str, settings: Mapping[str, Any]) -> Collection[str]:
    by_token = settings.get("auth_method") in (None, _BY_TOKEN)
    return _AZURE_OAUTH if kind == "AzureBlob" and not by_token else _NEEDED[kind]


def _type_fault(settings: Mapping[str, Any]) -> str:
    for name, value in settings.items():
        if name == "service_account_key":
            if not isinstance(value, Mapping):
                return "service_account_key must be a dict, as Google's key file holds it"
        elif value is not None and not isinstance(value, str):
            return f"{name} must be text, not {type(value).__name__}"
    return ""


def _sent_name(name: str) -> str:
    """Return Anaplan's name of a setting: ``bucketName`` for ``bucket_name``."""
    return name if name in _AS_IT_IS else _PARTS.sub(lambda found: found[1].upper(), name)


def _sent(value: Any) -> Any:
    """Return a value as it is sent; the keys of a key file of Google are written in camel case."""
    if not isinstance(value, Mapping):
        return value
    return {_sent_name(str(key)): _sent(each) for key, each in value.items()}


def _texts(body: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for key, value in body.items():
        if isinstance(value, Mapping):
            found += _texts(value)
        elif isinstance(value, str) and key not in _PUBLIC:
            found.append(value)
    return found
