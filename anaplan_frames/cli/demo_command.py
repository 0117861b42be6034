"""``anaplan-frames demo``."""

from __future__ import annotations

import click

from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import examples, log_options


@click.command(epilog=examples("anaplan-frames demo", "anaplan-frames demo -v"))
@log_options
def demo() -> ExitStatus:
    """Load real data into a sandbox and prove that it is all there.

    A year of flights goes into a local sandbox of Anaplan. The rows that it rejects are corrected
    and loaded again, and every number is read back and compared. Nothing leaves this machine.
    """
    from anaplan_frames.demo.job import run

    return ExitStatus.OK if run() else ExitStatus.DIFFERENT
