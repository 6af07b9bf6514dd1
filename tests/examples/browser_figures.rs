//! Measures in Chromium what a visitor waits for (`doorstep inspect` says what
//! they download).
//!
//! `cargo run -p doorstep-tests --example browser_figures -- BUNDLE [SITE]`, with
//! SITE as `cargo xtask demo --no-serve` builds it (`dist` where left out).

use std::env;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use doorstep_shared::bundle::{Bundle, MANIFEST};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use serde_json::json;
use tempfile::TempDir;

/// Fresh browsers that open the page.
const COLD_LOADS: usize = 7;
/// Items in the history that is asked about.
const HISTORY: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let bundle = arguments.next().context("name a bundle's folder")?;
    let site = arguments.next().unwrap_or_else(|| "dist".into());
    let root = TempDir::new()?;
    for name in entries(&site)? {
        symlink(site.canonicalize()?.join(&name), root.path().join(&name))?;
    }
    symlink(bundle.canonicalize()?, root.path().join("measured"))?;
    let server = Server::start(root.path())?;

    let mut cold = Vec::new();
    for _ in 0..COLD_LOADS {
        let page = Page::open(&server.url("")).await?;
        let mark = "performance.getEntriesByName('doorstep:first-recommendation')[0]?.startTime";
        cold.push(page.until::<f64>("the first recommendation", mark).await?);
    }
    println!(
        "first recommendation of a cold demo page: {} ms",
        spread(cold)
    );

    let page = Page::open(&server.url("")).await?;
    let ids = some_ids(&bundle)?;
    let mut warm: Vec<f64> = page.run(RECOMMEND, json!(ids)).await?;
    warm.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| warm[(warm.len() as f64 * share) as usize];
    println!(
        "recommendation with its shards at hand: p50 {:.2} ms, p95 {:.2} ms of {}",
        at(0.5),
        at(0.95),
        warm.len()
    );
    Ok(())
}

/// Milliseconds of the same query, from the page and back, once its shards are in.
const RECOMMEND: &str = "
    const { Doorstep } = await import('/doorstep.js');
    const ds = await Doorstep.load('/measured/');
    const times = [];
    for (let n = 0; n < 330; n++) {
        const begin = performance.now();
        await ds.recommend({ history: input, k: 10 });
        if (n >= 30) times.push(performance.now() - begin);
    }
    ds.dispose();
    return times;";

fn entries(folder: &Path) -> Result<Vec<std::ffi::OsString>> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        format!(
            "{}: build it with `cargo xtask demo --no-serve`",
            folder.display()
        )
    })?;
    entries.map(|entry| Ok(entry?.file_name())).collect()
}

/// A history from all over the catalogue.
fn some_ids(bundle: &Path) -> Result<Vec<String>> {
    use doorstep_trainer::publish::{FolderStore, at_once};
    let bundle = at_once(Bundle::open(FolderStore::open(bundle)?)).context(MANIFEST)?;
    let ids = at_once(bundle.all_ids())?;
    let step = ids.len().div_ceil(HISTORY).max(1);
    Ok(ids.into_iter().step_by(step).collect())
}

fn spread(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let (median, last) = (values[values.len() / 2], values[values.len() - 1]);
    format!(
        "{median:.0} (median of {}, {:.0} to {last:.0})",
        values.len(),
        values[0]
    )
}
