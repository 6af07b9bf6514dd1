//! The browser gives the lists that the native reader gives.

use std::path::Path;

use anyhow::{Result, ensure};
use doorstep_shared::bundle::{Bundle, MemoryStore};
use doorstep_shared::query::RecommendQuery;
use doorstep_tests::page::Page;
use doorstep_tests::random::Random;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::until_open;

const HISTORIES: usize = 200;
const TOLERANCE: f32 = 1e-6;

/// The bundle in a folder, in memory.
pub fn native(folder: &Path) -> Result<Bundle<MemoryStore>> {
    let mut store = MemoryStore::default();
    for file in site::files(folder)? {
        let path = file
            .strip_prefix(folder)?
            .to_string_lossy()
            .replace('\\', "/");
        store.files.insert(path, std::fs::read(&file)?);
    }
    let opened = Bundle::open(store).now_or_never();
    Ok(opened.expect("memory answers at once")?)
}

fn histories(ids: &[String]) -> Vec<Vec<Value>> {
    let mut random = Random::new(2);
    (0..HISTORIES)
        .map(|_| {
            let length = random.below(21);
            (0..length)
                .map(|_| json!({ "item": ids[random.below(ids.len())] }))
                .collect()
        })
        .collect()
}

#[tokio::test]
async fn two_hundred_random_histories_give_the_native_lists() -> Result<()> {
    let bundle = native(&site::folder().join("bundle"))?;
    let ids = bundle
        .all_ids()
        .now_or_never()
        .expect("memory answers at once")?;
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    // Networks are compared in networks.rs, to what their arithmetic allows.
    let models = bundle.manifest().models.iter();
    for model in models.filter(|model| model.engine == "core") {
        let queries: Vec<Value> = histories(&ids)
            .into_iter()
            .map(|history| json!({ "history": history, "k": 20, "model": model.name }))
            .collect();
        let ask = "
            const { Doorstep } = await import(new URL('doorstep.js', document.baseURI));
            const doorstep = await Doorstep.load('./bundle/');
            const answers = [];
            for (const query of input) {
                answers.push((await doorstep.recommend(query)).map(({ id, score }) => [id, score]));
            }
            doorstep.dispose();
            return answers;";
        let found: Vec<Vec<(String, f32)>> = page.run(ask, json!(queries)).await?;
        ensure!(found.len() == HISTORIES);
        for (query, found) in queries.into_iter().zip(found) {
            let query: RecommendQuery = serde_json::from_value(query)?;
            let expected = bundle
                .recommend(&query)
                .now_or_never()
                .expect("memory answers at once")?;
            let same_ids = expected
                .hits
                .iter()
                .map(|hit| &hit.id)
                .eq(found.iter().map(|(id, _)| id));
            ensure!(
                same_ids,
                "{}: {query:?}: {found:?} is not {expected:?}",
                model.name
            );
            for (hit, (id, score)) in expected.hits.iter().zip(&found) {
                ensure!(
                    (hit.score - score).abs() <= TOLERANCE,
                    "{}: {id} scores {score} in the browser and {} natively",
                    model.name,
                    hit.score
                );
            }
        }
    }
    page.close().await
}
