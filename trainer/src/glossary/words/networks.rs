//! Of networks over items.

use super::{FACTORS, Words};

pub(super) const WORDS: &[Words] = &[
    Words {
        model: "sasrec",
        what: "a causal transformer over the history, which predicts its next item",
        fields: &[
            ("width", "numbers in the vector of an item"),
            ("blocks", "blocks of attention, one upon another"),
            ("heads", "attention heads of a block; they divide the width"),
            ("inner", "numbers in a feed-forward layer"),
            (
                "length",
                "how many of the most recent items of a history are read",
            ),
            (
                "dropout",
                "share of the numbers that training drops: more of it learns less by heart",
            ),
            ("epochs", "most epochs"),
            (
                "patience",
                "epochs without a better NDCG@10 on validation cases after which training ends; 0 trains all",
            ),
            ("batch", "histories in a step"),
            (
                "learning_rate",
                "size of a step: too large diverges, small needs more epochs",
            ),
            ("weight_decay", "pulls all parameters to 0 (AdamW)"),
            (
                "ema_decay",
                "what the moving average of the parameters keeps of itself with each step; it is what is judged and published; 0 for none",
            ),
            (
                "negatives",
                "random items that a right one is told from, shared by a step; 0 takes all items",
            ),
            (
                "seed",
                "of the first parameters, of the order and of what is dropped",
            ),
        ],
    },
    Words {
        model: "bsarec",
        what: "sasrec with a frequency filter beside its attention",
        fields: &[
            ("width", "numbers in the vector of an item"),
            ("blocks", "blocks of attention, one upon another"),
            ("heads", "attention heads of a block; they divide the width"),
            ("inner", "numbers in a feed-forward layer"),
            (
                "length",
                "how many of the most recent items of a history are read",
            ),
            (
                "cutoff",
                "frequencies up to half of it, in periods per length, count as low",
            ),
            ("alpha", "share of the filter beside attention"),
            (
                "dropout",
                "share of the numbers that training drops: more of it learns less by heart",
            ),
            ("epochs", "most epochs"),
            (
                "patience",
                "epochs without a better NDCG@10 on validation cases after which training ends; 0 trains all",
            ),
            ("batch", "histories in a step"),
            (
                "learning_rate",
                "size of a step: too large diverges, small needs more epochs",
            ),
            ("weight_decay", "pulls all parameters to 0 (AdamW)"),
            (
                "ema_decay",
                "what the moving average of the parameters keeps of itself with each step; it is what is judged and published; 0 for none",
            ),
            (
                "negatives",
                "random items that a right one is told from, shared by a step; 0 takes all items",
            ),
            (
                "seed",
                "of the first parameters, of the order and of what is dropped",
            ),
        ],
    },
    Words {
        model: "ncf",
        what: "layers over a user's and an item's vector; a visitor's is optimised in the page",
        fields: &[
            ("factors", FACTORS),
            ("inner", "numbers in the first layer"),
            ("second", "numbers in the second layer"),
            (
                "ratings",
                "learns ratings, by their squared error; otherwise who has what, which ranks better",
            ),
            (
                "negatives",
                "random items that a user does not have beside each that they have, anew in each epoch",
            ),
            (
                "deviation",
                "standard deviation of the noise that vectors start from",
            ),
            (
                "dropout",
                "share of the numbers that training drops: more of it learns less by heart",
            ),
            ("epochs", "most epochs"),
            (
                "patience",
                "epochs without a better NDCG@10 on validation cases after which training ends; 0 trains all",
            ),
            ("batch", "interactions in a step"),
            (
                "learning_rate",
                "size of a step: too large diverges, small needs more epochs",
            ),
            (
                "weight_decay",
                "pulls all parameters to 0 (L2 in the gradient)",
            ),
            (
                "fold_in_steps",
                "steps in which a visitor's vector is optimised: more of them take longer in the page",
            ),
            (
                "fold_in_regularisation",
                "pulls a visitor's vector to the mean of the users': more of it believes short histories less",
            ),
            (
                "seed",
                "of the first parameters, of the order, of negatives and of what is dropped",
            ),
        ],
    },
    Words {
        model: "metadata-mf",
        what: "ncf whose items' vectors hold category and price, so also of items nobody has yet; needs --items",
        fields: &[
            ("factors", FACTORS),
            ("inner", "numbers in the layer before the score"),
            (
                "metadata_inner",
                "numbers in the layer between category and price and their vector",
            ),
            (
                "category",
                "the attribute of item records that is the category; the mean of several values counts",
            ),
            (
                "ratings",
                "learns ratings, by their squared error; otherwise who has what, which ranks better",
            ),
            (
                "negatives",
                "random items that a user does not have beside each that they have, anew in each epoch",
            ),
            (
                "deviation",
                "standard deviation of the noise that vectors start from",
            ),
            (
                "dropout",
                "share of the numbers that training drops: more of it learns less by heart",
            ),
            ("epochs", "most epochs"),
            (
                "patience",
                "epochs without a better NDCG@10 on validation cases after which training ends; 0 trains all",
            ),
            ("batch", "interactions in a step"),
            (
                "learning_rate",
                "size of a step: too large diverges, small needs more epochs",
            ),
            (
                "weight_decay",
                "pulls all parameters to 0 (L2 in the gradient)",
            ),
            (
                "fold_in_steps",
                "steps in which a visitor's vector is optimised: more of them take longer in the page",
            ),
            (
                "fold_in_regularisation",
                "pulls a visitor's vector to the mean of the users': more of it believes short histories less",
            ),
            (
                "seed",
                "of the first parameters, of the order, of negatives and of what is dropped",
            ),
        ],
    },
];
