"""``python -m anaplan_frames`` is ``anaplan-frames``."""

from anaplan_frames.cli import main

raise SystemExit(main())
