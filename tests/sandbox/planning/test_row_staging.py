"""Uploaded files in every dialect, valid and damaged."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from tests.examples import FEW
from tests.sandbox.planning.model_actions import Loaded, items, load


def read(model: Model, content: str | bytes, **dialect: object) -> tuple[list[str], Loaded]:
    """Load a file of columns Name and Note; return the notes that were stored."""
    definition = import_of(model, dialect)
    with model.store.transaction() as con:
        con.execute(f"DELETE FROM list_{definition.into.id}")
    loaded = load(model, definition, content)
    found = list(items(model, definition.into)["p0"]) if loaded.outcome.successful else []
    return found, loaded


def import_of(model: Model, dialect: dict[str, object]) -> ImportDefinition:
    """Return the model's import of files in this dialect, which is made at first."""
    name = f"Load {sorted(dialect.items())}"
    for definition in model.imports.values():
        if definition.name == name:
            return definition
    number = len(model.lists)
    lst = model.list(f"L{number}", properties={"Note": "TEXT"})
    file = model.file(f"f{number}", columns=["Name", "Note"], **dialect)
    return model.import_(name, file, into=lst)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_every_separator_is_read(empty_model: Model, separator: str) -> None:
    content = f'Name{separator}Note\na{separator}"x{separator}y"\n'
    assert read(empty_model, content, separator=separator)[0] == [f"x{separator}y"]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16LE", "UTF-16", "ISO-8859-1", "windows-1252"])
def test_every_encoding_is_read(empty_model: Model, encoding: str) -> None:
    content = "Name,Note\na,Zürich\nb,é\n".encode(encoding)
    assert read(empty_model, content, encoding=encoding)[0] == ["Zürich", "é"]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16LE"])
def test_a_byte_order_mark_is_not_part_of_the_header(empty_model: Model, encoding: str) -> None:
    content = "\ufeffName,Note\na,x\n".encode(encoding)
    assert read(empty_model, content, encoding=encoding)[0] == ["x"]


def test_a_delimiter_other_than_the_quote_is_read(empty_model: Model) -> None:
    assert read(empty_model, "Name,Note\na,'it''s, \"so\"'\n", delimiter="'")[0] == ['it\'s, "so"']


def test_without_a_delimiter_quotes_are_characters(empty_model: Model) -> None:
    notes, _ = read(empty_model, 'Name\tNote\na\t"x"\nb\t5" pipe\n', separator="\t", delimiter="")
    assert notes == ['"x"', '5" pipe']


def test_line_ends_of_windows_and_lines_inside_texts_are_read(empty_model: Model) -> None:
    assert read(empty_model, 'Name,Note\r\na,"x\ny"\r\nb,z')[0] == ["x\ny", "z"]


def test_header_row_and_first_data_row_can_be_lower(empty_model: Model) -> None:
    notes, loaded = read(
        empty_model, "Report\n\nName,Note\n---\na,x\n,y\n", header_row=3, first_data_row=5
    )
    assert notes == ["x"]
    assert loaded.lines == [6]


def test_a_file_without_a_header_is_matched_by_position(empty_model: Model) -> None:
    assert read(empty_model, "a,x\nb,y\n", header_row=0, first_data_row=1)[0] == ["x", "y"]


def test_columns_are_found_by_the_header_of_the_uploaded_file(empty_model: Model) -> None:
    assert read(empty_model, "Note,Other,Name\nx,1,a\n")[0] == ["x"]


def test_a_file_without_a_mapped_column_makes_the_import_fail(empty_model: Model) -> None:
    _, loaded = read(empty_model, "Name,Notes\na,x\n")
    assert not loaded.outcome.successful
    assert loaded.outcome.details[0]["type"] == "missingFields"
    assert "Note" in loaded.outcome.details[0]["localMessageText"]
    assert items(empty_model, next(iter(empty_model.lists.values()))).empty


def test_an_empty_file_is_without_its_columns(empty_model: Model) -> None:
    assert read(empty_model, "")[1].outcome.details[0]["type"] == "missingFields"


def test_a_file_without_content_fails(empty_model: Model) -> None:
    from anaplan_frames.sandbox.planning.action_outcome import Unwatched

    read(empty_model, "Name,Note\n")
    outcome = empty_model.run_import(
        next(iter(empty_model.imports.values())), None, {}, Unwatched()
    )
    assert not outcome.successful
    assert outcome.details[0]["type"] == "uploadedFileNoLongerAvailable"


