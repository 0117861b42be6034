"""When two keys (names or codes) are the same key though their texts differ; pure."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 60
"""How long a name or code can be in Anaplan."""

INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Characters without a width: zero-width spaces and joiners, marks of direction, the BOM."""

WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""All that `str.isspace` counts as white space."""


def fold_key(text: str) -> str:
    r"""Return what is equal for two texts that are the same key.

    Keys are the same if they are equal in Unicode's composed form (NFC), whatever the case of
    their letters, without outer white space and without characters that have no width.

    Examples
    --------
    >>> fold_key("\ufeffABC\u00a0") == fold_key("abc")
    True
    """
    return fold_inner(text).strip()


def fold_inner(text: str) -> str:
    """Fold a text, or several that line feeds separate, all but the outer white space."""
    visible = INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).casefold())


def visible(text: str) -> str:
    r"""Return a text in quotes, with characters that cannot be seen as escapes.

    Examples
    --------
    >>> print(visible("ABC\u00a0"))
    'ABC\xa0'
    """
    composed = unicodedata.is_normalized("NFC", text)
    return "".join(
        char if composed or not unicodedata.combining(char) else ascii(char)[1:-1]
        for char in repr(text)
    )
