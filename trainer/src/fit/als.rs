//! ALS for implicit feedback: users and items solved for in turn. With M = YᵀY
//! + λI, a row's vector solves (M + Σ (c − 1) y yᵀ) x = Σ c y over its n cells.
//!
//! - Few cells: by the Woodbury identity x = M⁻¹Yᵀ w with (D⁻¹ + Y M⁻¹ Yᵀ) w =
//!   D⁻¹ c and D = diag(c − 1), a system of n unknowns and not of as many as
//!   there are factors. M⁻¹Yᵀ is common to all rows.
//! - Many cells: Cholesky of the whole matrix.
//! - Conjugate gradients: the products with M of many rows are one product of
//!   matrices (`als_cg.rs`).

use std::time::Instant;

use anyhow::{Context, ensure};
use doorstep_shared::cholesky::Cholesky;
use doorstep_shared::factors::{Factors, Visitor};
use doorstep_shared::item_item::HistoryWeighting;
use doorstep_shared::models::{AlsConfig, Model};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::{factor, solve};
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, MatMut, Par};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::als_loss::{LOSS, loss};
use super::card::{Card, Job};
use super::confidences::Confidences;
use super::lane_products::{gram, gram_on, product, product_on, rows_of};
use super::lanes::{LANES, Lanes, add_scaled, dot, pad, unpad};
use super::limits::check_factors;
use super::ratings::uniform;
use super::start::from_item_vectors;
use super::{Course, Fitted, Observer, Training, als_cg, lane_products};
use crate::progress::Progress;

/// Vectors are drawn from 0 to this before the first iteration: all positive, as
/// preferences are, they lead to a smaller loss than numbers around 0.
const START: f32 = 0.1;
/// Rows that a thread solves before it takes more.
const ROWS: usize = 64;

const COURSE: Course = Course {
    unit: "iteration",
    loss: LOSS,
};

pub(super) fn fit(
    config: &AlsConfig,
    training: &Training,
    progress: &Progress,
    observer: &mut Observer,
) -> anyhow::Result<Fitted> {
    check_factors(AlsConfig::NAME, training, config.factors)?;
    let weighting = HistoryWeighting {
        decay: config.recency,
        window: None,
        by_rating: true,
        mean: false,
    };
    let by_user = Confidences::by_user(config, training, weighting)?;
    let by_item = by_user.transposed(training.n_items);
    let rank = config.factors as usize;
    let (n_users, n_items) = (by_user.len(), training.n_items);
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let mut draw = |n: usize| uniform(&mut rng, 0.0, START, n * rank);
    let (users, mut items) = (draw(n_users), draw(n_items));
    if config.from_item_vectors {
        from_item_vectors(training, rank, &mut items)?;
    }
    let (mut users, mut items) = (pad(&users, n_users, rank), pad(&items, n_items, rank));
    let card = card(config, training, progress);
    let card = card.as_ref();
    let bar = progress.bar("als: iterations", config.iterations.into());
    for number in 1..=config.iterations {
        let clock = Instant::now();
        half_step(config, card, &by_user, &items, &mut users)?;
        half_step(config, card, &by_item, &users, &mut items)?;
        let seconds = clock.elapsed().as_secs_f64();
        bar.inc(1);
        if progress.is_shown() {
            let loss = loss(config, &by_user, &users, &items);
            progress.say(format!(
                "als: iteration {number} of {}: loss {loss:.6}, {seconds:.4} s",
                config.iterations
            ));
        }
        observer.step(COURSE, number, config.iterations, || {
            let loss = loss(config, &by_user, &users, &items);
            (loss, fitted(config, &users, &items))
        });
    }
    bar.finish_and_clear();
    Ok(fitted(config, &users, &items))
}

/// The graphics card, for YᵀY and, where rows are solved exactly, Y M⁻¹; what is solved for each row by itself
/// is too little for one.
fn card(config: &AlsConfig, training: &Training, progress: &Progress) -> Option<Card> {
    let width = f64::from(config.factors.next_multiple_of(LANES as u32));
    let vectors = (training.histories.len() + training.n_items) as f64;
    let numbers = vectors * width * f64::from(config.iterations);
    let (products, ways) = match config.cg_steps {
        0 => (2.0, 3.0),
        _ => (1.0, 1.0),
    };
    let work = products * numbers * width;
    let job = Job {
        dense: work,
        own: work,
        moved: ways * numbers,
    };
    Card::for_job(job, "als: products of all vectors", training, progress)
}

