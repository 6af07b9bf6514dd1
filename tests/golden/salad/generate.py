"""Makes golden.json beside this file: the losses, the bank and the scores of SALAD in NumPy,
float64, one term after another as the equations have them.

    python3 tests/golden/salad/generate.py
"""

import json
from pathlib import Path

import numpy as np

ROWS, FEATURES, PICTURES, PIXELS, TAU, SHARE, K, KNOWN = 9, 5, 4, 6, 0.1, 0.5, 3, 2

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

# The last rows as those of known abnormal pictures: how much likelier a picture is taken for one of them, on average,
# than for one of the others.
normal, abnormal = bank[: ROWS - KNOWN], bank[ROWS - KNOWN :]
contrasts = [np.log(np.mean(np.exp(abnormal @ z / TAU)) / np.mean(np.exp(normal @ z / TAU))) for z in features]

def left_out():
    """The choice of what contrasts count: each abnormal picture against all normal ones, which leave their own rows out, by
    the contrast with the other abnormal ones; for each weight the share of pairs in the right order."""
    random = np.random.default_rng(11)
    centre = unit(random.normal(size=FEATURES))
    normal = unit(centre + 0.25 * random.normal(size=(12, FEATURES))).astype(np.float32).astype(np.float64)
    towards = unit(random.normal(size=FEATURES))
    abnormal = unit(centre + 0.25 * towards + 0.2 * random.normal(size=(4, FEATURES))).astype(np.float32).astype(np.float64)
    of_normal, of_abnormal = random.normal(size=12), 0.5 + random.normal(size=4)

    def likeness(z, rows):
        return np.log(np.mean([np.exp(row @ z / TAU) for row in rows]))

    told = []
    for weight in [0, 0.25, 0.5, 1, 2]:
        shares = []
        for i, z in enumerate(abnormal):
            rest = np.delete(abnormal, i, axis=0)
            of = [likeness(m, rest) - likeness(m, np.delete(normal, j, axis=0)) for j, m in enumerate(normal)]
            own = likeness(z, rest) - likeness(z, normal)
            others = (of_normal - of_normal.mean()) / of_normal.std() + weight * (of - np.mean(of)) / np.std(of)
            mine = (of_abnormal[i] - of_normal.mean()) / of_normal.std() + weight * (own - np.mean(of)) / np.std(of)
            shares.append(np.mean(others < mine))
        told.append(np.mean(shares))
    return {
        "normal": rounded(normal),
        "abnormal": rounded(abnormal),
        "normal_scores": of_normal.tolist(),
        "abnormal_scores": of_abnormal.tolist(),
        "told": rounded(told),
    }


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
    "known": KNOWN,
    "contrasts": rounded(contrasts),
    "left_out": left_out(),
    "contrasted": rounded([2.5 * np.exp(0.4 * (c - 0.3)) for c in contrasts]),
}
Path(__file__).with_name("golden.json").write_text(json.dumps(golden) + "\n")
