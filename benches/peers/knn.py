"""scikit-learn beside `doorstep` on a table, in one run.

    python3 benches/peers/knn.py NAME DOORSTEP NEIGHBOURS EXCLUDE FILE...

DOORSTEP is the release binary, NEIGHBOURS the trainer's example of that name.
Every fifth row is test; EXCLUDE lists what is left out beside text columns;
`energy` is predicted, key, mode and time_signature are one-hot codes of -1/+1.

Prints seconds of prediction at k = 13 and whether the neighbours are the same,
seconds of the four-fold search over k = 1 to 51 (the peer is timed at k = 1, 26
and 51 and their mean taken 51 times). With --quality prints R2 of other models
and of ours instead.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

CATEGORICAL = ["key", "mode", "time_signature"]
K = 13

parser = argparse.ArgumentParser()
parser.add_argument("name")
parser.add_argument("doorstep")
parser.add_argument("neighbours")
parser.add_argument("exclude")
parser.add_argument("files", nargs="+", type=Path)
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--quality", action="store_true")
args = parser.parse_args()

table = pd.concat(map(pd.read_csv, args.files), ignore_index=True)
y = table.pop("energy").to_numpy()
codes = pd.get_dummies(table[CATEGORICAL].astype(str)).to_numpy(float) * 2 - 1
table = table.drop(columns=[*args.exclude.split(","), *CATEGORICAL]).select_dtypes("number")
test = np.arange(len(table)) % 5 == 4
scaler = StandardScaler().fit(table.to_numpy(float)[~test])
x = np.hstack([scaler.transform(table.to_numpy(float)), codes])
train_x, train_y, test_x, test_y = x[~test], y[~test], x[test], y[test]
shape = f"{args.name}, {len(test_x):,} rows by {len(train_x):,}, {x.shape[1]} columns"
COMPARE = ["compare", "-q", "--json", "--table", *map(str, args.files), "--target", "energy"]
COMPARE += ["--exclude", args.exclude, "--categorical", ",".join(CATEGORICAL), "--split", "every:5"]


def ours(models, *more):
    command = [args.doorstep, *COMPARE, "--models", models, *more]
    report = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(report.stdout)["models"]


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def find_neighbours():
    """Seconds and the row numbers that the example found."""
    with tempfile.NamedTemporaryFile() as out:
        command = [args.neighbours, out.name, str(K), "energy", args.exclude, ",".join(CATEGORICAL)]
        report = subprocess.run([*command, *map(str, args.files)], check=True, capture_output=True, text=True)
        return float(report.stdout), np.fromfile(out.name, "<u4").reshape(-1, K).astype(int)


def folds(k):
    peer = KNeighborsRegressor(k, algorithm="brute", n_jobs=2)
    return seconds(lambda: cross_val_score(peer, train_x, train_y, cv=KFold(4)))


def speed():
    peer = KNeighborsRegressor(K, algorithm="brute", n_jobs=2).fit(train_x, train_y)
    theirs = min(seconds(lambda: peer.predict(test_x)) for _ in range(args.runs))
    own, found = min((find_neighbours() for _ in range(args.runs)), key=lambda run: run[0])
    print(f"{shape}: predict at k={K}: scikit-learn {theirs:.2f} s, doorstep {own:.3f} s, ratio {theirs / own:.1f}")

    distances, expected = peer.kneighbors(test_x)
    differing = np.flatnonzero((np.sort(found) != np.sort(expected)).any(axis=1))
    far = np.linalg.norm(train_x[found[differing]] - test_x[differing][:, None], axis=2)
    worst = np.abs(np.sort(far) - distances[differing]).max(initial=0.0)
    print(
        f"{shape}: neighbours: {len(test_x) - len(differing):,} rows have the same, {len(differing):,} "
        f"others at distances equal to {worst:.0e}"
    )
    assert worst < 1e-5, "a neighbour was missed"

    theirs = 51 * np.mean([folds(k) for k in [1, 26, 51]])
    own = min(ours("knn")[0]["curve"]["seconds"] for _ in range(args.runs))
    print(f"{shape}: four folds, k = 1 to 51: scikit-learn {theirs:.0f} s, doorstep {own:.2f} s, ratio {theirs / own:.0f}")


def weighted_by_importance():
    """Columns scaled by the square root of their permutation importance to boosted trees."""
    fit_x, held_x, fit_y, held_y = train_x[::2], train_x[1::2], train_y[::2], train_y[1::2]
    trees = HistGradientBoostingRegressor(random_state=0).fit(fit_x, fit_y)
    importance = permutation_importance(trees, held_x, held_y, n_repeats=3, random_state=0)
    return np.sqrt(np.maximum(importance.importances_mean, 0))


def local_ridge(weights, k):
    """A ridge regression among the k neighbours of each test row."""
    near = KNeighborsRegressor(k, algorithm="brute", n_jobs=2).fit(train_x * weights, train_y)
    rows = near.kneighbors(test_x * weights, return_distance=False)
    columns = weights > 0
    predict = lambda at, row: Ridge(10).fit(train_x[row][:, columns], train_y[row]).predict(test_x[at : at + 1, columns])[0]
    return np.array([predict(at, row) for at, row in enumerate(rows)])


def r2(predicted):
    return 1 - ((predicted - test_y) ** 2).sum() / ((test_y - test_y.mean()) ** 2).sum()


def quality():
    # Nothing is timed here, and threads that wait for each other on a busy machine take minutes.
    threadpool_limits(1)
    plain = KNeighborsRegressor(K, algorithm="brute", n_jobs=2).fit(train_x, train_y)
    weights = weighted_by_importance()
    near = KNeighborsRegressor(K, algorithm="brute", n_jobs=2).fit(train_x * weights, train_y)
    tell = lambda name, value: print(f"{shape}: R2 of {name}: {value:.4f}", flush=True)
    tell("linear regression", r2(LinearRegression().fit(train_x, train_y).predict(test_x)))
    tell(f"KNeighborsRegressor, k={K}", r2(plain.predict(test_x)))
    tell("the same on columns weighted by importance", r2(near.predict(test_x * weights)))
    tell("ridge among 200 of those neighbours", r2(local_ridge(weights, 200)))
    trees = HistGradientBoostingRegressor(random_state=0).fit(train_x, train_y)
    tell("HistGradientBoosting", r2(trees.predict(test_x)))
    for row in ours("knn,knn-local"):
        tell(f"doorstep {row['name']}", row["metrics"]["r2"])


quality() if args.quality else speed()
