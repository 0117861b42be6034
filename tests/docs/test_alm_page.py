"""What the page on revisions and syncs shows, run and compared with the output that it shows."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/alm.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n(?:```text\n(.*?)```)?", PAGE, re.DOTALL)


def test_each_example_prints_what_the_page_shows(
    tenant: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "EMAIL": tenant.email,
        "PASSWORD": tenant.password,
        "API_URL": tenant.api_url,
        "AUTH_URL": tenant.auth_url,
    }.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    dev = tenant.workspace("Development").model("Planning Dev")
    regions = dev.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    sales = dev.module("Sales", dimensions=[regions], line_items={"Units": "NUMBER"})
    tenant.revision(dev, "v1", "As it began")
    for name in ("Prod EU", "Prod US"):
        tenant.copy_model(dev, name, tenant.workspace("Production"), deployed=True)
    dev.list("Channels")
    dev.add_line_items(sales, {"Price": "NUMBER"})
    namespace: dict[str, object] = {}
    assert len(EXAMPLES) == 6
    for code, shown in EXAMPLES:
        exec(code, namespace)
        assert capsys.readouterr().out == shown
    namespace["conn"].close()  # type: ignore[attr-defined]
