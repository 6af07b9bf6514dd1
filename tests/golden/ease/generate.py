"""Makes golden.json beside this file: EASE in NumPy, float64, each column as the
ridge regression without its own item that EASE is the closed form of.

    python3 tests/golden/ease/generate.py
"""

import json
from pathlib import Path

import numpy as np

N, LAMBDA, RECENCY = 12, 2.0, 0.6

random = np.random.default_rng(12)
histories = [random.integers(0, N, random.integers(0, 9)).tolist() for _ in range(25)]

x = np.zeros((len(histories), N))
for user, items in enumerate(histories):
    x[user, items] = 1
b = np.zeros((N, N))
for item in range(N):
    others = np.arange(N) != item
    rest = x[:, others]
    b[others, item] = np.linalg.solve(rest.T @ rest + LAMBDA * np.eye(N - 1), rest.T @ x[:, item])

query = [3, 7, 3, 1, 0]
weights = np.zeros(N)
for age, item in enumerate(reversed(query)):
    weights[item] += RECENCY**age

golden = {
    "config": {"model": "ease", "lambda": LAMBDA, "recency": RECENCY, "neighbours": N},
    "n_items": N,
    "histories": [[[item, 1.0] for item in items] for items in histories],
    "b": b.round(7).tolist(),
    "query": query,
    "scores": (weights @ b).round(7).tolist(),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
