//! Isolation forest (Liu, Ting and Zhou 2008) on pixels: how few random cuts part a picture from
//! a sample of the training pictures. The score is their equation 2.

use doorstep_shared::images::GreyImage;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Detector;
use crate::dice::{Dice, Purpose};

/// Hyper-parameters of the isolation forest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForestConfig {
    /// How many trees a score is the mean of.
    pub trees: u32,
    /// How many pictures a tree is grown on; all where there are fewer.
    pub sample: usize,
}

impl Default for ForestConfig {
    fn default() -> Self {
        Self {
            trees: 300,
            sample: 256,
        }
    }
}

/// A fitted forest.
pub struct Forest {
    trees: Vec<Vec<Node>>,
    /// The path length that a tree of this sample has on average.
    usual: f64,
}

/// A place in a tree; the root is the first.
enum Node {
    Cut {
        pixel: usize,
        at: f32,
        below: usize,
        above: usize,
    },
    /// The length of the path to here, with what a tree of the pictures left would add.
    Leaf(f64),
}

/// Grows every tree from a stream of chance of its own.
pub fn fit(config: &ForestConfig, rows: &[&[f32]], seed: u64) -> Forest {
    let sample = config.sample.min(rows.len());
    let highest = sample.next_power_of_two().trailing_zeros();
    let trees = (0..config.trees)
        .into_par_iter()
        .map(|number| {
            let mut dice = Dice::new(seed, Purpose::Tree, number.into());
            let members = draw(rows.len(), sample, &mut dice);
            let mut tree = Vec::new();
            grow(rows, members, 0, highest, &mut dice, &mut tree);
            tree
        })
        .collect();
    Forest {
        trees,
        usual: usual_length(sample),
    }
}

/// `sample` of the numbers below `n`, without repetition.
fn draw(n: usize, sample: usize, dice: &mut Dice) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    for place in 0..sample {
        let other = place + dice.below((n - place) as u64) as usize;
        all.swap(place, other);
    }
    all.truncate(sample);
    all
}

/// Grows the part of a tree that holds `members`; the number of its root.
fn grow(
    rows: &[&[f32]],
    members: Vec<usize>,
    depth: u32,
    highest: u32,
    dice: &mut Dice,
    tree: &mut Vec<Node>,
) -> usize {
    let own = tree.len();
    tree.push(Node::Leaf(f64::from(depth) + usual_length(members.len())));
    let cut = (depth < highest && members.len() > 1)
        .then(|| choose(rows, &members, dice))
        .flatten();
    if let Some((pixel, at)) = cut {
        let is_below = |row: &usize| rows[*row][pixel] < at;
        let (low, high): (Vec<usize>, Vec<usize>) = members.into_iter().partition(is_below);
        let below = grow(rows, low, depth + 1, highest, dice, tree);
        let above = grow(rows, high, depth + 1, highest, dice, tree);
        tree[own] = Node::Cut {
            pixel,
            at,
            below,
            above,
        };
    }
    own
}

/// A pixel and a level that part the members; nothing where they seem to be alike: pixels that differ are
/// looked for as often as there are pixels.
fn choose(rows: &[&[f32]], members: &[usize], dice: &mut Dice) -> Option<(usize, f32)> {
    let pixels = rows[0].len();
    (0..pixels).find_map(|_| {
        let pixel = dice.below(pixels as u64) as usize;
        let levels = || members.iter().map(|&row| rows[row][pixel]);
        let least = levels().fold(f32::INFINITY, f32::min);
        let most = levels().fold(f32::NEG_INFINITY, f32::max);
        let at = least + dice.unit() as f32 * (most - least);
        // Strictly above the least, so that neither side is empty.
        (at > least).then_some((pixel, at))
    })
}

/// Equation 1 of the paper: the mean length of an unsuccessful search in a binary search tree of `n`.
fn usual_length(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => {
            let n = n as f64;
            let harmonic = (n - 1.0).ln() + 0.577_215_664_901_532_9;
            2.0 * harmonic - 2.0 * (n - 1.0) / n
        }
    }
}

impl Detector for Forest {
    fn score(&self, prepared: &GreyImage) -> f64 {
        let lengths = self
            .trees
            .iter()
            .map(|tree| length(tree, prepared.pixels()));
        let mean = lengths.sum::<f64>() / self.trees.len() as f64;
        (-mean / self.usual).exp2()
    }
}

fn length(tree: &[Node], pixels: &[f32]) -> f64 {
    let mut place = 0;
    loop {
        match &tree[place] {
            Node::Leaf(length) => return *length,
            Node::Cut {
                pixel,
                at,
                below,
                above,
            } => place = if pixels[*pixel] < *at { *below } else { *above },
        }
    }
}
