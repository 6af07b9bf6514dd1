"""The figures that BENCHMARKS.md gives of plain k-NN, by scikit-learn.

    python3 tests/golden/knn/scikit_learn.py $DOORSTEP_DATA/songs

Every fifth row of the concatenated files is test; text columns and the hit
label are left out; key, mode and time_signature become -1/+1 codes.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

CATEGORICAL = ["key", "mode", "time_signature"]

table = pd.concat(map(pd.read_csv, sorted(Path(sys.argv[1]).glob("*.csv"))), ignore_index=True)
energy, hit = table.pop("energy").to_numpy(), table.pop("target").to_numpy()
codes = pd.get_dummies(table[CATEGORICAL].astype(str)).to_numpy(float) * 2 - 1
numbers = table.drop(columns=["track", "artist", "uri", *CATEGORICAL]).to_numpy(float)
test = np.arange(len(table)) % 5 == 4


def features(rows):
    return np.hstack([StandardScaler().fit(numbers[rows]).transform(numbers), codes])


for name, rows in [("all rows", slice(None)), ("training part", ~test)]:
    x = features(rows)
    for k in [5, 13, 31]:
        model = KNeighborsRegressor(k, algorithm="brute").fit(x[~test], energy[~test])
        found = model.predict(x[test])
        rmse = mean_squared_error(energy[test], found) ** 0.5
        print(f"scaler on {name}, k={k}: R2 {r2_score(energy[test], found):.6f} RMSE {rmse:.6f}")
    folds = cross_val_score(
        KNeighborsRegressor(13, algorithm="brute"), x[~test], energy[~test], cv=KFold(4)
    )
    print(f"scaler on {name}, 4 folds, k=13: R2 {folds.mean():.6f}")

x = features(~test)
for weights in ["uniform", "distance"]:
    for metric in ["euclidean", "manhattan", "cosine"]:
        model = KNeighborsRegressor(13, weights=weights, metric=metric, algorithm="brute")
        found = model.fit(x[~test], energy[~test]).predict(x[test])
        print(f"k=13, {weights}, {metric}: R2 {r2_score(energy[test], found):.6f}")
for k in [5, 13]:
    model = KNeighborsClassifier(k, algorithm="brute").fit(x[~test], hit[~test])
    print(f"classifier k={k}: accuracy {model.score(x[test], hit[test]):.6f}")
