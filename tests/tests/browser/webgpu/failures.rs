//! Whatever happens to engine *gpu*, the processor answers and says why.

use anyhow::{Result, ensure};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde_json::json;

use super::{Answer, prepare, run, set, wait_for};
use crate::networks::site_with_networks;

#[tokio::test]
async fn what_keeps_webgpu_from_starting_is_said() -> Result<()> {
    let hide = "Object.defineProperty(navigator, 'gpu', { value: undefined });";
    let none = "GPU.prototype.requestAdapter = async () => null;";
    let refuse = "if (isGpu) GPUAdapter.prototype.requestDevice = async () => { throw new DOMException('no device today', 'OperationError'); };";
    let other = "if (isGpu) {
        const { postMessage } = self;
        self.postMessage = (message) => {
            if (message.result instanceof Float32Array) message.result[7] *= 1.01;
            postMessage.call(self, message);
        };
    }";
    let stuck = "if (isGpu) GPUBuffer.prototype.mapAsync = () => new Promise(() => {});";
    for (script, reason) in [
        (hide, "this browser has none"),
        (none, "no graphics card"),
        (refuse, "no device today"),
        (other, "off the processor's"),
        (stuck, "no answer within 3 s"),
        ("if (isGpu) throw new Error('not here');", "not here"),
        ("self.Worker = undefined;", "update the browser"),
    ] {
        let site = site_with_networks()?;
        prepare(&site, script)?;
        if script == stuck {
            set(&site, "COMPILE_MS = 60_000", "COMPILE_MS = 3_000")?;
        }
        answered_by_the_processor(&site, reason).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_missing_file_of_webgpu_is_named() -> Result<()> {
    for missing in [
        "doorstep-gpu_bg.wasm",
        "doorstep-gpu.js",
        "gpu.js",
        "engine-worker.js",
    ] {
        let site = site_with_networks()?;
        std::fs::remove_file(site.path().join(missing))?;
        let reason = missing.replace("engine-worker.js", "gpu.js");
        answered_by_the_processor(&site, &reason).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_page_that_may_start_no_workers_has_the_processor() -> Result<()> {
    let site = site_with_networks()?;
    let policy =
        "<head><meta http-equiv=\"Content-Security-Policy\" content=\"worker-src 'none'\">";
    site.change(
        "",
        |path| path == "songs.html",
        |bytes| {
            let page = String::from_utf8(bytes).expect("pages are UTF-8");
            Some(page.replacen("<head>", policy, 1).into_bytes())
        },
    )?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let calls = "
        const asked = [loaded(ds.loadCost), await ask()];
        ds.dispose();
        return asked;";
    let asked: Vec<Answer> = wait_for(&page, calls, json!({})).await?;
    for answer in &asked {
        ensure!(answer.is_on("cpu", "worker-src"), "{answer:?}");
    }
    page.close_with(|line| line.contains("worker-src") || line.contains("Content Security Policy"))
        .await
}

async fn answered_by_the_processor(site: &site::Copy, reason: &str) -> Result<()> {
    let calls = "
        const asked = [loaded(ds.loadCost), await ask(), await ask('bsarec'), await ask()];
        ds.dispose();
        return asked;";
    let asked: Vec<Answer> = run(site, json!({}), calls).await?;
    for answer in &asked {
        ensure!(answer.is_on("cpu", reason), "{reason}: {answer:?}");
    }
    ensure!(asked[1].ids.len() == 5 && asked[1].ids == asked[3].ids);
    Ok(())
}

#[tokio::test]
async fn what_ends_the_card_in_mid_query_ends_no_query() -> Result<()> {
    // What a word from the page does to the device with the next submission.
    let script = "if (isGpu) {
        let device;
        let word;
        const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function (...wanted) {
            return device = await requestDevice.apply(this, wanted);
        };
        const { submit } = GPUQueue.prototype;
        GPUQueue.prototype.submit = function (...commands) {
            submit.apply(this, commands);
            if (word === 'lose') device.destroy();
            if (word === 'exhaust') device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('no memory left') }));
            if (word === 'hang') GPUBuffer.prototype.mapAsync = () => new Promise(() => {});
            if (word === 'trap') throw new Error('trapped');
        };
        new BroadcastChannel('test').onmessage = ({ data }) => { word = data; };
    }";
    for (word, reason) in [
        ("lose", ""),
        ("exhaust", ""),
        ("hang", "no answer within 1 s"),
        ("trap", ""),
    ] {
        let site = site_with_networks()?;
        prepare(&site, script)?;
        set(&site, "QUERY_MS = 5_000", "QUERY_MS = 1_000")?;
        let calls = format!(
            "const asked = [await ask()];
             tell('{word}');
             await pause(100);
             asked.push(await ask(), await ask());
             ds.dispose();
             return asked;"
        );
        let asked: Vec<Answer> = run(&site, json!({}), &calls).await?;
        ensure!(asked[0].is_on("webgpu", ""), "{word}: {asked:?}");
        for answer in &asked[1..] {
            let fits = answer.device == "cpu" && answer.reason.contains(reason);
            ensure!(fits && !answer.reason.is_empty(), "{word}: {answer:?}");
            assert_eq!(answer.ids, asked[0].ids, "{word}");
        }
    }
    Ok(())
}
