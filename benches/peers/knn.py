"""k-NN on the songs table: scikit-learn beside `doorstep`, in one run.

    python3 benches/peers/knn.py DOORSTEP $DOORSTEP_DATA/songs

DOORSTEP is the release binary. Prints seconds of prediction (8,221 by 32,885,
k = 13) and of the four-fold search over k = 1 to 51; the peer's search is timed
at k = 1, 26 and 51 and their mean taken 51 times.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

CATEGORICAL = ["key", "mode", "time_signature"]
doorstep, folder = sys.argv[1], Path(sys.argv[2])
files = sorted(folder.glob("*.csv"))
table = pd.concat(map(pd.read_csv, files), ignore_index=True)
y = table.pop("energy").to_numpy()
codes = pd.get_dummies(table[CATEGORICAL].astype(str)).to_numpy(float) * 2 - 1
numbers = table.drop(columns=["track", "artist", "uri", "target", *CATEGORICAL]).to_numpy(float)
test = np.arange(len(table)) % 5 == 4
x = np.hstack([StandardScaler().fit(numbers[~test]).transform(numbers), codes])

ARGS = ["compare", "-q", "--json", "--table", *map(str, files), "--target", "energy", "--exclude", "target"]
ARGS += ["--categorical", ",".join(CATEGORICAL), "--split", "every:5", "--models", "knn"]


def ours(*more):
    report = subprocess.run([doorstep, *ARGS, *more], check=True, capture_output=True, text=True)
    return json.loads(report.stdout)["models"][0]


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


model = KNeighborsRegressor(13, algorithm="brute", n_jobs=2).fit(x[~test], y[~test])
peer = min(seconds(lambda: model.predict(x[test])) for _ in range(3))
own = min(ours("--set", "knn.neighbours=13")["predict_seconds"] for _ in range(3))
print(f"predict 8,221 by 32,885, k=13: scikit-learn {peer:.2f} s, doorstep {own:.3f} s, {peer / own:.0f} times")


def folds(k):
    peer = KNeighborsRegressor(k, algorithm="brute", n_jobs=2)
    return seconds(lambda: cross_val_score(peer, x[~test], y[~test], cv=KFold(4)))


peer = 51 * np.mean([folds(k) for k in [1, 26, 51]])
own = min(ours()["curve"]["seconds"] for _ in range(3))
print(f"four folds, k = 1 to 51: scikit-learn {peer:.1f} s (from three), doorstep {own:.2f} s, {peer / own:.0f} times")
