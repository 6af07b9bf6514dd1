//! Of models of a table's column.

use super::Words;

pub(super) const WORDS: &[Words] = &[
    Words {
        model: "knn",
        what: "mean or vote of the rows of a table that are most alike; needs --table",
        fields: &[
            (
                "neighbours",
                "how many rows; 0 chooses by cross-validation on the training part",
            ),
            ("distance", "how far apart two rows are"),
            (
                "weights",
                "whether all neighbours count alike, or near ones more",
            ),
            (
                "most",
                "the largest number of neighbours that the cross-validation tries",
            ),
            ("folds", "parts of the cross-validation"),
            (
                "shuffle",
                "rows are shuffled before they are dealt into folds",
            ),
            ("seed", "of that shuffle"),
            (
                "steps",
                "which numbers are tried: every one, or every tenth and those around the best",
            ),
        ],
    },
    Words {
        model: "knn-local",
        what: "a line among the rows that are most alike, by learned weights of the columns; needs --table",
        fields: &[
            ("neighbours", "how many rows a line is fitted to"),
            ("steps", "steps of gradient descent that learn the weights"),
            ("batch", "training rows in a step"),
            (
                "rate",
                "size of the first step; the last is a twentieth of it",
            ),
            ("seed", "of which rows are drawn"),
        ],
    },
];
