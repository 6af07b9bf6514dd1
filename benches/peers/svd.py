"""Surprise's SVD and BaselineOnly on the rows of MovieLens that `every:5` holds out.

    python3 benches/peers/svd.py $DOORSTEP_DATA/ml-latest-small/ratings.csv

Prints, for 50 and 100 factors, the mean seconds of a fit, RMSE and MAE of
seeds 0 to 4, and the RMSE of biases alone.
"""

import csv
import statistics
import sys
import time

from surprise import SVD, BaselineOnly, Dataset, Reader, accuracy


def parts(path):
    with open(path, newline="") as lines:
        rows = [
            (row["userId"], row["movieId"], float(row["rating"]), None)
            for row in csv.DictReader(lines)
        ]
    dataset = Dataset(Reader(rating_scale=(0.5, 5)))
    train = dataset.construct_trainset([r for i, r in enumerate(rows) if i % 5 != 4])
    return train, [r[:3] for i, r in enumerate(rows) if i % 5 == 4]


def judge(model, train, test):
    start = time.perf_counter()
    model.fit(train)
    seconds = time.perf_counter() - start
    predictions = model.test(test)
    return (
        seconds,
        accuracy.rmse(predictions, verbose=False),
        accuracy.mae(predictions, verbose=False),
    )


def main():
    train, test = parts(sys.argv[1])
    for factors in (50, 100):
        runs = [judge(SVD(n_factors=factors, random_state=seed), train, test) for seed in range(5)]
        seconds, rmse, mae = zip(*runs)
        print(
            f"svd {factors}: fit {statistics.mean(seconds):.4f} s, "
            f"rmse {statistics.mean(rmse):.4f}, mae {statistics.mean(mae):.4f}"
        )
    seconds, rmse, mae = judge(BaselineOnly(verbose=False), train, test)
    print(f"bias: fit {seconds:.4f} s, rmse {rmse:.4f}, mae {mae:.4f}")


if __name__ == "__main__":
    main()
