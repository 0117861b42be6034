"""What a text means under its schema, and what is said of a text that does not fit it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from anaplan_frames.codec.decode import Decoder, RowSplitter, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import ColumnMismatch, EncodingError

TWO = pa.schema([("item", pa.string()), ("cost", pa.float64())])


def read(
    text: str | bytes, schema: pa.Schema | None, dialect: Dialect | None = None, **options: Any
) -> dict[str, list[Any]]:
    content = text.encode() if isinstance(text, str) else text
    batches = decode_stream([content], dialect or Dialect(), schema, **options)
    return pa.Table.from_batches(list(batches), batches.schema).to_pydict()  # type: ignore[no-any-return]


def column(kind: pa.DataType, *texts: str, dialect: Dialect | None = None) -> list[Any]:
    rows = "".join(f'x,"{text}"\n' for text in texts)
    schema = pa.schema([("item", pa.string()), ("value", kind)])
    return read("item,value\n" + rows, schema, dialect)["value"]


def test_nothing_is_guessed_in_a_text_column() -> None:
    texts = ["NA", "null", "nan", "00123", " padded ", "None", "true", "2013-01-31", "a\nb", "\0"]
    assert column(pa.string(), *texts) == texts


def test_only_an_empty_field_is_missing() -> None:
    assert read('item,cost\n,\n"",1\n" ",2\n', TWO) == {
        "item": [None, None, " "],
        "cost": [None, 1.0, 2.0],
    }


def test_booleans_are_read_in_any_case_and_as_ones_and_noughts() -> None:
    texts = ["true", "FALSE", "True", "tRuE", "fAlse", "1", "0", " true ", ""]
    expected = [True, False, True, True, False, True, False, True, None]
    assert column(pa.bool_(), *texts) == expected


def test_numbers_may_have_blanks_signs_and_exponents() -> None:
    assert column(pa.float64(), " 1.5 ", "+2", "-3.", ".5", "1E3", "  ") == [
        1.5, 2.0, -3.0, 0.5, 1000.0, None,
    ]  # fmt: skip


def test_a_decimal_comma_is_read_where_the_dialect_has_one() -> None:
    dialect = Dialect(decimal_separator=",")
    assert column(pa.float64(), "1,5", " 2,25 ", dialect=dialect) == [1.5, 2.25]


def test_integers_keep_all_their_digits() -> None:
    texts = ["9223372036854775807", "-9223372036854775808", "9007199254740993"]
    assert column(pa.int64(), *texts) == [int(text) for text in texts]
    # If one cell is written differently, the others still lose nothing.
    assert column(pa.int64(), *texts, "7.0", "1E3")[2:] == [9007199254740993, 7, 1000]


def test_dates_are_days_with_the_year_first() -> None:
    texts = ["2013-01-31", "2013/01/31", "20130131", "2013-01-31T00:00:00", "9999-12-31", ""]
    day = dt.date(2013, 1, 31)
    assert column(pa.date32(), *texts) == [day, day, day, day, dt.date(9999, 12, 31), None]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (pa.float64(), "1,000.5"),
        (pa.float64(), "1_000"),
        (pa.float64(), "12%"),
        (pa.float64(), "0x10"),
        (pa.float64(), "\u0661\u0662"),
        (pa.int64(), "1.5"),
        (pa.int64(), "9223372036854775808"),
        (pa.int64(), "1e300"),
        (pa.bool_(), "yes"),
        (pa.date32(), "01/02/2013"),
        (pa.date32(), "2013-02-30"),
        (pa.date32(), "2013-01-31 12:30:00"),
        (pa.timestamp("s"), "noon"),
    ],
)
def test_a_doubtful_value_is_an_error_that_names_column_row_and_way_out(
    kind: pa.DataType, text: str
) -> None:
    with pytest.raises(EncodingError) as caught:
        column(kind, "", "", text, "")
    assert (caught.value.column, caught.value.row, caught.value.text) == ("value", 2, text)
    assert str(caught.value) == (
        f"Column 'value', row 2: {text!r} cannot be read with certainty as a value of type {kind}. "
        "Read the column as text: dtype={'value': \"string\"}."
    )


def test_the_row_of_an_error_is_counted_over_all_blocks() -> None:
    text = "item,cost\n" + "name of an item,1\n" * 100_000 + "y,one\n" + "z,2\n" * 100_000
    with pytest.raises(EncodingError) as caught:
        read(text, TWO)
    assert (caught.value.row, caught.value.text) == (100_000, "one")


@pytest.mark.parametrize(("row", "fields"), [("y", 1), ("y,2,3", 3)])
def test_a_row_with_a_wrong_number_of_fields_is_named(row: str, fields: int) -> None:
    with pytest.raises(EncodingError) as caught:
        read(f"item,cost\nx,1\n{row}\nz,3\n", TWO)
    assert caught.value.row == 1
    assert str(caught.value) == (
        f"Row 1: {fields} fields where 2 are expected: {row!r}. The separator or the text "
        "delimiter may not be those in Anaplan's settings, or the text was cut short."
    )


@pytest.mark.parametrize("end", ['"', '"x', '"x\n', '"x""', '"x""""'])
def test_a_text_that_ends_inside_quotes_is_cut_short_wherever_it_is_cut(end: str) -> None:
    with pytest.raises(EncodingError, match="cut short"):
        list(decode_stream([f"a,b\n1,{end}".encode()], Dialect()))


