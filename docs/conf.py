"""How Sphinx builds the site: ``python -m sphinx -W --keep-going docs site``."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import version as version_of
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent

project = "anaplan_frames"
author = "The developers of anaplan_frames"
copyright = "2026, the developers of anaplan_frames"
version = release = version_of("anaplan-frames")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["recipes", "_inventories"]
templates_path = ["_templates"]
default_role = "py:obj"

# Pages and notebooks. Notebooks are kept with their output, which a test compares.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
nb_execution_mode = "off"

# The reference is made from docstrings.
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings name the types
autodoc_mock_imports = ["pyspark"]  # large, and it needs Java
toc_object_entries_show_parents = "hide"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Inventories of other libraries are kept here, so that a build needs no network.
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", "_inventories/python.inv"),
    "pandas": ("https://pandas.pydata.org/docs", "_inventories/pandas.inv"),
    "pyarrow": ("https://arrow.apache.org/docs", "_inventories/pyarrow.inv"),
}

html_theme = "pydata_sphinx_theme"
html_title = "anaplan_frames"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "pygments_light_style": "tango",
    "pygments_dark_style": "github-dark",
    "switcher": {"json_url": "_static/versions.json", "version_match": version},
    "check_switcher": False,
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": ["version-switcher"],
}

# Files that stand outside this folder, and the pages that show them.
_OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
_LINK = re.compile(r"\]\((?:\.\./)*(?:docs/)?([\w./-]+\.(?:md|ipynb))(#[\w-]+)?\)")


def _copy_notebooks(app: Sphinx) -> None:
    shutil.copytree(DOCS.parent / "notebooks", DOCS / "notebooks", dirs_exist_ok=True)


def _point_to_pages(app: Sphinx, name: str, source: list[str]) -> None:
    """Let links to files outside this folder lead to the pages that show them."""

    def page(link: re.Match[str]) -> str:
        path, place = link[1], link[2] or ""
        path = _OUTSIDE.get(path, path)
        is_outside = not link[0].startswith("](" + link[1])
        return f"](/{path}{place})" if is_outside else link[0]

    source[0] = _LINK.sub(page, source[0])


def _only_if_called(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, _: str
) -> tuple[str, str] | None:
    """Leave out the signature of a class that users do not call: it names no parameters."""
    if (
        signature
        and what in ("class", "exception")
        and "Parameters\n" not in (getattr(obj, "__doc__", "") or "")
    ):
        return "", ""
    return None


def setup(app: Sphinx) -> None:
    """Connect what is done before pages are read."""
    app.connect("builder-inited", _copy_notebooks)
    app.connect("source-read", _point_to_pages)
    app.connect("autodoc-process-signature", _only_if_called)
