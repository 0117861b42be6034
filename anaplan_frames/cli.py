"""The command line: ``anaplan-frames demo`` and ``anaplan-frames sandbox``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from anaplan_frames.errors import AnaplanError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; what goes wrong is said in one sentence, without a traceback.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``anaplan-frames``; by default those of the process.

    Returns
    -------
    int
        The exit status: 0 if all is well, 1 if not.
    """
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.command(arguments))
    except (AnaplanError, ImportError, OSError) as error:
        print(f"anaplan-frames: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anaplan-frames", description="DataFrames and Anaplan.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="load, mend and prove real data on a sandbox")
    demo.set_defaults(command=_demo)

    sandbox = commands.add_parser("sandbox", help="serve a local Anaplan on this machine only")
    sandbox.add_argument("--port", type=int, default=8900, help="port on 127.0.0.1 (default 8900)")
    sandbox.add_argument("--data", metavar="DIR", help="keep the data here; else it is in memory")
    sandbox.add_argument("--demo", action="store_true", help="with the demo's workspace and model")
    sandbox.set_defaults(command=_sandbox)
    return parser


def _demo(arguments: argparse.Namespace) -> int:
    from anaplan_frames.demo.job import run

    return 0 if run() else 1


def _sandbox(arguments: argparse.Namespace) -> int:
    from anaplan_frames.sandbox import Sandbox, serve

    sandbox = Sandbox.demo(data=arguments.data) if arguments.demo else Sandbox(data=arguments.data)
    serve(sandbox, arguments.port)
    return 0