def test_a_text_that_ends_inside_quotes_is_cut_short() -> None:
    with pytest.raises(EncodingError, match="cut short: it ends inside a quoted text"):
        read('item,cost\nx,1\n"y', TWO)


def test_a_quote_inside_a_plain_text_does_not_cut_it_short() -> None:
    assert read('item,cost\n5" pipe,1\nrod,2\n', TWO)["item"] == ['5" pipe', "rod"]


def test_the_last_row_needs_no_newline() -> None:
    assert read("item,cost\r\nx,1\r\ny,2", TWO) == {"item": ["x", "y"], "cost": [1.0, 2.0]}


def test_bytes_that_are_not_utf8_are_named_by_row() -> None:
    with pytest.raises(EncodingError, match=r"Row 1: the bytes b'\\xff' \(field 1\)") as caught:
        read(b"item,cost\nx,1\n\xff,2\n", TWO)
    assert caught.value.row == 1


def test_bytes_that_are_not_the_declared_encoding_are_named_by_position() -> None:
    content = "item,cost\n".encode("utf-16-le") + b"\x00\xd8x\x00"
    with pytest.raises(EncodingError, match="not UTF-16LE: byte 20 cannot be decoded"):
        read(content, TWO, Dialect(encoding="UTF-16LE"))
    with pytest.raises(EncodingError, match="not US-ASCII: byte 10 cannot be decoded"):
        read("item,cost\né,1\n", TWO, Dialect(encoding="US-ASCII"))


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("UTF-8", "utf-16"), ("ISO-8859-1", "utf-32")],
)
def test_a_byte_order_mark_is_dropped_and_decides(declared: str, codec: str) -> None:
    content = "item,cost\né,1\n".encode(codec)
    for cut in range(len(content)):
        batches = decode_stream([content[:cut], content[cut:]], Dialect(encoding=declared), TWO)
        assert next(batches).to_pydict() == {"item": ["é"], "cost": [1.0]}


def test_a_header_in_another_order_is_followed() -> None:
    assert read("cost,item\n1,x\n", TWO) == {"item": ["x"], "cost": [1.0]}


def test_blanks_around_a_header_do_not_matter() -> None:
    assert read(" item,cost \nx,1\n", TWO) == {"item": ["x"], "cost": [1.0]}


def test_another_header_than_the_metadatas_is_refused() -> None:
    with pytest.raises(ColumnMismatch) as caught:
        read("item,costs\nx,1\n", TWO)
    assert str(caught.value) == (
        "The header of the text is not the one that Anaplan's metadata names: 'cost' is missing. "
        "Did you mean 'costs'? 'costs' is not in the metadata. If the export was changed "
        "meanwhile, read again; or name the columns to read in `columns`."
    )


def test_columns_can_be_named_around_a_header_with_more_of_them() -> None:
    text = "item,new,cost\nx,a,1\n"
    with pytest.raises(ColumnMismatch, match="'new' is not in the metadata"):
        read(text, TWO)
    assert read(text, TWO, columns=["cost", "item"]) == {"cost": [1.0], "item": ["x"]}


def test_only_the_columns_asked_for_are_read_in_their_order() -> None:
    assert list(read("item,cost\nx,1\n", TWO, columns=["cost", "item"])) == ["cost", "item"]
    # What is not read is not judged either.
    assert read("item,cost\nx,one\n", TWO, columns=["item"]) == {"item": ["x"]}


