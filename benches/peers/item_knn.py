"""Cosine neighbours of items, 100 each, by scikit-learn's dense
`cosine_similarity` and by implicit's `CosineRecommender`, all cores.

    python3 benches/peers/item_knn.py $DOORSTEP_DATA/beauty/Beauty.txt

Prints the seconds of each fit and, to show that all compute the same
neighbours as `doorstep`'s item-knn without shrinkage and recency, recall@10 and
NDCG@10 on the test items of leave-last-two.
"""

import resource
import sys
import time

import numpy as np
import scipy.sparse as sp
from implicit.nearest_neighbours import CosineRecommender
from sklearn.metrics.pairwise import cosine_similarity

NEIGHBOURS = 100


def histories(path):
    with open(path) as lines:
        return [[int(item) - 1 for item in line.split()[1:]] for line in lines]


def dense(user_items):
    """scikit-learn: all cosines at once, then the largest of each row."""
    similarity = cosine_similarity(user_items.T)
    np.fill_diagonal(similarity, 0)
    n = len(similarity)
    kept = np.argpartition(similarity, n - NEIGHBOURS, axis=1)[:, n - NEIGHBOURS :]
    values = np.take_along_axis(similarity, kept, axis=1)
    rows = np.repeat(np.arange(n), NEIGHBOURS)
    return sp.csr_matrix((values.ravel(), (rows, kept.ravel())), shape=(n, n))


def sparse(user_items):
    """implicit, which counts an item among its own neighbours."""
    model = CosineRecommender(K=NEIGHBOURS + 1)
    model.fit(user_items, show_progress=False)
    return model.similarity.tocsr()


def evaluate(b, full):
    """Recall and NDCG at 10 with mid-rank ties; the history's items excluded."""
    recall = gain = 0.0
    for items in full:
        history = items[:-1]
        scores = np.zeros(b.shape[0], np.float32)
        for item in set(history):
            row = slice(b.indptr[item], b.indptr[item + 1])
            scores[b.indices[row]] += b.data[row].astype(np.float32)
        own = scores[items[-1]]
        scores[history] = -np.inf
        rank = (scores > own).sum() + ((scores == own).sum() - 1) / 2
        if rank < 10:
            recall += 1
            gain += 1 / np.log2(rank + 2)
    return recall / len(full), gain / len(full)


def main():
    full = histories(sys.argv[1])
    n = 1 + max(max(items) for items in full)
    train = [items[:-2] for items in full]
    users = np.repeat(np.arange(len(train)), [len(items) for items in train])
    items = np.concatenate(train)
    user_items = sp.csr_matrix((np.ones(len(items)), (users, items)), shape=(len(train), n))
    user_items.data[:] = 1
    # The dense peer last: what the process held at most is then its own.
    for name, fit in [("implicit", sparse), ("scikit-learn", dense)]:
        start = time.perf_counter()
        neighbours = fit(user_items)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        figures = "recall@10 %.5f  ndcg@10 %.5f" % evaluate(neighbours, full)
        print(f"{name} {seconds:.3f} s  {figures}  {peak:.2f} GB at most", flush=True)


if __name__ == "__main__":
    main()
