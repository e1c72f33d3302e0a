"""Completes a Parquet table, or invents people, in partitions on Apache Spark; see README.md in the folder above."""
import os
import pathlib
import sys

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from vhgm_partitions import arguments, fail_once, open_model, unwritten


def complete(folder, key, seed, draw):
    def part(batches):
        for batch in batches:
            fail_once()
            yield from open_model(folder).complete(pa.Table.from_batches([batch]), key, seed, draw).to_batches()

    return part


def invent(folder, seed):
    def part(batches):
        for batch in batches:
            fail_once()
            yield from open_model(folder).invent(batch.column(0).to_pylist(), seed).to_batches()

    return part


def main(options):
    spark = (
        SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local[2,4]"))  # two cores; a part may fail three times
        .appName("vhgm")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", options.batch)
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF" if os.environ.get("VHGM_FAIL_ONCE") else "ERROR")
    spark.sparkContext.addPyFile(str(pathlib.Path(__file__).parents[1] / "vhgm_partitions.py"))
    model = open_model(options.model)
    if options.command == "impute":
        table = spark.read.parquet(options.table).repartition(options.partitions)
        schema = from_arrow_schema(model.output_schema(to_arrow_schema(table.schema)))
        for draw, out in options.draws:
            with unwritten(out) as temporary:
                table.mapInArrow(complete(options.model, options.key, options.seed, draw), schema).write.parquet(temporary)
    else:
        numbers = spark.range(0, options.rows, numPartitions=options.partitions)
        with unwritten(options.output) as temporary:
            numbers.mapInArrow(invent(options.model, options.seed), from_arrow_schema(model.invented_schema())).write.parquet(temporary)
    spark.stop()


if __name__ == "__main__":
    main(arguments("spark"))
