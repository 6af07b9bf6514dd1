"""TF-IDF vectors of titles by scikit-learn.

    python3 generate.py > golden.json           # of the titles below
    python3 generate.py FILE.csv                # of a file's column `title`

Prints titles, words in the order of columns, and rows of (column, value).
scikit-learn doesn't say which of equally frequent words it keeps, so the words
are chosen here: the most frequent, the first in the alphabet among equals.
"""

import csv
import json
import sys

from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

TITLES = [
    "Red enamel tea-pot, 1.5 l",
    "Tea towel (red) - pack of 3, RED & white",
    "",
    "Men's 2-in-1 café cup",
    "CAFÉ au lait bowl, x",
    "Enamel cup, white; enamel spoon",
    "Tea tea tea",
    "snake_case mug Größe 38",
    "a b c",
    "Чашка для чая, white",
    "Pot",
    "Red cup 2024",
]
MAX_FEATURES = {False: 14, True: 1000}


def main():
    from_file = len(sys.argv) > 1
    titles = TITLES
    if from_file:
        with open(sys.argv[1], newline="") as lines:
            titles = [row["title"] for row in csv.DictReader(lines)]
    texts = [title for title in titles if title]
    counter = CountVectorizer()
    totals = counter.fit_transform(texts).sum(axis=0).A1
    words = sorted(counter.get_feature_names_out(), key=lambda w: (-totals[counter.vocabulary_[w]], w))
    words = sorted(words[: MAX_FEATURES[from_file]])
    vectors = iter(TfidfVectorizer(vocabulary=words).fit_transform(texts))
    rows = []
    for title in titles:
        row = next(vectors).sorted_indices() if title else None
        rows.append([] if row is None else [[int(c), float(v)] for c, v in zip(row.indices, row.data)])
    json.dump({"max_features": MAX_FEATURES[from_file], "titles": titles, "words": words, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
