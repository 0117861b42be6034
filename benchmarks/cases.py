"""The cases: what is compared with what, against which sink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import changes as changed_rows
from benchmarks import imports, preflight_tenant, report, sink, small_runs
from benchmarks.audit import write_events
from benchmarks.cells import write_cells, write_dimension_items
from benchmarks.checks import measure
from benchmarks.frames import mixed_frame, write_text
from benchmarks.lists import write_items
from benchmarks.measure import ROOT, Subject, in_turns, once

_MILLION = 1_000_000
_OURS = "anaplan_frames"
_LARGEST_FRAME = 16 * _MILLION  # rows; beyond, only what streams is measured
_LARGEST_MODULE = 4 * _MILLION
_LARGEST_LIST = 1 * _MILLION  # items: what Anaplan answers with at once
_MOST_EVENTS = 1 * _MILLION
_FAT_ROWS = 4 * _MILLION
_THIN_ROWS, _THIN_MBIT, _THIN_DELAY = 1 * _MILLION, 20, 50


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asks for.

    Attributes
    ----------
    folder : Path
        For the export's text.
    rows : sequence of int
        How large the frames are.
    rounds : int
        How many runs each way gets.
    peers : bool
        Whether to measure the other clients too.
    """

    folder: Path
    rows: Sequence[int]
    rounds: int
    peers: bool

    def sink(self, rows: int) -> AbstractContextManager[sink.Running]:
        """Run a sink whose export has so many rows."""
        base = min(rows, _MILLION)
        path = self.folder / f"{base}.csv"
        if not path.exists():
            write_text(mixed_frame(base), path)
        return sink.running(path, repeat=rows // base)


def write(settings: Settings) -> str:
    """Load a DataFrame."""
    return _versus(
        settings,
        "write",
        Subject("limit", "limits.write"),
    )


def read(settings: Settings) -> str:
    """Read an export to a DataFrame."""
    return _versus(
        settings,
        "read",
        Subject("limit", "limits.read"),
        Subject("limit, parsing while fetching", "limits.read_fed"),
    )


def _versus(settings: Settings, verb: str, *limits: Subject) -> str:
    parts = []
    for rows in settings.rows:
        if rows > _LARGEST_FRAME:
            continue
        subjects = [Subject(_OURS, f"ours.{verb}"), *limits]
        subjects += _peers(verb) if settings.peers else []
        rounds = {subject.name: settings.rounds for subject in subjects}
        with settings.sink(rows) as running:
            runs = in_turns(subjects, running.url, rows, rounds)
        parts.append(f"### {verb}, {rows:,} rows\n\n{report.compared(runs, _OURS)}")
    return "\n\n".join(parts)


def _peers(verb: str) -> list[Subject]:
    pandas = {"write": "to_csv", "read": "read_csv"}[verb]
    return [
        Subject(f"{pandas} + anaplan-sdk", f"peers.sdk_{verb}"),
        Subject(f"{pandas} + anaplan-api", f"peers.api_{verb}", _anaplan_api()),
    ]


def _anaplan_api() -> Path:
    """Return the interpreter that has anaplan-api: the one that the tests use."""
    from tests.clients.environments import python_with

    kept = ROOT / ".pytest_cache" / "d" / "environments"
    kept.mkdir(parents=True, exist_ok=True)
    return python_with(kept, "anaplan-api==0.3.4")


def memory(settings: Settings) -> str:
    """Peak memory of every way in and out, by the number of rows."""
    ways = {
        "to_anaplan, DataFrame": "write",
        "to_anaplan, iterator of DataFrames": "write_iterator",
        "to_anaplan, RecordBatchReader": "write_reader",
        "read_anaplan": "read",
        "read_anaplan, chunksize": "read_chunksize",
        "read_arrow": "read_arrow",
    }
    lines = []
    for rows in settings.rows:
        subjects = [
            Subject(name, f"ours.{function}")
            for name, function in ways.items()
            if rows <= _LARGEST_FRAME or function not in ("write", "read")
        ]
        with settings.sink(rows) as running:
            rounds = dict.fromkeys(ways, settings.rounds)
            runs = in_turns(subjects, running.url, rows, rounds)
        lines += [
            [
                name,
                f"{rows:,}",
                report.megabytes(run.beyond),
                report.megabytes(run.total),
                f"{run.seconds:.2f}",
            ]
            for name, run in runs.items()
        ]
    header = ["way", "rows", "peak beyond, MB", "peak in all, MB", "seconds"]
    return f"### memory\n\n{report.table(header, sorted(lines, key=lambda line: line[0]))}"


def first(settings: Settings) -> str:
    """Which chunks have been asked for when `read_arrow` gives its first batch."""
    lines = []
    for rows in settings.rows:
        with settings.sink(rows) as running:
            run = once(Subject(_OURS, "ours.first_row"), running.url, rows)
            counts = running.counts()
        asked = f"{len(counts['asked'])} of {counts['chunks']}"
        lines.append([f"{rows:,}", f"{run.seconds:.2f}", asked])
    header = ["rows", "seconds to the first batch", "chunks asked for by then"]
    return f"### first row of read_arrow\n\n{report.table(header, lines)}"


def requests(settings: Settings) -> str:
    """How many requests a load takes, of the 600 a minute that Anaplan allows."""
    lines = []
    for rows in settings.rows:
        with settings.sink(rows) as running:
            # From an iterator, whose length is not known: the same chunks, or more.
            run = once(Subject(_OURS, "ours.write_iterator"), running.url, rows)
            counts = running.counts()
        numbers = (rows, counts["chunks_up"], counts["requests"])
        lines.append([*(f"{number:,}" for number in numbers), f"{run.seconds:.2f}"])
    header = ["rows", "chunks", "requests", "seconds"]
    return f"### requests of a load\n\n{report.table(header, lines)}"


def import_cost(settings: Settings) -> str:
    """Time of `import anaplan_frames`, and of the libraries that it needs anyway."""
    seconds = imports.in_turns(max(settings.rounds, 5) * 2)
    base = seconds[imports.THEIRS]
    lines = [[f"`{label}`", f"{took:.3f}", f"{took / base:.2f}"] for label, took in seconds.items()]
    return f"### import\n\n{report.table(['statement', 'seconds', 'x'], lines)}"


def thin(settings: Settings) -> str:
    """Our choice of compression against fixed ones, on a thin line and on a fat one."""
    with sink.running(rate_mbit=_THIN_MBIT, delay_ms=_THIN_DELAY) as running:
        narrow = _levels(running.url, _THIN_ROWS, min(settings.rounds, 3))
    fat_rows = max(rows for rows in [*settings.rows, _MILLION] if rows <= _FAT_ROWS)
    with sink.running() as running:
        wide = _levels(running.url, fat_rows, settings.rounds)
    title = f"### compression, {_THIN_ROWS:,} rows, {_THIN_MBIT} Mbit/s and {_THIN_DELAY} ms"
    return f"{title}\n\n{narrow}\n\n### compression, {fat_rows:,} rows, loopback\n\n{wide}"


def _levels(url: str, rows: int, rounds: int) -> str:
    from benchmarks import levels

    subjects = [Subject("followed", "ours.write")]
    subjects += [Subject(name.replace("_", " "), f"levels.{name}") for name in levels.NAMES]
    runs = in_turns(subjects, url, rows, {subject.name: rounds for subject in subjects})
    best = min((name for name in runs if name != "followed"), key=lambda n: runs[n].seconds)
    return report.compared(runs, best)


def sandbox(settings: Settings) -> str:
    """Import into a module of three dimensions of the sandbox; rows and cores are fixed."""
    rows = 5 * _MILLION
    run = once(Subject("sandbox", "planning.load"), "", rows)
    line = [f"{rows:,}", f"{run.seconds:.1f}", report.megabytes(run.total)]
    header = ["rows", "seconds", "peak in all, MB"]
    return f"### the sandbox's import, two cores\n\n{report.table(header, [line])}"


def lists(settings: Settings) -> str:
    """Read a list to a DataFrame, on two cores."""
    parts = []
    for rows in settings.rows:
        if rows > _LARGEST_LIST:
            continue
        subjects = [Subject(_OURS, "lists.read"), Subject("chunksize", "lists.read_chunksize")]
        subjects += [Subject("anaplan-sdk + pandas", "lists.sdk_read")] if settings.peers else []
        path = settings.folder / f"items-{rows}.json"
        if not path.exists():
            write_items(path, rows)
        with sink.running(items=path) as running:
            rounds = {subject.name: settings.rounds for subject in subjects}
            runs = in_turns(subjects, running.url, rows, rounds)
        parts.append(f"### lists, {rows:,} items, two cores\n\n{report.compared(runs, _OURS)}")
    return "\n\n".join(parts)


def cells(settings: Settings) -> str:
    """Read a module's cells to a DataFrame, on two cores; beyond a million by a large read."""
    parts = []
    for rows in settings.rows:
        if rows > _LARGEST_MODULE:
            continue
        subjects = [
            Subject(_OURS, "cells.read"),
            Subject("without totals", "cells.read_leaves"),
            Subject("chunksize", "cells.read_chunksize"),
        ]
        if settings.peers:
            subjects.append(Subject("anaplan-sdk page by page + pandas", "cells.sdk_pages"))
            subjects.append(Subject("anaplan-sdk's export + pandas", "cells.sdk_export"))
        text, pages = write_cells(settings.folder, rows)
        items = write_dimension_items(settings.folder, rows)
        with sink.running(text, items=items, pages=pages) as running:
            rounds = {subject.name: settings.rounds for subject in subjects}
            runs = in_turns(subjects, running.url, rows, rounds)
        parts.append(f"### cells, {rows:,}, two cores\n\n{report.compared(runs, _OURS)}")
    return "\n\n".join(parts)


def checks(settings: Settings) -> str:
    """Count what is asked only to be sure, on a line of 150 ms, for jobs of a few rows."""
    return f"### checks, 150 ms per answer\n\n{measure(rounds=settings.rounds)}"


def audit(settings: Settings) -> str:
    """Read audit events to a DataFrame, on two cores."""
    parts = []
    for rows in settings.rows:
        if rows > _MOST_EVENTS:
            continue
        subjects = [
            Subject(_OURS, "audit.read"),
            Subject("with three attributes as columns", "audit.read_attributes"),
            Subject("events_arrow, dropped", "audit.read_arrow"),
        ]
        subjects += [Subject("anaplan-sdk + pandas", "audit.sdk_read")] if settings.peers else []
        with sink.running(events=write_events(settings.folder, rows)) as running:
            rounds = {subject.name: settings.rounds for subject in subjects}
            runs = in_turns(subjects, running.url, rows, rounds)
        parts.append(f"### audit, {rows:,} events, two cores\n\n{report.compared(runs, _OURS)}")
    return "\n\n".join(parts)


def preflight(settings: Settings) -> str:
    """Plan writes against a list of 200,000 items, on two cores; 1 % of the rows are rejected."""
    parts = []
    for rows in settings.rows:
        if rows > _LARGEST_MODULE:
            continue
        subjects = [
            Subject("read the list", "preflight.read_list"),
            Subject("plan of an import", "preflight.plan_import"),
            Subject("plan of an import into the list", "preflight.plan_list_import"),
            Subject("plan of a module", "preflight.plan_module"),
        ]
        with preflight_tenant.running() as url:
            rounds = {subject.name: settings.rounds for subject in subjects}
            runs = in_turns(subjects, url, rows, rounds)
        lines = [
            [name, f"{run.cpu:.2f}", f"{run.seconds:.2f}", report.megabytes(run.beyond)]
            for name, run in runs.items()
        ]
        header = ["what", "CPU seconds", "seconds", "peak beyond, MB"]
        parts.append(f"### preflight, {rows:,} rows, two cores\n\n{report.table(header, lines)}")
    return "\n\n".join(parts)


def small(settings: Settings) -> str:
    """Time jobs of two rows on a line of 150 ms, and find a model among 12,000."""
    jobs = f"### small jobs, 150 ms\n\n{small_runs.measure(settings.rounds)}"
    return f"{jobs}\n\n### one model of 12,000, 150 ms\n\n{small_runs.find_models()}"


def changes(settings: Settings) -> str:
    """Load what has changed and all rows, on a line of 100 Mbit/s; 1 row in 100 has changed."""
    parts = []
    for rows in settings.rows:
        title = f"### changes, {rows:,} rows, {changed_rows.MBIT} Mbit/s"
        parts.append(f"{title}\n\n{changed_rows.measure(rows)}")
    return "\n\n".join(parts)


CASES: dict[str, Callable[[Settings], str]] = {
    "write": write,
    "read": read,
    "memory": memory,
    "first": first,
    "requests": requests,
    "import": import_cost,
    "thin": thin,
    "sandbox": sandbox,
    "lists": lists,
    "cells": cells,
    "checks": checks,
    "audit": audit,
    "small": small,
    "changes": changes,
    "preflight": preflight,
}
"""By the names that the command line knows."""
