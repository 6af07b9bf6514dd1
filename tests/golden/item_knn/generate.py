"""Makes golden.json beside this file: item-kNN with ratings by SciPy's sparse
product, float64; of an item rated repeatedly the last rating counts.

    python3 tests/golden/item_knn/generate.py
"""

import json
from pathlib import Path

import numpy as np
import scipy.sparse as sp

N, SHRINKAGE, RECENCY = 12, 1.5, 0.8

random = np.random.default_rng(13)
histories = [
    [[int(item), float(random.integers(1, 6))] for item in random.integers(0, N, random.integers(0, 7))]
    for _ in range(25)
]

x = sp.lil_matrix((len(histories), N))
for user, events in enumerate(histories):
    for item, rating in events:
        x[user, item] = rating
gram = (x.tocsr().T @ x.tocsr()).toarray()
norms = np.sqrt(np.diag(gram))
b = gram / (np.outer(norms, norms) + SHRINKAGE)
np.fill_diagonal(b, 0)

# A query of implicit events: each has rating 1.
query = [3, 7, 3, 1, 0]
weights = np.zeros(N)
for age, item in enumerate(reversed(query)):
    weights[item] += RECENCY**age

golden = {
    "config": {"model": "item-knn", "shrinkage": SHRINKAGE, "recency": RECENCY, "ratings": True, "neighbours": N},
    "n_items": N,
    "histories": histories,
    "b": b.round(7).tolist(),
    "query": query,
    "scores": (weights @ b).round(7).tolist(),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
