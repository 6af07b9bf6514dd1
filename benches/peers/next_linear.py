"""The next-linear fit in NumPy, SciPy and LAPACK: float32, all cores, the same
algebra as `doorstep`'s (trainer/src/fit/next_linear.rs), step by step.

    python3 benches/peers/next_linear.py $DOORSTEP_DATA/beauty/Beauty.txt

Prints the seconds of each step and, to show that both compute the same model,
recall@10 and NDCG@10 on the test items of leave-last-two.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import spotrf, spotri

LAMBDA, DECAY, ROW_DECAY, WINDOW, NEIGHBOURS = 80.0, 0.8, 0.97, 50, 50
BLOCK = 128


def histories(path):
    with open(path) as lines:
        return [[int(item) - 1 for item in line.split()[1:]] for line in lines]


def products(train, n):
    """XᵀWX and XᵀWY of all training prefixes."""
    rows, columns, values, targets, weights = [], [], [], [], []
    for items in train:
        for end in range(1, len(items)):
            prefix = items[max(0, end - WINDOW) : end]
            rows += [len(targets)] * len(prefix)
            columns += prefix
            values += [DECAY**age for age in range(len(prefix) - 1, -1, -1)]
            targets.append(items[end])
            weights.append(ROW_DECAY ** (len(items) - 1 - end))
    x = sp.csr_matrix((np.float32(values), (rows, columns)), shape=(len(targets), n))
    y = sp.csr_matrix((np.float32(weights), (np.arange(len(targets)), targets)), shape=(len(targets), n))
    weighted = sp.diags(np.float32(weights)) @ x
    return (x.T @ weighted).tocsr(), (x.T @ y).tocsr()


def pruned_product(inverse, cross):
    """The largest entries of each row of the product, diagonal apart: blocks of
    rows on a thread each (SciPy and NumPy let go of the lock)."""
    n = len(inverse)
    transposed = cross.T.tocsr()

    def block(start):
        rows = np.arange(start, min(start + BLOCK, n))
        b = np.ascontiguousarray((transposed @ np.ascontiguousarray(inverse[:, rows])).T)
        b[np.arange(len(rows)), rows] = -np.inf
        kept = np.argpartition(b, n - NEIGHBOURS, axis=1)[:, n - NEIGHBOURS :]
        return kept, np.take_along_axis(b, kept, axis=1)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        blocks = list(threads.map(block, range(0, n, BLOCK)))
    kept = np.concatenate([kept for kept, _ in blocks])
    values = np.concatenate([values for _, values in blocks])
    rows = np.repeat(np.arange(n), NEIGHBOURS)
    return sp.csr_matrix((values.ravel(), (rows, kept.ravel())), shape=(n, n))


def evaluate(b, full, n):
    recall = gain = 0.0
    for items in full:
        history = items[:-1][-WINDOW:]
        scores = np.zeros(n, np.float32)
        for age, item in enumerate(reversed(history)):
            row = slice(b.indptr[item], b.indptr[item + 1])
            scores[b.indices[row]] += np.float32(DECAY**age) * b.data[row]
        own = scores[items[-1]]
        scores[items[:-1]] = -np.inf
        rank = (scores > own).sum() + ((scores == own).sum() - 1) / 2
        if rank < 10:
            recall += 1
            gain += 1 / np.log2(rank + 2)
    return recall / len(full), gain / len(full)


def main():
    full = histories(sys.argv[1])
    n = 1 + max(max(items) for items in full)
    clock = [time.perf_counter()]

    def step(name):
        clock.append(time.perf_counter())
        print(f"{name:24} {clock[-1] - clock[-2]:6.2f} s", flush=True)

    gram, cross = products([items[:-2] for items in full], n)
    step("XᵀX, XᵀY")
    dense = np.asfortranarray(gram.toarray())
    dense[np.diag_indices(n)] += np.float32(LAMBDA)
    factor, info = spotrf(dense, lower=1, overwrite_a=1)
    assert info == 0
    step("Cholesky")
    inverse, info = spotri(factor, lower=1, overwrite_c=1)
    assert info == 0
    step("inverse")
    inverse = np.tril(inverse)
    inverse += np.tril(inverse, -1).T
    kept = pruned_product(inverse, cross)
    step("product and pruning")
    print(f"{'fit':24} {clock[-1] - clock[0]:6.2f} s")
    print("recall@10 %.5f  ndcg@10 %.5f" % evaluate(kept, full, n))


if __name__ == "__main__":
    main()
