#!/bin/bash
# bash examples/spark/run.sh impute MODEL.vhgm TABLE.parquet OUT --key COLUMN [-m DRAWS]   (or: generate MODEL.vhgm OUT -n ROWS)
exec bash "$(dirname "${BASH_SOURCE[0]}")/../run.sh" spark "$@"