fn fitted(config: &AlsConfig, users: &[Lanes], items: &[Lanes]) -> Fitted {
    let rank = config.factors as usize;
    let fold_in = config.fold_in();
    let vectors = unpad(items, rank);
    let users = unpad(users, rank);
    Fitted {
        model: Model::Factors(Factors::new(
            AlsConfig::NAME,
            rank,
            vectors,
            Vec::new(),
            fold_in,
        )),
        users: users
            .chunks_exact(rank)
            .map(|vector| Visitor {
                vector: vector.to_vec(),
                bias: 0.0,
            })
            .collect(),
    }
}

/// Solves for the rows `to` with `from` held fixed.
fn half_step(
    config: &AlsConfig,
    card: Option<&Card>,
    rows: &Confidences,
    from: &[Lanes],
    to: &mut [Lanes],
) -> anyhow::Result<()> {
    let groups = (config.factors as usize).div_ceil(LANES);
    let n = groups * LANES;
    let mut matrix = match card {
        Some(card) => gram_on(card, from, groups)?,
        None => gram(from, groups),
    };
    (0..n).for_each(|at| matrix[at * n + at] += f64::from(config.regularisation));
    let single: Vec<f32> = matrix.iter().map(|&x| x as f32).collect();
    if config.cg_steps > 0 {
        als_cg::half_step(config.cg_steps, rows, from, &single, to);
        return Ok(());
    }
    let weak = "als can't be solved in single precision: raise als.regularisation";
    let inverse = inverse(matrix, n).context(weak)?;
    let common = Common {
        groups,
        from,
        shortened: match card {
            Some(card) => product_on(card, from, &inverse, groups)?,
            None => product(from, &inverse, groups),
        },
        matrix: single,
    };
    let solved: Vec<bool> = to
        .par_chunks_mut(ROWS * groups)
        .enumerate()
        .map_init(
            || Scratch::new(n),
            |scratch, (block, to)| {
                let mut solved = true;
                for (at, x) in to.chunks_exact_mut(groups).enumerate() {
                    let (others, confidences) = rows.row(block * ROWS + at);
                    solved &= common.solve(others, confidences, x, scratch);
                }
                solved
            },
        )
        .collect();
    ensure!(solved.into_iter().all(|solved| solved), weak);
    Ok(())
}

/// What all rows of a half-step share.
struct Common<'a> {
    groups: usize,
    /// Y.
    from: &'a [Lanes],
    /// Y M⁻¹.
    shortened: Vec<Lanes>,
    /// M.
    matrix: Vec<f32>,
}

/// What a thread keeps from row to row.
struct Scratch {
    small: Vec<f32>,
    right: Vec<f32>,
    matrix: Vec<f32>,
    gathered: Vec<Lanes>,
    weighted: Vec<Lanes>,
    memory: MemBuffer,
}

impl Scratch {
    fn new(n: usize) -> Self {
        let needed = factor::cholesky_in_place_scratch::<f32>(n, Par::Seq, Default::default());
        Self {
            small: Vec::new(),
            right: Vec::new(),
            matrix: Vec::new(),
            gathered: Vec::new(),
            weighted: Vec::new(),
            memory: MemBuffer::new(needed),
        }
    }
}

