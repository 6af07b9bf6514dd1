//! Times a bundle's SASRec in Chromium, beside onnxruntime-web with the same network.
//!
//! `cargo run -p doorstep-tests --example network_figures -- BUNDLE SITE [ORT MODEL.onnx]`, with
//! SITE as `cargo xtask demo --no-serve` builds it, ORT the folder `dist` of npm's
//! `onnxruntime-web`, and MODEL.onnx what `benches/peers/onnx_export.py` writes.
//! `cargo xtask bench onnx` does it all. With `--webgpu` before BUNDLE networks run on WebGPU, for
//! which SITE is built with `--webgpu` too, and fewer queries are asked.

use std::env;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, MANIFEST};
use doorstep_shared::neural::class;
use doorstep_tests::page::Page;
use doorstep_tests::random::Random;
use doorstep_tests::server::Server;
use doorstep_trainer::publish::{FolderStore, at_once};
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

/// How long the histories are that are asked about: lengths of which an engine tells the network's
/// scores alone.
const LENGTHS: [usize; 2] = [8, 50];
/// What the network reads at most.
const READ: usize = 50;
/// Queries of each length; as many more come before, to warm up.
const QUERIES: usize = 300;
/// The same on WebGPU, which without a card is slow.
const QUERIES_WEBGPU: usize = 30;
/// Fresh browsers that ask a first query.
const FIRST: usize = 5;

/// What Doorstep took.
#[derive(Deserialize)]
struct Ours {
    /// What answered, and why not the one asked for.
    device: String,
    reason: String,
    /// Milliseconds from nothing to an engine with its bundle open.
    load: f64,
    /// Milliseconds of the first query, its network fetched.
    first: f64,
    /// Milliseconds of later ones, from the page and back.
    page: Vec<f64>,
    /// The same in the worker.
    worker: Vec<f64>,
    /// Bytes fetched to open the bundle, by the first query, and of the engine as transferred.
    bytes: [f64; 3],
    /// Best item first, of the last query.
    list: Vec<String>,
}

/// What onnxruntime-web took.
#[derive(Deserialize)]
struct Theirs {
    /// Milliseconds until the session is ready.
    load: f64,
    /// Milliseconds of the first run.
    first: f64,
    /// Milliseconds of later ones.
    run: Vec<f64>,
    /// The same with the ten best items found.
    list_time: Vec<f64>,
    list: Vec<usize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let (device, queries) = match arguments.first().is_some_and(|first| first == "--webgpu") {
        true => ("webgpu", QUERIES_WEBGPU),
        false => ("cpu", QUERIES),
    };
    arguments.retain(|argument| argument != "--webgpu");
    let (bundle, site, peer) = match &arguments[..] {
        [bundle, site] => (bundle, site, None),
        [bundle, site, ort, model] => (bundle, site, Some((ort, model))),
        _ => anyhow::bail!("give BUNDLE SITE, or BUNDLE SITE ORT MODEL.onnx"),
    };
    let root = TempDir::new()?;
    for entry in std::fs::read_dir(site).with_context(|| site.display().to_string())? {
        let entry = entry?;
        symlink(
            entry.path().canonicalize()?,
            root.path().join(entry.file_name()),
        )?;
    }
    symlink(bundle.canonicalize()?, root.path().join("measured"))?;
    if let Some((ort, model)) = peer {
        symlink(ort.canonicalize()?, root.path().join("ort"))?;
        symlink(model.canonicalize()?, root.path().join("model.onnx"))?;
    }
    std::fs::write(root.path().join("blank.html"), "<!doctype html>")?;
    let ids = {
        let bundle = at_once(Bundle::open(FolderStore::open(bundle)?)).context(MANIFEST)?;
        at_once(bundle.all_ids())?
    };
    let server = Server::start(root.path())?;
    for length in LENGTHS {
        let mut random = Random::new(length as u64);
        let histories: Vec<Vec<usize>> = (0..2 * queries)
            .map(|_| (0..length).map(|_| random.below(ids.len())).collect())
            .collect();
        let named: Vec<Vec<&str>> = histories
            .iter()
            .map(|history| history.iter().map(|&item| ids[item].as_str()).collect())
            .collect();
        let (mut loads, mut firsts) = (Vec::new(), Vec::new());
        for _ in 1..FIRST {
            let page = Page::open(&server.url("blank.html")).await?;
            let asked = json!({ "device": device, "histories": &named[..2] });
            let ours: Ours = page.run(OURS, asked).await?;
            loads.push(ours.load);
            firsts.push(ours.first);
        }
        let page = Page::open(&server.url("blank.html")).await?;
        let asked = json!({ "device": device, "histories": named });
        let ours: Ours = page.run(OURS, asked).await?;
        loads.push(ours.load);
        firsts.push(ours.first);
        ensure!(ours.device == device, "{}", ours.reason);
        let [opening, asking, engine] = ours.bytes.map(|bytes| bytes / 1e3);
        println!("histories of {length}");
        println!(
            "  opened in {}, first list after another {}",
            median(loads),
            median(firsts)
        );
        println!(
            "  {opening:.0} kB to open the bundle, {asking:.0} kB by the first query, engine {engine:.0} kB as transferred"
        );
        println!("  recommendation, in the worker: {}", spread(ours.worker));
        println!("  … from the page and back: {}", spread(ours.page));
        if peer.is_none() {
            continue;
        }
        let number = (0..).find(|&number| class(number, READ) == Some(length));
        let page = Page::open(&server.url("blank.html")).await?;
        let asked = json!({ "number": number, "queries": 2 * queries });
        let alone: Vec<f64> = page.run(ALONE, asked).await?;
        println!(
            "  the network alone, scores of all items: {}",
            spread(alone)
        );
        let page = Page::open(&server.url("blank.html")).await?;
        let theirs: Theirs = page.run(THEIRS, json!(histories)).await?;
        println!(
            "  onnxruntime-web: ready in {:.0} ms, first run {:.0} ms",
            theirs.load, theirs.first
        );
        println!("  … run: {}", spread(theirs.run));
        println!("  … run and ten best: {}", spread(theirs.list_time));
        let list: Vec<&String> = theirs.list.iter().map(|&item| &ids[item]).collect();
        ensure!(
            list.into_iter().eq(&ours.list),
            "the lists differ: {:?} and {:?}",
            ours.list,
            theirs.list
        );
    }
    Ok(())
}

