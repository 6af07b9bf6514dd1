//! Measures in Chromium what a visitor waits for behind a slow line: 1.6 Mbit/s, 150 ms to and fro.
//!
//! `cargo run -p doorstep-tests --example first_visit -- BUNDLE ENGINES`, with ENGINES as `cargo
//! xtask dist` gathers them: publishes the bundle on a host that is as slow as that, opens a page with a
//! shelf, and opens it again.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, MANIFEST};
use doorstep_tests::command::doorstep;
use doorstep_tests::host::{Host, Line};
use doorstep_tests::page::Page;
use doorstep_trainer::publish::{FolderStore, at_once};
use tempfile::TempDir;

/// Fresh browsers.
const VISITORS: usize = 5;
/// Items in the history that is asked about.
const HISTORY: usize = 10;
const LINE: Line = Line {
    bytes_per_second: 1.6e6 / 8.0,
    round_trip: Duration::from_millis(150),
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let bundle = arguments.next().context("name a bundle's folder")?;
    let engines = arguments.next().context("name the folder of engines")?;
    let root = TempDir::new()?;
    let published = doorstep()
        .args(["publish", "--quiet", "--bundle"])
        .arg(format!("measured={}", bundle.display()))
        .arg("--engines")
        .arg(&engines)
        .arg("--out")
        .arg(root.path().join("d"))
        .output()?;
    ensure!(
        published.status.success(),
        "{}",
        String::from_utf8_lossy(&published.stderr)
    );
    let ids = {
        let bundle = at_once(Bundle::open(FolderStore::open(&bundle)?)).context(MANIFEST)?;
        at_once(bundle.all_ids())?
    };
    let some: Vec<&str> = ids
        .iter()
        .step_by(ids.len().div_ceil(HISTORY).max(1))
        .map(String::as_str)
        .collect();
    for (what, history) in [
        ("popular items, no history", "none".to_owned()),
        ("a list for a history of 10", some.join(" ")),
    ] {
        std::fs::write(root.path().join("index.html"), page(&history))?;
        let (mut cold, mut again) = (Vec::new(), Vec::new());
        for _ in 0..VISITORS {
            let host = Host::start(root.path())?;
            host.behind(LINE);
            let page = Page::open(&host.url("")).await?;
            cold.push(
                page.until::<f64>("there are results", "window.first")
                    .await?,
            );
            page.go_to("about:blank").await?;
            page.go_to(&host.url("")).await?;
            let waited = "window.first && Math.max(1, window.first - performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)";
            again.push(page.until::<f64>("there are results", waited).await?);
        }
        println!("{what}");
        println!("  first visit, from navigation: {}", spread(cold));
        println!("  second visit, from DOMContentLoaded: {}", spread(again));
    }
    Ok(())
}

fn page(history: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
<script>addEventListener('doorstep:results', ({{ detail }}) => {{ if (detail.hits.length) window.first ??= performance.now(); }});</script>
<script type="module" src="d/widgets.js"></script>
<doorstep-recommend bundle="d/measured/" limit="8" history="{history}"></doorstep-recommend>"#
    )
}

fn spread(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let (median, last) = (values[values.len() / 2], values[values.len() - 1]);
    format!(
        "{median:.0} ms (median of {}, {:.0} to {last:.0})",
        values.len(),
        values[0]
    )
}
