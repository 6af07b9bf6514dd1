//! The browser predicts what the native reader predicts.

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, LISTED, Labels, MemoryStore, PredictAnswer, PredictQuery};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::{site, table};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::parity::native;
use crate::until_open;

const TOLERANCE: f64 = 1e-5;
const MODELS: [&str; 2] = ["knn", "knn-local"];
/// Tempo, loudness, key: usual points, one far away, and a category that training lacks.
const POINTS: [(f64, f64, &str); 5] = [
    (120.0, -6.0, "1"),
    (75.5, -20.25, "0"),
    (179.0, -0.5, "2"),
    (900.0, 40.0, "1"),
    (100.0, -10.0, "11"),
];

/// A copy of the site with a table of our own in `table/`.
fn site_with_songs() -> Result<site::Copy> {
    let copy = site::Copy::new()?;
    let out = copy.path().join("table");
    table::publish(&table::csv(), &MODELS, &table::OPTIONS, &out)?;
    Ok(copy)
}

fn predicted(
    bundle: &Bundle<MemoryStore>,
    model: &str,
    point: (f64, f64, &str),
) -> Result<PredictAnswer> {
    let query = PredictQuery {
        model: Some(model.to_owned()),
        numeric: vec![Some(point.0), Some(point.1)],
        categorical: vec![Some(point.2.to_owned())],
        list: LISTED,
        labels: Labels::All,
    };
    let answer = bundle.predict(&query).now_or_never();
    Ok(answer.context("memory answers at once")??)
}

fn near(found: &Value, expected: f32) -> bool {
    let found = found.as_f64();
    found.is_some_and(|found| (found - f64::from(expected)).abs() <= TOLERANCE)
}

#[tokio::test]
async fn predictions_in_the_browser_are_the_native_ones() -> Result<()> {
    let site = site_with_songs()?;
    let bundle = native(&site.path().join("table"))?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const songs = await Doorstep.load('/table/');
        let engine;
        songs.addEventListener('query', ({ detail }) => { engine = detail.engine; });
        const answers = [];
        for (const [model, features] of input) answers.push(await songs.predict(features, { model }));
        const info = await songs.features();
        const rows = await songs.rows([7, 0]);
        songs.dispose();
        return { answers, info, rows, engine };";
    let asked: Vec<(&str, (f64, f64, &str))> = MODELS
        .into_iter()
        .flat_map(|model| POINTS.map(|point| (model, point)))
        .collect();
    let input: Vec<Value> = asked
        .iter()
        .map(|(model, (tempo, loudness, key))| {
            json!([model, { "tempo": tempo, "loudness": loudness, "key": key }])
        })
        .collect();
    let found: Value = page.run(ask, json!(input)).await?;
    ensure!(found["engine"] == "tables");
    for (&(model, point), answer) in asked
        .iter()
        .zip(found["answers"].as_array().context("no list")?)
    {
        let expected = predicted(&bundle, model, point)?;
        ensure!(
            near(&answer["value"], expected.value),
            "{model} at {point:?}: {} is not {}",
            answer["value"],
            expected.value
        );
        let neighbours = answer["neighbours"].as_array().context("no neighbours")?;
        ensure!(neighbours.len() == expected.neighbours.len());
        for (found, expected) in neighbours.iter().zip(&expected.neighbours) {
            ensure!(
                found["id"] == expected.id,
                "{model} at {point:?}: {found} is not {expected:?}"
            );
            ensure!(
                near(&found["weight"], expected.weight)
                    && near(&found["distance"], expected.distance)
            );
        }
        ensure!(answer["unseen"] == json!(expected.unseen));
    }
    ensure!(found["info"]["target"] == "energy");
    ensure!(found["info"]["features"][0]["name"] == "tempo");
    ensure!(found["rows"][0]["row"] == 7 && found["rows"][1]["row"] == 0);
    page.close().await
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused_and_a_shop_predicts_nothing() -> Result<()> {
    let site = site_with_songs()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const songs = await Doorstep.load('/table/');
        const shop = await Doorstep.load('/bundle/');
        const said = async (call) => call().then(() => 'accepted', ({ code, message }) => `${code}: ${message}`);
        const point = { tempo: 120, loudness: -6, key: 1 };
        const refused = [
            await said(() => songs.predict({ ...point, tempo: NaN })),
            await said(() => songs.predict({ ...point, tempo: 'fast' })),
            await said(() => songs.predict({ tempo: 120 })),
            await said(() => songs.predict({ ...point, mood: 1 })),
            await said(() => songs.predict(120)),
            await said(() => songs.predict(point, { neighbors: 3 })),
            await said(() => songs.predict(point, { model: 'forest' })),
            await said(() => songs.rows([-1])),
            await said(() => songs.rows([1e6])),
            await said(() => songs.recommend()),
            await said(() => shop.predict(point)),
        ];
        const still = (await songs.predict(point)).value;
        songs.dispose();
        shop.dispose();
        return [refused, still];";
    let (said, still): (Vec<String>, f64) = page.run(ask, Value::Null).await?;
    let expected = [
        "tempo",
        "tempo",
        "loudness",
        "mood",
        "features",
        "neighbors",
        "forest",
        "rows is [-1]",
        "row",
        "predict",
        "no model of a table",
    ];
    ensure!(said.len() == expected.len());
    for (said, word) in said.iter().zip(expected) {
        ensure!(
            said.starts_with("invalid-query: ") && said.contains(word),
            "{word}: {said}"
        );
    }
    ensure!(still.is_finite());
    page.close().await
}
