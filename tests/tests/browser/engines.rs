//! A bundle whose models need several engines: each comes with the first query for one of its models.

use anyhow::{Result, ensure};
use doorstep_shared::item_item::{HistoryWeighting, ItemItem, Neighbours};
use doorstep_shared::models::{Ensemble, Model, Popularity, Share};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::{network, site};
use serde::Deserialize;
use serde_json::{Value, json};

const ITEMS: usize = 300;

/// Neighbours of nothing but the item that comes after.
fn successors() -> Model {
    let rows: Vec<usize> = (0..=ITEMS).collect();
    let next: Vec<u32> = (0..ITEMS).map(|i| ((i + 1) % ITEMS) as u32).collect();
    Model::ItemItem(ItemItem {
        name: "item-knn".to_owned(),
        weighting: HistoryWeighting {
            decay: 1.0,
            window: None,
            by_rating: false,
            mean: false,
        },
        neighbours: Neighbours::new((ITEMS, ITEMS), rows, next, vec![0.5; ITEMS]),
    })
}

/// A copy of the site with `mixed/`: popularity by default, a network, and an ensemble
/// of one with the only model that compares items.
fn site_with_mixed_bundle() -> Result<site::Copy> {
    let copy = site::Copy::new()?;
    let sasrec = Model::Neural(Box::new(network::network(
        network::ARCHITECTURES[0],
        ITEMS,
    )?));
    let half = Share::of_weight(0.5);
    let models = [
        Model::Popularity(Popularity {
            counts: vec![1; ITEMS],
        }),
        sasrec.clone(),
        Model::Ensemble(Ensemble {
            name: "ensemble".to_owned(),
            members: vec![(half, successors()), (half, sasrec)],
        }),
    ];
    network::publish_models(&models, ITEMS, &copy.path().join("mixed"))?;
    Ok(copy)
}

/// Opens the bundle as `ds`, with `ask(call)`, which says what a call gave and cost.
const OPEN: &str = "
    const { Doorstep } = await import(new URL('/doorstep.js', location));
    const ds = await Doorstep.load('/mixed/', input?.options);
    const history = ['item-00007', 'item-00009'];
    async function ask(call) {
        const told = new Promise((tell) => ds.addEventListener('query', ({ detail }) => tell(detail), { once: true }));
        const answer = await call().then((value) => ({ value }), ({ code = '', file = '', message }) => ({ code, file, message }));
        const { engine, engineBytes } = await told;
        const { value = [], code = '', file = '', message = '' } = answer;
        return { engine, bytes: engineBytes, ids: [value].flat().map((hit) => hit?.id ?? ''), code, file, message };
    }
    const list = (model) => () => ds.recommend({ history, k: 5, model });";

/// What `ask` gave.
#[derive(Debug, Deserialize)]
struct Asked {
    engine: String,
    bytes: u64,
    ids: Vec<String>,
    code: String,
    file: String,
    message: String,
}

async fn ask(page: &Page, calls: &str) -> Result<Vec<Asked>> {
    let input = Value::Null;
    page.run(&format!("{OPEN}\n{calls}"), input).await
}

#[tokio::test]
async fn a_network_brings_its_engine_when_it_is_named() -> Result<()> {
    let site = site_with_mixed_bundle()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let calls = "
        const asked = [
            await ask(list()),
            await ask(() => ds.items(history)),
            await ask(list('forest')),
            await ask(() => ds.predict({ tempo: 1 })),
            await ask(list('sasrec')),
            await ask(list()),
            await ask(() => ds.items(history)),
            await ask(() => ds.similar('item-00007')),
        ];
        ds.dispose();
        return asked;";
    let asked = ask(&page, calls).await?;
    let [first, items, unknown, table, network, again, same, similar] = asked.as_slice() else {
        anyhow::bail!("not all was asked: {asked:?}");
    };
    for before in [first, items, unknown, table] {
        assert_eq!(before.engine, "core");
        assert_eq!(before.bytes, first.bytes, "{before:?}");
    }
    assert_eq!(unknown.code, "invalid-query");
    let all = "it has popularity, sasrec, ensemble";
    ensure!(unknown.message.contains(all), "{}", unknown.message);
    assert_eq!(table.code, "invalid-query");
    ensure!(
        table.message.contains("no model of a table"),
        "{}",
        table.message
    );
    for after in [network, again, same, similar] {
        assert_eq!((after.engine.as_str(), after.code.as_str()), ("cpu", ""));
        ensure!(after.bytes > 2 * first.bytes, "{after:?} after {first:?}");
    }
    assert_eq!(network.ids.len(), 5);
    assert_ne!(network.ids, first.ids);
    assert_eq!(
        (&again.ids, &same.ids),
        (&first.ids, &items.ids),
        "the other engine answers otherwise"
    );
    assert_eq!(similar.ids[0], "item-00008");
    page.close().await
}

