//! Factor models: item i has a vector q_i and a bias b_i, and a visitor's
//! vector p is worked out from their history in closed form (*fold-in*), so no
//! user's vector is ever stored. With z_i = (q_i, 1) where the visitor has a
//! bias too and z_i = q_i elsewhere, p solves A p = Σ a_h z_h over the history:
//!
//! - ratings: A = Σ w z zᵀ + λI, a = w (r − μ − b). The ridge regression of the
//!   visitor's ratings; the score is the predicted rating μ + b_u + b_i + p·q_i.
//! - confidence (Hu, Koren and Volinsky 2008, equation 4): A = QᵀQ + Σ (c − 1)
//!   q qᵀ + λI, a = c, with c = base + α r and r the sum of an item's ratings.
//! - neither: A = (Σ w) I, a = w: the mean vector of the history.
//!
//! As p is linear in the right-hand side, history item h adds a_h z_iᵀ A⁻¹ z_h
//! to the score of item i (equation 7 there), which is what explanations show.

use serde::{Deserialize, Serialize};

use crate::cholesky::Cholesky;
use crate::item_item::HistoryWeighting;
use crate::{Event, Recommender, Scores};

/// How a visitor's vector is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldIn {
    /// Regularisation λ, above 0.
    pub regularisation: f32,
    /// Whether λ is multiplied by the history's length.
    pub per_event: bool,
    /// The event of age a counts w = `recency`ᵃ.
    pub recency: f32,
    /// Where the model predicts ratings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<RatingScale>,
    /// Where the model is of implicit feedback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
}

/// The ratings that a model was fitted on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingScale {
    /// Their mean μ.
    pub mean: f32,
    /// The lowest.
    pub least: f32,
    /// The highest: what a history entry without a rating counts as.
    pub most: f32,
}

impl RatingScale {
    /// What makes a score of a predicted rating: on a scale that begins below 0, ratings count from its
    /// least, as an item that no model knows has 0 and would stand above all bad ones.
    pub fn lift(&self) -> f32 {
        -self.least.min(0.0)
    }
}

/// How sure an interaction of strength r is: `base` + `alpha` · r.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// 1 as in the paper; 0 as the library `implicit` has it.
    pub base: f32,
    /// α.
    pub alpha: f32,
}

impl FoldIn {
    /// Whether every number is in its range.
    pub fn is_valid(&self) -> bool {
        let scale = |s: RatingScale| {
            s.mean.is_finite() && s.least.is_finite() && s.most.is_finite() && s.least <= s.most
        };
        let confidence =
            |c: Confidence| [0.0, 1.0].contains(&c.base) && c.alpha >= 0.0 && c.alpha.is_finite();
        self.regularisation > 0.0
            && self.regularisation.is_finite()
            && self.weighting().is_valid()
            && self.ratings.is_none_or(scale)
            && self.confidence.is_none_or(confidence)
            && !(self.ratings.is_some() && self.confidence.is_some())
    }

    /// What a history entry without a rating counts as.
    pub fn unrated(&self) -> f32 {
        self.ratings.map_or(1.0, |scale| scale.most)
    }

    fn weighting(&self) -> HistoryWeighting {
        HistoryWeighting {
            decay: self.recency,
            window: None,
            by_rating: false,
            mean: false,
        }
    }
}

/// A user as a factor model sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Visitor {
    /// p, as long as an item's vector.
    pub vector: Vec<f32>,
    /// b_u; 0 where the model predicts no ratings.
    pub bias: f32,
}

/// A fitted factor model. An item whose vector and bias are all 0 is one that
/// it does not know: it is never scored, and counts nothing in a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// The model's name, such as `svd`.
    pub name: String,
    rank: usize,
    n_items: usize,
    vectors: Vec<f32>,
    biases: Vec<f32>,
    fold_in: FoldIn,
    /// QᵀQ where the fold-in needs it; the lower triangle counts.
    gram: Vec<f64>,
}

/// The equations of one visitor, factored.
struct System {
    cholesky: Cholesky,
    /// h and a_h.
    events: Vec<(u32, f64)>,
}

