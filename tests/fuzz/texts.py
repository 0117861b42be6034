"""What hypothesis feeds the targets with: any bytes, awkward marks, and valid texts, damaged."""

from __future__ import annotations

import json

import pyarrow as pa
from hypothesis import strategies as st

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.writes.columns import match_columns

Table = tuple[Dialect, list[list[str]], bytes]

_MARKS = st.sampled_from(
    [b'"', b'""', b"'", b",", b";", b"\t", b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf"]
)
_WORDS = st.sampled_from(
    [b"a", b"1", b"-1e5", b"2020-01-31", b"true", b"_Line_", b"_Status_", b"_Error_1_", b"null"]
)
_JSON = st.sampled_from(
    [b'{"id":"1"}', b'},{"id":', b'"name"', b'"properties":{', b'"subsets":{"Active":true}', b"\\u"]
)
_PREFIXES = st.lists(st.sampled_from([0, 0, 0, 1, 2, 5, 77, 255]), max_size=24).map(bytes)
_AWKWARD = st.sampled_from(['"', '""', ",", ";", "\t", "\n", "\r\n", " ", "NA", "0", "é", "\ufeff"])


def _is_carried(text: str, dialect: Dialect) -> bool:
    try:
        return text.encode(dialect.codec).decode(dialect.codec) == text
    except UnicodeError:
        return False


_DIALECTS = st.builds(
    Dialect,
    separator=st.sampled_from([",", "\t", ";", "|", "¦"]),
    delimiter=st.sampled_from(['"', "'", "“", ""]),
    encoding=st.sampled_from(["UTF-8", "UTF-16LE", "UTF-16", "UTF-32", "ISO-8859-1", "Shift_JIS"]),
    header_row=st.integers(0, 2),
    first_data_row=st.integers(3, 4),
).filter(lambda dialect: _is_carried(dialect.separator + dialect.delimiter, dialect))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A dialect, rows of texts that it can hold, and the bytes that our encoder makes of them."""
    dialect = draw(_DIALECTS)
    width = draw(st.integers(1, 4))
    letters = st.sampled_from("aé¥ÿ€😀\u2028\x85") | st.characters(exclude_characters="\0")
    texts = st.lists(st.text(letters, max_size=4) | _AWKWARD, max_size=3).map("".join)
    texts = texts.filter(lambda text: _is_carried(text, dialect))
    if not dialect.delimiter:
        structure = {dialect.separator, "\r", "\n"}
        texts = texts.filter(lambda text: not any(mark in text for mark in structure))
    rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=8))
    if not dialect.delimiter and width == 1:
        rows = [row for row in rows if row[0]]  # an empty line is not a row
    names = [f"c{number}" for number in range(width)]
    columns = [pa.array([row[number] for row in rows], pa.string()) for number in range(width)]
    encoder = Encoder(dialect, match_columns(names, names, None, "the file"))
    content = encoder.preamble() + bytes(
        encoder.encode(pa.RecordBatch.from_arrays(columns, names), 0)
    )
    return dialect, rows, content


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Change, leave out and insert a few bytes."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        left_out = draw(st.sampled_from([0, 0, 1, 1, 5, 1000]))
        put_in = draw(st.just(b"") | _MARKS | st.binary(max_size=2))
        content = content[:at] + put_in + content[at + left_out :]
    return content


_ITEMS = st.lists(
    st.fixed_dictionaries(
        {"id": st.text(max_size=3), "name": st.text(max_size=4)},
        optional={
            "code": st.none() | st.text(max_size=3) | st.integers(),
            "properties": st.dictionaries(
                st.sampled_from(["Owner", "Amount", "Start", "Open"]),
                st.sampled_from(["1.5", "", "x", "2020-01-31", "true", None, 7, [], {}]),
            ),
            "subsets": st.dictionaries(st.just("Active"), st.booleans() | st.just("true")),
        },
    ),
    max_size=4,
)
_VALID = st.one_of(
    tables().map(lambda table: table[2]),
    _ITEMS.map(lambda items: json.dumps({"listItems": items, "meta": {}}).encode()),
    st.sampled_from(
        [
            b"Actual,North\n,Jan,Feb\nA,1,2\n\nBudget,North\n,Jan,Feb\nA,5,6\n",
            b",,Jan,,Feb,\n,,Plan,Actual,Plan,Actual\nA,x,1,2,3,4\n,y,1,2,3,4\n",
            b'_Status_,a,b,_Line_,_Error_1_\nFailed,x,1,2,"bad, bad"\nFailed,y,2,5,c,d\n',
        ]
    ),
)

INPUTS: st.SearchStrategy[bytes] = st.builds(
    bytes.__add__,
    _PREFIXES,
    st.one_of(
        st.binary(max_size=100),
        st.lists(_MARKS | _WORDS | _JSON, max_size=30).map(b"".join),
        _VALID,
        _VALID.flatmap(damaged),
    ),
)
