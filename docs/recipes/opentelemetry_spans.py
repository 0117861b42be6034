"""A span of OpenTelemetry for every task that a connection starts."""

from opentelemetry import trace
from opentelemetry.trace import StatusCode

import anaplan_frames as af

COUNTS = ("rows_sent", "rows_loaded", "rows_created", "rows_updated", "rows_ignored")


class TaskSpans:
    """Hooks for `af.connect(hooks=[TaskSpans()])`."""

    def __init__(self):
        self.tracer = trace.get_tracer("anaplan_frames")
        self.spans = {}  # of the tasks that run, by their URLs

    def on_start(self, task):
        """Start a span, below the one that is current."""
        attributes = {"anaplan.kind": task.kind, "anaplan.name": task.name}
        attributes["anaplan.task"] = task.url
        name = f"{task.kind} {task.name}"
        self.spans[task.url] = self.tracer.start_span(name, attributes=attributes)

    def on_end(self, task, result, error):
        """End it, with what was done and what went wrong."""
        span = self.spans.pop(task.url, None)
        if span is None:  # somebody else has started the task
            return
        if result is not None:
            span.set_attribute("anaplan.outcome", result.outcome)
            for name in (*COUNTS, "rows_rejected"):
                span.set_attribute(f"anaplan.{name}", getattr(result, name))
            for reason in result.to_dict()["reasons"][:10]:
                span.add_event(
                    "rows rejected", {"reason": reason["reason"], "rows": reason["rows"]}
                )
        if error is not None:
            span.record_exception(error)
            span.set_status(StatusCode.ERROR, type(error).__name__)
        span.end()


if __name__ == "__main__":  # opentelemetry-instrument python opentelemetry_spans.py
    import pandas as pd

    with af.connect(hooks=[TaskSpans()]) as conn:
        flights = pd.read_parquet("flights.parquet")
        af.to_anaplan(flights, "Load flights", conn.model("Flight Planning"), dump="dumps")
