#!/bin/bash
# Called by spark/run.sh and ray/run.sh: makes the engine's Python environment once, exports a .vhgm file, and runs the example.
set -euo pipefail
engine=$1
command=${2:-}
examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${VHGM_VENV:-$examples/$engine/.venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$examples/$engine/requirements.txt"
fi
shift 2 || { "$venv/bin/python" "$examples/$engine/partitions.py" --help; exit 2; }
if [[ ${1:-} == *.vhgm ]]; then
  exported=$(mktemp -d)
  trap 'rm -rf "$exported"' EXIT
  export VHGM_MAIN=${VHGM_MAIN:-$(realpath "$examples/../dist/cli/main.js")} VHGM_MODEL=$(realpath "$1")
  node "$VHGM_MAIN" export "$1" -o "$exported/model" > /dev/null
  shift
  set -- "$exported/model" "$@"
fi
PYSPARK_PYTHON="$venv/bin/python" PYSPARK_DRIVER_PYTHON="$venv/bin/python" "$venv/bin/python" "$examples/$engine/partitions.py" "$command" "$@"
