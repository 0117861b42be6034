"""`KeySource`: a certificate, key or keystore, given as a path or as its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import ConfigurationError

# DER of a PKCS#12 file: a sequence that begins with the integer 3.
_PKCS12_VERSION = b"\x02\x01\x03"


@dataclass(frozen=True, slots=True)
class KeySource:
    """A file's content, and its name in messages.

    Attributes
    ----------
    kind : str
        ``"certificate"``, ``"private key"`` or ``"keystore"``.
    file : str or None
        The path, if it came from one.
    content : Secret of bytes
        Hidden, as each kind may contain a key.
    """

    kind: str
    file: str | None
    content: Secret[bytes]

    def __str__(self) -> str:
        return f"{self.kind} {self.file!r}" if self.file else f"{self.kind} given"

    @property
    def name(self) -> str:
        """The file's name for a command line."""
        return f"'{self.file}'" if self.file else "FILE"

    @classmethod
    def open(cls, given: Secret[bytes] | Secret[str] | Path, kind: str) -> KeySource:
        """Use `given` as the content if it is bytes or looks like PEM; otherwise as a path.

        Raises
        ------
        ConfigurationError
            The file does not exist or cannot be read.
        """
        if isinstance(given, Secret):
            value = given.reveal()
            if isinstance(value, bytes):
                return cls(kind, None, Secret(value))
            if "-----BEGIN" in value:
                return cls(kind, None, Secret(value.encode()))
            given = Path(value)
            del value
        path = given.expanduser()
        reason = ""
        try:
            return cls(kind, str(given), Secret(path.read_bytes()))
        except FileNotFoundError:
            reason = "there is no such file. Check the path"
        except (OSError, ValueError) as error:
            reason = f"it cannot be read ({getattr(error, 'strerror', None) or 'no path'})"
        raise ConfigurationError(f"The {kind} {_shown(given)}: {reason}.")

    @property
    def is_der(self) -> bool:
        """Whether the content is binary DER instead of PEM text."""
        return self.content.reveal()[:1] == b"\x30"

    @property
    def is_pkcs12(self) -> bool:
        """Whether the content is a PKCS#12 keystore."""
        head = self.content.reveal()[:16]
        return self.is_der and _PKCS12_VERSION in (head[2:5], head[3:6], head[4:7], head[5:8])


def conceal(given: str | bytes | Path) -> Secret[bytes] | Secret[str] | Path:
    """Wrap a value that may be the text of a key, so that no traceback shows it."""
    if isinstance(given, bytes):
        return Secret(given)
    if isinstance(given, str):
        return Secret(given)
    return given


def _shown(path: Path) -> str:
    """Return the path for a message, unless it is so long that it may be a key after all."""
    text = str(path)
    return repr(text) if len(text) < 300 and "\n" not in text else "(a long text)"
