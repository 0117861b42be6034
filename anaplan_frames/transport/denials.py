"""Answers by which Anaplan's services say that the user needs a role."""

from __future__ import annotations

from dataclasses import dataclass

from anaplan_frames.json_parsing import parse_json


@dataclass(frozen=True, slots=True)
class Denial:
    """An answer that means: the token is good, but the user may not do this.

    Attributes
    ----------
    status : int
    holds : str
        What its body must hold, too; if it is empty, any body fits.
    is_empty : bool
        Whether its body must hold no message.
    """

    status: int
    holds: str = ""
    is_empty: bool = False

    def fits(self, status: int, body: bytes) -> bool:
        """Whether an answer with this status and body is this denial."""
        if status != self.status or (self.is_empty and not _is_silent(body)):
            return False
        return self.holds.encode() in body


def _is_silent(body: bytes) -> bool:
    """Whether a body is empty, or an envelope whose message is empty."""
    if not body.strip():
        return True
    try:
        status = parse_json(body)["status"]
        return isinstance(status, dict) and not status.get("message")
    except (ValueError, LookupError, TypeError):
        return False


FORBIDDEN = Denial(403)


def denial_message(label: str, role: str) -> str:
    """Return what an error says of an operation that the user may not use."""
    if not role:
        return (
            f"{label}: you are signed in but not allowed to do this. Ask a workspace "
            "administrator for access."
        )
    return (
        f"{label}: you are signed in, but this needs the role {role!r}, which your user does not "
        "have. Ask a tenant administrator for it, or connect as another user."
    )
