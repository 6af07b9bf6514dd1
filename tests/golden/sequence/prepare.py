"""Twin of `doorstep prepare` in plain Python: slow, and written from the rules rather than from the Rust.

    prepare.py generate SEED FILE    a messy log: ties, repeats, odd ids, no order
    prepare.py prepare FILE FOLDER   the four sequence files, core 4 and core 5

The committed golden files were made by
    prepare.py generate 7 log.csv && prepare.py prepare log.csv expected
"""

import csv
import gzip
import os
import random
import sys


def generate(seed, path):
    """Favourites and one-time visitors, days instead of seconds, and ids that need quoting."""
    draw = random.Random(seed)
    decorations = ["", " x", ',"', " 🛍", "<b>", "'"]
    users = [f"u{n}{decorations[n % len(decorations)]}" for n in range(120)]
    items = [f"i{n}{decorations[n % 5]}" for n in range(60)]
    rows = []
    for _ in range(700):
        user = users[int(len(users) * draw.random() ** 1.7)]
        item = items[int(len(items) * draw.random() ** 1.7)]
        day = int(90 * draw.random())
        rows.append((user, item, draw.randint(1, 5), 1_400_000_000 + 86_400 * day))
        if draw.random() < 0.05:
            rows.append(rows[-1])
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "rating", "timestamp"])
        writer.writerows(rows)


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        time = "timestamp" if "timestamp" in table.fieldnames else "unixReviewTime"
        return [(row["user_id"], row["item_id"], int(row[time])) for row in table]


def core(rows, least):
    """Users and items of the core, by throwing out offenders until there are none."""
    while True:
        per_user, per_item = {}, {}
        for user, item, _ in rows:
            per_user[user] = per_user.get(user, 0) + 1
            per_item[item] = per_item.get(item, 0) + 1
        left = [r for r in rows if per_user[r[0]] >= least and per_item[r[1]] >= least]
        if len(left) == len(rows):
            return set(per_user), set(per_item)
        rows = left


def number(rows, users, items, only_core_users):
    """User and item numbers, by walking users in order of first row, rows in file order."""
    walk = {}
    for user, item, _ in rows:
        walk.setdefault(user, []).append(item)
    user_numbers, item_numbers = {}, {}
    for user, theirs in walk.items():
        if user in users:
            user_numbers[user] = len(user_numbers) + 1
        elif only_core_users:
            continue
        for item in theirs:
            if item in items and item not in item_numbers:
                item_numbers[item] = len(item_numbers) + 1
    return user_numbers, item_numbers


def numbered(rows, user_numbers, item_numbers):
    """Rows in order of time, as numbers, grouped by user in order of their first."""
    groups = {}
    for user, item, _ in sorted(rows, key=lambda row: row[2]):
        if user in user_numbers and item in item_numbers:
            groups.setdefault(user_numbers[user], []).append(item_numbers[item])
    return groups


def questions(known, user, items, first=1):
    """One line an item, from the `first`-th that the user ever had."""
    known = list(known)
    for item in items:
        if len(known) + 1 >= first:
            yield [user, *known, item]
        known.append(item)


def write(folder, name, lines):
    with open(os.path.join(folder, name), "w", newline="") as file:
        for line in lines:
            file.write(" ".join(map(str, line)) + "\n")


def prepare(path, folder, train_core=4, all_core=5):
    rows = read(path)
    times = sorted(time for _, _, time in rows)
    validation_from = times[int(len(times) * (1.0 - 0.2))]
    test_from = times[int(len(times) * (1.0 - 0.1))]
    train = [row for row in rows if row[2] < validation_from]
    validation = [row for row in rows if validation_from <= row[2] < test_from]
    test = [row for row in rows if test_from <= row[2]]

    users, items = core(train, train_core)
    numbers = number(train, users, items, only_core_users=True)
    train = numbered(train, *numbers)
    validation = numbered(validation, *numbers)
    test = numbered(test, *numbers)

    os.makedirs(folder, exist_ok=True)
    write(
        folder,
        "train_new.txt",
        (q for user in sorted(train) for q in questions([], user, train[user], train_core)),
    )
    write(
        folder,
        "validation_new.txt",
        (q for user, theirs in validation.items() for q in questions(train[user], user, theirs)),
    )
    write(
        folder,
        "test_new.txt",
        (
            q
            for user, theirs in test.items()
            for q in questions(train[user] + validation.get(user, []), user, theirs)
        ),
    )
    users, items = core(rows, all_core)
    everything = numbered(rows, *number(rows, users, items, only_core_users=False))
    write(folder, "all_data.txt", ([user, *everything[user]] for user in sorted(everything)))


if __name__ == "__main__":
    command, first, second = sys.argv[1:]
    if command == "generate":
        generate(int(first), second)
    elif command == "prepare":
        prepare(first, second)
    else:
        sys.exit(__doc__)
