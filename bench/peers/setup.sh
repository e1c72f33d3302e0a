#!/bin/sh
# setup.sh [FOLDER] : makes a Python environment for the rivals (in .cache/peers if no folder is given), and says what R lacks.
# None of this is needed by VHGM itself.
set -eu
folder=${1:-.cache/peers}

if ! command -v python3 >/dev/null; then
  echo "python3 is not installed; on Debian: apt-get install python3 python3-venv" >&2
  exit 1
fi
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
echo "Python is ready: npm run bench:accuracy -- --python $folder/bin/python"

if command -v Rscript >/dev/null && Rscript -e 'library(mice); library(ranger)' >/dev/null 2>&1; then
  echo "R is ready: mice and ranger are installed."
else
  echo "For mean, forest and mice R needs these packages; on Debian: apt-get install r-base-core r-cran-mice r-cran-ranger"
fi
