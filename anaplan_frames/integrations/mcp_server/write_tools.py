"""Tools that write: a dry run makes a plan, another call sends it; actions are run."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from anaplan_frames.errors import ConfirmationRequired, DataError
from anaplan_frames.integrations.mcp_server.given_rows import Cell, table_of_rows
from anaplan_frames.integrations.mcp_server.report_facts import report_facts
from anaplan_frames.integrations.mcp_server.tool_answers import Answer, frame_records
from anaplan_frames.integrations.mcp_server.tool_base import Access, AnaplanTool, ModelTool
from anaplan_frames.integrations.mcp_server.tool_session import KeptPlan, ToolSession
from anaplan_frames.model_search import find
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writing import to_anaplan

TargetKind = Literal["imports", "processes", "lists", "modules"]
_MOST_ROWS = 5000
_TARGETS = ("imports", "processes", "lists", "modules")
_RUN_KINDS = ("imports", "processes", "actions")
_HARMLESS_STEPS = {"IMPORT", "EXPORT"}
_OPTIONS = ("kind", "mode", "key", "fixed", "mapping", "parameters")
_FLAGS = ("delete", "blank")
_FIRST_ROWS = 3


class PlanWrite(ModelTool):
    """Plan to write rows into an import, process, list or module, without sending anything.

    The answer has the counts, how the columns are matched, the first rows as they would be sent,
    the rows that Anaplan is sure to reject and why, and the name of the plan. If the server allows
    writes, send_plan sends exactly this plan.
    """

    name = "plan_write"
    title = "Dry run of a write"
    target: str = Field(description="Name or id of the import, process, list or module.")
    rows: list[dict[str, Cell]] = Field(
        min_length=1,
        max_length=_MOST_ROWS,
        description='The rows, each with its columns by name: {"code": "AA", "name": "American"}. '
        "Columns are matched by name. Codes are texts. null is a missing value.",
    )
    kind: TargetKind | None = Field(None, description="Its kind, if several have the name.")
    mode: Literal["upsert", "insert", "update", "delete", "sync"] | None = Field(
        None, description="Of a list; upsert by default."
    )
    key: Literal["id", "code", "name"] | None = Field(
        None, description="Of a list: the column by which items are found."
    )
    delete: bool = Field(
        default=False, description="Of a sync: delete the items that are not among the rows."
    )
    blank: bool = Field(
        default=False, description="Of a list or module: null empties Anaplan's value."
    )
    fixed: dict[str, str] | None = Field(
        None, description="Of a module: the item of each dimension that has no column."
    )
    mapping: dict[str, str] | None = Field(
        None, description="Columns with another name in Anaplan: {column: name in Anaplan}."
    )
    parameters: dict[str, str] | None = Field(
        None, description='What an import asks for at run time: {"Version": "Actual"}.'
    )

    def answer(self, session: ToolSession) -> Answer:
        """Make the plan, and keep it until it is sent."""
        data = table_of_rows(self.rows)
        model = self.open_model(session)
        target: Any = find(model, self.target, _TARGETS, self.kind, verb="written to")
        given: dict[str, Any] = {name: getattr(self, name) for name in _OPTIONS[1:]}
        options = {name: value for name, value in given.items() if value is not None}
        options |= {name: True for name in _FLAGS if getattr(self, name)}
        plan = to_anaplan(data, target, dry_run=True, progress=False, **options)
        facts = {"plan": "", **report_facts(plan), "columns": frame_records(plan.columns)}
        facts["first_rows_as_sent"] = frame_records(plan.head(_FIRST_ROWS))
        if len(plan.unchecked):
            facts["unchecked"] = frame_records(plan.unchecked)
        may_delete = _steps_that_may_delete(target)
        if may_delete:
            facts["steps_that_may_delete"] = list(may_delete)
        if not session.allow_writes:
            del facts["plan"]
            return Answer(facts=facts | {"next": "Nothing was sent, and this server only reads."})
        kept = KeptPlan(plan, may_delete)
        facts["plan"] = session.keep(kept)
        return Answer(facts=facts | {"next": _next_call(kept, facts["plan"])})


def _next_call(kept: KeptPlan, key: str) -> str:
    plan = kept.plan
    deletes = f", max_delete={plan.rows_deleted}" if plan.rows_deleted else ""
    confirm = ", confirm=true" if kept.may_delete else ""
    return (
        f"Nothing was sent. To send it: send_plan with plan={key!r}, target={plan.target!r}, "
        f"rows={plan.rows_sent}{deletes}{confirm}."
    )


class SendPlan(AnaplanTool):
    """Write to Anaplan what plan_write has planned. This changes data of the model.

    target and rows must be those of the plan, so that who approves this call sees what it does. A
    plan that deletes items is sent only if max_delete allows as many, and a process with steps that
    may delete only with confirm=true. If the target has changed since, nothing is sent. Rows that
    Anaplan rejects come back with the reasons.
    """

    name = "send_plan"
    title = "Write to Anaplan"
    access = Access.WRITES
    plan: str = Field(description="The name of the plan, from plan_write.")
    target: str = Field(description="The name of its target, as the plan has it.")
    rows: int = Field(description="The rows_sent of the plan.")
    max_delete: int = Field(0, ge=0, description="How many items may be deleted at most.")
    confirm: bool = Field(
        default=False, description="Run the process also if one of its steps may delete data."
    )

    def answer(self, session: ToolSession) -> Answer:
        """Check that this plan is meant, and send it, once."""
        kept = session.planned(self.plan)
        self._check(kept.plan)
        if not self.confirm:
            _check_harmless(kept.plan.kind, kept.plan.target, kept.may_delete)
        plan = session.take(self.plan).plan
        result = plan.send(on_rejected="ignore", confirm=plan.rows_deleted > 0, progress=False)
        return Answer(facts=report_facts(result))

    def _check(self, plan: WritePlan) -> None:
        """Refuse to send another plan than the one that the call describes."""
        if (self.target, self.rows) != (plan.target, plan.rows_sent):
            raise DataError(
                f"{self.plan} writes {plan.rows_sent} rows to {plan.target!r}, not {self.rows} "
                f"rows to {self.target!r}. Nothing was sent. Look at the plan again."
            )
        if plan.rows_deleted > self.max_delete:
            raise ConfirmationRequired(
                f"{self.plan} deletes {plan.rows_deleted} items of {plan.target!r}, and "
                f"max_delete is {self.max_delete}. Nothing was sent. If that is meant, send it "
                f"with max_delete={plan.rows_deleted}.",
                plan,
            )


class RunAction(ModelTool):
    """Run an import, process or other action, and wait for its end. This changes data of the model.

    Imports run on what their files hold. An action that is not an import, and a process with such
    an action, may delete data: they are run only with confirm=true. Exports are run by run_export.
    """

    name = "run_action"
    title = "Run an action"
    access = Access.WRITES
    action: str = Field(description="Name or id of the import, process or other action.")
    kind: Literal["imports", "processes", "actions"] | None = Field(
        None, description="Its kind, if several have the name."
    )
    parameters: dict[str, str] | None = Field(
        None, description='What an import asks for at run time: {"Version": "Actual"}.'
    )
    confirm: bool = Field(default=False, description="Run it also if it may delete data.")

    def answer(self, session: ToolSession) -> Answer:
        """Run it, once."""
        model = self.open_model(session)
        action: Any = find(model, self.action, _RUN_KINDS, self.kind, verb="run")
        if not self.confirm:
            _check_harmless(action.kind, action.name, _steps_that_may_delete(action))
        result = action.run(parameters=self.parameters, on_rejected="ignore", progress=False)
        return Answer(facts=report_facts(result))


def _steps_that_may_delete(thing: Any) -> tuple[str, ...]:
    """Return the names of what a target or action runs that is neither import nor export."""
    if thing.kind == "process":
        steps = thing.steps()
        return tuple(steps["name"][~steps["type"].isin(_HARMLESS_STEPS)])
    return (thing.name,) if thing.kind == "action" else ()


def _check_harmless(kind: str, name: str, may_delete: tuple[str, ...]) -> None:
    """Ask for a confirmation if an action may delete data.

    Raises
    ------
    ConfirmationRequired
        If it runs something that is neither import nor export.
    """
    if may_delete:
        steps = ", ".join(map(repr, may_delete))
        said = f"it runs {steps}, which is" if kind == "process" else "it is"
        raise ConfirmationRequired(
            f"{kind} {name!r} may delete data: {said} neither import nor export. Nothing was run. "
            "If that is meant, say so with confirm=true."
        )
