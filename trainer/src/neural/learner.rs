//! The network of users and items as it learns: tables of vectors, looked up beside Burn,
//! and the layers over them.

use anyhow::{Context as _, Result};
use burn::module::{Module, Param};
use burn::tensor::{Device, Gradients, Int, Tensor, TensorData};
use doorstep_shared::neural::{Metadata, Perceptron};

use super::item_metadata::ItemMetadata;
use super::numbers;
use super::pairs::PairPlan;

/// The network as it learns.
#[derive(Module, Debug)]
pub(super) struct Learner {
    pub users: Param<Tensor<2>>,
    pub items: Param<Tensor<2>>,
    pub perceptron: Perceptron,
    pub described: Option<Described>,
}

/// Vectors of categories, and what is made of them and of prices.
#[derive(Module, Debug)]
pub(super) struct Described {
    pub categories: Param<Tensor<2>>,
    pub metadata: Metadata,
}

impl Learner {
    /// All parameters 0.
    pub fn blank(plan: &PairPlan, n_users: usize, n_items: usize, device: &Device) -> Self {
        let width = plan.factors as usize;
        let table = |n: usize| Param::from_tensor(Tensor::zeros([n.max(1), width], device));
        let shape = plan.shape(None);
        Self {
            users: table(n_users),
            items: table(n_items),
            perceptron: Perceptron::blank(width, &shape.layers(), device),
            described: plan.metadata.as_ref().map(|own| Described {
                categories: table(own.items.n_categories()),
                metadata: Metadata::blank(width, own.inner as usize, device),
            }),
        }
    }
}

/// What metadata is read of items: the mean of their categories' vectors, and prices behind it.
pub(super) fn known(
    metadata: &ItemMetadata,
    items: &[u32],
    categories: &[f32],
    width: usize,
) -> Vec<f32> {
    let mut known = Vec::with_capacity(items.len() * (width + 2));
    for &item in items {
        let mut mean = vec![0.0; width];
        let own = metadata.categories(item);
        for &category in own {
            let vector = &categories[category as usize * width..][..width];
            let share = 1.0 / own.len() as f32;
            mean.iter_mut()
                .zip(vector)
                .for_each(|(m, x)| *m += share * x);
        }
        known.extend(mean);
        known.extend(metadata.price(item));
    }
    known
}

pub(super) fn tensor(values: Vec<f32>, rows: usize, device: &Device) -> Tensor<2> {
    let width = values.len() / rows.max(1);
    Tensor::from_data(TensorData::new(values, [rows, width]), device)
}

/// Rows of a table, as leaves of the graph.
pub(super) fn rows(table: &Param<Tensor<2>>, at: impl Iterator<Item = u32>) -> Tensor<2> {
    let at: Vec<i32> = at.map(|row| row as i32).collect();
    let table = table.val().without_autodiff();
    let n = at.len();
    let at = Tensor::<1, Int>::from_data(TensorData::new(at, [n]), &table.device());
    table.select(0, at).autodiff().require_grad()
}

/// The gradient by a table, of which each row of `leaf` holds some rows' weighted sum, and
/// other numbers behind it.
pub(super) fn sums<I: IntoIterator<Item = (u32, f32)>>(
    table: &Param<Tensor<2>>,
    leaf: &Tensor<2>,
    gradients: &Gradients,
    of: impl Fn(usize) -> I,
) -> Result<Tensor<2>> {
    let [n, width] = table.dims();
    let [_, all] = leaf.dims();
    let by_leaf = numbers(leaf.grad(gradients).context("every vector counts")?)?;
    let mut sums = vec![0.0; n * width];
    for (at, own) in by_leaf.chunks_exact(all).enumerate() {
        for (row, share) in of(at) {
            let sums = &mut sums[row as usize * width..][..width];
            sums.iter_mut()
                .zip(own)
                .for_each(|(sum, x)| *sum += share * x);
        }
    }
    Ok(tensor(sums, n, &table.device().without_autodiff()))
}
