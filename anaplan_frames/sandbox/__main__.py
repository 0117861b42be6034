"""``python -m anaplan_frames.sandbox`` is ``anaplan-frames sandbox``."""

import sys

from anaplan_frames.cli import main

raise SystemExit(main(["sandbox", *sys.argv[1:]]))