impl Common<'_> {
    /// Writes a row's vector to `x`; false where the system is not positive definite.
    fn solve(&self, others: &[u32], c: &[f32], x: &mut [Lanes], scratch: &mut Scratch) -> bool {
        x.fill([0.0; LANES]);
        let short = others.len() <= self.groups * LANES && c.iter().all(|&c| c > 1.0);
        if short {
            pulp::Arch::new().dispatch(Short {
                common: self,
                others,
                c,
                x,
                scratch,
            })
        } else {
            self.solve_long(others, c, x, scratch)
        }
    }

    fn solve_long(
        &self,
        others: &[u32],
        c: &[f32],
        x: &mut [Lanes],
        scratch: &mut Scratch,
    ) -> bool {
        let (groups, n) = (self.groups, self.groups * LANES);
        scratch.matrix.clear();
        scratch.matrix.extend_from_slice(&self.matrix);
        for (others, c) in others
            .chunks(lane_products::ROWS)
            .zip(c.chunks(lane_products::ROWS))
        {
            scratch.gathered.clear();
            scratch.weighted.clear();
            for (&other, &c) in others.iter().zip(c) {
                let y = &self.from[other as usize * groups..][..groups];
                scratch.gathered.extend_from_slice(y);
                let weighted = y.iter().map(|group| group.map(|y| (c - 1.0) * y));
                scratch.weighted.extend(weighted);
                add_scaled(x, c, y);
            }
            let gathered = rows_of(&scratch.gathered, n);
            let weighted = rows_of(&scratch.weighted, n);
            triangular::matmul(
                MatMut::from_column_major_slice_mut(&mut scratch.matrix, n, n),
                BlockStructure::TriangularLower,
                Accum::Add,
                gathered.transpose(),
                BlockStructure::Rectangular,
                weighted,
                BlockStructure::Rectangular,
                1.0,
                Par::Seq,
            );
        }
        let mut matrix = MatMut::from_column_major_slice_mut(&mut scratch.matrix, n, n);
        let stack = MemStack::new(&mut scratch.memory);
        let factored = factor::cholesky_in_place(
            matrix.as_mut(),
            Default::default(),
            Par::Seq,
            stack,
            Default::default(),
        );
        if factored.is_err() {
            return false;
        }
        solve::solve_in_place(
            matrix.as_ref(),
            MatMut::from_column_major_slice_mut(x.as_flattened_mut(), n, 1),
            Par::Seq,
            stack,
        );
        true
    }
}

/// Solves a row of few cells; false where the system is not positive definite.
struct Short<'a> {
    common: &'a Common<'a>,
    others: &'a [u32],
    c: &'a [f32],
    x: &'a mut [Lanes],
    scratch: &'a mut Scratch,
}

impl pulp::NullaryFnOnce for Short<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let (others, c, groups) = (self.others, self.c, self.common.groups);
        let n = others.len();
        let vector = |other: u32| &self.common.from[other as usize * groups..][..groups];
        let shortened = |other: u32| &self.common.shortened[other as usize * groups..][..groups];
        let Scratch { small, right, .. } = self.scratch;
        small.clear();
        small.resize(n * n, 0.0);
        for a in 0..n {
            let own = shortened(others[a]);
            for b in 0..a {
                small[a * n + b] = dot(own, vector(others[b]));
            }
            small[a * n + a] = dot(own, vector(others[a])) + 1.0 / (c[a] - 1.0);
        }
        right.clear();
        right.extend(c.iter().map(|c| c / (c - 1.0)));
        if !solve_small(small, right) {
            return false;
        }
        for (&other, &w) in others.iter().zip(right.iter()) {
            add_scaled(self.x, w, shortened(other));
        }
        true
    }
}

/// Solves A x = b in place for a symmetric A given by its lower triangle, rows
/// first; false where it is not positive definite.
#[inline(always)]
fn solve_small(a: &mut [f32], b: &mut [f32]) -> bool {
    let n = b.len();
    for row in 0..n {
        let (above, own) = a.split_at_mut(row * n);
        for column in 0..row {
            let left = &above[column * n..][..column];
            let dot: f32 = own[..column].iter().zip(left).map(|(x, y)| x * y).sum();
            own[column] = (own[column] - dot) / above[column * n + column];
        }
        let squares: f32 = own[..row].iter().map(|x| x * x).sum();
        let rest = own[row] - squares;
        if !(rest > 0.0 && rest.is_finite()) {
            return false;
        }
        own[row] = rest.sqrt();
        let dot: f32 = own[..row].iter().zip(b.iter()).map(|(x, y)| x * y).sum();
        b[row] = (b[row] - dot) / own[row];
    }
    for row in (0..n).rev() {
        let x = b[row] / a[row * n + row];
        b[row] = x;
        for column in 0..row {
            b[column] -= a[row * n + column] * x;
        }
    }
    true
}

fn inverse(matrix: Vec<f64>, n: usize) -> Option<Vec<f32>> {
    let cholesky = Cholesky::of(matrix, n)?;
    let columns: Vec<Vec<f32>> = (0..n)
        .into_par_iter()
        .map(|at| {
            let mut unit = vec![0.0; n];
            unit[at] = 1.0;
            cholesky.solve(&mut unit);
            unit.into_iter().map(|x| x as f32).collect()
        })
        .collect();
    Some(columns.concat())
}

#[cfg(test)]
#[path = "als_test.rs"]
mod tests;
