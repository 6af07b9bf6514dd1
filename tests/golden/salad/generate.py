"""Makes golden.json beside this file: the losses, the bank and the scores of SALAD in NumPy,
float64, one term after another as the equations have them.

    python3 tests/golden/salad/generate.py
"""

import json
from pathlib import Path

import numpy as np

ROWS, FEATURES, PICTURES, PIXELS, TAU, SHARE, K = 9, 5, 4, 6, 0.1, 0.5, 3

random = np.random.default_rng(7)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def rounded(numbers):
    return np.round(numbers, 9).tolist()


# Numbers as a 32-bit float holds them, so that both sides begin with the same.
bank = unit(random.normal(size=(ROWS, FEATURES))).astype(np.float32).astype(np.float64)
features = unit(random.normal(size=(PICTURES, FEATURES))).astype(np.float32).astype(np.float64)
x = random.uniform(size=(PICTURES, PIXELS)).astype(np.float32).astype(np.float64)
made = random.uniform(size=(PICTURES, PIXELS)).astype(np.float32).astype(np.float64)
own = [4, 0, 7, 2]
neighbours = [[1, 8], [], [2, 3, 5], []]  # two anchors, and two pictures by themselves


def chances(z):
    e = np.array([np.exp(m @ z / TAU) for m in bank])
    return e / e.sum()


def likelihood(z, members):
    """Equations 1 and 2: the picture is taken for one of its own rows."""
    return -np.log(sum(chances(z)[j] for j in members))


losses = [likelihood(z, [i, *near]) for z, i, near in zip(features, own, neighbours)]
gradient = []
for z, i, near in zip(features, own, neighbours):
    p = chances(z)
    q = np.zeros(ROWS)
    q[[i, *near]] = p[[i, *near]] / p[[i, *near]].sum()
    gradient.append((p - q) @ bank / TAU / PICTURES)

renewed = bank.copy()
for i, z in zip(own, features):
    renewed[i] = unit((1 - SHARE) * renewed[i] + SHARE * z)

entropy = [-sum(p * np.log(p) for p in chances(m)) for m in bank]
scores, literal, prototypes = [], [], []
for z in features:
    angles = np.arccos(np.clip(bank @ z, -1, 1))
    nearest = np.sort(angles)[:K]
    scores.append(nearest.mean())
    literal.append((nearest / angles.sum()).mean())
    rows = bank[np.argsort(angles)[:K]]
    weights = np.exp(rows @ z / TAU)
    prototypes.append(unit(weights @ rows / weights.sum()))

golden = {
    "temperature": TAU,
    "share": SHARE,
    "nearest": K,
    "bank": rounded(bank),
    "features": rounded(features),
    "own": own,
    "neighbours": neighbours,
    "pictures": rounded(x),
    "made": rounded(made),
    "reconstruction": float(((x - made) ** 2).sum(axis=1).mean()),
    "membership": float(np.mean(losses)),
    "gradient": rounded(gradient),
    "renewed": rounded(renewed),
    "entropy": rounded(entropy),
    "scores": rounded(scores),
    "literal": rounded(literal),
    "prototypes": rounded(prototypes),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
