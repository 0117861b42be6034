"""Follow the site from its landing page as a stranger would, in an environment made for it.

``python tools/follow_the_site.py`` makes a virtual environment, installs the package with the extra
``sandbox``, and goes from docs/index.md along the links of the pages, in their order. A page that
says to install more has an environment of its own with it. Each page has a demo of its own and an
empty folder; its blocks are run, and their outputs compared, by tests/docs/page_reader.py, which
imports nothing of this repository. ``--only PAGE`` follows single pages.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
READER = ROOT / "tests/docs/page_reader.py"
# Their blocks are files for other programs.
LEFT_OUT = {"docs/orchestration.md": "other programs", "docs/spark.md": "Java"}
_INSTALL = re.compile(r"pip\s+install\s+((?:'anaplan-frames\[[\w,]+\]'|[ \t][\w-]+)+)")
_BLOCK = re.compile(r"^```(?:python|console)$", re.MULTILINE)
_LINKS = re.compile(
    r"\]\((?!\w+://|#)([^)#\s]+)[^)]*\)|^:link: (\S+)$|^((?!\d)[\w./-]+)$(?=(?:\n[\w./-]+)*\n```)",
    re.MULTILINE,
)


def links_of(page: str) -> Iterator[str]:
    """Yield the pages of the repository that a page links to, in their order."""
    text = (ROOT / page).read_text("utf-8")
    if page.endswith(".ipynb"):
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    for found in _LINKS.finditer(text):
        name = next(filter(None, found.groups()))
        path = Path(os.path.normpath(Path(page).parent / name))
        for each in (path, path.with_name(f"{path.name}.md"), path.with_name(f"{path.name}.ipynb")):
            inside = Path(*each.parts[1:]) if each.parts[:2] == ("docs", "notebooks") else each
            if inside.suffix in (".md", ".ipynb") and (ROOT / inside).is_file():
                yield inside.as_posix()


def walk(start: str) -> list[str]:
    """Return all pages that can be reached, in the order in which a reader comes to them."""
    pages = [start]
    for page in pages:
        pages += [link for link in dict.fromkeys(links_of(page)) if link not in pages]
    return pages


class Environment:
    """A virtual environment, with the package and the extra ``sandbox``."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        self.install(["anaplan-frames[sandbox]"])

    def install(self, packages: Sequence[str]) -> None:
        """Install packages, this one from the repository."""
        given = [name.replace("anaplan-frames", str(ROOT)) for name in packages]
        command = [str(self.bin / "python"), "-m", "pip", "install", "-q", *given]
        subprocess.run(command, check=True)


class Stranger:
    """A person who reads page after page, each in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environments: dict[tuple[str, ...], Environment] = {}

    def follow(self, page: str, number: int) -> str:
        """Follow a page; return how that went."""
        text = (ROOT / page).read_text("utf-8")
        if page.endswith(".md") and not _BLOCK.search(text):
            return "0 blocks"
        environment = self._prepared(page, text)
        folder = self._folder / str(number)
        folder.mkdir()
        variables = _variables(folder, environment.bin)
        with subprocess.Popen(
            [str(environment.bin / "anaplan-frames"), "sandbox", "--demo", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=variables,
        ) as sandbox:
            try:
                url = next(re.search(r"http://\S+:\d+", line) for line in sandbox.stdout or ())
                assert url is not None
                variables |= {"ANAPLAN_API_URL": url[0], "ANAPLAN_AUTH_URL": url[0]}
                return self._read(page, folder, environment.bin, variables)
            finally:
                sandbox.terminate()

    def _prepared(self, page: str, text: str) -> Environment:
        """Return an environment that has what a page says to install, and nothing else."""
        named = [found.replace("'", "").split() for found in _INSTALL.findall(text)]
        needed = {name for names in named for name in names} - {"anaplan-frames[sandbox]"}
        if page.endswith(".ipynb"):
            needed |= {"nbclient", "ipykernel", "matplotlib"}
        key = tuple(sorted(needed))
        if key not in self._environments:
            environment = Environment(self._folder / f"venv{len(self._environments)}")
            if key:
                environment.install(key)
            self._environments[key] = environment
        return self._environments[key]

    def _read(self, page: str, folder: Path, programs: Path, variables: Mapping[str, str]) -> str:
        command = [str(programs / "python"), str(READER), page]
        if page.endswith(".ipynb"):
            copy = folder / Path(page).name
            copy.write_bytes((ROOT / page).read_bytes())
            command = [str(programs / "jupyter"), "execute", copy.name]
        ended = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            print(ended.stdout + ended.stderr, file=sys.stderr)
            return "FAILED"
        return ended.stdout.rpartition(": ")[2].strip() or "a notebook"


def _variables(folder: Path, programs: Path) -> dict[str, str]:
    """Return the variables of a person's environment, who has set up the demo."""
    known = {name: value for name, value in os.environ.items() if "ANAPLAN" not in name}
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTEST_PLUGINS"):
        known.pop(name, None)
    return known | {
        "ANAPLAN_EMAIL": "demo@example.com",
        "ANAPLAN_PASSWORD": "demo",
        "HOME": str(folder),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "XDG_CONFIG_HOME": str(folder / ".config"),
    }


def main() -> int:
    """Follow the site; the exit status is 1 if a page shows something else than what comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="PAGE")
    pages = parser.parse_args().only or walk("docs/index.md")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        stranger = Stranger(Path(folder))
        for number, page in enumerate(pages):
            begun = time.monotonic()
            result = f"left out: {LEFT_OUT[page]}" if page in LEFT_OUT else ""
            result = result or stranger.follow(page, number)
            results.append(result)
            if result != "0 blocks":
                print(f"{page}: {result} ({time.monotonic() - begun:.0f} s)", flush=True)
    blocks = sum(int(result.split()[0]) for result in results if result.endswith("blocks"))
    failed = results.count("FAILED")
    print(f"{len(pages)} pages, {blocks} blocks followed, {failed} pages failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
