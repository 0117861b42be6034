"""`JavaData`: numbers, texts and blocks as Java's `DataOutputStream` writes them."""

from __future__ import annotations

from anaplan_frames.auth.secret import Secret


class DamagedData(Exception):
    """The data are cut short, or not what they should be."""


class JavaData:
    """Read data from front to back; each length is checked against what is left.

    Attributes
    ----------
    position : int
        How many bytes have been read.
    """

    def __init__(self, content: Secret[bytes]) -> None:
        self._content = content
        self.position: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes; DamagedData if there are fewer."""
        end = self.position + size
        if not self.position <= end <= len(self._content.reveal()):
            raise DamagedData
        taken = self._content.reveal()[self.position : end]
        self.position = end
        return taken

    def number(self) -> int:
        """Return the next number of four bytes."""
        return int.from_bytes(self.take(4), "big")

    def block(self) -> bytes:
        """Return the next bytes that follow their own length."""
        return self.take(self.number())

    def text(self) -> str:
        """Return the next text; DamagedData if it is not one.

        Java writes NUL as two bytes, and each half of a surrogate pair as a character of its own.
        """
        encoded = self.take(int.from_bytes(self.take(2), "big")).replace(b"\xc0\x80", b"\0")
        try:
            halves = encoded.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise DamagedData from None
        return halves.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")

    def skip(self, expected: bytes) -> bool:
        """Pass over some bytes if they come next."""
        end = self.position + len(expected)
        if self._content.reveal()[self.position : end] != expected:
            return False
        self.position = end
        return True

    def rest(self) -> bytes:
        """Return all bytes that have not been read."""
        return self._content.reveal()[self.position :]
