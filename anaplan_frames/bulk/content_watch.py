"""The files of a load, compared with what was sent before its start and after its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from anaplan_frames.errors import TransferError
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.content_check import ContentCheck, differences
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transfer.small_file import SmallFile
from anaplan_frames.writes.result_builder import doubted


class ContentWatch:
    """Sees whether somebody else writes to the files of a load.

    Parameters
    ----------
    checks : sequence of ContentCheck
        One per file.
    journals : sequence of Journal
        What is known of the uploads; it is forgotten if a file has another content.
    unsent : mapping of ContentCheck to SmallFile
        The files that are still to be sent.
    """

    def __init__(
        self,
        checks: Sequence[ContentCheck],
        journals: Sequence[Journal],
        unsent: Mapping[ContentCheck, SmallFile],
    ) -> None:
        self._checks = checks
        self._journals = journals
        self._unsent = dict(unsent)
        self._found: list[str] | None = None

    def before_start(self) -> None:
        """Send what is still to be sent, and compare the files with what was sent.

        Raises
        ------
        TransferError
            If a file has another content; nothing is started.
        """
        found = differences(self._checks, self._sent_and_compared)
        if found:
            self.forget()
            raise TransferError(
                f"{'; '.join(found)}. Perhaps it was written to from another machine meanwhile. "
                "Nothing was started. Run it again, and let only one machine at a time write to it."
            )

    def _sent_and_compared(self, check: ContentCheck) -> str:
        unsent = self._unsent.pop(check, None)
        return check.before() if unsent is None else unsent.send_and_compare(check)

    def at_the_end(self) -> None:
        """Compare the files as soon as the end is seen, while they are locked on this machine."""
        self.forget()
        self._found = differences(self._checks, ContentCheck.after)

    def judge(self, outcome: Outcome, result: WriteResult) -> WriteResult:
        """Return the result of the load; it is uncertain if a file has changed meanwhile."""
        if outcome.successful is None and not outcome.nested:  # the end was not seen
            return result
        if self._found is None:
            self.at_the_end()
        if not self._found:
            return result
        seen = f"After it ended, {'; '.join(self._found)}."
        if result.outcome == "failed":
            return replace(result, note="\n".join(filter(None, [result.note, seen])))
        return doubted(
            result,
            f"{seen} Perhaps the file was written to from another machine before it was read, so "
            "that other rows than yours were loaded.",
        )

    def forget(self) -> None:
        """Forget what is known of the uploads."""
        for journal in self._journals:
            journal.forget()
