//! Engine *gpu* on a software adapter: it says what the processor says.

mod failures;

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::networks::{HISTORIES, agree, histories, site_with_networks};
use crate::parity::native;

/// How long a busy machine may take to compile kernels and run them without a card.
const PATIENCE: Duration = Duration::from_secs(180);

/// Native code, the processor in the browser and WebGPU give the same lists.
#[tokio::test]
async fn two_hundred_random_histories_give_the_native_lists() -> Result<()> {
    let site = site_with_networks()?;
    let bundle = native(&site.path().join("networks"))?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let open = "
        globalThis.ds = ds;
        globalThis.devices = new Set();
        ds.addEventListener('query', ({ detail }) => devices.add(detail.device));
        return null;";
    wait_for::<Value>(&page, open, json!({})).await?;
    for model in ["sasrec", "bsarec"] {
        let queries = histories(HISTORIES, model);
        for query in queries.chunks(20) {
            let ask = "
                const answers = [];
                for (const query of input) {
                    answers.push((await globalThis.ds.recommend(query)).map(({ id, score }) => [id, score]));
                }
                return answers;";
            let found: Vec<Vec<(String, f32)>> = page.run(ask, json!(query)).await?;
            for (query, found) in query.iter().zip(found) {
                agree(&bundle, query, &found)?;
            }
        }
    }
    let devices: Vec<String> = page.value("[...devices]").await?;
    assert_eq!(devices, ["webgpu"]);
    page.run::<Value>("globalThis.ds.dispose();", Value::Null)
        .await?;
    page.close().await
}

/// Pictures score on WebGPU what they do on the processor.
#[tokio::test]
async fn a_hundred_pictures_score_as_on_the_processor() -> Result<()> {
    let compare = "
        ds.dispose();
        const picture = (n) => {
            const image = new ImageData(40, 30);
            for (let at = 0; at < 1200; at++) image.data.fill((at * (n + 7) + n * n + (at % 40) * 4) % 256, 4 * at, 4 * at + 3), image.data[4 * at + 3] = 255;
            return image;
        };
        const scores = {};
        for (const device of ['cpu', 'webgpu']) {
            const pictures = await Doorstep.load('/xray/', { device, timeoutMs: 60000 });
            const used = new Set();
            pictures.addEventListener('query', ({ detail }) => used.add(`${detail.device} ${detail.deviceReason ?? ''}`));
            const own = [];
            for (let n = 0; n < 100; n++) own.push((await pictures.inspect(picture(n), n % 10 ? {} : { map: 'reconstruction' })).score);
            scores[device] = { own, used: [...used] };
            pictures.dispose();
        }
        return scores;";
    let found: Value = run(&site_with_networks()?, json!({ "device": "cpu" }), compare).await?;
    for device in ["cpu", "webgpu"] {
        ensure!(
            found[device]["used"] == json!([format!("{device} ")]),
            "{found}"
        );
    }
    let of = |device: &str| -> Vec<f64> {
        let own = found[device]["own"].as_array();
        own.iter()
            .flat_map(|own| own.iter())
            .filter_map(Value::as_f64)
            .collect()
    };
    let (cpu, webgpu) = (of("cpu"), of("webgpu"));
    ensure!(cpu.len() == 100 && webgpu.len() == 100);
    for (cpu, webgpu) in cpu.iter().zip(&webgpu) {
        ensure!(
            (cpu - webgpu).abs() <= 1e-3 * cpu.abs(),
            "{cpu} is not {webgpu}"
        );
    }
    Ok(())
}

/// Opens the networks as `ds` and asks with `ask(model, history)`, which says what answered.
const OPEN: &str = "
    const { Doorstep } = await import(new URL('/doorstep.js', location));
    const files = new Set();
    const ds = await Doorstep.load('/networks/', { device: 'webgpu', onProgress: ({ file }) => files.add(file), ...input });
    const history = ['item-00007', 'item-00009', 'item-00011'];
    const tell = (word) => new BroadcastChannel('test').postMessage(word);
    const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));
    async function ask(model = 'sasrec', items = history) {
        const told = new Promise((tell) => ds.addEventListener('query', ({ detail }) => tell(detail), { once: true }));
        const hits = await ds.recommend({ history: items, k: 5, model });
        const { device, engine, deviceReason = '', milliseconds } = await told;
        return { ids: hits.map(({ id }) => id), device, engine, reason: deviceReason, milliseconds };
    }
    const loaded = ({ device, deviceReason = '' }) => ({ ids: [], device, engine: '', reason: deviceReason, milliseconds: 0 });";

/// What answered, and what.
#[derive(Debug, Deserialize)]
struct Answer {
    ids: Vec<String>,
    device: String,
    engine: String,
    reason: String,
}

impl Answer {
    fn is_on(&self, device: &str, reason: &str) -> bool {
        self.device == device
            && self.reason.contains(reason)
            && self.reason.is_empty() == reason.is_empty()
    }
}

/// Has the workers run `script` before their own; `isGpu` says which of them it is.
fn prepare(site: &site::Copy, script: &str) -> Result<()> {
    let before = format!("const isGpu = self.name === 'doorstep-gpu';\n{script}\n");
    site.change(
        "",
        |path| path == "worker.js",
        |bytes| Some([before.as_bytes(), &bytes].concat()),
    )
}

