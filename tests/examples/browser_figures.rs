//! Measures in Chromium what a visitor waits for (`doorstep inspect` says what
//! they download).
//!
//! `cargo run -p doorstep-tests --example browser_figures -- BUNDLE [SITE]`, with
//! SITE as `cargo xtask demo --no-serve` builds it (`dist` where left out). A bundle
//! of a table is measured in the songs room, another one in the shop.

use std::env;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use doorstep_shared::bundle::{Bundle, MANIFEST};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Fresh browsers that open the page.
const COLD_LOADS: usize = 7;
/// Items in the history that is asked about.
const HISTORY: usize = 10;
/// Frames during which a slider is dragged.
const DRAGGED_FRAMES: usize = 900;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let bundle = arguments.next().context("name a bundle's folder")?;
    let site = arguments.next().unwrap_or_else(|| "dist".into());
    let root = TempDir::new()?;
    let predicts = has_table(&bundle)?;
    let place = if predicts { "songs" } else { "measured" };
    for name in entries(&site)?.into_iter().filter(|name| *name != place) {
        symlink(site.canonicalize()?.join(&name), root.path().join(&name))?;
    }
    symlink(bundle.canonicalize()?, root.path().join(place))?;
    let server = Server::start(root.path())?;
    if predicts {
        predictions(&server).await
    } else {
        recommendations(&server, &bundle).await
    }
}

async fn recommendations(server: &Server, bundle: &Path) -> Result<()> {
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
    let ids = some_ids(bundle)?;
    let warm: Vec<f64> = page.run(RECOMMEND, json!(ids)).await?;
    println!(
        "recommendation with its shards at hand: {}",
        percentiles(warm)
    );
    Ok(())
}

async fn predictions(server: &Server) -> Result<()> {
    let page = Page::open(&server.url("songs.html")).await?;
    let mark = "performance.getEntriesByName('doorstep:first-prediction')[0]?.startTime";
    let first: f64 = page.until("the first prediction", mark).await?;
    println!("first prediction of a cold songs room: {first:.0} ms");
    let times: [Vec<f64>; 2] = page.run(PREDICT, Value::Null).await?;
    let [all, named] = times.map(percentiles);
    println!("prediction, from the page and back: {all}");
    println!("prediction that also names its ten nearest rows: {named}");

    let idle: Vec<f64> = page.run(REST, json!(DRAGGED_FRAMES)).await?;
    let seconds = idle.iter().sum::<f64>() / 1000.0;
    println!(
        "the same page at rest: {:.1} frames a second",
        idle.len() as f64 / seconds
    );
    let drag: Drag = page.run(DRAG, json!(DRAGGED_FRAMES)).await?;
    let late = drag.intervals.iter().filter(|ms| **ms > 25.0).count();
    let seconds = drag.intervals.iter().sum::<f64>() / 1000.0;
    println!(
        "a slider dragged for {} frames: {:.1} frames a second, {late} of them late, {} predictions shown",
        drag.intervals.len(),
        drag.intervals.len() as f64 / seconds,
        drag.waits.len()
    );
    println!("time between frames: {}", percentiles(drag.intervals));
    println!(
        "from a slider's move to its prediction: {}",
        percentiles(drag.waits)
    );
    Ok(())
}

/// What a dragged slider led to.
#[derive(Deserialize)]
struct Drag {
    /// Milliseconds from frame to frame.
    intervals: Vec<f64>,
    /// Milliseconds from an input to the prediction that has it.
    waits: Vec<f64>,
}

/// Milliseconds of predictions at training rows whose first feature is another row's.
const PREDICT: &str = "
    const { Doorstep } = await import('/doorstep.js');
    const ds = await Doorstep.load('/songs/');
    const { rows, features } = await ds.features();
    const numbers = Array.from({ length: 600 }, (_, n) => Math.floor((n * rows) / 600));
    const samples = await ds.rows(numbers, undefined, { names: false });
    const [{ name }] = features;
    const times = [];
    for (const names of [false, true]) {
        const own = [];
        for (const [n, sample] of samples.entries()) {
            const point = { ...sample.features, [name]: samples[(n * 7) % samples.length].features[name] };
            const begin = performance.now();
            await ds.predict(point, { names });
            if (n >= 100) own.push(performance.now() - begin);
        }
        times.push(own);
    }
    ds.dispose();
    return times;";

/// Milliseconds between frames in which nothing happens: what the machine lets a page have.
const REST: &str = "
    const frame = () => new Promise(requestAnimationFrame);
    const intervals = [];
    let before = await frame();
    for (let n = 0; n < input; n++) {
        const now = await frame();
        intervals.push(now - before);
        before = now;
    }
    return intervals;";

/// Moves a slider by one step a frame, to and fro, as a hand would.
const DRAG: &str = "
    const element = document.querySelector('doorstep-predict');
    const slider = element.shadowRoot.querySelector('input[type=range]');
    const { name } = element.info.features[0];
    const frame = () => new Promise(requestAnimationFrame);
    const moved = new Map();
    const intervals = [];
    const waits = [];
    element.addEventListener('doorstep:prediction', ({ detail: { values, settled } }) => {
        if (!settled) waits.push(performance.now() - moved.get(values[name]));
    });
    let before = await frame();
    for (let n = 0; n < input; n++) {
        const step = n % (2 * slider.max);
        slider.value = step < slider.max ? step : 2 * slider.max - step;
        slider.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        moved.set(element.values[name], performance.now());
        const now = await frame();
        intervals.push(now - before);
        before = now;
    }
    return { intervals, waits: waits.filter(Number.isFinite) };";

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

/// Whether a bundle's models predict a table's column.
fn has_table(bundle: &Path) -> Result<bool> {
    let manifest = bundle.join(MANIFEST);
    let manifest = std::fs::read(&manifest).with_context(|| manifest.display().to_string())?;
    let manifest: Value = serde_json::from_slice(&manifest)?;
    Ok(manifest["models"][0]["engine"] == "tables")
}

fn percentiles(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[(values.len() as f64 * share) as usize];
    format!(
        "p50 {:.2} ms, p95 {:.2} ms of {}",
        at(0.5),
        at(0.95),
        values.len()
    )
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
