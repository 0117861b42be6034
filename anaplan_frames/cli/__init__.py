"""The command line ``anaplan-frames``."""

from anaplan_frames.cli.entry_point import main

__all__ = ["main"]
