"""Passing over the secret keys of a JCEKS keystore, which are serialized Java objects.

Nothing in a file says how long such an object is, so only a reader of its format finds its end.
What SunJCE writes has one fixed form. Other objects are left to `javaobj`, which is an extra.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

from anaplan_frames.auth.java_data import DamagedData, JavaData
from anaplan_frames.auth.key_files import KeySource
from anaplan_frames.errors import MissingExtra

# Both classes with their fields, then the beginning of an array of bytes.
SUN_OBJECT = (
    b"\xac\xed\x00\x05sr\x003com.sun.crypto.provider.SealedObjectForKeyProtector"
    b"\xcdW\xcaY\xe70\xbbS\x02\x00\x00xr\x00\x19javax.crypto.SealedObject"
    b">6=\xa6\xc3\xb7Tp\x02\x00\x04[\x00\rencodedParamst\x00\x02[B"
    b"[\x00\x10encryptedContentq\x00~\x00\x02L\x00\tparamsAlgt\x00\x12Ljava/lang/String;"
    b"L\x00\x07sealAlgq\x00~\x00\x03xpur\x00\x02[B\xac\xf3\x17\xf8\x06\x08T\xe0\x02\x00\x00xp"
)
_NEXT_ARRAY, _STRING = b"uq\x00~\x00\x05", b"t"


def skip_sun_object(data: JavaData) -> bool:
    """Pass over a secret key as SunJCE writes it; False, and nothing read, if it is another."""
    start = data.position
    if data.skip(SUN_OBJECT):
        data.block()
        if data.skip(_NEXT_ARRAY):
            data.block()
            if data.skip(_STRING) and data.text() and data.skip(_STRING) and data.text():
                return True
    data.position = start
    return False


def skip_other_object(data: JavaData, source: KeySource) -> None:
    """Pass over any serialized object.

    `javaobj` has no limits, so the keystore's password is to be checked first.

    Raises
    ------
    MissingExtra
        `javaobj` is not installed.
    DamagedData
        This is not a serialized object.
    """
    load = _import_javaobj(source)
    stream = io.BytesIO(data.rest())
    logger = logging.getLogger("javaobj")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # it would print the object that it cannot read
    try:
        load(stream, ignore_remaining_data=True)
    except Exception:
        # With damaged data, javaobj raises errors of any type.
        size = 0
    else:
        size = stream.tell()
    finally:
        logger.setLevel(level)
    if not size:
        raise DamagedData
    data.take(size)


def _import_javaobj(source: KeySource) -> Callable[..., object]:
    """Import `javaobj` only when it is needed, which is almost never."""
    try:
        from javaobj import load
    except ImportError:
        pass
    else:
        found: Callable[..., object] = load
        return found
    raise MissingExtra(
        f"The {source} has a secret key that Java's own provider did not write. To read the keys "
        "after it, the library",
        "keystore",
        hint="Or convert the key that you need, once: keytool -importkeystore -srckeystore "
        f"{source.name} -srcstoretype jceks -srcalias ALIAS -destkeystore keystore.p12 "
        "-deststoretype pkcs12",
    )
