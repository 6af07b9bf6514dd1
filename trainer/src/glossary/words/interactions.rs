//! Of models of interactions and of content, simplest first.

use super::{FACTORS, Words};

const NEIGHBOURS: &str =
    "how many neighbours of each item are kept: more find more and download more";
const RECENCY: &str =
    "an event counts so many times the one after it in the history; 1 ignores the order";
const FROM_VECTORS: &str = "items start from --item-vectors instead of noise";
const SEED: &str = "of the random numbers that vectors start from";

pub(super) const WORDS: &[Words] = &[
    Words {
        model: "popularity",
        what: "interaction counts of all time",
        fields: &[],
    },
    Words {
        model: "recent-popularity",
        what: "interaction counts of a trailing window",
        fields: &[
            (
                "days",
                "length of the window before the last interaction, where there are timestamps",
            ),
            (
                "last",
                "where there are none: how many of each user's latest interactions count",
            ),
            ("keep", "how many of the most popular items have a score"),
        ],
    },
    Words {
        model: "bias",
        what: "rating = mean + user's bias + item's bias; needs ratings",
        fields: &[
            (
                "user_regularisation",
                "a user's bias starts with so many average ratings",
            ),
            (
                "item_regularisation",
                "an item's bias starts with so many average ratings",
            ),
            ("iterations", "how often all biases are solved for"),
        ],
    },
    Words {
        model: "svd",
        what: "biased matrix factorisation of ratings by gradient descent; needs ratings",
        fields: &[
            ("factors", FACTORS),
            ("epochs", "how often each rating is visited"),
            (
                "learning_rate",
                "size of a step: too large diverges, small needs more epochs",
            ),
            (
                "regularisation",
                "pulls vectors and biases to 0: more of it learns less of single ratings",
            ),
            (
                "fold_in_regularisation",
                "the same of a visitor's vector and bias",
            ),
            (
                "deviation",
                "standard deviation of the noise that vectors start from",
            ),
            (
                "shuffle",
                "ratings in random order and on all threads; otherwise user by user on one",
            ),
            ("from_item_vectors", FROM_VECTORS),
            (
                "seed",
                "of the random numbers that vectors start from, and of the order",
            ),
        ],
    },
    Words {
        model: "als-explicit",
        what: "factors of ratings, as of svd, by alternating ridge regressions; needs ratings",
        fields: &[
            ("factors", FACTORS),
            (
                "regularisation",
                "pulls vectors and biases to 0, for each rating: an item with one no more than one with hundreds",
            ),
            ("iterations", "how often both sides are solved for"),
            ("from_item_vectors", FROM_VECTORS),
            ("seed", SEED),
        ],
    },
    Words {
        model: "als",
        what: "factors of implicit feedback by alternating least squares",
        fields: &[
            ("factors", FACTORS),
            (
                "regularisation",
                "pulls vectors to 0: more of it learns less of single interactions",
            ),
            (
                "alpha",
                "an interaction of rating r is held with confidence 1 + alpha · r",
            ),
            (
                "without_one",
                "that confidence without the 1, as the library implicit has it",
            ),
            ("recency", RECENCY),
            ("iterations", "how often both sides are solved for"),
            (
                "cg_steps",
                "steps of conjugate gradients, such as 3, which are faster with many factors; 0 solves exactly",
            ),
            ("from_item_vectors", FROM_VECTORS),
            ("seed", SEED),
        ],
    },
    Words {
        model: "item-knn",
        what: "items that the same users have: cosine neighbours, the history weighted by recency",
        fields: &[
            ("neighbours", NEIGHBOURS),
            ("shrinkage", "damps similarities that rest on few users"),
            ("recency", RECENCY),
            ("ratings", "histories hold ratings instead of ones"),
        ],
    },
    Words {
        model: "tf-idf",
        what: "items with the same words in their records: cosine neighbours; needs --items",
        fields: &[
            (
                "fields",
                "what is read of a record: title, description or names of attributes",
            ),
            (
                "max_features",
                "only so many of the most frequent words count",
            ),
            (
                "stop_words",
                "leaves out frequent English words, such as the",
            ),
            (
                "stem",
                "English words count by their stem, kettles as kettle",
            ),
            ("neighbours", NEIGHBOURS),
            ("recency", RECENCY),
        ],
    },
    Words {
        model: "item-vectors",
        what: "items with like vectors: cosine neighbours; needs --item-vectors",
        fields: &[("neighbours", NEIGHBOURS), ("recency", RECENCY)],
    },
    Words {
        model: "ease",
        what: "linear autoencoder in closed form: each item predicted from all others",
        fields: &[
            (
                "lambda",
                "regularisation: more of it learns less of rare items",
            ),
            ("recency", RECENCY),
            ("neighbours", NEIGHBOURS),
        ],
    },
    Words {
        model: "next-linear",
        what: "ridge regression of the next item on the decayed history: the default for anything with an order",
        fields: &[
            (
                "lambda",
                "regularisation: more of it learns less of rare items",
            ),
            (
                "decay",
                "an event counts so many times the one after it in the history",
            ),
            (
                "row_decay",
                "in fitting, each step back from a user's last event counts so much; 1 counts all alike",
            ),
            ("window", "how many of the most recent events count"),
            ("neighbours", NEIGHBOURS),
        ],
    },
];