/// Asks for every history; the first half warms up.
const OURS: &str = "
    const begin = performance.now();
    const { Doorstep } = await import('/doorstep.js');
    const { device, histories } = input;
    const ds = await Doorstep.load('/measured/', { device });
    const load = performance.now() - begin;
    const costs = [];
    ds.addEventListener('query', ({ detail }) => costs.push(detail));
    const page = [];
    let list;
    for (const history of histories) {
        const begin = performance.now();
        list = await ds.recommend({ history, k: 10, model: 'sasrec' });
        page.push(performance.now() - begin);
    }
    ds.dispose();
    const half = histories.length / 2;
    return {
        device: costs.at(-1).device,
        reason: costs.at(-1).deviceReason ?? '',
        load,
        first: page[0],
        page: page.slice(half),
        worker: costs.slice(half).map(({ milliseconds }) => milliseconds),
        bytes: [ds.loadCost.bytes, costs[0].bytes, ds.loadCost.engineBytes],
        list: list.map(({ id }) => id),
    };";

/// Asks the engine for the scores of popular items, in the page as the peer does.
const ALONE: &str = "
    const { default: start, Engine } = await import('/doorstep-cpu.js');
    await start();
    const read = async (path) => new Uint8Array(await (await fetch(`/measured/${path}`)).arrayBuffer());
    const engine = await Engine.load(read);
    const times = [];
    for (let asked = 0; asked < input.queries; asked++) {
        const begin = performance.now();
        await engine.probe({ model: 'sasrec', number: input.number });
        times.push(performance.now() - begin);
    }
    return times.slice(input.queries / 2);";

/// The peer, with a list kept in order while the scores pass by.
const THEIRS: &str = "
    const begin = performance.now();
    const ort = await import('/ort/ort.wasm.bundle.min.mjs');
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = '/ort/';
    const session = await ort.InferenceSession.create('/model.onnx', { executionProviders: ['wasm'] });
    const load = performance.now() - begin;
    const best = (scores, history) => {
        const seen = new Set(history);
        const found = [];
        for (let item = 0; item < scores.length; item++) {
            if (found.length === 10 && scores[item] <= scores[found[9]]) continue;
            if (seen.has(item)) continue;
            const at = found.findIndex((other) => scores[item] > scores[other]);
            found.splice(at < 0 ? found.length : at, 0, item);
            found.length = Math.min(found.length, 10);
        }
        return found;
    };
    const run = [];
    const listTime = [];
    let list;
    for (const history of input) {
        const begin = performance.now();
        const items = new ort.Tensor('int64', BigInt64Array.from(history, BigInt), [history.length]);
        const { scores } = await session.run({ items });
        run.push(performance.now() - begin);
        list = best(scores.data, history);
        listTime.push(performance.now() - begin);
    }
    const half = input.length / 2;
    return { load, first: run[0], run: run.slice(half), list_time: listTime.slice(half), list };";

fn spread(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[(values.len() as f64 * share) as usize];
    format!(
        "p50 {:.2} ms, p95 {:.2} ms of {}",
        at(0.5),
        at(0.95),
        values.len()
    )
}

fn median(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    format!(
        "{:.0} ms (median of {})",
        values[values.len() / 2],
        values.len()
    )
}