/// `similar` names no model, and the one that an engine of all models reads it from is an ensemble with a network.
#[tokio::test]
async fn similar_items_are_the_same_whichever_engine_was_there() -> Result<()> {
    let site = site_with_mixed_bundle()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let calls = "
        const asked = [await ask(() => ds.similar('item-00007'))];
        ds.dispose();
        return asked;";
    let asked = ask(&page, calls).await?;
    assert_eq!(
        (asked[0].engine.as_str(), asked[0].ids[0].as_str()),
        ("cpu", "item-00008")
    );
    page.close().await
}

#[tokio::test]
async fn queries_at_once_an_abort_and_an_end_are_served_in_mid_change() -> Result<()> {
    let site = site_with_mixed_bundle()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let calls = "
        const engines = [];
        ds.addEventListener('query', ({ detail }) => engines.push(detail.engine));
        const dropped = new AbortController();
        const aborted = ds.recommend({ history, model: 'sasrec' }, { signal: dropped.signal }).catch(({ name }) => name);
        setTimeout(() => dropped.abort(), 5);
        const said = [await aborted];
        await ds.items(history); // the abort is through by then
        const many = await Promise.all([list(), list('sasrec'), list(), list('sasrec'), list()].map((call) => call()));
        said.push(...many.map((hits) => hits.map(({ id }) => id).join()));
        const other = await Doorstep.load('/mixed/');
        const ended = other.recommend({ history, model: 'sasrec' }).catch(({ code }) => code);
        setTimeout(() => other.dispose(), 5);
        said.push(await ended);
        ds.dispose();
        return { said, engines };";
    let found: Value = page.run(&format!("{OPEN}\n{calls}"), Value::Null).await?;
    let said = &found["said"];
    assert_eq!(said[0], json!("AbortError"));
    assert_eq!((&said[1], &said[2]), (&said[3], &said[4]));
    assert_eq!(said[1], said[5]);
    assert_ne!(said[1], said[2]);
    assert_eq!(said[6], json!("disposed"));
    assert_eq!(
        found["engines"],
        json!(["core", "core", "core", "cpu", "cpu", "cpu", "cpu"])
    );
    page.close().await
}

#[tokio::test]
async fn an_engine_that_is_not_there_fails_its_own_queries_only() -> Result<()> {
    for missing in ["doorstep-cpu_bg.wasm", "doorstep-cpu.js"] {
        let site = site_with_mixed_bundle()?;
        let kept = std::fs::read(site.path().join(missing))?;
        std::fs::remove_file(site.path().join(missing))?;
        let server = Server::start(site.path())?;
        let page = Page::open(&server.url("songs.html")).await?;
        let calls = "
            globalThis.ds = ds;
            globalThis.list = list;
            globalThis.ask = ask;
            return [await ask(list()), await ask(list('sasrec')), await ask(list()), await ask(list('sasrec'))];";
        let asked = ask(&page, calls).await?;
        for (named, answer) in [false, true, false, true].into_iter().zip(&asked) {
            let expected = if named {
                ("network", missing)
            } else {
                ("", "")
            };
            let found = (answer.code.as_str(), answer.file.as_str());
            assert_eq!((found, answer.engine.as_str()), (expected, "core"));
        }
        assert_eq!(asked[0].ids, asked[2].ids);
        // Once it is there, the next query has it.
        std::fs::write(site.path().join(missing), kept)?;
        let later: Asked = page.run("return ask(list('sasrec'));", Value::Null).await?;
        assert_eq!((later.engine.as_str(), later.code.as_str()), ("cpu", ""));
        page.close_with(|line| line.contains("Failed to load resource"))
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_load_ends_with_an_abort_in_the_same_task() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("songs.html")).await?;
    let load = "
        const { Doorstep } = await import('/doorstep.js');
        const ended = [];
        for (const options of [{}, { history: [] }]) {
          const given = new AbortController();
          const loading = Doorstep.load('/bundle/', { ...options, signal: given.signal });
          given.abort();
          ended.push(await loading.then(() => 'loaded', ({ name }) => name));
        }
        return ended;";
    let ended: Vec<String> = page.run(load, Value::Null).await?;
    assert_eq!(ended, ["AbortError", "AbortError"]);
    page.close().await
}
