"""How a sandbox behaves if reports and documentation of the service disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias

Keys: TypeAlias = Literal["folded", "exact"]
ProcessVerdict: TypeAlias = Literal[
    "any failed action is false", "any imperfection is false", "always true"
]
Closing: TypeAlias = Literal["by step", "by progress"]
RunErrors: TypeAlias = Literal["object", "list"]
PatchConnection: TypeAlias = Literal["whole body", "any field"]
DeniedAction: TypeAlias = Literal["status 403", "failed task"]

_VALUES: dict[str, tuple[Any, ...]] = {
    "keys": ("folded", "exact"),
    "update_needs_code": (False, True),
    "process_verdict": (
        "any failed action is false",
        "any imperfection is false",
        "always true",
    ),
    "closing": ("by step", "by progress"),
    "early_chunks": (True, False),
    "run_errors": ("object", "list"),
    "patch_connection": ("whole body", "any field"),
    "denied_action": ("status 403", "failed task"),
}
"""The values that each name may have; the first one is the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """The chosen behavior.

    Attributes
    ----------
    keys : {"folded", "exact"}
        Whether names and codes are the same key if they differ only in case, in the form of
        accents, in white space around them or in invisible characters. An article of the service's
        community shows it for case; "exact" compares every character.
    update_needs_code : bool
        Whether an update of items is refused with status 500 if one of them has a code and the
        request does not repeat it, as one client has seen. The documented table of updates always
        shows the code.
    process_verdict : str
        When ``successful`` of a process is false: if an action failed; also if rows were rejected
        or ignored, which was seen live; or never, although an action says false.
    closing : {"by step", "by progress"}
        While a model opens or closes, the status shows the state before, then "Opening" or
        "Closing", always with the progress -1 of an idle model; or at once "Opening" or "Closing"
        with a progress from 0 to 1.
    early_chunks : bool
        Whether chunks are listed while an upload is under way: the declared ones, or those that
        have arrived if the number is unknown. Anaplan Connect relies on it.
    run_errors : {"object", "list"}
        Whether the errors of a run of CloudWorks are one object, as anaplan-sdk reads them and as
        the empty object of a run without errors suggests, or a list, as documented.
    patch_connection : {"whole body", "any field"}
        Whether a PATCH of a connection of CloudWorks needs the whole body, as was measured, or
        changes single fields, as documented and as the tests of anaplan-sdk do.
    denied_action : {"status 403", "failed task"}
        How the start of an action ends that the user's role does not have. The service's help
        says both: 403 stands for a missing permission for an action, and such a role is among the
        common causes of failed tasks.
    """

    keys: Keys = "folded"
    update_needs_code: bool = False
    process_verdict: ProcessVerdict = "any failed action is false"
    closing: Closing = "by step"
    early_chunks: bool = True
    run_errors: RunErrors = "object"
    patch_connection: PatchConnection = "whole body"
    denied_action: DeniedAction = "status 403"


def parse_behavior(given: Mapping[str, Any] | None) -> Behavior:
    """Check names and values and return the behavior; what is not given has its default.

    Raises
    ------
    ValueError
        If a name or a value is unknown; the text lists the right ones.
    """
    names = [field.name for field in fields(Behavior)]
    for name, value in (given or {}).items():
        if name not in names:
            raise ValueError(f"The behavior {name!r} is unknown. Use one of {', '.join(names)}.")
        right = _VALUES[name]
        if not any(value == one and type(value) is type(one) for one in right):
            listed = " or ".join(repr(one) for one in right)
            raise ValueError(f"The behavior {name!r} cannot be {value!r}; it is {listed}.")
    return Behavior(**(given or {}))
