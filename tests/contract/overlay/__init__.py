"""What the OpenAPI files get wrong or leave out, as data: each mend with its reason.

`tests/contract/contract.py` applies it. A mend needs a source: the service's documented or observed
behaviour, or what existing clients read from an answer. None is there for the sandbox's sake.
"""

from __future__ import annotations

from tests.contract.overlay.examples import EXAMPLES
from tests.contract.overlay.lists import LISTS, LISTS_MAY_LACK
from tests.contract.overlay.operations import (
    NO_OPERATION,
    OPERATIONS,
)
from tests.contract.overlay.read_requests import READ_REQUESTS
from tests.contract.overlay.schemas import SCHEMAS
from tests.contract.overlay.statuses import MAY_LACK as GENERAL_MAY_LACK
from tests.contract.overlay.statuses import STATUSES
from tests.contract.overlay.tasks import TASKS

MENDS = (*LISTS, *SCHEMAS, *OPERATIONS, *TASKS, *READ_REQUESTS, *EXAMPLES)
MAY_LACK = (*GENERAL_MAY_LACK, *LISTS_MAY_LACK)

__all__ = ["MAY_LACK", "MENDS", "NO_OPERATION", "STATUSES"]
