"""A development model and its copies, as tests of revisions and syncs need them."""

from __future__ import annotations

from dataclasses import dataclass

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model

DEV, PROD = "Planning Dev", "Planning Prod"


@dataclass
class Lifecycle:
    """A model with the revision "v1", a copy in deployed mode, and a connection.

    Attributes
    ----------
    first : str
        The id of "v1".
    """

    sandbox: Sandbox
    built_dev: Model
    built_prod: Model
    first: str
    connection: af.Connection

    @property
    def dev(self) -> af.Model:
        return self.connection.model(DEV)

    @property
    def prod(self) -> af.Model:
        return self.connection.model(PROD)

    def change(self) -> None:
        """Change the structure of the development model: a list, a line item, an item."""
        dev = self.built_dev
        dev.list("Channels")
        dev.add_line_items(next(iter(dev.modules.values())), {"Price": "NUMBER"})

    def change_and_name(self, name: str = "v2") -> str:
        """Change the structure, and make a revision of it."""
        self.change()
        return self.sandbox.revision(self.built_dev, name)

    def syncs(self) -> int:
        """Return how many syncs into the copy were started."""
        return len(self.sandbox.alm.syncs(self.built_prod.id))


def build_lifecycle(sandbox: Sandbox) -> Lifecycle:
    """Build both models, without changes after the revision."""
    dev = sandbox.workspace("Development").model(DEV)
    regions = dev.list("Regions")
    dev.module("Sales", dimensions=[regions], line_items={"Units": "NUMBER"})
    first = sandbox.revision(dev, "v1", "As it began")
    prod = sandbox.copy_model(dev, PROD, sandbox.workspace("Production"), deployed=True)
    return Lifecycle(sandbox, dev, prod, first, sandbox.connect())
