"""What the calls of tools share: a connection, the models they may use, and plans to be sent."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from anaplan_frames.connection import Connection
from anaplan_frames.errors import ConfigurationError, NotFound
from anaplan_frames.model import Model
from anaplan_frames.urls import parse_model_url
from anaplan_frames.writes.plan import WritePlan

_MOST_PLANS = 20


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan that may be sent.

    Attributes
    ----------
    plan : WritePlan
    may_delete : tuple of str
        Steps of its process that may delete data.
    """

    plan: WritePlan
    may_delete: tuple[str, ...] = ()


class ToolSession:
    """What the calls of one server share.

    Parameters
    ----------
    connection : Connection
    model, workspace : str, optional
        The only model that tools may use; by default all that the user may see.
    allow_writes : bool
        Whether plans can be sent.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        model: str | None = None,
        workspace: str | None = None,
        allow_writes: bool = False,
    ) -> None:
        self.connection = connection
        self.only_model = model
        self.allow_writes = allow_writes
        self._only_workspace = workspace
        self._plans: OrderedDict[str, KeptPlan] = OrderedDict()
        self._lock = threading.Lock()

    def open_model(self, name: str | None = None, workspace: str | None = None) -> Model:
        """Return a model; what it has is listed for each call.

        Raises
        ------
        ConfigurationError
            If it is not the one that this server is for.
        """
        if self.only_model is None:
            return self.connection.model(name, workspace)
        model = self.connection.model(self.only_model, self._only_workspace)
        url = None if name is None else parse_model_url(name)
        asked = url.model if url else name
        if asked not in (None, model.id, model.name):
            raise ConfigurationError(
                f"This server is for the model {model.name!r} only, not for {name!r}: it was "
                "started with --model."
            )
        return model

    def keep(self, plan: KeptPlan) -> str:
        """Keep a plan until it is sent, and return what it is called by; old ones are dropped."""
        key = f"plan-{secrets.token_hex(3)}"
        with self._lock:
            self._plans[key] = plan
            while len(self._plans) > _MOST_PLANS:
                self._plans.popitem(last=False)
        return key

    def planned(self, key: str) -> KeptPlan:
        """Return a plan that is kept.

        Raises
        ------
        NotFound
            If there is none, or it was sent.
        """
        with self._lock:
            plan = self._plans.get(key)
        if plan is None:
            raise NotFound(
                f"There is no plan {key!r}: it was sent, or is no longer kept. Make a new one with "
                "plan_write."
            )
        return plan

    def take(self, key: str) -> KeptPlan:
        """Return a plan that is about to be sent, and keep it no longer: it is sent once."""
        plan = self.planned(key)
        with self._lock:
            taken = self._plans.pop(key, None)
        if taken is None:
            raise NotFound(f"The plan {key!r} is being sent already. Wait for its result.")
        return plan
