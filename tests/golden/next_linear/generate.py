"""Makes golden.json beside this file: next-linear in NumPy, float64, one explicit
row of X and Y for each training prefix.

    python3 tests/golden/next_linear/generate.py
"""

import json
from pathlib import Path

import numpy as np

N, LAMBDA, DECAY, ROW_DECAY, WINDOW = 12, 3.0, 0.7, 0.9, 4

random = np.random.default_rng(11)
histories = [random.integers(0, N, random.integers(0, 9)).tolist() for _ in range(25)]

x, y = [], []
for items in histories:
    for end in range(1, len(items)):
        row, target = np.zeros(N), np.zeros(N)
        for age, item in enumerate(reversed(items[max(0, end - WINDOW) : end])):
            row[item] += DECAY**age
        target[items[end]] = 1
        weight = ROW_DECAY ** ((len(items) - 1 - end) / 2)  # in XᵀX and XᵀY: its square
        x.append(weight * row)
        y.append(weight * target)
x, y = np.array(x), np.array(y)
b = np.linalg.solve(x.T @ x + LAMBDA * np.eye(N), x.T @ y)
np.fill_diagonal(b, 0)  # our rows leave out their own item

query = [3, 7, 3, 1, 0]
weights = np.zeros(N)
for age, item in enumerate(reversed(query[-WINDOW:])):
    weights[item] += DECAY**age

golden = {
    "config": {"model": "next-linear", "lambda": LAMBDA, "decay": DECAY, "row_decay": ROW_DECAY, "window": WINDOW, "neighbours": N},
    "n_items": N,
    "histories": [[[item, 1.0] for item in items] for items in histories],
    "b": b.round(7).tolist(),
    "query": query,
    "scores": (weights @ b).round(7).tolist(),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
