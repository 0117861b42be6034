"""`AnaplanDataSource`: the format "anaplan" of Spark."""

from __future__ import annotations

from anaplan_frames.errors import ConfigurationError
from anaplan_frames.integrations.spark.chunk_writer import ChunkWriter
from anaplan_frames.integrations.spark.part_reader import PartReader, arrow_schema
from anaplan_frames.integrations.spark.source_options import READING, WRITING, SourceOptions
from anaplan_frames.integrations.spark.spark_types import (
    DataSource,
    StructType,
    from_arrow_schema,
)


class AnaplanDataSource(DataSource):
    """The format ``anaplan``, registered by ``spark.dataSource.register(AnaplanDataSource)``.

    Options are those of `anaplan_frames.connect`, and of `anaplan_frames.read_anaplan` or
    `anaplan_frames.to_anaplan`, as texts; lists and dicts are JSON. Keys are given by the path of
    their file. Further options:

    ``source``, ``target``
        What is read or written to: a name, an id, or ``anaplan://workspace/model/kind/name``.
    ``partitions``
        In how many partitions to read at most; by default 64.
    ``tasks``
        How many tasks are expected to run at the same time, by default 16; each gets an equal share
        of the requests per minute.

    Examples
    --------
    >>> spark.dataSource.register(AnaplanDataSource)  # doctest: +SKIP
    >>> df = spark.read.format("anaplan").option("source", "Costs").load()  # doctest: +SKIP
    >>> writer = df.write.format("anaplan").mode("append")  # doctest: +SKIP
    >>> writer.option("target", "Load costs").save()  # doctest: +SKIP
    """

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return "anaplan"

    def schema(self) -> StructType:
        """Ask Anaplan which columns the source has."""
        options = SourceOptions(self.options, READING)
        with options.connect() as connection:
            return from_arrow_schema(arrow_schema(connection, options))

    def reader(self, schema: StructType) -> PartReader:
        """Return what plans the partitions here, and reads them on executors."""
        options = SourceOptions(self.options, READING)
        # Spark pickles this object for executors together with the reader. No password goes there.
        self.options: dict[str, str] = {}
        return PartReader(options, schema)

    def writer(  # type: ignore[override, unused-ignore]
        self,
        schema: StructType,
        overwrite: bool,  # noqa: FBT001
    ) -> ChunkWriter:
        """Return what sends chunks from executors, and imports them here."""
        if overwrite:
            raise ConfigurationError(
                "An import adds and changes, and does not overwrite: use .mode('append'). To empty "
                "the target before, run an action that does it: model.actions[...].run()."
            )
        return ChunkWriter(SourceOptions(self.options, WRITING), schema)
