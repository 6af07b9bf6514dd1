"""NCF in PyTorch on the rows of MovieLens that `every:5` holds out.

    python3 benches/peers/ncf.py $DOORSTEP_DATA/ml-latest-small/ratings.csv

Embeddings of 64 and 64 numbers, layers of 128 and 64, ReLU, dropout .3, Adam with a
rate of .001 and L2 of 1e-5, batches of 1,024, squared error; everything starts as
PyTorch has it. On two threads. Prints, for seeds 0 to 2, the loss on the held-out rows
after each epoch (predictions cut off at the ends of the scale), and the median seconds
of an epoch without the evaluation.
"""

import csv
import statistics
import sys
import time

import torch
from torch import nn

EPOCHS = 8
BATCH = 1024


class Ncf(nn.Module):
    def __init__(self, users, items):
        super().__init__()
        self.users = nn.Embedding(users, 64)
        self.items = nn.Embedding(items, 64)
        self.layers = nn.Sequential(
            nn.Linear(128, 128),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(128, 64),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(64, 1),
        )

    def forward(self, users, items):
        both = torch.cat([self.users(users), self.items(items)], dim=1)
        return self.layers(both).squeeze(1)


def parts(path):
    users, items, rows = {}, {}, []
    with open(path, newline="") as lines:
        for row in csv.DictReader(lines):
            user = users.setdefault(row["userId"], len(users))
            item = items.setdefault(row["movieId"], len(items))
            rows.append((user, item, float(row["rating"])))

    def tensors(chosen):
        of_users, of_items, ratings = zip(*chosen)
        return torch.tensor(of_users), torch.tensor(of_items), torch.tensor(ratings)

    train = tensors([row for at, row in enumerate(rows) if at % 5 != 4])
    seen = set(train[1].tolist())
    test = [row for at, row in enumerate(rows) if at % 5 == 4]
    # Items that nobody in the training part has get the mean rating, as ours do.
    mean = train[2].mean().item()
    unseen = [(row[2] - mean) ** 2 for row in test if row[1] not in seen]
    known = tensors([row for row in test if row[1] in seen])
    return len(users), len(items), train, known, unseen


def train(path, seed):
    torch.manual_seed(seed)
    n_users, n_items, (users, items, ratings), test, unseen = parts(path)
    model = Ncf(n_users, n_items)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, weight_decay=1e-5)
    loss_of = nn.MSELoss()
    losses, seconds = [], []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        model.train()
        for batch in torch.randperm(len(ratings)).split(BATCH):
            loss = loss_of(model(users[batch], items[batch]), ratings[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        seconds.append(time.perf_counter() - start)
        model.eval()
        with torch.no_grad():
            found = model(test[0], test[1]).clamp(0.5, 5)
            errors = ((found - test[2]) ** 2).sum().item() + sum(unseen)
            losses.append(errors / (len(test[2]) + len(unseen)))
    return losses, statistics.median(seconds)


def main():
    torch.set_num_threads(2)
    runs = [train(sys.argv[1], seed) for seed in range(3)]
    for epoch, losses in enumerate(zip(*(losses for losses, _ in runs)), 1):
        print(f"epoch {epoch}: loss {statistics.mean(losses):.5f}")
    print(f"ncf: epoch {statistics.median(seconds for _, seconds in runs):.4f} s")


if __name__ == "__main__":
    main()
