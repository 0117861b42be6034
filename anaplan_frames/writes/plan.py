"""Plans: what a write is going to do, made without sending anything, and sent once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd

from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import AnaplanError, ConfirmationRequired, PlanStale, TransferTimeout
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected, check_result


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How a write is sent; `anaplan_frames.to_anaplan` says what the options mean."""

    on_rejected: OnRejected = "raise"
    confirm: bool = False
    timeout: float | None = None
    progress: bool | None = None
    dump: str | None = None


class PreparedWrite(ABC):
    """A write that is planned for the target as it is now; nothing is sent yet.

    Attributes
    ----------
    expected : Report
        What is going to happen: the target, the counts, the changes, and the rows that are sure to
        be rejected.
    columns : pandas.DataFrame
        ``column`` (of the data; missing if `fixed` or a default gives the value), ``target``
        (Anaplan's name; missing if unused), ``used`` (boolean).
    unchecked : pandas.DataFrame
        What could not be checked: ``subject`` and ``reason``, both text.
    state : object
        Compares equal to that of a later preparation as long as the same would be done.
    """

    expected: Report
    columns: pd.DataFrame
    unchecked: pd.DataFrame
    state: object

    @abstractmethod
    def head(self, rows: int) -> pd.DataFrame:
        """Return the first rows as they would be sent: one column per target column, all text."""

    @abstractmethod
    def send(self, options: SendOptions) -> WriteResult:
        """Check what must be confirmed, then write; rejected rows are in the result.

        Raises
        ------
        ConfirmationRequired
            If the write cannot be undone and ``options.confirm`` is false.
        """

    def clock(self) -> Any:
        """Return the connection's clock, by which time-outs are counted."""
        raise NotImplementedError


@dataclass(frozen=True, repr=False, kw_only=True)
class WritePlan(Report):
    """What a write is going to do; made by ``dry_run=True``, and sent by `send`.

    A dry run sends nothing and needs no confirmation.

    Attributes
    ----------
    columns : pandas.DataFrame
        ``column`` (yours), ``target`` (Anaplan's) and ``used``.
    unchecked : pandas.DataFrame
        What could not be known: ``subject`` and ``reason``.
    """

    columns: pd.DataFrame = field(default_factory=pd.DataFrame)
    unchecked: pd.DataFrame = field(default_factory=pd.DataFrame)
    _prepared: PreparedWrite | None = field(default=None, repr=False, compare=False)
    _prepare: Callable[[], PreparedWrite] | None = field(default=None, repr=False, compare=False)
    _defaults: SendOptions = field(default=SendOptions(), repr=False, compare=False)
    _sent: list[bool] = field(default_factory=list, repr=False, compare=False)

    def head(self, n: int = 5) -> pd.DataFrame:
        """Return the first rows as they would be sent.

        Parameters
        ----------
        n : int, default 5

        Returns
        -------
        pandas.DataFrame
            One column per column of the target, all text.
        """
        return self._ready().head(n)

    def send(
        self,
        *,
        on_rejected: OnRejected | None = None,
        confirm: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult:
        """Send what was planned, once; the target is read again before.

        Parameters
        ----------
        on_rejected : {"raise", "warn", "ignore"}, optional
            What to do about rejected rows; by default as the plan was asked for.
        confirm : bool
            Confirms what cannot be undone.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            As for `anaplan_frames.to_anaplan`.

        Returns
        -------
        WriteResult

        Raises
        ------
        PlanStale
            If the target has changed so that something else would be done. Nothing is sent.
        ConfirmationRequired
            If the write cannot be undone and `confirm` is false; the plan can still be sent.
        AnaplanError
            If the plan was sent before, or was unpickled. All else as for the write itself.

        Examples
        --------
        >>> plan = af.to_anaplan(df, "Load flights", model, dry_run=True)  # doctest: +SKIP
        >>> plan.send()  # doctest: +SKIP
        """
        planned = self._ready()
        assert self._prepare is not None
        wanted = on_rejected or self._defaults.on_rejected
        check_on_rejected(wanted)
        options = SendOptions(
            on_rejected=wanted,
            confirm=confirm or self._defaults.confirm,
            timeout=timeout,
            progress=progress if progress is not None else self._defaults.progress,
            dump=self._defaults.dump,
        )
        with time_limit(planned.clock(), timeout):
            now = self._prepare()
            if now.state != planned.state:
                raise PlanStale(
                    f"{self.kind} {self.target!r} has changed since the plan was made, so that "
                    "something else would be done now. Nothing was sent. Make a new plan with "
                    "dry_run=True, look at it, and send that."
                )
            try:
                result = now.send(options)
            except (ConfirmationRequired, TransferTimeout):
                raise  # nothing was sent
            except BaseException:
                self._sent.append(True)
                raise
        self._sent.append(True)
        return check_result(result, options.on_rejected)

    def _ready(self) -> PreparedWrite:
        if self._sent:
            raise AnaplanError("This plan has been sent already. Make a new one with dry_run=True.")
        if self._prepared is None:
            raise AnaplanError(
                "This plan has no connection any more: it was pickled. Make a new one with "
                "dry_run=True."
            )
        return self._prepared

    def __getstate__(self) -> dict[str, Any]:
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        return own | {"_prepared": None, "_prepare": None, "_sent": list(self._sent)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)


def plan_of(
    prepared: PreparedWrite, prepare: Callable[[], PreparedWrite], defaults: SendOptions
) -> WritePlan:
    """Make the plan that a dry run returns.

    Parameters
    ----------
    prepared : PreparedWrite
    prepare : callable
        Reads the target and plans again.
    defaults : SendOptions
        What was asked for when the plan was made.
    """
    expected = {each.name: getattr(prepared.expected, each.name) for each in fields(Report)}
    return WritePlan(
        **expected,
        columns=prepared.columns,
        unchecked=prepared.unchecked,
        _prepared=prepared,
        _prepare=prepare,
        _defaults=defaults,
    )
