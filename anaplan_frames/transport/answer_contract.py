"""What counts as Anaplan's answer: for each operation its statuses, content type and keys.

An answer that does not fit was given by something else, such as a proxy. It counts as an answer
that was lost: whether Anaplan got the request is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from anaplan_frames.errors import TransferError
from anaplan_frames.json_parsing import parse_json
from anaplan_frames.transport.denials import FORBIDDEN, Denial

# "json": an object with the keys that it needs. "file": the bytes of a file. "csv": a table as
# text. "text": a failure dump. "nothing": no body. "any": what the body is does not matter.
ContentKind = Literal["json", "file", "csv", "text", "nothing", "any"]

_WEB_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_JSON = frozenset({"application/json", "text/json"})
_XML = frozenset({"application/xml", "text/xml"})
# Content types that an answer cannot have. Anaplan gives files as octet-stream, tables as CSV, and
# dumps as plain text, so a file that is itself JSON or text is still recognized.
_NOT_A_DUMP = _WEB_PAGES | _JSON | _XML | {""}
_NOT_A_FILE = _NOT_A_DUMP | {"text/plain"}
_IMPOSSIBLE: Mapping[ContentKind, frozenset[str]] = {
    "json": _WEB_PAGES,
    "file": _NOT_A_FILE,
    "csv": _NOT_A_FILE,
    "text": _NOT_A_DUMP,
    "nothing": _WEB_PAGES,
    "any": _WEB_PAGES,
}
_BYTES = frozenset({"file", "csv", "text"})
_NO_CONTENT = 204
_NAMES = {str, int}  # types of what a record is known by
_LONG = 2_000  # bytes
ANY_SUCCESS = frozenset(range(200, 300))


class NotAnswered(TransferError):
    """What came back is not Anaplan's answer."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What Anaplan answers to one kind of request.

    Attributes
    ----------
    method : str
    path : str
        A template. ``{name}`` stands for one part of a path, and ``{model}`` at the beginning for
        ``/workspaces/{id}/models/{id}`` and for ``/models/{id}``.
    content : str
        The kind of the body.
    statuses : frozenset of int
        The statuses that are answers.
    needs : mapping of str to type
        Keys that must be there, and what their values are. A dot leads into an object.
    one_of : mapping of str to type
        Of these keys at least one must be there.
    records : mapping of str to tuple of str
        Keys that may be missing, under which there are lists of objects, and the keys that each of
        these objects must have.
    texts : tuple of str
        Keys that may be missing, under which there are lists of texts.
    may_be_empty : bool
        Whether bytes may be none at all.
    service : str
    role : str
        The role that the user must have, as Anaplan's administration calls it; empty if any will
        do, or if it is not known.
    denials : tuple of Denial
        The answers to a user without the role.
    refusals : mapping of int to str
        Statuses by which the service finally refuses this operation, other than usual, and what
        each of them means here, as a sentence.
    """

    method: str
    path: str
    content: ContentKind = "json"
    statuses: frozenset[int] = frozenset({200})
    needs: Mapping[str, type] = field(default_factory=dict)
    one_of: Mapping[str, type] = field(default_factory=dict)
    records: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    may_be_empty: bool = False
    service: str = "integration"
    role: str = ""
    denials: tuple[Denial, ...] = (FORBIDDEN,)
    refusals: Mapping[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def head_fault(self, status: int, content_type: str) -> str | None:
        """Return why a status and content type are not Anaplan's; None if they are."""
        if status not in self.statuses:
            return f"with the status {status}"
        impossible = content_type in _IMPOSSIBLE[self.content] or (
            self.content in _BYTES and content_type.endswith(("+json", "+xml"))
        )
        if impossible and not (status == _NO_CONTENT and not content_type):
            return f"with {content_type or 'an unknown content type'}"
        return None

    def bytes_fault(self, status: int, content: bytes) -> str | None:
        """Return why bytes are not Anaplan's answer; None if they are."""
        if self.content == "json":
            return self._text_fault(content)
        if content or self.may_be_empty or self.content not in _BYTES or status == _NO_CONTENT:
            return None
        return "with nothing"

    def _text_fault(self, content: bytes) -> str | None:
        """Return why JSON that is read as text is not Anaplan's; it is parsed only if short."""
        if len(content) > _LONG and content[:1] == b"{":
            known = {*self.needs, *self.one_of, *self.records}
            found = any(b'"%b"' % key.encode() in content for key in known)
            return None if found else "with other JSON"
        try:
            answer = parse_json(content)
        except ValueError:
            return "with broken JSON"
        return self.object_fault(answer) if isinstance(answer, dict) else "with other JSON"

    def object_fault(self, answer: Mapping[str, Any]) -> str | None:
        """Return why an object is not Anaplan's answer; None if it is."""
        status = answer.get("status")
        code = status.get("code") if isinstance(status, Mapping) else None
        if code is not None and str(code)[:1] != "2":
            return f"with a success that holds the status {str(code)[:20]}"
        if not _is_meta(answer.get("meta")):
            return "with an unknown form of 'meta'"
        for key, kind in self.needs.items():
            if not _is_kind(_value_at(answer, key), kind):
                return f"without {key!r}"
        if self.one_of and not any(
            _is_kind(_value_at(answer, key), kind) for key, kind in self.one_of.items()
        ):
            return f"without {' or '.join(map(repr, self.one_of))}"
        for key, keys in self.records.items():
            if not _are_records(_value_at(answer, key), keys):
                return f"with an unknown form of {key!r}"
        for key in self.texts:
            if not _are_texts(_value_at(answer, key)):
                return f"with an unknown form of {key!r}"
        return None


