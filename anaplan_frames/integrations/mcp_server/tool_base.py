"""What every tool is: its arguments, checked as its schema says, and what it answers."""

from __future__ import annotations

import inspect
import re
from abc import abstractmethod
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from anaplan_frames.integrations.mcp_server.tool_answers import Answer
from anaplan_frames.integrations.mcp_server.tool_session import ToolSession
from anaplan_frames.model import Model

MOST_ROWS = 1000

Limit = Annotated[
    int, Field(ge=1, le=MOST_ROWS, description="How many rows to answer with at most.")
]
Offset = Annotated[int, Field(ge=0, description="How many rows to leave out before them.")]
Search = Annotated[
    str | None, Field(description="Only those whose name has this text in it, in any case.")
]
Value = str | int | float | bool
ActionKind = Literal["imports", "exports", "processes", "actions"]
OneActionKind = Annotated[
    ActionKind | None, Field(description="Its kind, if several things have the name.")
]


class Access(Enum):
    """What a tool may change."""

    READS = "nothing"
    RUNS_EXPORTS = "the output file of an export"
    WRITES = "data of a model"


class AnaplanTool(BaseModel, extra="forbid", allow_inf_nan=False):
    """The arguments of one call of a tool; the docstring of a tool is what clients show of it."""

    name: ClassVar[str]
    title: ClassVar[str]
    access: ClassVar[Access] = Access.READS

    @abstractmethod
    def answer(self, session: ToolSession) -> Answer:
        """Do what is asked for."""

    @classmethod
    def description(cls) -> str:
        """Return what the tool does."""
        return re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(cls.__doc__ or ""))

    @classmethod
    def schema_of_arguments(cls) -> dict[str, Any]:
        """Return the JSON schema of its arguments, as short as it can be."""
        schema = cls.model_json_schema()
        properties = {name: _short(each) for name, each in schema["properties"].items()}
        left_out = ("title", "description")
        kept = {key: value for key, value in schema.items() if key not in left_out}
        return {**kept, "properties": properties}


def _short(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out what pydantic says of an argument that is optional: that it may be null, too."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    unwanted = {"title", "anyOf"} | ({"default"} if schema.get("default", 0) is None else set())
    kept = {key: value for key, value in schema.items() if key not in unwanted}
    if len(choices) == 1:
        return {**choices[0], **kept}
    return {**kept, "anyOf": choices} if choices else kept


class ModelTool(AnaplanTool):
    """A tool that needs a model."""

    model: str | None = Field(
        None,
        description="Name, id or URL of the model. May be left out if the server has a default.",
    )
    workspace: str | None = Field(
        None, description="Name or id of its workspace, if several models have the name."
    )

    def open_model(self, session: ToolSession) -> Model:
        """Return the model that is meant."""
        return session.open_model(self.model, self.workspace)
