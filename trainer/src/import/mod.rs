//! Factors trained elsewhere, made into a model.

mod arrays;
mod ids;

use std::fmt;

use anyhow::{Context, Result, bail, ensure};
use doorstep_shared::factors::{Confidence, Factors, FoldIn, RatingScale};
use doorstep_shared::models::{AlsExplicitConfig, MAX_RANK, SvdConfig};

pub use arrays::{Array, ArrayFile, dimensions};
pub use ids::read_ids;

use crate::progress::Progress;

/// What factors are of, and so how a visitor is folded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Implicit feedback with confidences, as of the library `implicit`.
    Als,
    /// Ratings by alternating least squares.
    AlsExplicit,
    /// Ratings by gradient descent with biases, as of Surprise's SVD.
    Svd,
    /// Anything whose score is a product of vectors: a visitor is the mean of their history.
    Dot,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Als => "als",
            Self::AlsExplicit => "als-explicit",
            Self::Svd => "svd",
            Self::Dot => "dot",
        })
    }
}

/// What the file of factors does not say.
#[derive(clap::Args, Clone, Debug)]
pub struct ModelArgs {
    /// What the factors are of.
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// The array of item factors, items × factors [default: the one that is called or shaped like it]
    #[arg(long, value_name = "NAME")]
    item_factors: Option<String>,
    /// The array of item biases [default: the one that is called like it, if any]
    #[arg(long, value_name = "NAME")]
    item_biases: Option<String>,
    /// Mean of all ratings (als-explicit and svd) [default: the file's global_mean]
    #[arg(long, value_name = "MEAN", allow_hyphen_values = true)]
    mean: Option<f32>,
    /// Lowest and highest rating (als-explicit and svd).
    #[arg(long, num_args = 2, value_delimiter = ',', value_names = ["LOWEST", "HIGHEST"], allow_hyphen_values = true)]
    scale: Option<Vec<f32>>,
    /// λ of a visitor's vector [default: 0.01 for als; as doorstep's own svd and als-explicit]
    #[arg(long, value_name = "LAMBDA")]
    regularisation: Option<f32>,
    /// α of the confidence αr (als) [default: 1]
    #[arg(long, value_name = "ALPHA")]
    alpha: Option<f32>,
    /// The confidence is 1 + αr as in the paper, not αr as in the library `implicit` (als).
    #[arg(long)]
    one_plus: bool,
}

/// What item factors are called by the programs that write them.
const FACTORS: [&str; 7] = [
    "item_factors",
    "item_embeddings",
    "item_factors.weight",
    "item_embedding.weight",
    "item_embeddings.weight",
    "item_emb.weight",
    "qi",
];
/// The same of item biases.
const BIASES: [&str; 6] = [
    "item_biases",
    "item_bias",
    "item_biases.weight",
    "item_bias.weight",
    "bi",
    "b_i",
];
const MEANS: [&str; 2] = ["global_mean", "mean"];

impl ModelArgs {
    /// Refuses options that do not go together, before any file is opened.
    pub fn check(&self) -> Result<()> {
        let of_ratings = [
            ("--mean", self.mean.is_some()),
            ("--scale", self.scale.is_some()),
        ];
        let of_als = [
            ("--alpha", self.alpha.is_some()),
            ("--one-plus", self.one_plus),
        ];
        let unfit: &[(&str, bool)] = match self.kind {
            Kind::Als => &of_ratings,
            Kind::Dot => &[of_ratings, of_als].concat(),
            _ => &of_als,
        };
        if let Some((option, _)) = unfit.iter().find(|(_, given)| *given) {
            bail!("{option} means nothing with --kind {}", self.kind);
        }
        let positive = |option, value: Option<f32>| {
            let given = value.unwrap_or(1.0);
            let holds = given > 0.0 && given.is_finite();
            ensure!(holds, "{option} must be a positive number, not {given}");
            Ok(())
        };
        positive("--regularisation", self.regularisation)?;
        positive("--alpha", self.alpha)?;
        if let Some(scale) = &self.scale {
            let holds = scale.iter().all(|x| x.is_finite()) && scale[0] < scale[1];
            ensure!(
                holds,
                "--scale must be the lowest and then the highest rating"
            );
        }
        if self.predicts_ratings() {
            let example = "for example --scale 1 5";
            ensure!(
                self.scale.is_some(),
                "--kind {} needs --scale, {example}",
                self.kind
            );
        }
        Ok(())
    }

    fn predicts_ratings(&self) -> bool {
        matches!(self.kind, Kind::Svd | Kind::AlsExplicit)
    }

