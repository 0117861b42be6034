"""``anaplan-frames upload`` and ``download``: files of a model as they are, byte for byte."""

from __future__ import annotations

import sys
from typing import Any

import click

from anaplan_frames.cli.connection_options import (
    ConnectionOptions,
    global_options,
    show_progress,
)
from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import command, examples
from anaplan_frames.cli.name_completion import complete_things
from anaplan_frames.cli.printing import SCHEMA, Run, print_json
from anaplan_frames.cli.table_formats import STREAM


@command(
    epilog=examples(
        'anaplan-frames upload flights.csv flights.csv -m "Flight Planning"',
        'zcat flights.csv.gz | anaplan-frames upload - flights.csv -m "Flight Planning"',
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("name", shell_complete=complete_things("files"))
@click.option(
    "--chunk-bytes",
    type=click.IntRange(1_000_000, 50_000_000),
    metavar="BYTES",
    help="Size of the pieces; by default it follows the length.",
)
@click.option(
    "--resume/--no-resume",
    default=True,
    help="Go on with an upload that was interrupted; the default.",
)
@global_options
def upload(
    *,
    file: str,
    name: str,
    chunk_bytes: int | None,
    resume: bool,
    connection: ConnectionOptions,
    as_json: bool,
) -> ExitStatus:
    """Replace the content of a model's file by a file, byte for byte.

    FILE must be written as Anaplan expects it; `write` takes care of that. NAME is the name or id
    of a file of the model. Nothing is imported: `run` does that.
    """
    from anaplan_frames.cli.report_output import print_result

    content: Any = sys.stdin.buffer if file == STREAM else file
    with connection.connect() as connected:
        found = connection.open_model(connected).files[name]
        result = found.upload(
            content, chunk_bytes=chunk_bytes, resume=resume, progress=show_progress()
        )
    return print_result(result, as_json=as_json)


@command(
    epilog=examples(
        'anaplan-frames download "Flights export" -m "Flight Planning"',
        'anaplan-frames download flights.csv - -m "Flight Planning" | head',
        'anaplan-frames download "Flights export" last.csv -m "Flight Planning" --no-run',
    )
)
@click.argument("name", shell_complete=complete_things("exports", "files"))
@click.argument("path", required=False, metavar="[PATH|-]")
@click.option(
    "--run/--no-run", default=True, help="Run an export first, or fetch what it last wrote."
)
@click.option(
    "--resume/--no-resume",
    default=True,
    help="Go on with a download that was interrupted; the default.",
)
@global_options
def download(
    *,
    name: str,
    path: str | None,
    run: bool,
    resume: bool,
    connection: ConnectionOptions,
    as_json: bool,
) -> None:
    """Fetch the content of a file, or the output of an export, byte for byte.

    NAME is the name or id of an export, which is run, or of a file. PATH is by default NAME in the
    working folder; - is stdout.
    """
    from anaplan_frames.bulk.exports import Export
    from anaplan_frames.model_search import find

    if as_json and path == STREAM:
        raise click.UsageError("--json and the content cannot both be on stdout. Name a PATH.")
    ran = Run()
    show = show_progress()
    with connection.connect() as connected:
        model = connection.open_model(connected)
        found: Any = find(model, name, ("exports", "files"), None, verb="downloaded")
        running: dict[str, Any] = {"run": run} if isinstance(found, Export) else {}
        if path == STREAM:
            if running.get("run"):
                found.run(progress=show)
            content = model.files[found.id] if running else found
            size = _write_stdout(content.stream(progress=show))
        else:
            target = found.name.replace("/", "_") if path is None else path
            saved = found.download(target, resume=resume, progress=show, **running)
            path, size = str(saved), saved.stat().st_size
    if as_json:
        said = {"source": found.name, "model": model.name, "file": path, "bytes": size}
        print_json({"schema": SCHEMA, **said, "seconds": ran.seconds})
    where = "stdout" if path == STREAM else path
    ran.sum_up(f"{found.label}: {size:,} bytes to {where}")


def _write_stdout(pieces: Any) -> int:
    size = 0
    for piece in pieces:
        size += sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return size