/// Replaces a constant of gpu.js.
fn set(site: &site::Copy, old: &str, new: &str) -> Result<()> {
    site.change(
        "",
        |path| path == "gpu.js",
        |bytes| {
            let text = String::from_utf8(bytes).expect("scripts are UTF-8");
            assert!(text.contains(old), "gpu.js has no `{old}`");
            Some(text.replace(old, new).into_bytes())
        },
    )
}

/// Runs `calls` in a page of `site`, with options for `Doorstep.load`.
async fn run<T: DeserializeOwned>(site: &site::Copy, options: Value, calls: &str) -> Result<T> {
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let found = wait_for(&page, calls, options).await?;
    // What was taken away is missed once.
    page.close_with(|line| line.contains("404")).await?;
    Ok(found)
}

/// The result of `calls`, which may take longer than a script: kernels are compiled by the processor.
async fn wait_for<T: DeserializeOwned>(page: &Page, calls: &str, options: Value) -> Result<T> {
    let begin = format!(
        "globalThis.outcome = undefined;
         (async () => {{ {OPEN}\n{calls} }})().then(
             (value) => {{ globalThis.outcome = {{ value }}; }},
             (error) => {{ globalThis.outcome = {{ error: `${{error?.stack ?? error}}` }}; }});"
    );
    page.run::<Value>(&begin, options).await?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let outcome: Value = page.value("globalThis.outcome").await?;
        if let Some(error) = outcome["error"].as_str() {
            bail!("the page threw {error}");
        }
        if let Some(value) = outcome.get("value") {
            return Ok(serde_json::from_value(value.clone())?);
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("no result: {:?}", page.complaints().await?)
}

#[tokio::test]
async fn networks_run_on_webgpu_and_other_models_do_not() -> Result<()> {
    let site = site_with_networks()?;
    let calls = "
        const asked = [loaded(ds.loadCost), await ask(), await ask('sasrec', []), await ask('bsarec')];
        const items = new Promise((tell) => ds.addEventListener('query', ({ detail }) => tell(detail), { once: true }));
        await ds.items(history);
        asked.push(loaded(await items));
        ds.dispose();
        return [asked, [...files]];";
    let (asked, files): (Vec<Answer>, Vec<String>) = run(&site, json!({}), calls).await?;
    ensure!(asked[0].is_on("webgpu", ""), "{asked:?}");
    for answer in &asked[1..4] {
        ensure!(
            answer.is_on("webgpu", "") && answer.engine == "gpu",
            "{answer:?}"
        );
        assert_eq!(answer.ids.len(), 5);
    }
    ensure!(
        asked[4].is_on("cpu", "No network of sequences or pictures"),
        "{asked:?}"
    );
    for file in ["doorstep-gpu_bg.wasm", "WebGPU kernels"] {
        assert!(files.iter().any(|seen| seen == file), "{files:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_processor_fetches_nothing_of_webgpu_and_a_quick_one_neither() -> Result<()> {
    let site = site_with_networks()?;
    for device in ["cpu", "auto"] {
        let calls = "
            const asked = [loaded(ds.loadCost), await ask(), await ask()];
            await pause(1000);
            asked.push(await ask());
            ds.dispose();
            const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
            return [asked, [...files, ...fetched]];";
        let (asked, files): (Vec<Answer>, Vec<String>) =
            run(&site, json!({ "device": device }), calls).await?;
        assert!(asked.iter().all(|a| a.is_on("cpu", "")), "{asked:?}");
        assert!(files.iter().all(|file| !file.contains("gpu")), "{files:?}");
    }
    Ok(())
}

/// A software adapter never wins, so `auto` leaves it alone; here it is taken for a card.
#[tokio::test]
async fn auto_times_both_engines_and_keeps_the_faster() -> Result<()> {
    for (slow, kept) in [("isGpu", "cpu"), ("!isGpu", "webgpu")] {
        let site = site_with_networks()?;
        set(&site, "WORTH_MS = 8", "WORTH_MS = 0")?;
        set(&site, "found.info?.isFallbackAdapter", "false")?;
        // A processor, or a card, that takes 300 ms longer.
        let script = format!(
            "if ({slow}) {{
                const slow = (engine) => {{
                    const {{ recommend }} = engine.prototype;
                    engine.prototype.recommend = async function (query) {{
                        await new Promise((resume) => setTimeout(resume, 300));
                        return recommend.call(this, query);
                    }};
                }};
                self.slow = slow;
             }}"
        );
        prepare(&site, &script)?;
        site.change(
            "",
            |path| path == "doorstep-cpu.js" || path == "doorstep-gpu.js",
            |bytes| Some([&bytes[..], b"\nself.slow?.(Engine);\n"].concat()),
        )?;
        let calls = "
            const first = await ask();
            for (let n = 0; n < 250 && !ds.loadCost.timings?.webgpu; n++) {
                await pause(100);
                await ask();
            }
            const last = await ask();
            const { timings } = ds.loadCost;
            ds.dispose();
            return [first, last, timings.cpu, timings.webgpu];";
        let (first, last, cpu, webgpu): (Answer, Answer, f64, f64) =
            run(&site, json!({ "device": "auto" }), calls).await?;
        ensure!(first.is_on("cpu", ""), "{first:?}");
        ensure!(last.is_on(kept, ""), "{last:?} after {cpu} and {webgpu} ms");
        assert_eq!(first.ids, last.ids);
        assert_eq!(kept == "cpu", cpu < webgpu, "{cpu} and {webgpu} ms");
    }
    Ok(())
}
