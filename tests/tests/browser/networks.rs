//! Engine *cpu*: networks in the browser say what they say natively, and what goes wrong is told.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, MemoryStore};
use doorstep_shared::query::RecommendQuery;
use doorstep_tests::page::Page;
use doorstep_tests::random::Random;
use doorstep_tests::server::Server;
use doorstep_tests::{network, site};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::parity::native;

const ITEMS: usize = 3000;
pub(crate) const HISTORIES: usize = 200;
/// Longer than what a network reads.
const LONGEST: usize = 80;
/// Entries of a list.
const LISTED: usize = 20;
/// How far scores may lie apart, relatively.
const TOLERANCE: f32 = 1e-3;

/// A copy of the site with networks of our own in `networks/`.
pub(crate) fn site_with_networks() -> Result<site::Copy> {
    let copy = site::Copy::new()?;
    network::publish(ITEMS, &copy.path().join("networks"))?;
    Ok(copy)
}

fn asked(history: &[usize], model: &str) -> Value {
    let items = history
        .iter()
        .map(|&item| json!({ "item": network::id(item) }));
    json!({ "history": items.collect::<Vec<_>>(), "k": LISTED, "model": model })
}

/// Each item's score, best first.
fn scores(bundle: &Bundle<MemoryStore>, query: &Value) -> Result<Vec<(String, f32)>> {
    let mut query: RecommendQuery = serde_json::from_value(query.clone())?;
    query.k = 1000;
    let answer = bundle.recommend(&query).now_or_never();
    let hits = answer.context("memory answers at once")??.hits;
    Ok(hits.into_iter().map(|hit| (hit.id, hit.score)).collect())
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= TOLERANCE * a.abs().max(b.abs())
}

/// What the browser answers to queries.
async fn ask(page: &Page, queries: &[Value]) -> Result<Vec<Vec<(String, f32)>>> {
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const ds = await Doorstep.load('/networks/');
        const answers = [];
        for (const query of input) {
            answers.push((await ds.recommend(query)).map(({ id, score }) => [id, score]));
        }
        ds.dispose();
        return answers;";
    page.run(ask, json!(queries)).await
}

/// Queries of random histories.
pub(crate) fn histories(number: usize, model: &str) -> Vec<Value> {
    let mut random = Random::new(3);
    let query = |_| {
        let length = 1 + random.below(LONGEST);
        let history: Vec<usize> = (0..length).map(|_| random.below(ITEMS)).collect();
        asked(&history, model)
    };
    (0..number).map(query).collect()
}

/// Refuses a list that differs from the native one.
pub(crate) fn agree(
    bundle: &Bundle<MemoryStore>,
    query: &Value,
    found: &[(String, f32)],
) -> Result<()> {
    ensure!(found.len() == LISTED);
    let expected = scores(bundle, query)?;
    let by_id: HashMap<&str, f32> = expected.iter().map(|(id, s)| (id.as_str(), *s)).collect();
    for (rank, (id, score)) in found.iter().enumerate() {
        let native = by_id.get(id.as_str()).copied().unwrap_or_default();
        // Another item than natively may stand here only where its score is as good.
        ensure!(
            near(*score, native) && near(native, expected[rank].1),
            "{id} scores {score} in the browser and {native} natively, where {:?} is expected: {query}",
            expected[rank]
        );
    }
    Ok(())
}

#[tokio::test]
async fn two_hundred_random_histories_give_the_native_lists() -> Result<()> {
    let site = site_with_networks()?;
    let bundle = native(&site.path().join("networks"))?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    for model in ["sasrec", "bsarec", "ncf", "metadata-mf"] {
        let queries = histories(HISTORIES, model);
        for (query, found) in queries.iter().zip(ask(&page, &queries).await?) {
            agree(&bundle, query, &found)?;
        }
    }
    page.close().await
}

