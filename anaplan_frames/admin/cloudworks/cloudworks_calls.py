"""The requests to CloudWorks that read: listings, single things, runs, errors and dumps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from anaplan_frames.errors import TransferError
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.transport.cloudworks_operations import SERVICE

Record = dict[str, Any]
Item = TypeVar("Item")
Result = TypeVar("Result")
_AT_ONCE = 8  # requests side by side; all of them count against the limit of the tenant
_MOST_RUNS = 100  # runs of an integration to look at before it is started


@dataclass(frozen=True, slots=True)
class CloudWorksCalls:
    """What is asked of CloudWorks without changing it."""

    transport: Transport

    def connections(self) -> Iterator[Record]:
        """Yield the connections."""
        return self._pages("/integrations/connections", "connections", "the connections")

    def integrations(self) -> Iterator[Record]:
        """Yield the integrations, without their jobs."""
        return self._pages("/integrations", "integrations", "the integrations")

    def flows(self) -> Iterator[Record]:
        """Yield the flows, without their steps."""
        return self._pages("/integrationflows", "integrationFlows", "the integration flows")

    def integration(self, id_: str) -> Record:
        """Return an integration with its jobs; NotFound if there is none."""
        return self.one(f"/integrations/{id_}", "integration", f"integration {id_!r}")

    def flow(self, id_: str) -> Record:
        """Return a flow with its steps; NotFound if there is none."""
        return self.one(f"/integrationflows/{id_}", "integrationFlow", f"integration flow {id_!r}")

    def notification(self, id_: str) -> Record:
        """Return a notification; NotFound if there is none."""
        path = f"/integrations/notification/{id_}"
        return self.one(path, "notifications", f"notification {id_!r}")

    def run(self, id_: str) -> Record:
        """Return how a run of an integration stands; NotFound if there is none."""
        return self.one(f"/integrations/run/{id_}", "run", f"run {id_!r}")

    def runs(self, id_: str) -> Iterator[Record]:
        """Yield the runs of an integration."""
        return self._pages(
            f"/integrations/runs/{id_}", "history_of_runs.runs", f"the runs of integration {id_!r}"
        )

    def recent_runs(self, id_: str) -> list[Record]:
        """Return the latest runs of an integration, and perhaps older ones.

        The order of the history is not documented, so its first and its last page are read.
        """
        first, total = self._some_runs(id_, 0)
        if total <= len(first):
            return first
        last, _ = self._some_runs(id_, max(len(first), total - _MOST_RUNS))
        return first + last

    def _some_runs(self, id_: str, offset: int) -> tuple[list[Record], int]:
        answer = self.transport.get(
            f"/integrations/runs/{id_}",
            label=f"the runs of integration {id_!r}",
            params={"offset": offset, "limit": _MOST_RUNS},
            service=SERVICE,
        )
        history = answer["history_of_runs"]
        runs = history.get("runs") or []
        paging = (answer.get("meta") or {}).get("paging") or {}
        total = history.get("totalRuns") or paging.get("totalSize") or len(runs)
        return runs, int(total)

    def errors(self, run_id: str) -> list[Record]:
        """Return what went wrong in a run, a record for each action.

        They come as one object or as a list of such objects; none as an empty one of either.
        """
        answer = self.transport.get(
            f"/integrations/runerror/{run_id}",
            label=f"the errors of run {run_id!r}",
            service=SERVICE,
        )
        found = answer.get("runs") or []
        whole = [found] if isinstance(found, Mapping) else found
        if not isinstance(whole, list) or not all(isinstance(each, Mapping) for each in whole):
            raise TransferError(
                f"The errors of run {run_id!r} came in an unknown form. Look at the run in Anaplan."
            )
        actions = [each for one in whole for each in one.get("errorMessages") or []]
        return [dict(each) for each in actions if isinstance(each, Mapping)]

    def dump(self, run_id: str, action_id: str | None = None) -> bytes | None:
        """Return the failure dump of a run; None if no row was rejected.

        Parameters
        ----------
        action_id : str, optional
            The import, if the run is of a process.
        """
        below = "" if action_id is None else f"/process/import/{action_id}"
        label = f"the failure dump of run {run_id!r}"
        answer = self.transport.request(
            "GET",
            f"/integrations/run/{run_id}{below}/dumps",
            label=label,
            headers={"Accept": "*/*"},
            service=SERVICE,
        )
        if answer.status_code == 404:
            self.run(run_id)  # raises if there is no such run
            return None
        content = answer.content
        if content.lstrip().startswith(b"{"):
            raise TransferError(f"{label} came as JSON, which is not a table. Try again.")
        return content

    def one(self, path: str, key: str, label: str) -> Record:
        """Return the one object of an answer."""
        found = self.transport.get(path, label=label, service=SERVICE)[key]
        return dict(found)

    def _pages(self, path: str, key: str, label: str) -> Iterator[Record]:
        return self.transport.pages(path, key, label=label, service=SERVICE)


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return ``work(item)`` for each item; several are asked for at once."""
    return list(in_order(work, items, threads=_AT_ONCE, name="anaplan-cloudworks"))
