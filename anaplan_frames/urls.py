"""URLs of models, tables and tasks: ``anaplan://`` ones, and those that the browser shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from anaplan_frames.errors import ConfigurationError

_SCHEME = "anaplan://"
_FORM = "anaplan://workspace/model/kind/name"
_PLURALS = ("imports", "exports", "processes", "actions")
ALM = "alm"
_CLOUDWORKS, _INTEGRATIONS, _FLOWS = "cloudworks", "integrations", "flows"
_BROWSER_ID = r"(?i)\b{key}=([0-9a-f]{{32}})\b"
_HEX_ID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class ModelUrl:
    """A model by URL: ``anaplan://workspace/model``, or as the browser shows it."""

    workspace: str
    model: str
    host: str = ""  # of the address that the browser shows


@dataclass(frozen=True, slots=True)
class ResourceUrl:
    """An ``anaplan://workspace/model/kind/name`` URL, taken apart; segments are percent-encoded."""

    workspace: str
    model: str
    kind: str
    name: str

    @classmethod
    def parse(cls, url: str) -> ResourceUrl:
        """Take a URL apart.

        Raises
        ------
        ConfigurationError
            If it does not have the four segments.
        """
        segments = _segments(url)
        if len(segments) != 4 or not all(segments):
            raise ConfigurationError(
                f"{url!r} is not of the form {_FORM}, each segment percent-encoded "
                "(a slash in a name is %2F)."
            )
        return cls(*segments)

    def __str__(self) -> str:
        return _joined(self.workspace, self.model, self.kind, self.name)


def is_url(source: object) -> bool:
    """Whether this is an ``anaplan://`` URL and not a name or id."""
    return isinstance(source, str) and source.startswith(_SCHEME)


def model_url(workspace: str, model: str) -> str:
    """Return the URL of a model, by names or ids."""
    return _joined(workspace, model)


def parse_model_url(text: str) -> ModelUrl | None:
    """Take the URL of a model apart; None if the text is a name or id.

    The browser shows ``https://us1a.app.anaplan.com/...?selectedWorkspaceId=...&selectedModelId=...``;
    other forms have the same two ids of 32 hexadecimal digits, the workspace first.

    Raises
    ------
    ConfigurationError
        If it is a URL without a workspace and a model.
    """
    if is_url(text):
        segments = _segments(text)
        if len(segments) != 2 or not all(segments):
            raise ConfigurationError(
                f"{text!r} is not of the form anaplan://workspace/model, each segment "
                "percent-encoded (a slash in a name is %2F)."
            )
        return ModelUrl(*segments)
    if not text.startswith(("https://", "http://")):
        return None
    address, host = unquote(text), urlsplit(text).hostname or ""
    named = [
        re.search(_BROWSER_ID.format(key=key), address)
        for key in ("selectedWorkspaceId", "selectedModelId")
    ]
    if named[0] and named[1]:
        return ModelUrl(named[0][1].lower(), named[1][1].upper(), host)
    ids = _HEX_ID.findall(address)
    if len(ids) != 2:
        raise ConfigurationError(
            f"The URL at {host} does not name a workspace and a model. Open the "
            "model in the browser and copy the address, or give the model's name or id."
        )
    return ModelUrl(ids[0].lower(), ids[1].upper(), host)


@dataclass(frozen=True, slots=True)
class TaskUrl:
    """Where a task is: the parts of a `Task.url`."""

    workspace_id: str
    model_id: str
    plural: str
    action_id: str
    task_id: str


def task_url(path: str, task_id: str) -> str:
    """Return the URL of a task of the action at a path below the API's root."""
    parts = path.strip("/").split("/")
    places = [parts[1], parts[3], *parts[4:], "tasks", task_id]
    return _joined(*places)


def parse_task_url(url: str) -> TaskUrl:
    """Take a `Task.url` apart.

    Raises
    ------
    ConfigurationError
        If it is not of this form.
    """
    parts = _segments(str(url))
    whole = len(parts) == 6 and all(parts) and parts[2] in (*_PLURALS, ALM) and parts[4] == "tasks"
    if not str(url).startswith(_SCHEME) or not whole:
        raise ConfigurationError(
            f"{url!r} is not the URL of a task, which is of the form "
            "anaplan://workspace_id/model_id/imports/id/tasks/task_id."
        )
    return TaskUrl(parts[0], parts[1], parts[2], parts[3], parts[5])


@dataclass(frozen=True, slots=True)
class RunUrl:
    """Where a run of CloudWorks is: the parts of the `Task.url` of an integration or flow.

    Attributes
    ----------
    after : str
        When the run before it ended; empty if there was none, or for an integration.
    """

    is_flow: bool
    owner_id: str
    run_id: str
    after: str = ""

    def __str__(self) -> str:
        kind = _FLOWS if self.is_flow else _INTEGRATIONS
        after = ("after", self.after) if self.after else ()
        return _joined(_CLOUDWORKS, kind, self.owner_id, "runs", self.run_id, *after)


def parse_run_url(url: str) -> RunUrl | None:
    """Take the `Task.url` of a run of CloudWorks apart; None if it is another one.

    Raises
    ------
    ConfigurationError
        If it is incomplete.
    """
    if not is_url(url):
        return None
    service, *parts = _segments(url)
    if service != _CLOUDWORKS:
        return None
    kinds = {_INTEGRATIONS: False, _FLOWS: True}
    after = parts[5] if len(parts) == 6 and parts[4] == "after" else ""
    if len(parts) not in (4, 6) or parts[0] not in kinds or parts[2] != "runs" or not all(parts):
        raise ConfigurationError(
            f"{url!r} is not the URL of a run of CloudWorks, which is of the form "
            f"{_SCHEME}{_CLOUDWORKS}/{_INTEGRATIONS}/id/runs/run_id."
        )
    return RunUrl(kinds[parts[0]], parts[1], parts[3], after)


def _segments(url: str) -> list[str]:
    return [unquote(segment) for segment in url.removeprefix(_SCHEME).split("/")]


def _joined(*segments: str) -> str:
    return _SCHEME + "/".join(quote(segment, safe="") for segment in segments)
