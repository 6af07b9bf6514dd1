"""Factors in the files that implicit, Surprise and PyTorch users save, with the
scores that a visitor's history gives, by NumPy in double precision.

    python3 tests/golden/import/generate.py     # needs numpy and safetensors
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent
ITEMS, FACTORS, USERS = 7, 5, 4
HISTORY = [(1, 5.0), (4, 2.0)]

random = np.random.default_rng(3)
items = random.normal(0, 0.6, (ITEMS, FACTORS)).astype(np.float16)
users = random.normal(0, 0.6, (USERS, FACTORS))
biases = random.normal(0, 0.3, ITEMS).astype(np.float32)


def als(alpha, regularisation):
    q = items.astype(np.float64)
    a, b = q.T @ q + regularisation * np.eye(FACTORS), np.zeros(FACTORS)
    for item, rating in HISTORY:
        c = alpha * rating
        a += (c - 1) * np.outer(q[item], q[item])
        b += c * q[item]
    return q @ np.linalg.solve(a, b)


def svd(mean, regularisation):
    q = items.astype(np.float64)
    z = np.array([[*q[item], 1] for item, _ in HISTORY])
    left = np.array([rating - mean - biases[item] for item, rating in HISTORY])
    ridge = regularisation * len(HISTORY) * np.eye(FACTORS + 1)
    *p, own = np.linalg.solve(z.T @ z + ridge, z.T @ left)
    return mean + own + biases + q @ np.array(p)


def dot():
    q = items.astype(np.float64)
    return biases + q @ np.mean([q[item] for item, _ in HISTORY], axis=0)


np.savez(
    HERE / "als.npz",
    user_factors=users.astype(np.float32),
    item_factors=items.astype(np.float32),
)
np.savez_compressed(
    HERE / "svd.npz",
    pu=users,
    qi=np.asfortranarray(items.astype(np.float64)),
    bu=np.zeros(USERS),
    bi=biases.astype(np.float64),
    global_mean=np.float64(3.5),
)
save_file(
    {
        "user_embedding.weight": users.astype(np.float32),
        "item_embedding.weight": items,
        "item_bias.weight": biases.reshape(-1, 1),
    },
    HERE / "net.safetensors",
)
np.save(HERE / "vectors.npy", items.astype(np.float64))
broken = items.astype(np.float32)
broken[3, 2] = np.nan
np.savez(HERE / "nan.npz", item_factors=broken)
np.savez(HERE / "whole.npz", item_factors=np.ones((ITEMS, FACTORS), np.int64))
(HERE / "ids.txt").write_text("".join(f"item {i}\n" for i in range(ITEMS)))
golden = {
    "history": HISTORY,
    "als": als(alpha=2.0, regularisation=0.1).tolist(),
    "svd": svd(mean=3.5, regularisation=0.1).tolist(),
    "dot": dot().tolist(),
}
(HERE / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
