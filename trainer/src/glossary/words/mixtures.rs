//! Of models that are made of others.

use super::Words;

pub(super) const WORDS: &[Words] = &[
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
            "the models with their weights, and temperatures 2, 4 or 8 that even out a network's scores; `doorstep tune ensemble` chooses both",
        )],
    },
];
