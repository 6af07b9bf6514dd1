"""ALS of the library `implicit` on all interactions of a file.

    python3 benches/peers/als.py FILE FACTORS ALPHA REGULARISATION ITERATIONS

FILE is a sequence file (`user item item …`) or a CSV with the columns user, item
and rating. Prints for conjugate gradients and for Cholesky the median seconds
of an iteration and the loss after the last, as the library defines it.
"""

import csv
import os
import statistics
import sys

# The library runs threads of its own.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu._als import calculate_loss


def cells(path):
    """The last rating of each user and item."""
    found = {}
    users, items = {}, {}
    with open(path, newline="") as lines:
        if path.endswith(".csv"):
            rows = ((r["user"], r["item"], float(r["rating"])) for r in csv.DictReader(lines))
        else:
            split = (line.split() for line in lines)
            rows = ((words[0], item, 1.0) for words in split for item in words[1:])
        for user, item, rating in rows:
            key = users.setdefault(user, len(users)), items.setdefault(item, len(items))
            found[key] = rating
    rows, columns = np.array(list(found)).T
    values = np.array(list(found.values()), np.float32)
    return sp.csr_matrix((values, (rows, columns)), shape=(len(users), len(items)))


def main():
    path, factors, alpha, regularisation, iterations = sys.argv[1:]
    matrix = cells(path)
    for solver, use_cg in (("cg", True), ("cholesky", False)):
        model = AlternatingLeastSquares(
            factors=int(factors),
            regularization=float(regularisation),
            alpha=float(alpha),
            use_cg=use_cg,
            iterations=int(iterations),
            num_threads=os.cpu_count(),
            random_state=0,
        )
        seconds = []
        model.fit(matrix, show_progress=False, callback=lambda at, took, loss: seconds.append(took))
        confidence = (matrix * float(alpha)).astype(np.float32)
        loss = calculate_loss(
            confidence, model.user_factors, model.item_factors, float(regularisation), 0
        )
        print(f"{solver}: iteration {statistics.median(seconds):.4f} s, loss {loss:.6f}", flush=True)


if __name__ == "__main__":
    main()