def test_an_unknown_column_is_answered_with_near_names() -> None:
    with pytest.raises(ColumnMismatch) as caught:
        read("item,cost\nx,1\n", TWO, columns=["costs"])
    assert str(caught.value) == (
        "There is no column 'costs'. Did you mean 'cost'? Columns are: 'item', 'cost'."
    )
    with pytest.raises(ColumnMismatch, match="Name at least one"):
        read("item,cost\nx,1\n", TWO, columns=[])


def test_without_a_schema_the_header_names_text_columns() -> None:
    assert read("code,,code\n007,1,x\n", None) == {
        "code": ["007"],
        "Column 2": ["1"],
        "code.1": ["x"],
    }


def test_rows_above_header_and_data_are_skipped() -> None:
    dialect = Dialect(header_row=2, first_data_row=5)
    text = '"a title,\nof two lines"\nitem,cost\n\nunits,EUR\nx,1\n'
    assert read(text, TWO, dialect) == {"item": ["x"], "cost": [1.0]}


def test_a_file_without_header_has_the_schemas_columns() -> None:
    dialect = Dialect(header_row=0, first_data_row=1)
    assert read("x,1\n", TWO, dialect) == {"item": ["x"], "cost": [1.0]}
    assert read("x,1\n", None, dialect) == {"Column 1": ["x"], "Column 2": ["1"]}


@pytest.mark.parametrize("text", ["", "item,cost", "item,cost\n", "\ufeffitem,cost\r\n"])
def test_a_text_without_rows_gives_the_columns(text: str) -> None:
    assert read(text, TWO) == {"item": [], "cost": []}


def test_an_empty_line_is_a_missing_value_if_there_is_one_column() -> None:
    one = pa.schema([("item", pa.string())])
    assert read("item\nx\n\ny\n", one) == {"item": ["x", None, "y"]}
    assert read("item,cost\n\nx,1\n\n", TWO) == {"item": ["x"], "cost": [1.0]}


def test_a_separator_beyond_ascii_is_read() -> None:
    dialect = Dialect(separator="¦")
    assert read("item¦cost\nx,¦1\n", TWO, dialect)["item"] == ["x,"]


def test_a_cell_of_two_megabytes_is_one_cell() -> None:
    cell = 'line "one"\n' * 200_000
    quoted = cell.replace('"', '""')
    content = f'item,cost\nx,1\n"{quoted}",2\ny,3\n'.encode()
    chunks = [content[start : start + 70_001] for start in range(0, len(content), 70_001)]
    table = pa.Table.from_batches(list(decode_stream(chunks, Dialect(), TWO)))
    assert table["item"].to_pylist() == ["x", cell, "y"]


def test_ten_thousand_columns_are_read() -> None:
    names = [f"c{n}" for n in range(10_000)]
    text = ",".join(names) + "\n" + ",".join(["1"] * 10_000) + "\n"
    schema = pa.schema([(name, pa.float64()) for name in names])
    assert set(map(tuple, read(text, schema).values())) == {(1.0,)}


def test_the_first_batch_is_there_before_the_rest_is_asked_for() -> None:
    asked = []

    def chunks() -> Iterator[bytes]:
        yield b"item,cost\n"
        for number in range(4):
            asked.append(number)
            yield b"x,1\n" * 200_000

    batches = decode_stream(chunks(), Dialect(), TWO)
    next(batches)
    assert asked == [0]
    batches.close()
    assert len(asked) == 1


def test_an_error_of_the_source_reaches_the_reader_as_it_is() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"item,cost\n" + b"x,1\n" * 200_000
        raise ConnectionError("line cut")

    with pytest.raises(ConnectionError, match="line cut"):
        list(decode_stream(chunks(), Dialect(), TWO))


def test_blocks_are_about_as_large_as_asked_and_hold_whole_rows() -> None:
    splitter = RowSplitter(Dialect(), block_bytes=1_000)
    content = b'"a\nb",1\n' * 10_000
    blocks = [
        block
        for cut in range(0, len(content), 77)
        for block in splitter.feed(content[cut : cut + 77])
    ]
    blocks += splitter.finish()
    assert b"".join(blocks) == content
    assert all(block.endswith(b",1\n") and len(block) <= 1_250 for block in blocks)
    assert len(blocks) < 100


