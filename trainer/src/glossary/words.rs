//! The words, simplest model first.

use super::Words;

const NEIGHBOURS: &str =
    "how many neighbours of each item are kept: more find more and download more";
const RECENCY: &str =
    "an event counts so many times the one after it in the history; 1 ignores the order";
const FACTORS: &str = "numbers in the vector of an item";
const FROM_VECTORS: &str = "items start from --item-vectors instead of noise";
const NEAREST: &str = "how many of the nearest normal pictures a score is the mean distance to";
const SEED: &str = "of the random numbers that vectors start from";

const FORM: &str = "blocks: a convolution a halving; resnet18: pairs of residual blocks";
const HALVINGS: &str = "times that a picture's side is halved";
const CHANNELS: &str =
    "channels after the first halving; each further one doubles them, up to eight times as many";
const FLIP: &str = "whether half of the views of a picture are mirrored, left for right";
const CROP: &str = "most of the width and height that a view leaves out";
const ROTATION: &str = "most degrees that a view is turned";
const CONTRAST: &str = "most by which a view's contrast is changed, as a share of it";

/// Of SALAD and of what it is without some of its losses.
const SALAD: &[(&str, &str)] = &[
    ("form", FORM),
    ("halvings", HALVINGS),
    ("channels", CHANNELS),
    ("features", "numbers in a picture's feature vector"),
    (
        "pretraining",
        "epochs in which each picture is learnt by itself",
    ),
    (
        "rounds",
        "rounds in which ever more pictures are learnt with their neighbours",
    ),
    ("round_epochs", "epochs of a round"),
    ("batch", "pictures of a step"),
    ("learning_rate", "size of a step"),
    (
        "temperature",
        "how sharply likeness to the bank tells pictures apart",
    ),
    (
        "lambda",
        "what likeness counts beside reconstruction, after pre-training",
    ),
    (
        "bank_share",
        "how far a step moves its pictures' rows of the bank",
    ),
    (
        "neighbours",
        "how many neighbours are learnt with a picture",
    ),
    ("nearest", NEAREST),
    (
        "score",
        "mean: the mean angle to the nearest; literal: the same over the sum of all angles; prototypes: how far the picture is from those that are made of it and of the nearest",
    ),
    ("reconstruction", "whether pictures are to be made anew"),
    (
        "instances",
        "whether a picture is to be told from all others",
    ),
    (
        "aggregation",
        "whether a picture is learnt with its neighbours",
    ),
    (
        "disturbed",
        "pictures with a made-up anomaly that are learnt beside the others, as a share of these",
    ),
    (
        "exposed",
        "share of those whose anomaly is another exposure, for pictures whose brightness tells something",
    ),
    ("flip", FLIP),
    ("crop", CROP),
    ("rotation", ROTATION),
    ("contrast", CONTRAST),
];
/// Of networks that give a picture one vector.
const DEEP: &[(&str, &str)] = &[
    ("form", FORM),
    ("halvings", HALVINGS),
    ("channels", CHANNELS),
    (
        "features",
        "numbers in a picture's vector; a supervised network has one",
    ),
    (
        "epochs",
        "epochs, after as many in which pictures are made anew (not so where it is supervised)",
    ),
    ("batch", "pictures of a step"),
    ("learning_rate", "size of a step"),
    ("weight_decay", "decay of all parameters, in the gradient"),
    (
        "eta",
        "what a picture that is known to be abnormal counts, in deep-sad",
    ),
    ("flip", FLIP),
    ("crop", CROP),
    ("rotation", ROTATION),
    ("contrast", CONTRAST),
];

pub(super) const WORDS: [Words; 31] = [
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
    Words {
        model: "hybrid",
        what: "predicted rating (svd), likeness to the history (tf-idf) and average rating, weighed; needs ratings and --items",
        fields: &[
            ("alpha", "weight of the predicted rating"),
            (
                "beta",
                "weight of the likeness; what is left to 1 is the average rating's",
            ),
            (
                "prior",
                "an item's average rating starts with so many ratings",
            ),
            (
                "svd",
                "the hyper-parameters of svd, such as hybrid.svd.factors=100",
            ),
            (
                "content",
                "the hyper-parameters of tf-idf, such as hybrid.content.fields=title,brand",
            ),
        ],
    },
    Words {
        model: "ensemble",
        what: "a weighted sum of other models, each scaled by its largest score",
        fields: &[(
            "members",
            "the models with their weights; `doorstep tune ensemble` chooses the weights",
        )],
    },
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
    Words {
        model: "pixel-knn",
        what: "how far a picture's pixels are from those of normal pictures; needs --images",
        fields: &[("neighbours", NEAREST)],
    },
    Words {
        model: "pca-knn",
        what: "the same by the principal components of the pixels; needs --images",
        fields: &[
            ("components", "how many components are looked at"),
            ("neighbours", NEAREST),
        ],
    },
    Words {
        model: "isolation-forest",
        what: "how few random cuts of pixels part a picture from normal ones; needs --images",
        fields: &[
            ("trees", "how many trees a score is the mean of"),
            ("sample", "how many pictures each tree is grown on"),
        ],
    },
    Words {
        model: "one-class-svm",
        what: "how far a picture lies beyond a border around normal ones; needs --images",
        fields: &[
            ("nu", "share of the normal pictures that may lie beyond it"),
            (
                "gamma",
                "how narrow the kernel is, by squared distance; 0 takes 1 / (pixels · variance)",
            ),
        ],
    },
    Words {
        model: "salad",
        what: "how far a picture's features are from those of normal pictures, learnt with their neighbours; needs --images",
        fields: SALAD,
    },
    Words {
        model: "salad-without-aggregation",
        what: "the same, each picture learnt by itself; needs --images",
        fields: SALAD,
    },
    Words {
        model: "salad-without-reconstruction",
        what: "the same, without making pictures anew; needs --images",
        fields: SALAD,
    },
    Words {
        model: "memdae",
        what: "the same by an autoencoder alone; needs --images",
        fields: SALAD,
    },
    Words {
        model: "autoencoder",
        what: "how badly an autoencoder of normal pictures makes a picture anew; needs --images",
        fields: SALAD,
    },
    Words {
        model: "deep-svdd",
        what: "how far a picture's vector is from the centre of those of normal pictures; needs --images",
        fields: DEEP,
    },
    Words {
        model: "deep-sad",
        what: "the same, away from which pictures known to be abnormal are pushed; needs --images",
        fields: DEEP,
    },
    Words {
        model: "supervised-resnet18",
        what: "a residual network that is told what is abnormal; needs --images and --known-abnormal",
        fields: DEEP,
    },
];
