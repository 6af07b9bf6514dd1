//! Refuses work that can't fit in memory, or would take hours, before it is begun.

use anyhow::ensure;

use super::Training;
use super::sparse_cosine::Sparse;

/// The largest catalogue that a dense solver accepts.
const DENSE_LIMIT: usize = 50_000;
/// Products that the cosines of sparse vectors may take: about an hour on two cores.
const SPARSE_LIMIT: f64 = 1e12;
/// Products that the cosines of dense vectors may take: about half an hour on two cores.
const VECTORS_LIMIT: f64 = 1e14;
/// An index and a value.
const ENTRY: f64 = 8.0;

/// Checks that `model`, which inverts an items × items matrix, fits: the matrix
/// twice, and XᵀX, whose entries are at most `products`.
pub(super) fn check_dense(model: &str, n_items: usize, products: f64) -> anyhow::Result<()> {
    ensure!(
        n_items <= DENSE_LIMIT,
        "{model} inverts an items × items matrix and is limited to {DENSE_LIMIT} items; this \
         catalogue has {n_items}. Use item-knn, or keep fewer items with --min-item"
    );
    let cells = (n_items as f64).powi(2);
    let bytes = 2.0 * cells * size_of::<f32>() as f64 + ENTRY * cells.min(products);
    let remedy = "Use item-knn, keep fewer items with --min-item, or use a larger machine";
    check_memory(model, bytes, &format!("{n_items} items"), remedy)
}

/// Checks the cosines of sparse vectors: Σ df² products over the features of
/// `by_feature`, and `keep` neighbours of each item.
pub(super) fn check_sparse(
    model: &str,
    by_feature: &Sparse,
    n_items: usize,
    keep: usize,
    remedy: &str,
) -> anyhow::Result<()> {
    let products = products_of(by_feature);
    ensure!(
        products <= SPARSE_LIMIT,
        "{model} needs {products:.1e} products for {n_items} items and is limited to \
         {SPARSE_LIMIT:.0e}. {remedy}"
    );
    check_neighbours(model, n_items, keep, products)
}

/// Products of features that two items share: Σ df² over the features.
fn products_of(by_feature: &Sparse) -> f64 {
    let lengths = by_feature.outer_iterator().map(|row| row.nnz() as f64);
    lengths.map(|length| length * length).sum()
}

/// Checks the products of every two items that are kept for updates: as they are added up, kept, and
/// written to the state.
pub(super) fn check_kept(model: &str, by_user: &Sparse, n_items: usize) -> anyhow::Result<()> {
    let entries = (n_items as f64).powi(2).min(products_of(by_user));
    let what = format!("the products of {n_items} items, which --state keeps");
    let remedy = "Train without --state, keep fewer items with --min-item, or use a larger machine";
    check_memory(model, 3.0 * ENTRY * entries, &what, remedy)
}

/// Checks the cosines of dense vectors: items² × width products, and `keep`
/// neighbours of each item.
pub(super) fn check_vectors(
    model: &str,
    n_items: usize,
    width: usize,
    keep: usize,
) -> anyhow::Result<()> {
    let cells = (n_items as f64).powi(2);
    let products = cells * width as f64;
    ensure!(
        products <= VECTORS_LIMIT,
        "{model} needs {products:.1e} products for {n_items} items with vectors of {width} numbers \
         and is limited to {VECTORS_LIMIT:.0e}. Bring shorter vectors, such as their principal \
         components, or vectors of fewer items"
    );
    check_neighbours(model, n_items, keep, cells)
}

/// Rows of neighbours, once as they are found and once as they are stored.
fn check_neighbours(model: &str, n_items: usize, keep: usize, most: f64) -> anyhow::Result<()> {
    let entries = (n_items as f64 * keep.min(n_items) as f64).min(most);
    let what = format!("{keep} neighbours of {n_items} items");
    let remedy = format!("Lower {model}.neighbours, or use a larger machine");
    check_memory(model, 2.0 * ENTRY * entries, &what, &remedy)
}

/// Checks that vectors of all users and items fit: as they are learnt, and in
/// the model, where users are kept to judge it.
pub(super) fn check_factors(model: &str, training: &Training, factors: u32) -> anyhow::Result<()> {
    let (users, items) = (training.histories.len(), training.n_items);
    let numbers = (users + items) as f64 * f64::from(factors.next_multiple_of(16));
    let what = format!("{factors} factors of {users} users and {items} items");
    let remedy =
        format!("Lower {model}.factors, keep fewer users with --min-user, or use a larger machine");
    check_memory(
        model,
        3.0 * numbers * size_of::<f32>() as f64,
        &what,
        &remedy,
    )
}

fn check_memory(model: &str, bytes: f64, what: &str, remedy: &str) -> anyhow::Result<()> {
    check_within(model, bytes, what, remedy, available_bytes())
}

fn check_within(
    model: &str,
    bytes: f64,
    what: &str,
    remedy: &str,
    available: Option<u64>,
) -> anyhow::Result<()> {
    let gib = |bytes: f64| bytes / f64::from(1u32 << 30);
    if let Some(available) = available {
        ensure!(
            bytes <= available as f64,
            "{model} needs up to {:.1} GiB of memory for {what}, and {:.1} GiB are available. {remedy}",
            gib(bytes),
            gib(available as f64)
        );
    }
    Ok(())
}

/// What the operating system could give, where it says so (Linux).
fn available_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(refused: anyhow::Result<()>) -> String {
        refused.unwrap_err().to_string()
    }

    #[test]
    fn refusals_name_the_limit_and_the_remedy() {
        let refused = message(check_dense("ease", 50_001, 0.0));
        assert!(
            refused.contains("50000") && refused.contains("item-knn"),
            "{refused}"
        );

        let refused = message(check_vectors("item-vectors", 1_000_000, 384, 100));
        assert!(
            refused.contains("1e14") && refused.contains("shorter vectors"),
            "{refused}"
        );

        // One word in each of two million texts.
        let n = 2_000_000;
        let word = Sparse::new((1, n), vec![0, n], (0..n as u32).collect(), vec![1.0; n]);
        let refused = message(check_sparse("tf-idf", &word, n, 100, "Leave out the word"));
        assert!(
            refused.contains("1e12") && refused.contains("Leave out"),
            "{refused}"
        );
    }

    #[test]
    fn memory_is_compared_with_what_there_is() {
        let check = |bytes| check_within("als", bytes, "10 users", "Buy more", Some(1 << 30));
        let refused = message(check(3.0 * f64::from(1u32 << 30)));
        for part in ["3.0 GiB", "1.0 GiB", "10 users", "Buy more"] {
            assert!(refused.contains(part), "{refused}");
        }
        check(1e9).unwrap();
        check_within("als", 1e30, "", "", None).unwrap();

        if available_bytes().is_none() {
            return;
        }
        let n = 2_000_000;
        let hoarder = Sparse::new((1, n), vec![0, n], (0..n as u32).collect(), vec![1.0; n]);
        let refused = message(check_kept("item-knn", &hoarder, n));
        assert!(refused.contains("without --state"), "{refused}");
        let histories = vec![Vec::new(); 1 << 16];
        let training = Training {
            n_items: 10,
            histories: &histories,
            content: Default::default(),
            guide: Default::default(),
        };
        let refused = message(check_factors("als", &training, 1 << 31));
        assert!(
            refused.contains("65536 users") && refused.contains("als.factors"),
            "{refused}"
        );
    }
}
