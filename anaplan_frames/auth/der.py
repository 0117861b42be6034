"""The elements of DER, as far as keystores need them."""

from __future__ import annotations


def element(data: bytes, start: int = 0) -> tuple[int, bytes, int]:
    """Return tag and content of the element at `start`, and where it ends.

    Raises
    ------
    ValueError
        The data are cut short, or not DER.
    """
    head = data[start : start + 2]
    if len(head) < 2:
        raise ValueError("cut short")
    tag, length = head
    start += 2
    if length == 0x80:
        raise ValueError("indefinite length")
    if length > 0x80:
        size = length - 0x80
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    end = start + length
    if end > len(data):
        raise ValueError("cut short")
    return tag, data[start:end], end


def elements(data: bytes) -> list[tuple[int, bytes]]:
    """Split DER into its elements: tag and content of each; raises as `element` does."""
    found, end = [], 0
    while end < len(data):
        tag, content, end = element(data, end)
        found.append((tag, content))
    return found
