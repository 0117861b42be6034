"""What commands print of results and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.printing import Run, json_records, print_json, print_table, sum_up

if TYPE_CHECKING:
    from anaplan_frames.results import WriteResult
    from anaplan_frames.writes.plan import WritePlan


def print_result(result: WriteResult, *, as_json: bool, rows: int = 0) -> ExitStatus:
    """Print a result as JSON if that is asked for; it is summed up in the log.

    Returns
    -------
    ExitStatus
        0; results with rejected rows and failures are errors, which the library raises.
    """
    if as_json:
        print_json(result.to_dict(rows=rows))
    sum_up(result)
    return ExitStatus.OK


def print_plan(plan: WritePlan, run: Run, *, as_json: bool, rows: int) -> ExitStatus:
    """Print a plan: what would be sent, and which rows Anaplan is sure to reject.

    Returns
    -------
    ExitStatus
        3 if rows would be rejected.
    """
    if as_json:
        head = plan.head(rows)
        document = plan.to_dict(rows=rows) | {
            "columns": json_records(plan.columns),
            "head": json_records(head),
            "unchecked": json_records(plan.unchecked),
        }
        print_json(document)
    else:
        click.echo(f"{plan.kind} {plan.target!r}: {plan.summary}. Nothing was sent.")
        tables = {
            "Columns": plan.columns,
            "First rows as they would be sent": plan.head(rows),
            "Changes": plan.changes.head(rows),
            "Rows that would be rejected": plan.rejected.head(rows),
        }
        for heading, table in tables.items():
            if len(table):
                click.echo(f"\n{heading}:")
                print_table(table)
        if len(plan.unchecked):
            click.echo("\nNot checked:")
            for each in plan.unchecked.itertuples():
                click.echo(f"{each.subject}: {each.reason}")
    run.sum_up(f"{plan.kind} {plan.target!r}: planned, {plan.summary}")
    return ExitStatus.REJECTED if plan.rows_rejected else ExitStatus.OK
