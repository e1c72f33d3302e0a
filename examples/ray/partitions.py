"""Completes a Parquet table, or invents people, in partitions on Ray Data; see README.md in the folder above."""
import os
import pathlib
import sys

import ray

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from vhgm_partitions import arguments, fail_once, open_model, unwritten


def complete(part, folder, key, seed, draw):
    fail_once()
    return open_model(folder).complete(part, key, seed, draw)


def invent(part, folder, seed):
    fail_once()
    return open_model(folder).invent(part["id"].to_pylist(), seed)


def start(attempts=5):
    """A cluster of this machine's, or the one at RAY_ADDRESS. A busy machine may need more than the half minute that Ray gives it."""
    own = "RAY_ADDRESS" not in os.environ
    passed = {name: os.environ[name] for name in ("VHGM_MAIN", "VHGM_MODEL", "VHGM_FAIL_ONCE") if name in os.environ}
    settings = {"env_vars": {"PYTHONPATH": str(pathlib.Path(__file__).parents[1]), **passed}}
    for attempt in range(attempts):
        try:
            return ray.init("local" if own else os.environ["RAY_ADDRESS"], num_cpus=2 if own else None, runtime_env=settings, log_to_driver=False, include_dashboard=False if own else None)
        except Exception:
            ray.shutdown()
            if attempt == attempts - 1:
                raise


def main(options):
    start()
    ray.data.DataContext.get_current().enable_progress_bars = False
    open_model(options.model)
    parts = {"batch_format": "pyarrow", "batch_size": options.batch}
    if options.command == "impute":
        table = ray.data.read_parquet(options.table).repartition(options.partitions)
        for draw, out in options.draws:
            with unwritten(out) as temporary:
                table.map_batches(complete, fn_args=(options.model, options.key, options.seed, draw), **parts).write_parquet(temporary)
    else:
        numbers = ray.data.range(options.rows, override_num_blocks=options.partitions)
        with unwritten(options.output) as temporary:
            numbers.map_batches(invent, fn_args=(options.model, options.seed), **parts).write_parquet(temporary)
    ray.shutdown()


if __name__ == "__main__":
    main(arguments("ray"))
