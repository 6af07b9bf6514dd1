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
use std::time::Duration;

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

/// Histories; a list for each comes before any is timed.
const HISTORIES: usize = 300;
/// How often each of them takes its turn, and queries in a turn, of which the first ones get a processor going.
const TURNS: usize = 24;
const IN_A_TURN: usize = 60;
const FIRST_OF_A_TURN: usize = 10;
const HISTORY: usize = 10;
const K: usize = 10;

/// What answers, and what it is called in `ANSWERS`.
const NAMES: [(&str, &str); 3] = [
    ("doorstep", "Doorstep"),
    ("ort", "onnxruntime-web, factors of 64"),
    ("hnsw", "hnswlib-wasm, factors of 64"),
];
const PLACES: [(bool, &str); 2] = [(false, "in its worker"), (true, "in the page")];

/// What a first list took.
#[derive(Deserialize)]
struct First {
    /// Milliseconds from nothing.
    milliseconds: f64,
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
    for (name, script) in [("ort", ORT), ("hnsw", HNSW)] {
        fs::write(root.path().join(format!("peer-{name}.js")), script)?;
        let worker = WORKER.replace("NAME", name);
        fs::write(root.path().join(format!("worker-{name}.js")), worker)?;
    }
    let mut random = Random::new(3);
    let histories: Vec<Vec<usize>> = (0..HISTORIES)
        .map(|_| (0..HISTORY).map(|_| random.below(ids.len())).collect())
        .collect();
    let named: Vec<Vec<&str>> = histories
        .iter()
        .map(|history| history.iter().map(|&item| ids[item].as_str()).collect())
        .collect();
    let asked = json!({
        "histories": histories, "named": named, "k": K, "items": ids.len(),
        "turns": TURNS, "each": IN_A_TURN, "skipped": FIRST_OF_A_TURN,
    });
    println!("{} items, history of {HISTORY}, list of {K}", ids.len());
    for (name, called) in NAMES {
        for (in_page, place) in PLACES {
            let (bytes, first) = first(root.path(), name, in_page, &asked).await?;
            println!(
                "{called}, {place}: {:.0} kB and {first:.0} ms until the first list",
                bytes as f64 / 1e3
            );
        }
    }
    later(root.path(), &asked).await
}

/// Serves `root` to pages that are isolated: only to these the browser tells the time to 5 µs, else to 100.
fn serve(root: &Path) -> Result<Host> {
    let host = Host::start(root)?;
    host.header("", "Cross-Origin-Opener-Policy", "same-origin");
    host.header("", "Cross-Origin-Embedder-Policy", "require-corp");
    Ok(host)
}

/// The bytes that the host sent, and the milliseconds, until a fresh browser has the first list.
async fn first(root: &Path, name: &str, in_page: bool, asked: &Value) -> Result<(usize, f64)> {
    let host = serve(root)?;
    let page = Page::open(&host.url("")).await?;
    host.sent();
    let mut asked = asked.clone();
    asked["name"] = json!(name);
    asked["inPage"] = json!(in_page);
    let script = format!(
        "{ANSWERS}
         const begin = performance.now();
         const answer = await open(input.name, input.inPage);
         const {{ length: listed }} = await answer(0);
         return {{ milliseconds: performance.now() - begin, listed }};"
    );
    let first: First = page.run(&script, asked).await?;
    ensure!(first.listed == K, "{name}: a list of {}", first.listed);
    Ok((host.sent(), first.milliseconds))
}

/// Later lists, from the page and back, by all in turns: whatever else the machine does meets each alike.
async fn later(root: &Path, asked: &Value) -> Result<()> {
    let host = serve(root)?;
    let page = Page::open(&host.url("")).await?;
    page.patience(Duration::from_secs(300)).await?;
    let mut asked = asked.clone();
    asked["names"] = json!(NAMES.map(|(name, _)| name));
    let script = format!("{ANSWERS}\n{TURN_BY_TURN}");
    let times: Vec<Vec<f64>> = page.run(&script, asked).await?;
    let all = NAMES
        .iter()
        .flat_map(|name| PLACES.map(|place| (name.1, place.1)));
    for ((called, place), times) in all.zip(times) {
        println!("{called}, {place}: a later list {}", percentiles(times));
    }
    Ok(())
}

/// `open(name, inPage)` promises a function of a history's number, which promises a list.
const ANSWERS: &str = "
    const base = document.baseURI;
    async function open(name, inPage) {
        if (name === 'doorstep') {
            const { Doorstep } = await import(new URL('d/doorstep.js', base));
            const ds = await Doorstep.load('d/measured/', { inPage });
            return (at) => ds.recommend({ history: input.named[at], k: input.k });
        }
        const given = { k: input.k, items: input.items };
        if (inPage) {
            const answer = await (await import(new URL(`peer-${name}.js`, base))).open(base, given);
            return (at) => answer(input.histories[at]);
        }
        const worker = new Worker(`worker-${name}.js`, { type: 'module' });
        const ask = (message) => new Promise((answered, failed) => {
            worker.onmessage = ({ data }) => answered(data);
            worker.onerror = ({ message }) => failed(new Error(message));
            worker.postMessage(message);
        });
        await ask({ base, input: given });
        return (at) => ask({ history: input.histories[at] });
    }";

const TURN_BY_TURN: &str = "
    const all = [];
    for (const name of input.names) {
        for (const inPage of [false, true]) all.push({ answer: await open(name, inPage), times: [] });
    }
    const { length } = input.histories;
    for (let at = 0; at < length; at++) for (const { answer } of all) await answer(at);
    for (let turn = 0; turn < input.turns; turn++) {
        for (const { answer, times } of all) {
            await new Promise((next) => setTimeout(next, 20));
            for (let n = 0; n < input.each; n++) {
                const at = (turn * input.each + n) % length;
                const begun = performance.now();
                await answer(at);
                if (n >= input.skipped) times.push(performance.now() - begun);
            }
        }
    }
    return all.map(({ times }) => times);";

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
    import { open } from './peer-NAME.js';
    let answer;
    onmessage = async ({ data: { base, input, history } }) => {
        answer ??= open(base, input);
        postMessage(history && await (await answer)(history));
    };";

fn percentiles(mut values: Vec<f64>) -> String {
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| values[(values.len() as f64 * share) as usize];
    format!("p50 {:.3} ms, p95 {:.3} ms", at(0.5), at(0.95))
}