class Operations:
    """A table of operations, found by service, method and path.

    Parameters
    ----------
    operations : iterable of Operation
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._all = tuple(operations)
        self._tree: dict[Any, Any] = {}
        for operation in self._all:
            for path in _forms(operation.path):
                place = self._tree.setdefault((operation.service, operation.method), {})
                for part in _parts(path):
                    place = place.setdefault(None if part.startswith("{") else part, {})
                place[""] = operation

    def __iter__(self) -> Any:
        return iter(self._all)

    def find(self, service: str, method: str, path: str) -> Operation:
        """Return the operation of a request.

        Raises
        ------
        LookupError
            The table has no entry for it, which is an error of this library.
        """
        place = self._tree.get((service, method))
        for part in _parts(path):
            if place is None:
                break
            place = place.get(part) or place.get(None)
        operation: Operation | None = place.get("") if place else None
        if operation is None:
            raise LookupError(
                f"{method} {path}: the answer contract has no entry for this operation of "
                f"{service!r}. Add it to anaplan_frames/transport/operations.py."
            )
        return operation


def _forms(path: str) -> tuple[str, ...]:
    if not path.startswith("{model}"):
        return (path,)
    rest = path.removeprefix("{model}")
    return f"/workspaces/{{w}}/models/{{m}}{rest}", f"/models/{{m}}{rest}"


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _value_at(answer: Any, key: str) -> Any:
    """Return what is at a key; a dot leads into an object. None if it is not there."""
    for part in key.split("."):
        answer = answer.get(part) if isinstance(answer, Mapping) else None
    return answer


def _is_kind(value: Any, kind: type) -> bool:
    if kind is int:
        return type(value) is int  # not a bool
    return isinstance(value, kind) and (kind is not str or bool(value))


def _is_meta(meta: Any) -> bool:
    """Whether the numbers by which pages are read are numbers, if they are there."""
    if meta is None:
        return True
    paging = meta.get("paging") if isinstance(meta, Mapping) else ""
    if paging is None:
        return True
    return isinstance(paging, Mapping) and all(
        paging.get(key) is None or (type(paging[key]) is int and paging[key] >= 0)
        for key in ("offset", "totalSize")
    )


def _are_texts(found: Any) -> bool:
    if found is None:
        return True
    return isinstance(found, list) and all(each is None or type(each) is str for each in found)


def _are_records(found: Any, keys: tuple[str, ...]) -> bool:
    """Whether a list, if it is there, is of objects with these keys: texts or numbers."""
    if found is None:
        return True
    if not isinstance(found, list) or not {type(record) for record in found} <= {dict}:
        return False
    for key in keys:  # whole lists at a time, as they are long
        values = [record.get(key) for record in found]
        if not set(map(type, values)) <= _NAMES or "" in values:
            return False
    return True
