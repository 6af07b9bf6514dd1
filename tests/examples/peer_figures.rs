//! Measures in Chromium what a list of ten for a history of ten costs a page: bytes until the first, and
//! time of a query, by Doorstep and by what a site owner might take in its place, each in the page and in a
//! worker.
//!
//! `cargo run -p doorstep-tests --example peer_figures -- BUNDLE ENGINES ORT MODEL.onnx HNSW`, with
//! ENGINES as `cargo xtask dist` gathers them, ORT and HNSW the folders `dist` of npm's `onnxruntime-web`
//! and `hnswlib-wasm`, and MODEL.onnx and MODEL.f32 beside it as `benches/peers/factors_onnx.py`
//! writes them. `cargo xtask bench embed` does it all. Bytes are counted by the host, compressed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, MANIFEST};
use doorstep_tests::command::doorstep;
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::random::Random;
use doorstep_trainer::publish::{FolderStore, at_once};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Queries that are timed; as many come before.
const QUERIES: usize = 300;
const HISTORY: usize = 10;
const K: usize = 10;

/// What one of them took.
#[derive(Deserialize)]
struct Took {
    /// Milliseconds from nothing to the first list.
    first: f64,
    /// Milliseconds of a query, by what answers it and from the page and back.
    times: Vec<Vec<f64>>,
    listed: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [bundle, engines, ort, model, hnsw] = &arguments[..] else {
        anyhow::bail!("give BUNDLE ENGINES ORT MODEL.onnx HNSW");
    };
    let root = TempDir::new()?;
    let published = doorstep()
        .args(["publish", "--quiet", "--bundle"])
        .arg(format!("measured={}", bundle.display()))
        .arg("--engines")
        .arg(engines)
        .arg("--out")
        .arg(root.path().join("d"))
        .output()?;
    let said = String::from_utf8_lossy(&published.stderr);
    ensure!(published.status.success(), "{said}");
    for (folder, name) in [(ort, "ort"), (hnsw, "hnsw")] {
        std::os::unix::fs::symlink(folder.canonicalize()?, root.path().join(name))?;
    }
    fs::copy(model, root.path().join("model.onnx"))?;
    fs::copy(model.with_extension("f32"), root.path().join("model.f32"))?;
    fs::write(
        root.path().join("index.html"),
        "<!doctype html><link rel=\"icon\" href=\"data:,\">",
    )?;
    let ids = {
        let bundle = at_once(Bundle::open(FolderStore::open(bundle)?)).context(MANIFEST)?;
        at_once(bundle.all_ids())?
    };
    let mut random = Random::new(3);
    let histories: Vec<Vec<usize>> = (0..2 * QUERIES)
        .map(|_| (0..HISTORY).map(|_| random.below(ids.len())).collect())
        .collect();
    let named: Vec<Vec<&str>> = histories
        .iter()
        .map(|history| history.iter().map(|&item| ids[item].as_str()).collect())
        .collect();
    println!("{} items, history of {HISTORY}, list of {K}", ids.len());
    let asked = json!({ "histories": named, "k": K });
    measure(
        root.path(),
        "doorstep, in its worker (within it; from the page and back)",
        OURS,
        &asked,
    )
    .await?;
    let asked = json!({ "histories": named, "k": K, "inPage": true });
    measure(
        root.path(),
        "doorstep, in the page (by the engine; from the page and back)",
        OURS,
        &asked,
    )
    .await?;
    for (what, peer) in [
        ("onnxruntime-web, factors of 64", ORT),
        ("hnswlib-wasm, factors of 64", HNSW),
    ] {
        fs::write(root.path().join("peer.js"), peer)?;
        fs::write(root.path().join("worker.js"), WORKER)?;
        for (place, in_page) in [("in its worker", false), ("in the page", true)] {
            let asked =
                json!({ "histories": histories, "k": K, "items": ids.len(), "inPage": in_page });
            measure(root.path(), &format!("{what}, {place}"), PEER, &asked).await?;
        }
    }
    Ok(())
}

