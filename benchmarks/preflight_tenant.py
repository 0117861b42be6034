"""The tenant of the benchmark of plans: a sandbox in a process of its own, with a large list."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox
from benchmarks import line_tenant, tenant

ITEMS = 200_000


def running() -> AbstractContextManager[str]:
    """Serve the tenant as long as the block lasts, and yield its URL."""
    return line_tenant.served("preflight_tenant")


def main() -> None:
    """Build and serve the tenant, after its address has been printed."""
    sandbox = Sandbox(
        email=tenant.EMAIL, password=tenant.PASSWORD, rate_limit=None, allowed_hosts=["*"]
    )
    calendar = Calendar(2024, past_years=0, future_years=4)
    workspace = sandbox.workspace(tenant.WORKSPACE_NAME, id=tenant.WORKSPACE)
    model = workspace.model(tenant.MODEL_NAME, id=tenant.MODEL, calendar=calendar)
    numbers = range(ITEMS)
    items = pd.DataFrame(
        {
            "Name": [f"Product {number:06d}" for number in numbers],
            "Code": [f"P{number:06d}" for number in numbers],
        }
    )
    products = model.list("Products", items=items, properties={"Weight": "NUMBER"})
    sales = model.module("Sales", dimensions=[products, "Time"], line_items={"Amount": "NUMBER"})
    file = model.file("sales.csv", columns=["Products", "Time", "Amount"])
    model.import_("Load sales", file, into=sales)
    columns = model.file("products.csv", columns=["Code", "Name", "Weight"])
    model.import_("Load products", columns, into=products)
    line_tenant.serve(sandbox)


if __name__ == "__main__":
    main()
