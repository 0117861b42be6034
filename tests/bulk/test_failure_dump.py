"""Failure dumps in the documented layout and in those that are only allowed for."""

from __future__ import annotations

import codecs

import pytest

from anaplan_frames.bulk.failure_dump import DumpRow, parse_dump
from anaplan_frames.codec.dialect import Dialect

HEADERS = ["code", "cost"]
X, Y = ("x", "1"), ("y", "2")


def parse(text: str, headers: list[str] | None = None) -> list[DumpRow]:
    return parse_dump(text.encode(), headers or HEADERS, Dialect())


def shown(rows: list[DumpRow]) -> list[tuple[object, ...]]:
    return [(row.values, row.line, row.messages) for row in rows]


def test_the_documented_layout_with_a_message_per_fault() -> None:
    text = (
        '"_Status_","code","cost","_Line_","_Error_1_"\n'
        '"Failed","x","1","2","Invalid item: Column 1 (""x"")"\n'
        '"Failed","y","2","5","No such item","Not a number, at all"\n'
    )
    rows = parse(text)
    assert shown(rows) == [
        (X, 2, ('Invalid item: Column 1 ("x")',)),
        (Y, 5, ("No such item", "Not a number, at all")),
    ]
    assert rows[1].text == ("Failed", "y", "2", "5", "No such item", "Not a number, at all")


@pytest.mark.parametrize(
    "text",
    [
        "_Status_,_Error_1_,_Error_2_,code,cost,_Line_\nFailed,bad,,x,1,2\nFailed,a,b,y,2,5\n",
        "_Error_1_,code,cost,_Line_\nbad,x,1,2\na,b,y,2,5\n",
        "_Error_1_,_Error_2_,code,cost,_Line_\nbad,x,1,2\na,b,y,2,5\n",
        "_Line_,code,cost\n2,x,1,bad\n5,y,2,a,b\n",
        "_Line_,_Error_1_,code,cost\n2,bad,x,1\n5,a,b,y,2\n",
        "code,cost,_Line_\nbad,x,1,2\na,b,y,2,5\n",
        "_Status_,code,cost,_Line_\nFailed,bad,x,1,2\nFailed,a,b,y,2,5\n",
        "code,cost,_Error_1_,_Line_\nx,1,bad,2\ny,2,a,b,5\n",
        "_Status_,Column 1,Column 2,_Line_,_Error_1_\nF,x,1,2,bad\nF,y,2,5,a,b\n",
        "F,x,1,2,bad\nF,y,2,5,a,b\n",
        "_STATUS_, Code ,COST,_line_,_error_1_\nF,x,1, 2 ,bad\nF,y,2,5,a, b \n",
        "cost,code,_Line_,_Error_1_\n1,x,2,bad\n2,y,5,a,b\n",
        "_Line_,_Error_1_,code,cost\n2,bad,x,1\n5,a,y,2\n5,b,y,2\n",
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_other_layouts_say_the_same(text: str, line_end: str) -> None:
    assert shown(parse(text.replace("\n", line_end))) == [(X, 2, ("bad",)), (Y, 5, ("a", "b"))]


def test_messages_are_distinguished_from_values_by_their_text_if_nothing_else_helps() -> None:
    before = "code,cost\nThis item is not known,x,1\nNot a number,Not in the list,y,2\n"
    behind = "code,cost\nx,1,This item is not known\ny,2,Not a number,Not in the list\n"
    expected = [
        (X, None, ("This item is not known",)),
        (Y, None, ("Not a number", "Not in the list")),
    ]
    assert shown(parse(before)) == shown(parse(behind)) == expected


def test_an_empty_header_is_called_by_its_column() -> None:
    text = "_Status_,code,Column 2,cost,_Line_,_Error_1_\nF,x,,1,2,bad\n"
    assert parse(text, ["code", "", "cost"])[0].values == ("x", "", "1")


def test_repeated_headers_are_found_as_a_run() -> None:
    text = "_Status_,a,a,b,_Line_,_Error_1_\nF,1,2,3,2,bad\n"
    assert parse(text, ["a", "a", "b"])[0].values == ("1", "2", "3")


def test_a_column_that_is_not_in_the_dump_gives_none() -> None:
    text = "_Status_,cost,_Line_,_Error_1_\nF,1,2,bad\n"
    assert shown(parse(text)) == [((None, "1"), 2, ("bad",))]


def test_fields_of_unknown_meaning_are_not_messages() -> None:
    text = "_Status_,code,cost,_Line_,_Object_,_Error_1_\nF,x,1,2,Airlines,bad\n"
    assert shown(parse(text)) == [(X, 2, ("bad",))]


def test_the_files_own_separator_delimiter_and_encoding_are_accepted() -> None:
    text = "_Status_;code;cost;_Line_;_Error_1_\nF;'é;''';1;2;bad\n"
    dialect = Dialect(separator=";", delimiter="'", encoding="ISO-8859-1")
    for content in (text.encode(), text.encode("latin-1"), codecs.BOM_UTF8 + text.encode()):
        assert shown(parse_dump(content, HEADERS, dialect)) == [(("é;'", "1"), 2, ("bad",))]
    usual = text.replace(";", ",").replace("'é,'''", '"é;\'"').encode()
    assert parse_dump(usual, HEADERS, dialect)[0].values == ("é;'", "1")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le"])
def test_a_dump_in_utf16_is_read(codec: str) -> None:
    text = "_Status_,code,cost,_Line_,_Error_1_\nF,é,1,2,bad\n"
    rows = parse_dump(text.encode(codec), HEADERS, Dialect(encoding="UTF-16LE"))
    assert rows[0].values == ("é", "1")


@pytest.mark.parametrize("text", ["", "\n", "_Status_,code,cost,_Line_,_Error_1_\n", "\ufeff"])
def test_an_empty_dump_has_no_rows(text: str) -> None:
    assert parse(text) == []


def test_lines_that_repeat_a_row_are_one_row_with_all_messages() -> None:
    text = "code,cost,_Line_,_Error_1_\nx,1,2,a\nx,1,2,b\nx,1,2,a\nx,1,3,a\n"
    assert shown(parse(text)) == [(X, 2, ("a", "b")), (X, 3, ("a",))]


def test_a_message_of_several_hundred_thousand_characters_is_read() -> None:
    text = "code,cost,_Line_,_Error_1_\nx,1,2," + "long" * 100_000 + "\n"
    assert len(parse(text)[0].messages[0]) == 400_000
