"""Runs of integrations and flows: files of connections, uploads, the model's own tasks."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.action_runner import ActionRunner
from anaplan_frames.sandbox.tenant.audit_log import AuditLog
from anaplan_frames.sandbox.tenant.cloudworks_records import (
    CANCELLED,
    PARTIAL_SUCCESS,
    RUNNING,
    SUCCESS,
    Connection,
    Flow,
    Integration,
    Job,
    Run,
    Step,
)
from anaplan_frames.sandbox.tenant.file_contents import Contents
from anaplan_frames.sandbox.tenant.task_queue import COMPLETE as TASK_COMPLETE
from anaplan_frames.sandbox.tenant.task_queue import Tasks

_log = logging.getLogger(__name__)

_LOOK = 0.005  # seconds between looks at a task
_MOST_AT_ONCE = 32
# Messages are those of Anaplan's help. The codes 12 and 38 are documented; 35 and 39 are seen, but
# what they stand for is not known.
_NO_CONNECTION = "An Integration has failed - {} test failed due to invalid Connection."
_DATA_TYPE, _PROCESS_FAILED, _OTHER = 12, 35, 39


class _Failed(Exception):
    """A run that does not succeed, with its message and code."""

    def __init__(self, message: str, code: int = _OTHER) -> None:
        super().__init__(message)
        self.code = code


class Runner:
    """Runs integrations and flows in threads.

    Parameters
    ----------
    models : callable
        Returns the models by id.
    tasks, contents, actions
        Of the tenant.
    connections : mapping of str to Connection
        By id.
    audit : AuditLog
        Where each run of an integration is noted at its end.
    pause : float
        Seconds that a run stays queued.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(
        self,
        models: Callable[[], Mapping[str, Model]],
        tasks: Tasks,
        contents: Contents,
        actions: ActionRunner,
        connections: Mapping[str, Connection],
        audit: AuditLog,
        pause: float,
        clock: Callable[[], float],
    ) -> None:
        self._models = models
        self._tasks = tasks
        self._contents = contents
        self._actions = actions
        self._connections = connections
        self._audit = audit
        self._pause = pause
        self._clock = clock
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def begin(self, work: Callable[[], None]) -> None:
        """Do the work of a run in a thread."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_MOST_AT_ONCE, "sandbox-cloudworks")
            self._pool.submit(work)

    def stop(self) -> None:
        """Cancel the runs, and wait for their end."""
        with self._lock:
            pool, self._pool = self._pool, None
        self._stopping.set()
        if pool is not None:
            pool.shutdown(wait=True)
        self._stopping.clear()

    def run(self, integration: Integration, run: Run) -> None:
        """Run an integration to its end."""
        success = False
        code: int | None = _OTHER
        try:
            self._leave_queue(run)
            message, code = self._run(integration, run)
            success = True
        except _Failed as failure:
            message, code = str(failure), failure.code
        except Exception:
            _log.exception("Run %s of integration %r failed", run.id, integration.name)
            message = "The sandbox failed; its log shows the error."
        self._audit.note("INT-06", run.user, integration.id, success=success)
        run.end(self._clock(), message, code, success=success)

    def run_flow(
        self, flow: Flow, run: Run, wanted: Iterable[str], start: Callable[[Step], Run | None]
    ) -> None:
        """Run the steps of a flow, each to its end.

        Parameters
        ----------
        wanted : iterable of str
            The steps to run.
        start : callable
            Makes the run of a step and runs it to its end; None if that is not possible.
        """
        self._leave_queue(run)
        chosen, partial_success, stopped = set(wanted), False, set[str]()
        for step in flow.steps:
            if step.skipped or step.integration_id not in chosen:
                continue
            done = None if stopped & set(step.depends_on) else start(step)
            if done is None or not done.success:
                run.errors += done.errors if done else []
                stopped.add(step.integration_id)
                if step.strategy("failure") == "stop":
                    message = CANCELLED if done and done.message == CANCELLED else "Flow failed"
                    run.end(self._clock(), message, _OTHER, success=False)
                    return
            if done is not None and (not done.success or done.code == PARTIAL_SUCCESS):
                partial_success = True
                if done.success and step.strategy("partial_success") == "stop":
                    break
        if partial_success:
            run.end(self._clock(), "Partial success", PARTIAL_SUCCESS, success=True)
        else:
            run.end(self._clock(), SUCCESS, None, success=True)

    def _leave_queue(self, run: Run) -> None:
        self._stopping.wait(self._pause)
        run.message = RUNNING

    def _run(self, integration: Integration, run: Run) -> tuple[str, int | None]:
        """Run an integration, and return the message and the code of a success."""
        if self._stopping.is_set():
            raise _Failed(CANCELLED)
        model = self._models().get(integration.model_id)
        if model is None:
            raise _Failed("Anaplan model was deleted")
        for job in integration.jobs:
            if job.imports:
                self._upload(model, job, run)
        results: list[dict[str, Any]] = []
        if integration.process_id is not None:
            whole = self._done(model, "processes", integration.process_id, run)
            results += whole.get("nestedResults") or [whole]
            run.errors = _errors(model, results)
            if not whole["successful"]:
                raise _Failed("Process failed", _PROCESS_FAILED)
        for job in integration.jobs:
            if integration.process_id is None:
                kind = "imports" if job.imports else "exports"
                results.append(self._done(model, kind, job.action_id, run))
                run.errors = _errors(model, results)
                if not results[-1]["successful"]:
                    raise _Failed(f"Failed import action - {_words(results[-1])}", _DATA_TYPE)
            if not job.imports:
                self._write(model, job, run)
        if any(result["failureDumpAvailable"] for result in results):
            text = "; ".join(_words(result) for result in results if result["details"])
            return text, PARTIAL_SUCCESS
        return SUCCESS, None

    def _upload(self, model: Model, job: Job, run: Run) -> None:
        """Put the file of the connection into the model's file, as the user's own content."""
        connection = self._connections.get(job.connection_id)
        if connection is None:
            raise _Failed(
                "An Integration has failed - import test failed due to invalid Connection."
            )
        path = connection.path_of(job.outer)
        if path is None or not path.is_file():
            raise _Failed(f"File not found: {job.outer.get('file')}")
        target = self._contents.new_path()
        shutil.copyfile(path, target)
        self._contents.store(model.id, str(job.targets[0]["fileId"]), run.user.id, target)

    def _write(self, model: Model, job: Job, run: Run) -> None:
        """Write the output of an export into the connection's folder."""
        connection = self._connections.get(job.connection_id)
        if connection is None:
            raise _Failed(
                "An Integration has failed - export test failed due to invalid Connection."
            )
        path = connection.path_of(job.outer)
        if path is None:
            raise _Failed(_NO_CONNECTION.format("export"))
        if path.exists() and not job.outer.get("overwrite", True):
            raise _Failed(f"File exists: {path.name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        output = self._contents.new_path()
        try:
            if not self._contents.copy(model.id, job.action_id, run.user.id, output):
                raise _Failed("Failed export action - there is no output")
            shutil.copyfile(output, path)
        finally:
            output.unlink(missing_ok=True)

    def _done(self, model: Model, kind: str, action_id: str, run: Run) -> dict[str, Any]:
        """Run an action as a task of the model, and return its result."""
        definition = getattr(model, kind).get(action_id)
        if definition is None:
            raise _Failed("Failed - Action not found.")
        task = self._tasks.start(
            kind, model.id, action_id, run.user, (), partial(self._actions.run, model, definition)
        )
        run.tasks[action_id] = task
        while not task.ended and not self._stopping.wait(_LOOK):
            pass
        task.request_cancel()  # unless it has ended
        if task.state != TASK_COMPLETE or task.result is None:
            raise _Failed(CANCELLED)
        return task.result


def _errors(model: Model, results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the API shows of the actions that failed or rejected rows."""
    names = {**model.imports, **model.exports, **model.actions, **model.processes}
    return [
        {
            "actionId": result["objectId"],
            "actionName": names[result["objectId"]].name,
            "errorMessage": result.get("details") or [],
            "failureDumpGenerated": result["failureDumpAvailable"],
        }
        for result in results
        if result["failureDumpAvailable"] or not result["successful"]
    ]


def _words(result: Mapping[str, Any]) -> str:
    details = result.get("details") or [{}]
    return str(details[0].get("localMessageText") or "no reason given").strip()
