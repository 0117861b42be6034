"""The small jobs of `benchmarks.small_jobs`, each way in a fresh process, in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass

import anaplan_frames as af
from benchmarks import delay_proxy, line_tenant, report, tenant
from benchmarks.delay_proxy import DelayProxy
from benchmarks.measure import Subject, once
from benchmarks.small_jobs import JOBS, ROUND_TRIP

_SDK, _NEW, _KEPT = "anaplan-sdk given every id", "by name", "by name, ids remembered"
_MODELS, _WORKSPACES = 12_000, 400


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to do a job: the seconds of its runs, and how many requests one takes."""

    seconds: list[float]
    requests: int


def measure(rounds: int) -> str:
    """Do the jobs, and return the table."""
    lines = []
    with (
        line_tenant.running() as url,
        delay_proxy.running(url, ROUND_TRIP) as line,
    ):
        for job, function in JOBS.items():
            ways = _in_turns(line, function, rounds)
            base = statistics.median(ways[_SDK].seconds)
            for name, way in ways.items():
                middle = statistics.median(way.seconds)
                lines.append(
                    [f"{job}, {name}", f"{middle:.2f}", f"{middle / base:.2f}", f"{way.requests}"]
                )
    return report.table(["job", "seconds", f"x {_SDK}", "requests"], lines)


def _in_turns(line: DelayProxy, function: str, rounds: int) -> Mapping[str, _Way]:
    """Do a job in all ways in turns; what is remembered is that of the run before it."""
    ways = {name: _Way([], 0) for name in (_SDK, _NEW, _KEPT)}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="anaplan-frames-") as cache:
            for name, way in ways.items():
                own = f"small_jobs.{'sdk_' if name == _SDK else ''}{function}"
                line.reset()
                run = once(Subject(name, own, environment={"XDG_CACHE_HOME": cache}), line.url, 2)
                way.seconds.append(run.seconds)
                ways[name] = _Way(way.seconds, len(line.seen()["requests"]))
    return ways


def find_models() -> str:
    """Find one model among thousands, and return the table."""
    lines = []
    connect = af.connect  # looked up, and so imported, before the clock runs
    with (
        line_tenant.running(_MODELS, _WORKSPACES) as url,
        delay_proxy.running(url, ROUND_TRIP) as line,
    ):
        for way, name in (
            ("by id", tenant.MODEL),
            ("by name", tenant.MODEL_NAME),
            ("by name, remembered", tenant.MODEL_NAME),
        ):
            line.reset()
            begin = time.perf_counter()
            urls = {"api_url": line.url, "auth_url": line.url}
            with connect(tenant.EMAIL, tenant.PASSWORD, **urls) as connection:
                connection.model(name)
                seconds = time.perf_counter() - begin
                seen = [each["path"] for each in line.seen()["requests"]]
            asked = [path for path in seen if not path.startswith("/token/")]
            pages = sum("/models?" in path for path in asked)
            lines.append([way, f"{seconds:.2f}", str(len(asked)), str(pages)])
    return report.table(["conn.model", "seconds", "requests after the login", "pages"], lines)
