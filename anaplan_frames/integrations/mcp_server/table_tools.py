"""Tools that read tables: rows of one, and SQL over some."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from anaplan_frames.integrations.mcp_server.query_database import one_select, run_query
from anaplan_frames.integrations.mcp_server.tool_answers import Answer
from anaplan_frames.integrations.mcp_server.tool_base import (
    Access,
    Limit,
    ModelTool,
    Offset,
    Value,
)
from anaplan_frames.integrations.mcp_server.tool_session import ToolSession
from anaplan_frames.reading import read_arrow

SourceKind = Literal["exports", "views", "modules", "lists", "files"]
_OPTIONS = ("columns", "where", "periods", "totals")
_FLAGS = ("hierarchy", "omit_empty")


class ReadTable(ModelTool):
    """Read rows of a list, module, saved view, export or file.

    Lists have their items as rows, with code, parent and properties. Modules and views have a
    column for each dimension and each line item; modules leave totals out. An export has the rows
    that it wrote when it last ran; run_export runs it. For sums, counts and joins use
    query_tables.
    """

    name = "read_table"
    title = "Read rows"
    source: str = Field(description="Name or id of the list, module, view, export or file.")
    kind: SourceKind | None = Field(None, description="Its kind, if several have the name.")
    columns: list[str] | None = Field(None, description="Only these columns.")
    where: dict[str, Value | list[Value]] | None = Field(
        None, description='Only rows with these values, such as {"Versions": "Actual"}.'
    )
    limit: Limit = 50
    offset: Offset = 0
    hierarchy: bool = Field(default=False, description="Of a list: one column for each level.")
    omit_empty: bool = Field(default=False, description="Leave out rows without any value.")
    periods: Literal["name", "start", "end"] | None = Field(
        None, description="Names of periods, or their first or last day."
    )
    totals: bool | None = Field(None, description="With or without rows of totals.")

    def answer(self, session: ToolSession) -> Answer:
        """Read one row more than asked for, to know whether there are more."""
        model = self.open_model(session)
        given: dict[str, Any] = {name: getattr(self, name) for name in _OPTIONS}
        options = {name: value for name, value in given.items() if value is not None}
        options |= {name: True for name in _FLAGS if getattr(self, name)}
        end = self.offset + self.limit
        with read_arrow(
            self.source,
            model,
            kind=self.kind,
            run=False,
            nrows=end + 1,
            progress=False,
            **options,
        ) as reader:
            table = reader.read_all()
        more = f"use offset={end}, columns or where, or query_tables for sums and counts."
        return Answer(
            facts={"model": model.name, "source": self.source},
            table=table.slice(self.offset, self.limit),
            more=f"There are more rows: {more}" if table.num_rows > end else "",
            if_cut="Ask for fewer columns or rows, or use query_tables for sums and counts.",
        )


class QueryTables(ModelTool):
    """Answer a question about tables of a model by one SELECT of DuckDB's SQL.

    The tables are read as a whole first: exports (the rows of their last run), lists, modules,
    saved views and files. The columns are those that read_table shows; quote names with blanks,
    such as "Gross Sales". The SQL has no access to files, to the network, or to anything but these
    tables.
    """

    name = "query_tables"
    title = "Query tables by SQL"
    tables: dict[str, str] = Field(
        min_length=1,
        max_length=10,
        description='Names in SQL and what they are in Anaplan: {"flights": "Flights export"}.',
    )
    sql: str = Field(description="One SELECT, such as SELECT count(*) FROM flights.")
    limit: Limit = 100

    def answer(self, session: ToolSession) -> Answer:
        """Check the SQL, read the tables, and ask."""
        select = one_select(self.sql)
        model = self.open_model(session)
        found, rows = run_query(model, self.tables, select, most_rows=self.limit + 1)
        return Answer(
            facts={"model": model.name, "rows_read": rows},
            table=found.slice(0, self.limit),
            more=(
                "There are more rows: raise limit, or have SQL sum them up."
                if found.num_rows > self.limit
                else ""
            ),
            if_cut="Select fewer columns, or have SQL sum the rows up.",
        )


class RunExport(ModelTool):
    """Run an export, so that read_table and query_tables see the data of now.

    It changes no data of the model, only the export's output file.
    """

    name = "run_export"
    title = "Run an export"
    access = Access.RUNS_EXPORTS
    export: str = Field(description="Name or id of the export.")

    def answer(self, session: ToolSession) -> Answer:
        """Run it, and wait for its end."""
        model = self.open_model(session)
        result = model.exports[self.export].run(progress=False)
        return Answer(
            facts={
                "model": model.name,
                "export": result.target,
                "outcome": result.outcome,
                "summary": result.summary,
                "task": result.task_id,
            }
        )
