//! Refuses work that can't fit in memory, before it is begun.

use anyhow::ensure;

/// The largest catalogue that a dense solver accepts.
pub(super) const DENSE_LIMIT: usize = 50_000;

/// Checks that `model`, which inverts an items × items matrix, fits: `copies`
/// matrices of 32-bit floats.
pub(super) fn check_dense(model: &str, n_items: usize, copies: u64) -> anyhow::Result<()> {
    check(model, n_items, copies, available_bytes())
}

fn check(model: &str, n_items: usize, copies: u64, available: Option<u64>) -> anyhow::Result<()> {
    ensure!(
        n_items <= DENSE_LIMIT,
        "{model} inverts an items × items matrix and is limited to {DENSE_LIMIT} items; this \
         catalogue has {n_items}. Use item-knn, or keep fewer items with a minimum count"
    );
    let needed = (n_items as u64).pow(2) * size_of::<f32>() as u64 * copies;
    let gib = |bytes: u64| bytes as f64 / (1u64 << 30) as f64;
    if let Some(available) = available {
        ensure!(
            needed <= available,
            "{model} needs {:.1} GiB of memory for {n_items} items, and {:.1} GiB are available. \
             Use item-knn, keep fewer items with a minimum count, or use a larger machine",
            gib(needed),
            gib(available)
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

    #[test]
    fn refusals_name_the_limit_and_the_remedy() {
        let message = check("ease", 50_001, 2, None).unwrap_err().to_string();
        assert!(
            message.contains("50000") && message.contains("item-knn"),
            "{message}"
        );
        let message = check("ease", 20_000, 2, Some(1 << 30))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("3.0 GiB") && message.contains("1.0 GiB"),
            "{message}"
        );
        check("ease", 10_000, 2, Some(1 << 30)).unwrap();
    }
}
