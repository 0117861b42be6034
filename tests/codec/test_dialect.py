"""How a file is written, as the API's answers describe it."""

from __future__ import annotations

import pytest

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import ConfigurationError


def test_a_file_says_how_it_is_written():
    file = {
        "id": "113000000008",
        "delimiter": '"',
        "encoding": "ISO-8859-1",
        "firstDataRow": 4,
        "headerRow": 2,
        "separator": "\t",
    }
    assert Dialect.of_file(file) == Dialect("\t", '"', "ISO-8859-1", 2, 4)


def test_an_import_source_also_says_its_decimal_mark():
    source = {
        "textEncoding": "UTF-16LE",
        "columnSeparator": ";",
        "textDelimiter": "",
        "headerRow": 1,
        "firstDataRow": 2,
        "decimalSeparator": ",",
    }
    assert Dialect.of_import(source) == Dialect(";", "", "UTF-16LE", 1, 2, ",")


@pytest.mark.parametrize(("named", "mark"), [("FULL_STOP", "."), ("COMMA", ","), (",", ",")])
def test_a_decimal_mark_may_come_by_its_name(named, mark):
    assert Dialect.of_import({"decimalSeparator": named}).decimal_separator == mark


def test_an_export_has_its_header_in_the_first_line():
    metadata = {"separator": ",", "delimiter": '"', "encoding": "UTF-8"}
    assert Dialect.of_export(metadata) == Dialect()


@pytest.mark.parametrize("file", [{}, {"separator": None, "delimiter": None, "encoding": ""}])
def test_what_is_not_said_is_usual(file):
    assert Dialect.of_file(file) == Dialect(",", '"', "UTF-8", 1, 2, ".")


def test_an_empty_delimiter_means_none():
    assert Dialect.of_file({"delimiter": ""}).delimiter == ""


@pytest.mark.parametrize(
    ("file", "rows"),
    [
        ({"headerRow": 0, "firstDataRow": 1}, (0, 1)),
        ({"headerRow": 0, "firstDataRow": 0}, (0, 1)),
        ({"headerRow": 3}, (3, 4)),
        ({"headerRow": 3, "firstDataRow": 3}, (3, 4)),
        ({"headerRow": 1, "firstDataRow": 5}, (1, 5)),
        ({"headerRow": [], "firstDataRow": "x"}, (1, 2)),
        ({"headerRow": "2", "firstDataRow": float("inf")}, (2, 3)),
    ],
)
def test_data_begin_below_the_header(file, rows):
    dialect = Dialect.of_file(file)
    assert (dialect.header_row, dialect.first_data_row) == rows


@pytest.mark.parametrize(
    ("encoding", "text", "encoded"),
    [
        ("UTF-8", "é", b"\xc3\xa9"),
        ("UTF-16LE", "é", b"\xe9\x00"),
        ("UTF-16BE", "é", b"\x00\xe9"),
        ("UTF-16", "é", b"\x00\xe9"),
        ("ISO-8859-1", "é", b"\xe9"),
        ("windows-1252", "€", b"\x80"),
        ("Cp1252", "€", b"\x80"),
        ("US-ASCII", "e", b"e"),
        ("Shift_JIS", "あ", b"\x82\xa0"),
        ("windows-31j", "①", b"\x87\x40"),
        ("MS932", "①", b"\x87\x40"),
    ],
)
def test_encodings_go_by_their_java_names(encoding, text, encoded):
    assert text.encode(Dialect(encoding=encoding).codec) == encoded


@pytest.mark.parametrize("encoding", ["x-COMPOUND_TEXT", "base64", "Klingon"])
def test_an_unknown_encoding_is_named(encoding):
    with pytest.raises(ConfigurationError, match=encoding):
        _ = Dialect(encoding=encoding).codec


def test_separator_and_delimiter_cannot_be_the_same():
    with pytest.raises(ConfigurationError, match="text delimiter"):
        Dialect(separator='"')
