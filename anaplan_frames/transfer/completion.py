"""The end of an upload: Anaplan joins the chunks, which takes many minutes on gigabytes."""

from __future__ import annotations

import logging

from anaplan_frames.errors import AnaplanError, TransferError, TransferTimeout
from anaplan_frames.polling import poll
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transport import AnswerLost, Transport

_LONGEST_ANSWER = 1_800.0  # seconds
_LONGEST_JOINING = 2_700.0  # seconds; 15 to 40 minutes have been seen on gigabytes
_AT_WORK = 30.0  # seconds; an answer that is lost later was perhaps not ready yet
_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between looks at a file whose answer was lost sooner
_TRIES = 6
_log = logging.getLogger("anaplan_frames")


def complete_upload(
    transport: Transport, path: str, label: str, sent: SentContent | None = None
) -> None:
    """Have Anaplan join the chunks; only then can the file be read.

    If the answer is lost, the file shows whether it was done. It is not asked for again while
    Anaplan may still be at work.

    Parameters
    ----------
    path, label : str
        Of the file.
    sent : SentContent, optional
        What was sent to it; if that is not known, the file cannot show whether it is complete.

    Raises
    ------
    TransferError
        If the file is not complete in the end.
    """
    clock = transport.clock
    for _ in range(_TRIES):
        begun = clock.monotonic()
        try:
            transport.request(
                "POST",
                f"{path}/complete",
                label=label,
                json={},
                timeout=transport.patient(_LONGEST_ANSWER),
                repeatable=False,
            )
            return
        except AnswerLost as error:
            lost = error
        seconds = clock.monotonic() - begun
        at_work = seconds >= _AT_WORK
        if sent is not None and _becomes_complete(transport, path, label, sent, at_work=at_work):
            return
        if at_work:
            break
    raise TransferError(
        f"{label} was sent, and Anaplan does not confirm that it is complete, so that nothing was "
        f"imported: {lost}"
    ) from lost


def _becomes_complete(
    transport: Transport, path: str, label: str, sent: SentContent, *, at_work: bool
) -> bool:
    """Look at the file until it is complete, for long if Anaplan may be at work."""

    def look() -> bool | None:
        try:
            return _is_complete(transport, path, label, sent) or None
        except TransferTimeout:
            raise
        except AnaplanError as error:
            _log.debug("%s: cannot be looked at: %s", label, error)
            return None

    if not at_work:
        return bool(poll(look, transport.clock, pauses=_PAUSES))
    _log.warning(
        "%s: Anaplan does not answer while it joins the chunks; looking at the file until it is "
        "complete, for %.0f minutes at most",
        label,
        _LONGEST_JOINING / 60,
    )
    return bool(poll(look, transport.clock, timeout=_LONGEST_JOINING))


def _is_complete(transport: Transport, path: str, label: str, sent: SentContent) -> bool:
    folder, file_id = path.rsplit("/", 1)
    records = transport.pages(folder, "files", label=label)
    found = next((record for record in records if str(record.get("id")) == file_id), {})
    count = found.get("chunkCount")
    if not isinstance(count, int) or count < 1:
        return False
    check = ContentCheck(transport, path, label, sent)
    # The ends show at little cost that it is not: until it is, the file has its former content.
    return not check.before() and check.is_whole()
