"""Reading: the driver divides a table into parts, and each task reads one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from anaplan_frames.bulk.exports import Export
from anaplan_frames.connection import Connection
from anaplan_frames.errors import ConfigurationError, EmptyContent, NotFound
from anaplan_frames.integrations.spark.source_options import SourceOptions
from anaplan_frames.integrations.spark.spark_types import (
    DataSourceReader,
    InputPartition,
    StructType,
    to_arrow_schema,
)
from anaplan_frames.resources.parts import innermost
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.text_tables import TextTable
from anaplan_frames.transport import Transport

_SOURCES = ("exports", "modules", "views", "lists", "files")
_USUAL_PARTITIONS = 64
_ROWS = ("where", "nrows", "periods", "totals", "omit_empty", "hierarchy")  # read as a whole


def find_source(connection: Connection, options: SourceOptions) -> Table:
    """Return the table that is read."""
    found = options.resource(connection, "source", _SOURCES, verb="read")
    assert isinstance(found, Table)
    for name in options.chosen(("periods", "totals", "omit_empty", "hierarchy", "run")):
        if name != "run" and name not in found.takes:
            raise ConfigurationError(f"{found.label} has no option {name!r}. Leave it out.")
    return found


def arrow_schema(connection: Connection, options: SourceOptions) -> pa.Schema:
    """Return the columns that are read, and their types, in Arrow's words."""
    table = find_source(connection, options)
    schema = _whole_schema(table, options)
    names = options.get("columns")
    return schema if names is None else pa.schema([schema.field(name) for name in names])


def _whole_schema(table: Table, options: SourceOptions) -> pa.Schema:
    asked = options.chosen(_ROWS)
    if not asked:
        inner = innermost(table._part_table())
        if isinstance(inner, TextTable) and isinstance(inner.schema, pa.Schema) and inner.schema:
            return inner.schema
    asked = {**asked, "nrows": 0}
    if not isinstance(table, Export):
        return table.read_arrow(**asked, progress=False).schema
    try:
        return table.read_arrow(run=False, **asked, progress=False).schema
    except (EmptyContent, NotFound):
        if not options.get("run", True):
            raise
        return table.read_arrow(**asked, progress=False).schema


class TablePartition(InputPartition):
    """A partition: what reads it, in any process.

    Parameters
    ----------
    read : callable
        Returns its rows as a stream of Arrow batches.
    transport : Transport
        What it is read by.
    """

    def __init__(self, read: Callable[[], pa.RecordBatchReader], transport: Transport) -> None:
        super().__init__(None)
        self.read: Callable[[], pa.RecordBatchReader] = read
        self.transport: Transport = transport


class PartReader(DataSourceReader):
    """Plans partitions in the driver, and reads them on executors, which never sign in.

    Parameters
    ----------
    options : SourceOptions
        They stay in the driver.
    schema : StructType
        What Spark expects.
    """

    def __init__(self, options: SourceOptions, schema: StructType) -> None:
        self._options: SourceOptions | None = options
        self._schema = schema

    def __getstate__(self) -> dict[str, Any]:
        return {"_options": None, "_schema": self._schema}

    def partitions(self) -> list[InputPartition]:
        """Run an export, and divide the table; it is one partition if it is read in part."""
        options = self._options
        assert options is not None
        connection = options.connect()  # not closed: its token is for the executors
        table = find_source(connection, options)
        if isinstance(table, Export) and options.get("run", True):
            table.run(progress=False)
        asked = options.chosen((*_ROWS, "timeout"))
        shared = _shared(table, connection, options.tasks)
        transport = shared.catalogue.transport
        if asked.keys() & set(_ROWS):
            if isinstance(table, Export):
                asked["run"] = False
            whole = partial(shared.read_arrow, columns=options.get("columns"), **asked)
            return [TablePartition(partial(whole, progress=False), transport)]
        wanted = options.get("partitions", _USUAL_PARTITIONS)
        return [TablePartition(part.read_arrow, transport) for part in shared.parts(wanted)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a partition, with the columns and types that Spark expects.

        The token is kept alive however long Spark takes for them.
        """
        assert isinstance(partition, TablePartition)
        expected = to_arrow_schema(self._schema)
        with partition.transport.keeping_token():
            for batch in partition.read():
                yield pa.RecordBatch.from_arrays(
                    [batch[field.name].cast(field.type) for field in expected], schema=expected
                )


def _shared(table: Table, connection: Connection, tasks: int) -> Table:
    """Return the table over a connection that can be handed to so many processes."""
    facts = table.catalogue.facts
    shared = Connection(table.catalogue.transport.shared_by(tasks))
    model = shared.model(facts["model_id"], facts["workspace_id"])
    found: Table = getattr(model, table.plural)[table.id]
    return found