def test_blocks_of_a_large_piece_are_views_of_it_and_hold_nothing_back() -> None:
    row = b'"a\nb",1\n'
    piece = row * 100_000 + b'"a'
    splitter = RowSplitter(Dialect(), block_bytes=100_000)
    blocks = list(splitter.feed(piece))
    assert all(isinstance(block, memoryview) and block.obj is piece for block in blocks)
    assert b"".join(blocks) == row * 100_000
    # What was left over comes with the next piece, in a short block of its own.
    blocks = list(splitter.feed(piece[2:]))
    assert isinstance(blocks[0], bytes)
    assert len(blocks[0]) < 10_000
    assert b"".join(blocks) == row * 100_000


def test_a_decoder_names_the_position_that_it_is_given() -> None:
    decoder = Decoder(Dialect(), TWO)
    assert decoder.decode(b"x,1\n", 0).schema == TWO
    with pytest.raises(EncodingError) as caught:
        decoder.decode(b"x,1\ny,b\n", 40)
    assert caught.value.row == 41


def test_a_delimiter_that_is_not_doubled_never_hides_where_a_row_ends() -> None:
    content = b'a"b,"x\ny"\nc,d\n' * 3
    dialect = Dialect(header_row=0, first_data_row=1)
    assert b"".join(RowSplitter(dialect).feed(content)) == b""  # in one block it is read
    with pytest.raises(EncodingError, match="delimiter '\"' that is not doubled"):
        list(RowSplitter(dialect, block_bytes=4).feed(content))
    with pytest.raises(EncodingError, match="that is not doubled"):
        list(RowSplitter(dialect, block_bytes=4).feed(b'a","x""\ny"\nc,d\n'))
    for text in (b'"k",a"b,"x""\ny"\n', b'"k",a"b,"\nx"\n', b'"k",a"b,",\nx"\n'):
        with pytest.raises(EncodingError, match="that is not doubled"):
            list(RowSplitter(dialect, block_bytes=4).feed(text * 2))
    plain = b'5" pipe,x\n6" pipe,y\n'
    assert b"".join(RowSplitter(dialect, block_bytes=4).feed(plain)) == plain


def test_a_row_of_a_wrong_width_that_is_not_utf8_leaves_no_trace_on_the_screen(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(EncodingError, match="are not UTF-8"):
        list(decode_stream([b"a,b\n1,2\n3,\xff,4\n"], Dialect()))
    assert capfd.readouterr().err == ""


def test_a_byte_order_mark_at_the_beginning_of_a_row_is_text_wherever_blocks_begin() -> None:
    row = "\ufeffa,1\n".encode()
    blocks = [row, row * 2]
    decoder = Decoder(Dialect(), TWO)
    found = [text for block in blocks for text in decoder.decode(block, 0)[0].to_pylist()]
    assert found == ["\ufeffa"] * 3
    (batch,) = decode_stream([b"s,n\n" + row], Dialect())
    assert batch[0].to_pylist() == ["\ufeffa"]


def test_of_thousands_of_headers_that_differ_the_first_are_named_and_at_once() -> None:
    header = ",".join(f"colum {n}" for n in range(2_000)).encode()
    schema = pa.schema([(f"column {n}", pa.string()) for n in range(2_000)])
    with pytest.raises(ColumnMismatch) as caught:
        list(decode_stream([header + b"\n"], Dialect(), schema))
    assert "'column 0' is missing. Did you mean 'colum 0'" in str(caught.value)
    assert "The same is true of 3,980 more." in str(caught.value)
    assert len(str(caught.value)) < 2_000


@pytest.mark.parametrize("dialect", [Dialect("¦"), Dialect(delimiter="“")])
def test_a_carriage_return_in_a_text_is_kept_in_dialects_that_are_rewritten(
    dialect: Dialect,
) -> None:
    row = dialect.separator.join(f"{dialect.delimiter}{text}{dialect.delimiter}" for text in "\rb")
    content = f"a{dialect.separator}b\n{row}\n".encode()
    (batch,) = decode_stream([content], dialect)
    assert batch.to_pylist() == [{"a": "\r", "b": "b"}]


def test_a_delimiter_of_several_bytes_is_found_wherever_blocks_are_cut() -> None:
    dialect = Dialect(delimiter="“", header_row=0, first_data_row=1)
    row = "“a\nb“,c\n".encode()
    for size in range(1, 12):
        splitter = RowSplitter(dialect, block_bytes=size)
        blocks = [*splitter.feed(row * 20), *splitter.finish()]
        assert b"".join(blocks) == row * 20
        assert all(len(block) % len(row) == 0 for block in blocks)
