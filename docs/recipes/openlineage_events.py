"""Events of OpenLineage for every task that a connection starts: START, then COMPLETE or FAIL."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import attr
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    RunFacet,
    error_message_run,
    output_statistics_output_dataset,
)

import anaplan_frames as af

PRODUCER = "https://github.com/anaplan-frames/anaplan-frames"
STATES = {"loaded": RunState.COMPLETE, "rejected": RunState.COMPLETE, "cancelled": RunState.ABORT}


@attr.define
class RowsRunFacet(RunFacet):
    """How many rows Anaplan has loaded and rejected, and why."""

    outcome: str
    sent: int
    loaded: int
    rejected: int
    reasons: list[dict]


class LineageEvents:
    """Hooks for `af.connect(hooks=[LineageEvents()])`; the client is set by OPENLINEAGE_URL."""

    def __init__(self, client=None, namespace="anaplan"):
        self.client = client or OpenLineageClient()
        self.namespace = namespace

    def on_start(self, task):
        """Send START."""
        self.send(task, RunState.START)

    def on_end(self, task, result, error):
        """Send how it ended, with the counts and the error."""
        facets, loaded = {}, None
        state = RunState.COMPLETE if error is None else RunState.FAIL
        if result is not None:
            state, loaded = STATES.get(result.outcome, RunState.FAIL), result.rows_loaded
            facets["anaplan_rows"] = RowsRunFacet(
                outcome=result.outcome,
                sent=result.rows_sent,
                loaded=loaded,
                rejected=result.rows_rejected,
                reasons=[
                    {"reason": each["reason"], "rows": each["rows"]}
                    for each in result.to_dict()["reasons"]
                ],
            )
        if error is not None:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(str(error), "Python")
        self.send(task, state, facets, loaded)

    def send(self, task, state, facets=None, loaded=None):
        """Send an event; the run has the same id in every process."""
        model = "/".join(task.url.split("/")[:4])  # anaplan://workspace/model
        counted = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(loaded)
        written = OutputDataset(model, task.name, outputFacets={"outputStatistics": counted})
        event = RunEvent(
            eventTime=datetime.now(UTC).isoformat(),
            producer=PRODUCER,
            eventType=state,
            run=Run(str(uuid5(NAMESPACE_URL, task.url)), facets or {}),
            job=Job(self.namespace, f"{task.kind} {task.name}"),
            inputs=[InputDataset(model, task.name)] if task.kind == "export" else [],
            outputs=[] if task.kind == "export" else [written],
        )
        self.client.emit(event)


if __name__ == "__main__":
    import pandas as pd

    with af.connect(hooks=[LineageEvents()]) as conn:
        flights = pd.read_parquet("flights.parquet")
        af.to_anaplan(flights, "Load flights", conn.model("Flight Planning"), dump="dumps")
