//! item-knn's cosine neighbours against implicit and scikit-learn.

use anyhow::Result;

use super::next_linear::{compare, seconds};
use super::{Bench, figure, text};
use crate::step::step;

/// As the peers have it: no shrinkage, no recency, 100 neighbours.
const PLAIN_COSINE: [&str; 2] = ["item-knn.shrinkage=0", "item-knn.recency=1"];
const PEERS: [&str; 2] = ["implicit", "scikit-learn"];

/// Prints times of the fit and their ratios.
pub fn run(bench: &Bench) -> Result<()> {
    let interactions = bench.file("beauty/Beauty.txt")?;
    let interactions = text(&interactions)?;
    let (mut ours, mut peers) = (f64::INFINITY, [f64::INFINITY; 2]);
    for run in 1..=bench.runs {
        step(&format!("item-knn, run {run} of {}", bench.runs), || {
            let row = compare(bench, interactions, "item-knn", &PLAIN_COSINE)?;
            ours = ours.min(seconds(&row, "fit_seconds")?);
            let report = bench.peer("item_knn.py", &[interactions])?;
            for (name, peer) in PEERS.iter().zip(&mut peers) {
                *peer = peer.min(figure(&report, name, name)?);
            }
            Ok(())
        })?;
    }
    for (name, peer) in PEERS.iter().zip(peers) {
        println!(
            "item-knn fit, Beauty: doorstep {ours:.3} s, {name} {peer:.3} s, {:.1} times as fast",
            peer / ours
        );
    }
    Ok(())
}