    /// The model of `n_items` items that `file` holds.
    pub fn model(&self, file: &ArrayFile, n_items: usize, progress: &Progress) -> Result<Factors> {
        let vectors = file.read(&self.factors_name(file, n_items)?)?;
        let &[rows, rank] = vectors.shape.as_slice() else {
            bail!(
                "array {} is {}, not items × factors; name another with --item-factors",
                vectors.name,
                dimensions(&vectors.shape)
            );
        };
        if rows != n_items {
            let turned = match rank == n_items {
                true => "; it looks transposed: save it as items × factors",
                false => "; give the ids of exactly these items, in their order",
            };
            bail!(
                "array {} has {rows} rows and there are {n_items} ids{turned}",
                vectors.name
            );
        }
        ensure!(
            (1..=MAX_RANK as usize).contains(&rank),
            "array {} has {rank} factors; a bundle takes 1 to {MAX_RANK}",
            vectors.name
        );
        let biases = self.biases(file, n_items)?;
        let mut used = vec![vectors.name.as_str()];
        used.extend(biases.iter().map(|biases| biases.name.as_str()));
        progress.say(format!(
            "item vectors: {}, {rows} × {rank}",
            used.join(" with biases ")
        ));
        let ignored: Vec<String> = file
            .list
            .iter()
            .filter(|(name, _)| !used.contains(&name.as_str()) && !MEANS.contains(&name.as_str()))
            .map(|(name, shape)| format!("{name} ({})", dimensions(shape)))
            .collect();
        if !ignored.is_empty() {
            progress.say(format!(
                "ignored: {}; a bundle holds no users, a visitor's vector comes from their history",
                ignored.join(", ")
            ));
        }
        let biases = biases.map_or(Vec::new(), |biases| biases.values);
        check_scores(&vectors, &biases)?;
        let name = self.kind.to_string();
        Ok(Factors::new(
            &name,
            rank,
            vectors.values,
            biases,
            self.fold_in(file)?,
        ))
    }

    fn factors_name(&self, file: &ArrayFile, n_items: usize) -> Result<String> {
        if let Some(name) = &self.item_factors {
            return Ok(name.clone());
        }
        let names = || file.list.iter().map(|(name, _)| name);
        if let Some(name) = names().find(|name| FACTORS.contains(&name.as_str())) {
            return Ok(name.clone());
        }
        let tables: Vec<&(String, Vec<usize>)> = file
            .list
            .iter()
            .filter(|(_, shape)| shape.len() == 2)
            .collect();
        let fitting: Vec<_> = tables
            .iter()
            .filter(|(_, shape)| shape[0] == n_items)
            .collect();
        match (tables.as_slice(), fitting.as_slice()) {
            // The only table, though of the wrong length: the message says so.
            ([(name, _)], _) | (_, [(name, _)]) => Ok(name.clone()),
            _ => bail!(
                "which array holds the item factors? Name it with --item-factors; there are {}",
                file.shown()
            ),
        }
    }

    fn biases(&self, file: &ArrayFile, n_items: usize) -> Result<Option<Array>> {
        let found = file.list.iter().map(|(name, _)| name);
        let found = found
            .into_iter()
            .find(|name| BIASES.contains(&name.as_str()));
        let Some(name) = self.item_biases.as_ref().or(found) else {
            return Ok(None);
        };
        let biases = file.read(name)?;
        let holds = biases.shape == [n_items] || biases.shape == [n_items, 1];
        ensure!(
            holds,
            "array {name} is {}, and there are {n_items} items; name another with --item-biases",
            dimensions(&biases.shape)
        );
        Ok(Some(biases))
    }

    fn fold_in(&self, file: &ArrayFile) -> Result<FoldIn> {
        let mut fold_in = FoldIn {
            regularisation: self.regularisation.unwrap_or(match self.kind {
                Kind::Als => 0.01,
                Kind::AlsExplicit => AlsExplicitConfig::default().regularisation,
                Kind::Svd => SvdConfig::default().fold_in_regularisation,
                Kind::Dot => 1.0,
            }),
            per_event: self.predicts_ratings(),
            recency: 1.0,
            ratings: None,
            confidence: None,
        };
        if self.kind == Kind::Als {
            fold_in.confidence = Some(Confidence {
                base: f32::from(u8::from(self.one_plus)),
                alpha: self.alpha.unwrap_or(1.0),
            });
        }
        if let Some(scale) = &self.scale {
            let mean = self.mean(file)?;
            ensure!(
                (scale[0]..=scale[1]).contains(&mean),
                "the mean of all ratings, {mean}, is not on the scale from {} to {}; give other --mean or --scale",
                scale[0],
                scale[1]
            );
            fold_in.ratings = Some(RatingScale {
                mean,
                least: scale[0],
                most: scale[1],
            });
        }
        Ok(fold_in)
    }

    fn mean(&self, file: &ArrayFile) -> Result<f32> {
        if let Some(mean) = self.mean {
            ensure!(
                mean.is_finite(),
                "--mean must be a finite number, not {mean}"
            );
            return Ok(mean);
        }
        let mut names = file.list.iter().map(|(name, _)| name.as_str());
        let name = names.find(|name| MEANS.contains(name)).with_context(|| {
            format!(
                "--kind {} needs the mean of all ratings: give --mean, or an array global_mean",
                self.kind
            )
        })?;
        match file.read(name)?.values.as_slice() {
            &[mean] => Ok(mean),
            _ => bail!("array {name} is not one number; give --mean"),
        }
    }
}

/// Refuses factors whose products single precision can't hold: a visitor's
/// vector may be as long as the longest item's.
fn check_scores(vectors: &Array, biases: &[f32]) -> Result<()> {
    let squares = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>();
    let rank = vectors.shape[1];
    let longest = vectors
        .values
        .chunks_exact(rank)
        .map(squares)
        .fold(0.0, f64::max);
    let bias = biases
        .iter()
        .map(|&x| f64::from(x).abs())
        .fold(0.0, f64::max);
    ensure!(
        longest + bias < f64::from(f32::MAX),
        "array {}: scores of up to {:.0e} are beyond what a page can hold (3e38); divide factors and biases by a constant",
        vectors.name,
        longest + bias
    );
    Ok(())
}
