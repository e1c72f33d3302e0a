"""synth.py TRAIN.csv OUT.csv ROWS gaussiancopula|ctgan|tvae|mostly : other people's generators of synthetic rows, by one file contract.

They learn from TRAIN.csv and write ROWS invented rows with its columns, holes included. Settings are the packages' defaults, but for what
they get wrong on such tables: columns that are not all numbers are declared categorical, and MOSTLY AI's numbers are binned.
The first three are of sdv 2.0.0 (environment sdv of setup.sh), the last of mostlyai-engine 2.7.3 (environment mostly)."""
import torch

torch.set_num_threads(1)
import sys
import tempfile
import warnings
from pathlib import Path

import pandas as pd

from table import number, numeric, read

warnings.filterwarnings("ignore")
HOLES = ("", "NA")


def load(path):
    """The table as a data frame, and the names of its numeric columns."""
    head, rows = read(path)
    frame, numbers = {}, []
    for j, name in enumerate(head):
        column = [row[j] for row in rows]
        if numeric(column):
            numbers.append(name)
            frame[name] = pd.Series([float("nan") if text in HOLES else number(text) for text in column], dtype="float64")
        else:
            frame[name] = pd.Series([None if text in HOLES else text for text in column], dtype="object")
    return pd.DataFrame(frame), numbers


def by_sdv(frame, numbers, rows, name):
    from sdv.metadata import Metadata
    from sdv.single_table import CTGANSynthesizer, GaussianCopulaSynthesizer, TVAESynthesizer

    columns = {c: {"sdtype": "numerical" if c in numbers else "categorical"} for c in frame.columns}
    metadata = Metadata.load_from_dict({"tables": {"people": {"columns": columns}}})
    kind = {"gaussiancopula": GaussianCopulaSynthesizer, "ctgan": CTGANSynthesizer, "tvae": TVAESynthesizer}[name]
    torch.manual_seed(1)
    synthesizer = kind(metadata) if name == "gaussiancopula" else kind(metadata, enable_gpu=False)
    synthesizer.fit({"people": frame})
    return synthesizer.sample(num_rows=rows)["people"]


def by_mostly(frame, numbers, rows):
    from mostlyai import engine

    engine.set_random_state(1)
    encodings = {c: "TABULAR_NUMERIC_BINNED" if c in numbers else "TABULAR_CATEGORICAL" for c in frame.columns}
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        engine.split(frame, tgt_encoding_types=encodings, workspace_dir=workspace)
        engine.analyze(workspace_dir=workspace)
        engine.encode(workspace_dir=workspace)
        engine.train(workspace_dir=workspace)
        engine.generate(sample_size=rows, workspace_dir=workspace)
        return pd.read_parquet(workspace / "SyntheticData")


def main():
    source, target, rows, name = sys.argv[1:5]
    frame, numbers = load(source)
    made = by_mostly(frame, numbers, int(rows)) if name == "mostly" else by_sdv(frame, numbers, int(rows), name)
    made = made[list(frame.columns)]
    for c in frame.columns:
        if c in numbers:
            made[c] = pd.to_numeric(made[c], errors="coerce")
            if (frame[c].dropna() % 1 == 0).all():
                made[c] = made[c].round().astype("Int64")
    # MOSTLY AI writes levels that it protects as _RARE_: no value of the table, so a hole.
    made = made.replace("_RARE_", None)
    made.to_csv(target, index=False)


main()
