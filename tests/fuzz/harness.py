"""Fuzz a target with atheris, which is guided by the branches that are taken.

Run by hand, as long as wanted: ``python -m tests.fuzz.harness decoder -max_total_time=600``. What
comes behind the target's name are libFuzzer's options; a folder there keeps what was found.
"""

from __future__ import annotations

import importlib
import sys

_INSTRUMENTED = ["anaplan_frames.codec"]
_OPTIONS = ["-max_len=400", "-timeout=10", "-rss_limit_mb=4096"]


def main(arguments: list[str]) -> int:
    """Fuzz the target that the first argument names; never returns if all is well."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        print("atheris is not installed: pip install atheris. (It has wheels for Linux only.)")
        return 1
    with atheris.instrument_imports(include=_INSTRUMENTED):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    if not arguments or arguments[0] not in targets:
        print(f"Usage: python -m tests.fuzz.harness {'|'.join(targets)} [option of libFuzzer ...]")
        return 2
    # Options given later count.
    atheris.Setup([sys.argv[0], *_OPTIONS, *arguments[1:]], targets[arguments[0]])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
