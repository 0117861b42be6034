"""A role has the same rights to a line item with its own dimensions as to its module."""

from __future__ import annotations

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.errors import TaskFailed
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access_tenant import PASSWORD


@pytest.mark.parametrize(
    ("email", "writes"), [("writer@corp.com", True), ("reader@corp.com", False)]
)
def test_line_items_with_their_own_dimensions_are_loaded_and_exported(
    email: str, writes: bool
) -> None:
    goods = pd.DataFrame({"Name": ["Pen", "Ink"]})
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        products = model.list("Products", items=goods)
        price = {"format": "NUMBER", "dimensions": [products]}
        sales = model.module(
            "Sales", dimensions=[products, "Time"], line_items={"Units": "NUMBER", "Price": price}
        )
        file = model.file("prices.csv", columns=["Products", "Price"])
        model.import_("Load prices", file, into=sales.line_item("Price"))
        model.export("Prices", of=sales.line_item("Price"))
        access = "write" if writes else "read"
        role = model.role(
            "R",
            modules={"Sales": access},
            lists={"Products": "read"},
            actions=["Load prices", "Prices"],
        )
        sandbox.add_user(email, PASSWORD, administrator=False)
        model.assign(email, role)
        with sandbox.connect(auth=af.BasicAuth(email, PASSWORD)) as connection:
            used = connection.model("M")
            prices = pd.DataFrame({"Products": ["Pen", "Ink"], "Price": [1.0, 2.0]})
            if writes:
                assert af.to_anaplan(prices, "Load prices", used).rows_loaded == 2
            else:
                with pytest.raises(TaskFailed, match="No write access"):
                    af.to_anaplan(prices, "Load prices", used)
            shown = af.read_anaplan("Prices", used)["Price"].tolist()
    assert shown == ([1.0, 2.0] if writes else [0.0, 0.0])
