"""Put the outputs under the blocks of pages: ``python -m tests.docs.fill_page docs/lists.md``."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile

from anaplan_frames.sandbox import Sandbox
from tests.docs.conftest import plugin_of_pytest, register_urls
from tests.docs.page_reader import BLOCK, ROOT, Block, new_namespace, output_of


def filled(text: str) -> str:
    """Return a page with what its blocks print now; look at the changes before you commit them."""
    namespace = new_namespace()
    pieces, end = [], 0
    for found in BLOCK.finditer(text):
        block = Block(*found.groups())
        pieces.append(text[end : found.start()])
        end = found.end()
        came = output_of(block, namespace).rstrip()
        if block.language == "console":
            pieces.append(f"```console\n{came}\n```")
            continue
        pieces.append(f"```python\n{block.code}```")
        if came:
            pieces.append(f"\n\n```text\n{came}\n```")
    return "".join([*pieces, text[end:]])


def main(pages: list[str]) -> None:
    """Fill pages, each against a demo of its own, in an empty folder."""
    register_urls()
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
                "XDG_CONFIG_HOME": f"{folder}/.config",
                **plugin_of_pytest(),
                "NO_COLOR": "1",
            }
            path = ROOT / page
            text = filled(path.read_text("utf-8"))
            path.write_text(text.replace(folder, "/home/planner"), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
