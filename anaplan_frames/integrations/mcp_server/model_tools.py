"""Tools about models: which there are, and what one has."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
from pydantic import Field

from anaplan_frames.integrations.mcp_server.tool_answers import Answer, frame_table, page
from anaplan_frames.integrations.mcp_server.tool_base import (
    AnaplanTool,
    Limit,
    ModelTool,
    Offset,
    Search,
)
from anaplan_frames.integrations.mcp_server.tool_session import ToolSession
from anaplan_frames.model import Model
from anaplan_frames.model_search import find
from anaplan_frames.resources.collection import Collection, read_together

ThingKind = Literal[
    "exports", "imports", "processes", "actions", "files", "lists", "modules", "views"
]
_KINDS = ("exports", "imports", "processes", "actions", "files", "lists", "modules", "views")
_NAMES_SHOWN = 15
_MODEL_COLUMNS = ["id", "name", "state", "workspace", "last_modified"]
_LINE_ITEM_COLUMNS = ["module", "name", "format", "formula", "dimensions", "summary", "notes"]


def _matching(frame: pd.DataFrame, search: str | None) -> pd.DataFrame:
    """Return the rows whose name has a text in it, in any case."""
    if search is None:
        return frame
    names = frame["name"].astype("str").str.casefold()
    return frame[names.str.contains(search.casefold(), regex=False)]


class ListModels(AnaplanTool):
    """List the models that the user may see, with their ids and workspaces."""

    name = "list_models"
    title = "List models"
    search: Search = None
    limit: Limit = 50
    offset: Offset = 0

    def answer(self, session: ToolSession) -> Answer:
        """List them."""
        if session.only_model is not None:
            only = session.open_model()
            facts = {"id": only.id, "name": only.name, "workspace": only.workspace}
            return Answer(facts={"only_model_of_this_server": facts})
        found = _matching(session.connection.models(), self.search)[_MODEL_COLUMNS]
        more = "use search, or offset."
        return page(frame_table(found), limit=self.limit, offset=self.offset, more=more, facts={})


class ShowModel(ModelTool):
    """Show one model: its state, and how many lists, modules, imports and so on it has.

    The names of the first ones are shown, too; list_things lists all of a kind.
    """

    name = "show_model"
    title = "Show a model"

    def answer(self, session: ToolSession) -> Answer:
        """Read its listings, side by side."""
        model = self.open_model(session)
        things: dict[str, Collection[Any]] = {kind: getattr(model, kind) for kind in _KINDS}
        read_together(things.values())
        facts: dict[str, Any] = {
            "id": model.id,
            "name": model.name,
            "workspace": model.workspace,
            "url": model.url,
            "state": str(model.status()["step"]),
        }
        for kind, collection in things.items():
            names = collection.names
            facts[kind] = {"count": len(names), "names": names[:_NAMES_SHOWN]}
        return Answer(facts=facts)


class ListThings(ModelTool):
    """List what a model has of one kind, by id and name.

    Kinds are exports, imports, processes, other actions, files, lists, modules and saved views.
    """

    name = "list_things"
    title = "List things of a model"
    kind: ThingKind
    search: Search = None
    limit: Limit = 100
    offset: Offset = 0

    def answer(self, session: ToolSession) -> Answer:
        """Read the listing."""
        model = self.open_model(session)
        collection: Collection[Any] = getattr(model, self.kind)
        found = _matching(collection.to_pandas(), self.search)[["id", "name"]]
        return page(
            frame_table(found),
            limit=self.limit,
            offset=self.offset,
            more="use search, or offset.",
            facts={"model": model.name, "kind": self.kind},
        )


class ShowThing(ModelTool):
    """Show what Anaplan says of one thing of a model.

    That is the columns and format of an export or file, the source of an import, the steps of a
    process, the properties of a list, or the dimensions of a view or module.
    """

    name = "show_thing"
    title = "Show a thing of a model"
    thing: str = Field(description="Its name or id.")
    kind: ThingKind | None = Field(None, description="Its kind, if several have the name.")

    def answer(self, session: ToolSession) -> Answer:
        """Find it and ask for its metadata."""
        model = self.open_model(session)
        found = find(model, self.thing, _KINDS, self.kind, verb="shown")
        facts: dict[str, Any] = {"kind": found.kind, "id": found.id, "name": found.name}
        facts |= {"url": found.url, "model": model.name}
        return Answer(facts=facts | dict(found.info) | dict(found.metadata()))


class ListLineItems(ModelTool):
    """List the line items of a module or of the whole model: format, formula, dimensions."""

    name = "list_line_items"
    title = "List line items"
    module: str | None = Field(None, description="Name or id of a module; by default all modules.")
    search: Search = None
    limit: Limit = 100
    offset: Offset = 0

    def answer(self, session: ToolSession) -> Answer:
        """Read them."""
        model: Model = self.open_model(session)
        found = _matching(model.line_items(self.module), self.search)
        return page(
            frame_table(found[_LINE_ITEM_COLUMNS]),
            limit=self.limit,
            offset=self.offset,
            more="name a module, or use search or offset.",
            facts={"model": model.name},
        )
