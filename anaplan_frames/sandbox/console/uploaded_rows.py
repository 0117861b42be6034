"""The contents of files and the outputs of exports: whose they are, and their first rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from itertools import islice

from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Child, Html, fragment
from anaplan_frames.sandbox.console.model_overview import trail_of
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import (
    code,
    facts,
    moment,
    name,
    note,
    section,
    table,
)
from anaplan_frames.sandbox.http.response_envelope import not_found
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    FileDefinition,
)
from anaplan_frames.sandbox.planning.schema.file_dialects import python_codec
from anaplan_frames.sandbox.routes.request_context import caller, overseen_model, tenant_of
from anaplan_frames.sandbox.tenant.file_contents import Content

_ROWS = 30
_BYTES = 100_000


def file_page(request: Request) -> Page:
    """Show a file: its dialect, and each content that the user may see."""
    model = overseen_model(request)
    file = model.files.get(request.path_params["file"])
    if file is None:
        raise not_found()
    return Page(file.name, fragment(_dialect(file), _contents(request, file)), trail_of(model))


def export_page(request: Request) -> Page:
    """Show an export: its dialect, and the outputs of its runs."""
    model = overseen_model(request)
    export = model.exports.get(request.path_params["export"])
    if export is None:
        raise not_found()
    return Page(
        export.name, fragment(_dialect(export), _contents(request, export)), trail_of(model)
    )


def first_rows(content: bytes, encoding: str, separator: str, delimiter: str) -> list[list[str]]:
    """Split the first bytes of a text into rows; the last one may be cut off."""
    decoder = codecs.getincrementaldecoder(python_codec(encoding))("replace")
    text = decoder.decode(content).removeprefix("\ufeff")
    if not delimiter:
        return [line.split(separator) for line in islice(text.splitlines(), _ROWS)]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=delimiter)
    try:
        return list(islice(reader, _ROWS))
    except csv.Error as error:  # such as a field beyond the reader's limit
        return [[f"These rows cannot be shown: {error}."]]


def row_table(rows: Sequence[Sequence[str]], header: int = 1, *, numbered: bool = True) -> Html:
    """Show rows below that of the headers, perhaps with their numbers, counted from 1."""
    width = max(map(len, rows), default=0)
    filled = [[name(text) for text in (*row, *[""] * (width - len(row)))] for row in rows]
    heads = filled[header - 1] if 0 < header <= len(rows) else [name("")] * width
    body: list[list[Child]] = [
        [*([number] if numbered else []), *row]
        for number, row in enumerate(filled, start=1)
        if number != header
    ]
    return table([*([""] if numbered else []), *heads], body, "No rows.")


def _dialect(of: FileDefinition | ExportDefinition) -> Html:
    """Show how the text is written."""
    separator = {"\t": "Tab"}.get(of.separator, of.separator)
    pairs = [
        ("Separator", code(separator)),
        ("Text delimiter", code(of.delimiter) if of.delimiter else "none"),
        ("Encoding", of.encoding),
    ]
    if isinstance(of, FileDefinition):
        pairs += [
            ("Header row", str(of.header_row) if of.header_row else "none"),
            ("First data row", str(of.first_data_row)),
            ("Decimal separator", code(of.decimal_separator)),
            ("File id", code(of.id)),
        ]
    else:
        pairs += [("Layout", code(of.layout)), ("Of", name(of.of.name)), ("Export id", code(of.id))]
    return facts(pairs)


def _contents(request: Request, of: FileDefinition | ExportDefinition) -> Html:
    tenant, user = tenant_of(request), caller(request)
    found = tenant.contents.all(request.path_params["model"], of.id)
    parts = []
    for owner, content in found.items():
        # An upload is private; who administers the sandbox sees those of others, too.
        if owner in (None, user.id) or user.administrator:
            by = tenant.users.by_id(owner) if owner else None
            of_user = f"Of {by.email}" if by else "Of a user who is gone"
            whose = of_user if owner else "Default content"
            parts.append(section(whose, _content(of, content)))
    missing = "Nothing was uploaded." if isinstance(of, FileDefinition) else "It has not run yet."
    return fragment(parts) if parts else note(missing)


def _content(of: FileDefinition | ExportDefinition, content: Content) -> Html:
    arrived, chunks = len(content.sizes), content.declared
    about = facts(
        [
            ("Bytes", f"{content.size:,}"),
            (
                "Chunks",
                f"{arrived:,}" if chunks in (None, arrived) else f"{arrived:,} of {chunks:,}",
            ),
            ("Begun", moment(content.created)),
        ]
    )
    if not content.readable:
        return fragment(about, note("The upload is not complete, so nothing can read it."))
    try:
        start = b"".join(content.read(0, min(content.size, _BYTES)))
    except FileNotFoundError:
        return fragment(about, note("It is being replaced: load this page again."))
    rows = first_rows(start, of.encoding, of.separator, of.delimiter)
    if len(start) < content.size and len(rows) < _ROWS:
        rows = rows[:-1]  # it is cut off
    header = of.header_row if isinstance(of, FileDefinition) else 1
    return fragment(about, row_table(rows, header))
