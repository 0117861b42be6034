"""Put the outputs under the blocks of pages: ``python -m tests.docs.fill_page docs/lists.md``."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile

from anaplan_frames.sandbox import Sandbox
from tests.docs.page_reader import BLOCK, Block, console_output, new_namespace, run_python
from tests.docs.pages import ROOT


def filled(text: str) -> str:
    """Return a page with what its blocks print now; look at the changes before you commit them."""
    namespace = new_namespace()
    pieces, end = [], 0
    for found in BLOCK.finditer(text):
        block = Block(*found.groups())
        pieces.append(text[end : found.start()])
        end = found.end()
        if block.language == "console":
            pieces.append(f"```console\n{console_output(block.code).rstrip()}\n```")
            continue
        pieces.append(f"```python\n{block.code}```")
        came = run_python(block.code, namespace).rstrip()
        if came:
            pieces.append(f"\n\n```text\n{came}\n```")
    return "".join([*pieces, text[end:]])


def main(pages: list[str]) -> None:
    """Fill pages, each against a demo of its own, in an empty folder."""
    for page in pages:
        with (
            Sandbox.demo() as sandbox,
            tempfile.TemporaryDirectory() as folder,
            contextlib.chdir(folder),
        ):
            os.environ |= {
                "ANAPLAN_API_URL": sandbox.api_url,
                "ANAPLAN_AUTH_URL": sandbox.auth_url,
                "ANAPLAN_EMAIL": sandbox.email,
                "ANAPLAN_PASSWORD": sandbox.password,
            }
            path = ROOT / page
            path.write_text(filled(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