impl Factors {
    /// A model of `vectors`, items × `rank` by rows, and one bias an item, or
    /// no biases at all.
    ///
    /// # Panics
    /// When the lengths do not fit together.
    pub fn new(
        name: &str,
        rank: usize,
        vectors: Vec<f32>,
        biases: Vec<f32>,
        fold_in: FoldIn,
    ) -> Self {
        let n_items = match rank {
            0 => biases.len(),
            _ => vectors.len() / rank,
        };
        assert_eq!(vectors.len(), n_items * rank);
        assert!(biases.is_empty() || biases.len() == n_items);
        let mut gram = Vec::new();
        if fold_in.confidence.is_some() {
            gram = vec![0.0; rank * rank];
            for vector in vectors.chunks_exact(rank.max(1)) {
                let vector: Vec<f64> = vector.iter().map(|&x| x.into()).collect();
                add_outer(&mut gram, &vector, 1.0);
            }
        }
        Self {
            name: name.to_owned(),
            rank,
            n_items,
            vectors,
            biases,
            fold_in,
            gram,
        }
    }

    /// Numbers in an item's vector.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How a visitor's vector is worked out.
    pub fn fold_in(&self) -> &FoldIn {
        &self.fold_in
    }

    /// All vectors, items × rank by rows.
    pub fn vectors(&self) -> &[f32] {
        &self.vectors
    }

    /// All biases; empty where the model has none.
    pub fn biases(&self) -> &[f32] {
        &self.biases
    }

    /// The vector of `item`.
    ///
    /// # Panics
    /// When `item` is not below the number of items.
    pub fn vector(&self, item: u32) -> &[f32] {
        &self.vectors[item as usize * self.rank..][..self.rank]
    }

    fn bias(&self, item: u32) -> f32 {
        self.biases.get(item as usize).copied().unwrap_or(0.0)
    }

    /// Whether the model was fitted on `item`.
    pub fn knows(&self, item: u32) -> bool {
        (item as usize) < self.n_items
            && (self.bias(item) != 0.0 || self.vector(item).iter().any(|&x| x != 0.0))
    }

    /// The same model over `n_items`, the new ones unknown to it.
    ///
    /// # Panics
    /// When the model already covers more items.
    pub fn widen(&mut self, n_items: usize) {
        assert!(self.n_items <= n_items);
        self.vectors.resize(n_items * self.rank, 0.0);
        if !self.biases.is_empty() {
            self.biases.resize(n_items, 0.0);
        }
        self.n_items = n_items;
    }

    /// The visitor with this history (oldest first); `None` where the model
    /// knows no item of it.
    pub fn visitor(&self, history: &[Event]) -> Option<Visitor> {
        let system = self.system(history)?;
        let mut solution = vec![0.0; self.unknowns()];
        for &(item, amount) in &system.events {
            for (sum, x) in solution.iter_mut().zip(self.extended(item)) {
                *sum += amount * x;
            }
        }
        system.cholesky.solve(&mut solution);
        let mut vector: Vec<f32> = solution.iter().map(|&x| x as f32).collect();
        let bias = vector.split_off(self.rank);
        Some(Visitor {
            vector,
            bias: bias.first().copied().unwrap_or(0.0),
        })
    }

    /// What each event of the history adds to the score of each of `items`.
    pub fn contributions(&self, history: &[Event], items: &[u32]) -> Vec<Vec<(u32, f32)>> {
        let Some(system) = self.system(history) else {
            return vec![Vec::new(); items.len()];
        };
        let of = |&item: &u32| {
            let mut towards: Vec<f64> = self.extended(item).collect();
            system.cholesky.solve(&mut towards);
            let part = |&(event, amount): &(u32, f64)| {
                let dot: f64 = self.extended(event).zip(&towards).map(|(a, b)| a * b).sum();
                (event, (amount * dot) as f32)
            };
            system.events.iter().map(part).collect()
        };
        items.iter().map(of).collect()
    }

    /// Adds to the score of every other known item the cosine of its vector and
    /// that of `item`; nothing where the model does not know `item`.
    pub fn cosines(&self, item: u32, scores: &mut Scores) {
        let norm = |vector: &[f32]| dot(vector, vector).sqrt();
        let own = self.vector(item);
        let length = norm(own);
        for other in (0..self.n_items as u32).filter(|&other| other != item) {
            let vector = self.vector(other);
            let lengths = length * norm(vector);
            if lengths > 0.0 {
                scores.add(other, dot(own, vector) / lengths);
            }
        }
    }

    /// The rating that `visitor` would give, within the scale; the plain score
    /// where the model predicts no ratings.
    pub fn predict(&self, visitor: &Visitor, item: u32) -> f32 {
        let known = (item as usize) < self.n_items;
        let own = if known { self.own(visitor, item) } else { 0.0 };
        match self.fold_in.ratings {
            Some(scale) => (scale.mean + visitor.bias + own).clamp(scale.least, scale.most),
            None => own,
        }
    }