#[tokio::test]
async fn odd_histories_are_answered() -> Result<()> {
    let site = site_with_networks()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const ds = await Doorstep.load('/networks/');
        let detail;
        ds.addEventListener('query', (event) => { detail = event.detail; });
        const ids = async (history, rest) => (await ds.recommend({ history, excludeSeen: false, ...rest })).map(({ id, fallback }) => [id, !!fallback]);
        const nothing = await ids([]);
        const nobody = await ids(['no such item']);
        const { unknown, engine, device } = detail;
        const long = await ids(input);
        const end = await ids(input.slice(-50));
        const one = await ids(['no such item', ...input.slice(0, 1)]);
        const alone = await ids(input.slice(0, 1));
        const wrong = await ds.similar(input[0], { model: 'sasrec' }).catch(({ code }) => code);
        ds.dispose();
        return { nothing, nobody, unknown, engine, device, long, end, one, alone, wrong };";
    let history: Vec<String> = (0..LONGEST).map(|n| network::id(n * 37 % ITEMS)).collect();
    let found: Value = page.run(ask, json!(history)).await?;
    let popular: Vec<Value> = (0..10).map(|n| json!([network::id(n), true])).collect();
    assert_eq!(found["nothing"], json!(popular));
    assert_eq!(found["nobody"], found["nothing"]);
    assert_eq!(found["unknown"], json!(["no such item"]));
    assert_eq!(
        (&found["engine"], &found["device"]),
        (&json!("cpu"), &json!("cpu"))
    );
    assert_eq!(found["long"], found["end"]);
    assert_eq!(found["one"], found["alone"]);
    assert_ne!(found["one"], found["long"]);
    assert_eq!(found["long"][0][1], json!(false));
    assert_eq!(found["wrong"], json!("invalid-query"));
    page.close().await
}

#[tokio::test]
async fn the_device_that_was_wished_for_and_the_one_used_are_told() -> Result<()> {
    let site = site_with_networks()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const { url, device } = input;
        const ds = await Doorstep.load(url, { device });
        let detail;
        ds.addEventListener('query', (event) => { detail = event.detail; });
        await ds.recommend({ history: [] }).catch(() => {}); // songs are predicted, not recommended
        const said = [ds.loadCost, detail].map(({ device, requestedDevice, deviceReason = '' }) => [device, requestedDevice, deviceReason]);
        ds.dispose();
        return said;";
    for (url, device, reason) in [
        ("/networks/", "auto", ""),
        ("/networks/", "cpu", ""),
        ("/songs/", "webgpu", "No model of this bundle"),
    ] {
        let said: [[String; 3]; 2] = page
            .run(ask, json!({ "url": url, "device": device }))
            .await?;
        for [used, wanted, why] in said {
            assert_eq!((used.as_str(), wanted.as_str()), ("cpu", device));
            let fits = why.contains(reason) && why.is_empty() == reason.is_empty();
            assert!(fits, "{url} on {device}: {why:?}");
        }
    }
    let refused = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        return Doorstep.load('/networks/', { device: 'tpu' }).catch(({ code, message }) => [code, message]);";
    let [code, message]: [String; 2] = page.run(refused, Value::Null).await?;
    assert_eq!(code, "invalid-query");
    assert!(message.contains("auto, cpu, webgpu"), "{message}");
    page.close().await
}

#[tokio::test]
async fn damaged_parameters_show_the_fallback_and_say_why() -> Result<()> {
    let site = site_with_networks()?;
    site.change(
        "networks/models",
        |path| path.ends_with("safetensors"),
        |mut bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            Some(bytes)
        },
    )?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let ask = "
        const at = (file) => import(new URL(file, location));
        const { VisitorHistory } = await at('/history.js');
        await at('/widgets.js');
        VisitorHistory.of('/networks/').add(input);
        const shelf = document.createElement('doorstep-recommend');
        shelf.setAttribute('bundle', '/networks/');
        const fallback = document.createElement('p');
        fallback.textContent = 'Popular items';
        shelf.append(fallback);
        const failed = new Promise((told) => shelf.addEventListener('doorstep:error', ({ detail }) => told(detail.error)));
        document.querySelector('main').prepend(shelf);
        shelf.scrollIntoView();
        const { name, code, file } = await failed;
        return [name, code, file, String(fallback.checkVisibility())];";
    let said: [String; 4] = page.run(ask, json!(network::id(7))).await?;
    let [name, code, file, shown] = said;
    assert_eq!(
        (name.as_str(), code.as_str(), shown.as_str()),
        ("DoorstepError", "damaged", "true")
    );
    assert!(
        file.starts_with("models/sasrec-") && file.ends_with(".safetensors"),
        "{file}"
    );
    page.close().await
}
