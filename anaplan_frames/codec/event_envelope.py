"""What stands around the events of an answer, without a look at the events themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anaplan_frames.json_parsing import parse_json

_LIST, _META = b'"response"', b'"meta"'


def envelope(content: bytes) -> Mapping[str, Any]:
    """Return the JSON object of an answer with its events left out, if that is easily done.

    What is cut off is completed and then parsed, which succeeds only if the cut was between the
    keys of the answer itself.

    Raises
    ------
    ValueError
        The answer is not a JSON object.
    """
    begin = content.find(_LIST)
    before = _object(content[:begin] + b'"response":[]}') if begin >= 0 else None
    if before is not None and "meta" in before:
        return before
    last = content.rfind(_META)
    after = _object(b"{" + content[last:]) if last >= 0 else None
    if after is not None and begin >= 0:
        return {"response": [], **after}
    whole = _object(content)
    if whole is None:
        raise ValueError("not a JSON object")
    return whole


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = parse_json(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
