"""What the OpenAPI files get wrong or leave out, as data: each correction with its reason.

`tests/contract/contract.py` applies it. A correction needs a source: the service's documented or
observed behaviour, or what existing clients read from an answer. None is there for the sandbox's
sake.
"""

from __future__ import annotations

from tests.contract.overlay.alm import ALM_CORRECTIONS, ALM_MAY_OMIT, ALM_STATUSES
from tests.contract.overlay.audit import AUDIT_EXAMPLES
from tests.contract.overlay.cloudworks import (
    CLOUDWORKS_CORRECTIONS,
    CLOUDWORKS_MAY_OMIT,
    CLOUDWORKS_STATUSES,
)
from tests.contract.overlay.examples import EXAMPLES
from tests.contract.overlay.lists import LISTS, LISTS_MAY_OMIT
from tests.contract.overlay.operations import (
    NO_OPERATION,
    OPERATIONS,
)
from tests.contract.overlay.read_requests import READ_REQUESTS
from tests.contract.overlay.schemas import SCHEMAS
from tests.contract.overlay.scim import SCIM_CORRECTIONS
from tests.contract.overlay.statuses import MAY_OMIT as GENERAL_MAY_OMIT
from tests.contract.overlay.statuses import STATUSES as GENERAL_STATUSES
from tests.contract.overlay.tasks import TASKS

CORRECTIONS = (
    *LISTS,
    *SCHEMAS,
    *OPERATIONS,
    *TASKS,
    *READ_REQUESTS,
    *EXAMPLES,
    *ALM_CORRECTIONS,
    *AUDIT_EXAMPLES,
    *SCIM_CORRECTIONS,
    *CLOUDWORKS_CORRECTIONS,
)
MAY_OMIT = (*GENERAL_MAY_OMIT, *LISTS_MAY_OMIT, *ALM_MAY_OMIT, *CLOUDWORKS_MAY_OMIT)
STATUSES = (*GENERAL_STATUSES, *ALM_STATUSES, *CLOUDWORKS_STATUSES)

__all__ = ["CORRECTIONS", "MAY_OMIT", "NO_OPERATION", "STATUSES"]
