//! The neighbours that plain k-NN finds, for a peer to compare its own with:
//!
//! ```text
//! neighbours OUT K TARGET EXCLUDE CATEGORICAL FILE…
//! ```
//!
//! Every fifth row of the table is asked about, the others are searched. Lists of
//! columns are separated by commas. OUT gets K row numbers of the training part for
//! each test row, nearest first, as 32-bit integers, little-endian; stdout gets the
//! seconds that building the index and predicting took.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use doorstep_shared::knn::{Distance, KnnModel, Rule, Space, Task, Weights};
use doorstep_trainer::progress::Progress;
use doorstep_trainer::split::SplitMethod;
use doorstep_trainer::table::compare::divide;
use doorstep_trainer::table::{TableArgs, predictions};

fn main() -> Result<()> {
    let usage = "neighbours OUT K TARGET EXCLUDE CATEGORICAL FILE…";
    let mut words = std::env::args().skip(1);
    let mut next = || words.next().context(usage);
    let (out, neighbours, target) = (next()?, next()?.parse()?, next()?);
    let list = |text: String| text.split(',').map(str::to_owned).collect();
    let (exclude, categorical) = (list(next()?), list(next()?));
    let args = TableArgs {
        target: Some(target),
        exclude,
        categorical,
        table: words.map(PathBuf::from).collect(),
        ..TableArgs::default()
    };
    let divided = divide(&args, &SplitMethod::Every { n: 5 }, &Progress::new(true))?;
    let space = Space::plain(Distance::Euclidean, divided.preparation.categorical.len());
    let weights = Weights::Uniform;
    let rule = Rule::Mean {
        neighbours,
        weights,
    };
    let task = Task::Regression {
        least: f32::MIN,
        most: f32::MAX,
    };
    let (preparation, train) = (divided.preparation, divided.train);
    let clock = Instant::now();
    let model = KnnModel::new(preparation, space, rule, task, train);
    let predicted = predictions(&model, &divided.test);
    let seconds = clock.elapsed().as_secs_f64();
    let mut bytes = Vec::with_capacity(predicted.len() * neighbours * 4);
    for row in 0..predicted.len() as u32 {
        for near in model.nearest(&divided.test.point(row), None) {
            bytes.extend(near.row.to_le_bytes());
        }
    }
    std::fs::write(&out, bytes).with_context(|| format!("cannot write {out}"))?;
    println!("{seconds}");
    Ok(())
}