def test_a_row_with_too_few_or_too_many_fields_is_rejected_alone(empty_model: Model) -> None:
    notes, loaded = read(empty_model, "Name,Note\na,x\nb\nc,y,z\nd,w\n,v\n")
    assert notes == ["x", "w"]
    assert loaded.lines == [3, 4, 6]
    assert loaded.types == {
        "missingFields": 1,
        "tooManyFields": 1,
        "hierarchyImportEmptyKey": 1,
    }
    assert [row[1:3] for row in loaded.dump[1:]] == [["b", ""], ["c", "y"], ["", "v"]]


@pytest.mark.parametrize("lost", ['b,"y', '"b,y'])
def test_an_unmatched_delimiter_only_rejects_its_own_row(empty_model: Model, lost: str) -> None:
    notes, loaded = read(empty_model, f'Name,Note\na,"x\n1"\n{lost}\nc,z\nd,w\n,v\n')
    assert notes == ["x\n1", "z", "w"]
    assert loaded.types == {"unmatchedTextDelimiter": 1, "hierarchyImportEmptyKey": 1}
    assert loaded.lines == [3, 6]


def test_two_unmatched_delimiters_keep_the_rows_between_them(empty_model: Model) -> None:
    notes, loaded = read(empty_model, 'Name,Note\na,x\n"b,y\nc,z\nd,"w\ne,v\n')
    assert notes == ["x", "z", "v"]
    assert loaded.types == {"unmatchedTextDelimiter": 2}
    assert loaded.lines == [3, 5]


def test_a_quote_in_the_middle_of_a_text_delimits_nothing(empty_model: Model) -> None:
    assert read(empty_model, 'Name,Note\na,5" pipe\nb,y\n')[0] == ['5" pipe', "y"]


def test_undecodable_bytes_only_affect_their_field(empty_model: Model) -> None:
    assert read(empty_model, b"Name,Note\na,\xff\xfe\nb,y\n")[0] == ["��", "y"]


def test_a_comma_can_be_the_decimal_separator(empty_model: Model) -> None:
    lst = empty_model.list("L", properties={"N": "NUMBER"})
    file = empty_model.file("f", columns=["Name", "N"], separator=";", decimal_separator=",")
    loaded = load(
        empty_model, empty_model.import_("Load", file, into=lst), "Name;N\na;1,5\nb;2.5\nc;3\n"
    )
    assert list(items(empty_model, lst)["p0"]) == [1.5, 3]
    assert loaded.types == {"moduleImportNumberFormat": 1}


def test_an_empty_header_is_named_by_its_column(empty_model: Model) -> None:
    lst = empty_model.list("L", properties={"Note": "TEXT"})
    file = empty_model.file("f", columns=["Name", "", "Note"])
    definition = empty_model.import_("Load", file, into=lst)
    loaded = load(empty_model, definition, 'Name,,"No""te"\na,b,c\n')
    assert loaded.outcome.details[0]["type"] == "missingFields"
    loaded = load(empty_model, definition, "Name,,Note\n,b,c\n")
    assert loaded.dump[0] == ["_Status_", "Name", "Column 2", "Note", "_Line_", "_Error_1_"]
    assert loaded.dump[1][:5] == ["Failed", "", "b", "c", "2"]


TEXT = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12
)


@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, max_size=8), st.sampled_from([",", ";", "\t"]), st.sampled_from("\"'"))
def test_any_text_is_stored_unchanged(
    empty_model: Model, texts: list[str], separator: str, delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quotechar=delimiter)
    writer.writerows([["Name", "Note"], *([f"n{i}", text] for i, text in enumerate(texts))])
    notes, loaded = read(empty_model, out.getvalue(), separator=separator, delimiter=delimiter)
    assert loaded.counts == (len(texts), 0, 0, 0)
    assert notes == texts


@settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["good", "few", "many", "empty", "long"]), max_size=30))
def test_the_line_of_every_rejected_row_is_right(empty_model: Model, kinds: list[str]) -> None:
    rows = {"good": "n{},x", "few": "n{}", "many": "n{},x,y", "empty": ",x", "long": 'n{},"x\nx"'}
    body = "".join(rows[kind].format(i) + "\n" for i, kind in enumerate(kinds))
    _, loaded = read(empty_model, "Name,Note\n" + body)
    rejected = [i + 2 for i, kind in enumerate(kinds) if kind not in ("good", "long")]
    assert loaded.lines == rejected


@pytest.mark.long
def test_a_file_in_the_wrong_dialect_is_rejected_row_by_row(empty_model: Model) -> None:
    # More than one of DuckDB's row groups.
    count = 150_000
    _, loaded = read(empty_model, "Name;Note\n" + "a,b\n" * count, separator=";")
    assert loaded.counts == (0, 0, 0, count)
    assert loaded.types == {"missingFields": count}
    assert loaded.lines[-1] == count + 1