    /// b_i + p·q_i.
    fn own(&self, visitor: &Visitor, item: u32) -> f32 {
        self.bias(item) + dot(&visitor.vector, self.vector(item))
    }

    fn unknowns(&self) -> usize {
        self.rank + usize::from(self.fold_in.ratings.is_some())
    }

    /// z_i.
    fn extended(&self, item: u32) -> impl Iterator<Item = f64> + '_ {
        let one = self.fold_in.ratings.map(|_| 1.0);
        self.vector(item).iter().map(|&x| f64::from(x)).chain(one)
    }

    fn system(&self, history: &[Event]) -> Option<System> {
        let (fold_in, n) = (&self.fold_in, self.unknowns());
        let weighting = fold_in.weighting();
        let weighed = weighting.weigh(history);
        // The item, w and what is told of it.
        let mut told: Vec<(u32, f64, f64)> = weighed
            .filter(|(event, _)| self.knows(event.item))
            .map(|(event, weight)| (event.item, weight.into(), event.rating.into()))
            .collect();
        if told.is_empty() {
            return None;
        }
        let mut matrix = vec![0.0; n * n];
        let mut ridge = f64::from(fold_in.regularisation);
        if fold_in.per_event {
            ridge *= told.len() as f64;
        }
        if let Some(confidence) = fold_in.confidence {
            matrix.copy_from_slice(&self.gram);
            // An item counts once, with the sum of its interactions.
            let mut strengths = Scores::new(self.n_items);
            for (item, w, r) in told.drain(..) {
                strengths.add(item, (w * r) as f32);
            }
            let strength = |&item: &u32| (item, 1.0, strengths.values()[item as usize].into());
            told.extend(strengths.touched().iter().map(strength));
            // A query may hold anything; less than no interaction counts as none.
            told.retain(|&(_, _, r)| r > 0.0);
            for (_, weight, r) in &mut told {
                *r = f64::from(confidence.base) + f64::from(confidence.alpha) * *r;
                *weight = *r - 1.0;
            }
        } else if let Some(scale) = fold_in.ratings {
            for (item, weight, r) in &mut told {
                *r = *weight * (*r - f64::from(scale.mean) - f64::from(self.bias(*item)));
            }
        } else {
            ridge = told.iter().map(|(_, weight, _)| weight).sum();
            told.iter_mut().for_each(|(_, w, r)| (*r, *w) = (*w, 0.0));
        }
        for &(item, weight, _) in &told {
            let z: Vec<f64> = self.extended(item).collect();
            add_outer(&mut matrix, &z, weight);
        }
        (0..n).for_each(|at| matrix[at * n + at] += ridge);
        Some(System {
            cholesky: Cholesky::of(matrix, n)?,
            events: told.into_iter().map(|(item, _, a)| (item, a)).collect(),
        })
    }
}

/// Adds `weight` · z zᵀ to the lower triangle of `matrix`.
fn add_outer(matrix: &mut [f64], z: &[f64], weight: f64) {
    for (row, &own) in z.iter().enumerate() {
        let factor = weight * own;
        for (sum, &other) in matrix[row * z.len()..].iter_mut().zip(&z[..=row]) {
            *sum += factor * other;
        }
    }
}

/// a·b in eight lanes, so that compilers can use vector instructions.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

impl Recommender for Factors {
    fn name(&self) -> &str {
        &self.name
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    /// Predicted ratings, not confined to the scale: those beyond its end still
    /// differ. They are [lifted](RatingScale::lift). A newcomer gets μ + b_i of such a model, and nothing of others.
    fn score(&self, history: &[Event], scores: &mut Scores) {
        let visitor = match (self.visitor(history), self.fold_in.ratings) {
            (Some(visitor), _) => visitor,
            (None, Some(_)) => Visitor {
                vector: vec![0.0; self.rank],
                bias: 0.0,
            },
            (None, None) => return,
        };
        let ratings = self.fold_in.ratings;
        let mean = ratings.map_or(0.0, |scale| scale.mean + scale.lift());
        for item in (0..self.n_items as u32).filter(|&item| self.knows(item)) {
            scores.add(item, mean + visitor.bias + self.own(&visitor, item));
        }
    }
}

#[cfg(test)]
#[path = "factors_test.rs"]
mod tests;
