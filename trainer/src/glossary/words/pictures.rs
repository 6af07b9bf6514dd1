//! Of what finds unusual pictures.

use super::Words;

const NEAREST: &str = "how many of the nearest normal pictures a score is the mean distance to";

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
        "averaging",
        "epochs over which parameters are averaged, the later ones the more, into those that score; 0 for the last ones alone",
    ),
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
    (
        "contrasted",
        "whether being like pictures known to be abnormal (--known-abnormal) counts in scores, as much as leaving each of them out in turn says; else their features are learnt like all others and forgotten",
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

pub(super) const WORDS: &[Words] = &[
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
        what: "how far a picture is from what a network of normal ones makes of it and of those nearest to it; learnt with neighbours; needs --images",
        fields: SALAD,
    },
    Words {
        model: "salad-without-aggregation",
        what: "the same, each picture learnt by itself; needs --images",
        fields: SALAD,
    },
    Words {
        model: "salad-without-reconstruction",
        what: "how far a picture's features are from those of the nearest normal ones, as nothing is made anew; needs --images",
        fields: SALAD,
    },
    Words {
        model: "memdae",
        what: "as salad, by a network that learns to make pictures anew and nothing else; needs --images",
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