/// The first list in a browser of its own, whose bytes the host counts, then all in another.
async fn measure(root: &Path, what: &str, script: &str, asked: &Value) -> Result<()> {
    let host = Host::start(root)?;
    // Only to a page that is isolated from others the browser tells the time to 5 µs, else to 100.
    host.header("", "Cross-Origin-Opener-Policy", "same-origin");
    host.header("", "Cross-Origin-Embedder-Policy", "require-corp");
    let page = Page::open(&host.url("")).await?;
    host.sent();
    let mut one = asked.clone();
    let histories = one["histories"].as_array_mut().context("no histories")?;
    histories.truncate(1);
    let first: Took = page.run(script, one).await?;
    let bytes = host.sent();
    ensure!(first.listed == K, "{what}: a list of {}", first.listed);
    let page = Page::open(&host.url("")).await?;
    let took: Took = page.run(script, asked.clone()).await?;
    ensure!(took.listed == K);
    let times: Vec<String> = took
        .times
        .into_iter()
        .map(|times| percentiles(times[QUERIES..].to_vec()))
        .collect();
    println!(
        "{what}: {:.0} kB and {:.0} ms until the first list; {}",
        bytes as f64 / 1e3,
        first.first,
        times.join("; ")
    );
    Ok(())
}

const OURS: &str = "
    const begin = performance.now();
    const { Doorstep } = await import(new URL('d/doorstep.js', document.baseURI));
    const ds = await Doorstep.load('d/measured/', { inPage: !!input.inPage });
    const within = [];
    ds.addEventListener('query', ({ detail }) => within.push(detail.milliseconds));
    const times = [];
    let first;
    let listed;
    for (const history of input.histories) {
        const begun = performance.now();
        ({ length: listed } = await ds.recommend({ history, k: input.k }));
        times.push(performance.now() - begun);
        first ??= performance.now() - begin;
    }
    ds.dispose();
    return { first, times: [within, times], listed };";

/// What runs one of the peers: a module that exports `open(base, input)`, which promises what answers a history.
const ORT: &str = "
    export async function open(base, { k }) {
        const ort = await import(new URL('ort/ort.wasm.bundle.min.mjs', base));
        ort.env.wasm.numThreads = 1;
        ort.env.wasm.wasmPaths = new URL('ort/', base).href;
        const session = await ort.InferenceSession.create(new URL('model.onnx', base).href, { executionProviders: ['wasm'] });
        return async (history) => {
            const items = new ort.Tensor('int64', BigInt64Array.from(history, BigInt), [history.length]);
            const { best } = await session.run({ items });
            const seen = new Set(history);
            return [...best.data].map(Number).filter((item) => !seen.has(item)).slice(0, k);
        };
    }";

const HNSW: &str = "
    export async function open(base, { k, items }) {
        // Its script takes whatever has no window for node.
        globalThis.window ??= globalThis;
        const { loadHnswlib } = await import(new URL('hnsw/hnswlib.js', base));
        const [lib, buffer] = await Promise.all([loadHnswlib(), fetch(new URL('model.f32', base)).then((answer) => answer.arrayBuffer())]);
        const vectors = new Float32Array(buffer);
        const width = vectors.length / items;
        const vectorOf = (item) => vectors.subarray(item * width, (item + 1) * width);
        const index = new lib.HierarchicalNSW('ip', width, '');
        index.initIndex(items, 16, 200, 100);
        index.setEfSearch(64);
        index.addItems(Array.from({ length: items }, (_, item) => vectorOf(item)), false);
        return (history) => {
            const mean = new Float32Array(width);
            for (const item of history) vectorOf(item).forEach((value, at) => { mean[at] += value / history.length; });
            const seen = new Set(history);
            const { neighbors } = index.searchKnn(mean, k + history.length, undefined);
            return neighbors.filter((item) => !seen.has(item)).slice(0, k);
        };
    }";

/// Has a peer answer in a worker of its own: a message there and one back for each history, and nothing else.
const WORKER: &str = "
    import { open } from './peer.js';
    let answer;
    onmessage = async ({ data: { base, input, history } }) => {
        answer ??= open(base, input);
        postMessage(history && await (await answer)(history));
    };";

const PEER: &str = "
    const begin = performance.now();
    const base = document.baseURI;
    const { histories, inPage, ...rest } = input;
    let answer;
    if (inPage) {
        answer = await (await import(new URL('peer.js', base))).open(base, rest);
    } else {
        const worker = new Worker('worker.js', { type: 'module' });
        const ask = (message) => new Promise((answered, failed) => {
            worker.onmessage = ({ data }) => answered(data);
            worker.onerror = ({ message }) => failed(new Error(message));
            worker.postMessage(message);
        });
        await ask({ base, input: rest });
        answer = (history) => ask({ history });
    }
    const times = [];
    let first;
    let list;
    for (const history of histories) {
        const begun = performance.now();
        list = await answer(history);
        times.push(performance.now() - begun);
        first ??= performance.now() - begin;
    }
    return { first, times: [times], listed: list.length };";

fn percentiles(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[(values.len() as f64 * share) as usize];
    format!("p50 {:.3} ms, p95 {:.3} ms", at(0.5), at(0.95))
}
