"""Scores of detectors and judgements by scikit-learn, on pictures made by a formula.

    python3 tests/golden/images/generate.py > tests/golden/images/golden.json
"""

import json
import sys

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import OneClassSVM

SIDE, TRAIN, TEST = 8, 120, 60


def picture(number, abnormal):
    """Waves with a shift of the picture's own, and a bright spot on abnormal ones."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    wave = ((x * 3 + y * 5 + number * 7) % 16) / 32 + ((x * y + number * number) % 11) / 44
    spot = 0.15 * ((x - 2 - number % 4) ** 2 + (y - 3) ** 2 <= 2) if abnormal else 0
    return (wave + spot).astype(np.float32)


train = np.array([picture(n, False) for n in range(TRAIN)]).reshape(TRAIN, -1)
abnormal = np.arange(TEST) % 3 == 0
test = np.array([picture(n + 1000, a) for n, a in enumerate(abnormal)]).reshape(TEST, -1)


def neighbours(points, queries):
    return NearestNeighbors(n_neighbors=5).fit(points).kneighbors(queries)[0].mean(axis=1)


pca = PCA(10, svd_solver="full").fit(train.astype(float))
forest = IsolationForest(n_estimators=5000, max_samples=64, random_state=0).fit(train)
# tol: scores are compared to four digits.
svm = OneClassSVM(nu=0.2, gamma="scale", tol=1e-6).fit(train.astype(float))
scores = {
    "pixel-knn": neighbours(train.astype(float), test.astype(float)),
    "pca-knn": neighbours(pca.transform(train.astype(float)), pca.transform(test.astype(float))),
    "isolation-forest": -forest.score_samples(test),
    "one-class-svm": -svm.decision_function(test.astype(float)),
}
tied = np.round(scores["isolation-forest"], 2)
json.dump(
    {
        "scores": {name: [round(float(s), 9) for s in own] for name, own in scores.items()},
        "auroc": {name: roc_auc_score(abnormal, own) for name, own in scores.items()},
        "tied_scores": [round(float(s), 2) for s in tied],
        "tied_auroc": roc_auc_score(abnormal, tied),
        "tied_auprc": average_precision_score(abnormal, tied),
    },
    sys.stdout,
    indent=1,
)
