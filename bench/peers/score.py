"""score.py FOLDER COMPLETED.csv [LABEL] : scores a completed table on the cells of FOLDER/mask.csv against FOLDER/full.csv.

The benchmark scores with src/evaluation/score.ts; this is the independent second scorer that its tests compare it with.
NRMSE and R2 over numeric columns (SD units; squared Pearson per column), accuracy over columns with levels; columns with
fewer than 3 hidden cells are left out.
"""
import os
import sys

import numpy as np

from table import number, numeric, read

folder, completed = sys.argv[1:3]
label = sys.argv[3] if len(sys.argv) > 3 else os.path.basename(completed)
head, full = read(os.path.join(folder, "full.csv"))
names, got = read(completed)
mask = np.loadtxt(os.path.join(folder, "mask.csv"), delimiter=",", ndmin=2).astype(bool)
assert len(got) == len(full), f"rows {len(got)} of {len(full)}"


def same(x, y):
    return x == y or (number(x) is not None and number(x) == number(y))


def near(x, y):
    return number(y) is not None and abs(number(y) - number(x)) <= 1e-9 * max(1, abs(number(x)))


squares, r2, accuracy, unfilled, changed = [], [], [], 0, 0
for j, name in enumerate(head):
    truth = [row[j] for row in full]
    filled = [row[names.index(name)] for row in got]
    hidden = np.where(mask[:, j])[0]
    kept = [i for i in np.where(~mask[:, j])[0] if truth[i] != ""]
    if len(hidden) < 3:
        continue
    if numeric(truth):
        observed = np.array([number(text) for text in truth if text != ""], float)
        a = np.array([number(truth[i]) for i in hidden], float)
        b = np.array([np.nan if number(filled[i]) is None else number(filled[i]) for i in hidden], float)
        unfilled += np.isnan(b).sum()
        b = np.where(np.isnan(b), observed.mean(), b)
        squares.append(np.mean(((a - b) / (observed.std() or 1)) ** 2))
        r2.append(np.corrcoef(a, b)[0, 1] ** 2 if b.std() > 0 and a.std() > 0 else 0.0)
        changed += sum(not near(truth[i], filled[i]) for i in kept)
    else:
        accuracy.append(np.mean([same(truth[i], filled[i]) for i in hidden]))
        unfilled += sum(filled[i] == "" for i in hidden)
        changed += sum(not same(truth[i], filled[i]) for i in kept)

mean = lambda values: f"{np.mean(values):.4f}" if values else "-"
nrmse = f"{np.sqrt(np.mean(squares)):.4f}" if squares else "nan"
print(f"{label:28s} NRMSE {nrmse}  R2 {mean(r2)}  acc {mean(accuracy)}  unfilled {unfilled}  observed changed {changed}")
