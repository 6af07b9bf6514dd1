//! What a visitor does in the songs room.

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{Bundle, Labels, MemoryStore, PredictQuery};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use futures_util::FutureExt;
use serde_json::{Map, Value, json};

use crate::hook;
use crate::parity::native;

const TOLERANCE: f64 = 1e-5;
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const RIGHT: &str = "\u{e014}";
const DOWN: &str = "\u{e015}";

/// What the widget shows under this name of a part, as an expression.
pub fn part(name: &str) -> String {
    format!(
        "{}.shadowRoot.querySelector('[part={name}]')",
        hook("predict")
    )
}

/// Waits until the widget says its prediction, and from then on counts predictions.
pub async fn until_predicted(page: &Page) -> Result<()> {
    let said = format!(
        "{}?.shadowRoot && {}?.textContent",
        hook("predict"),
        part("status")
    );
    page.until::<String>("a prediction is said", &said).await?;
    let count = "
        window.predictions = { shown: 0, settled: 0 };
        addEventListener('doorstep:prediction', ({ detail }) => {
            predictions.shown++;
            if (detail.settled) predictions.settled++;
        });";
    page.run::<Value>(count, Value::Null).await?;
    Ok(())
}

async fn open() -> Result<(Server, Page)> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("songs.html")).await?;
    until_predicted(&page).await?;
    page.until::<bool>(
        "the plot is there",
        "!document.getElementById('plot').hidden",
    )
    .await?;
    Ok((server, page))
}

/// Waits until predictions have settled `times` since [`until_predicted`].
async fn until_settled(page: &Page, times: usize) -> Result<()> {
    let settled = format!("predictions.settled >= {times}");
    page.until::<bool>("the prediction settles", &settled)
        .await?;
    Ok(())
}

async fn values(page: &Page) -> Result<Map<String, Value>> {
    page.value(&format!("{}.values", hook("predict"))).await
}

/// What the native reader predicts from a page's values.
fn predicted(bundle: &Bundle<MemoryStore>, values: &Map<String, Value>) -> Result<f32> {
    let info = bundle
        .knn_info(None)
        .now_or_never()
        .context("in memory")??;
    let mut query = PredictQuery {
        labels: Labels::AtHand,
        ..PredictQuery::default()
    };
    for feature in &info.features {
        let value = &values[&feature.name];
        if feature.categories.is_empty() {
            query.numeric.push(value.as_f64());
        } else {
            query.categorical.push(value.as_str().map(str::to_owned));
        }
    }
    let answer = bundle
        .predict(&query)
        .now_or_never()
        .context("in memory")??;
    Ok(answer.value)
}

#[tokio::test]
async fn the_prediction_follows_a_dragged_slider_and_is_the_native_one() -> Result<()> {
    let bundle = native(&site::folder().join("songs"))?;
    let (_server, page) = open().await?;
    let before = values(&page).await?;
    let watch = "
        window.said = 0;
        const status = document.querySelector('[data-testid=predict]').shadowRoot.querySelector('[part=status]');
        new MutationObserver(() => window.said++).observe(status, { childList: true });";
    page.run::<Value>(watch, Value::Null).await?;
    let slider = part("slider");
    page.drag(&slider, &[6; 12]).await?;
    until_settled(&page, 1).await?;
    let after = values(&page).await?;
    let moved: Vec<&String> = after.keys().filter(|k| after[*k] != before[*k]).collect();
    ensure!(moved.len() == 1, "{moved:?} changed");
    let shown: usize = page.value("predictions.shown").await?;
    ensure!(shown >= 4, "only {shown} predictions during the drag");
    let said: usize = page.value("window.said").await?;
    ensure!(said <= 2, "a screen reader was told {said} times");
    let found: f64 = page
        .value(&format!("{}.prediction.value", hook("predict")))
        .await?;
    let expected = f64::from(predicted(&bundle, &after)?);
    ensure!(
        (found - expected).abs() < TOLERANCE,
        "{found} is not {expected}"
    );
    ensure!((found - f64::from(predicted(&bundle, &before)?)).abs() > 0.0);
    let text: String = page
        .value(&format!("{}.textContent", part("value")))
        .await?;
    let read: f64 = text.parse()?;
    ensure!((read - found).abs() < 1e-2, "{text} stands for {found}");
    page.close().await
}

#[tokio::test]
async fn a_song_can_be_searched_for_by_keyboard_and_started_from() -> Result<()> {
    let (_server, page) = open().await?;
    let name = "
        const { shareBundle } = await import(new URL('widgets.js', document.baseURI));
        const doorstep = await shareBundle('./songs/').ready;
        const [song] = await doorstep.rows([input]);
        return song;";
    let song: Value = page.run(name, json!(17)).await?;
    let wanted = song["name"].as_str().context("a song has a name")?;
    page.click(&hook("song")).await?;
    page.press(&wanted.to_lowercase()).await?;
    let first = format!(
        "{}.querySelector('button span')?.textContent",
        hook("song-results")
    );
    page.until::<bool>(
        "the song is found",
        &format!("{first} === {}", json!(wanted)),
    )
    .await?;
    page.press(DOWN).await?;
    page.press(ENTER).await?;
    until_settled(&page, 1).await?;
    ensure!(Value::Object(values(&page).await?) == song["features"]);
    let nearest = format!("{}.prediction.neighbours[0]", hook("predict"));
    let nearest: Value = page.value(&nearest).await?;
    ensure!(
        nearest["id"] == song["id"] && nearest["distance"] == 0.0,
        "{nearest}"
    );
    let origin: String = page
        .value(&format!("{}.textContent", hook("origin")))
        .await?;
    ensure!(origin.contains(wanted), "{origin}");

    page.click(&hook("song")).await?;
    page.press("zzzzzz").await?;
    page.until::<bool>("nothing is found", &format!("!!{}", hook("no-songs")))
        .await?;
    page.press(ESCAPE).await?;
    ensure!(
        page.value::<bool>(&format!("{}.hidden", hook("song-results")))
            .await?
    );

    // From the search on, the keyboard alone reaches a slider and a neighbour.
    let focused = "document.activeElement.shadowRoot?.activeElement?.part.value ?? ''";
    for wanted in ["slider", "row"] {
        let mut presses = 0;
        while page.value::<String>(focused).await? != wanted {
            page.press(TAB).await?;
            presses += 1;
            ensure!(presses < 40, "no {wanted} can be reached");
        }
        let before = values(&page).await?;
        let settled: usize = page.value("predictions.settled").await?;
        page.press(if wanted == "slider" { RIGHT } else { ENTER })
            .await?;
        until_settled(&page, settled + 1).await?;
        ensure!(wanted == "row" || values(&page).await? != before);
    }
    page.close().await
}

#[tokio::test]
async fn a_surprise_sets_the_inputs_to_a_song_and_says_which() -> Result<()> {
    let (_server, page) = open().await?;
    let before = values(&page).await?;
    page.click(&hook("surprise")).await?;
    until_settled(&page, 1).await?;
    ensure!(values(&page).await? != before);
    let origin = format!("{}.querySelector('strong').textContent", hook("origin"));
    let origin: String = page.value(&origin).await?;
    let nearest = format!("{}.prediction.neighbours[0].name", hook("predict"));
    ensure!(page.value::<String>(&nearest).await? == origin);
    page.close().await
}

#[tokio::test]
async fn the_plot_shows_the_chosen_features_in_words_too() -> Result<()> {
    let (_server, page) = open().await?;
    let label = format!("{}.ariaLabel", hook("plot"));
    page.until::<bool>(
        "the plot is described",
        &format!("{label}.includes('across')"),
    )
    .await?;
    let choose = "
        const select = document.getElementById('plot-across');
        select.value = input;
        select.dispatchEvent(new Event('change'));
        const canvas = document.getElementById('plot-canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.ariaLabel, data.some((value) => value > 0)];";
    let (said, drawn): (String, bool) = page.run(choose, json!("tempo")).await?;
    ensure!(
        said.contains("tempo across") && said.contains("Yours is at tempo"),
        "{said}"
    );
    ensure!(drawn, "the plot is empty");
    let pick = "
        const canvas = document.getElementById('plot-canvas');
        const { x, y, width, height } = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new MouseEvent('click', { clientX: x + width / 2, clientY: y + height / 2 }));";
    page.run::<Value>(pick, Value::Null).await?;
    until_settled(&page, 1).await?;
    let distance = format!("{}.prediction.neighbours[0].distance", hook("predict"));
    ensure!(page.value::<f64>(&distance).await? == 0.0);
    page.close().await
}

#[tokio::test]
async fn both_models_answer_and_costs_are_told() -> Result<()> {
    let (_server, page) = open().await?;
    let value = format!("{}.prediction.value", hook("predict"));
    let local: f64 = page.value(&value).await?;
    let inputs = values(&page).await?;
    page.click(&format!(
        "{}.querySelector('input[value=knn]')",
        hook("models")
    ))
    .await?;
    page.until::<bool>("another model answers", &format!("{value} !== {local}"))
        .await?;
    ensure!(
        values(&page).await? == inputs,
        "the inputs went with the model"
    );
    for figure in [
        "cost-session",
        "cost-files",
        "cost-engine",
        "cost-first",
        "cost-time",
    ] {
        let known = format!("/\\d/.test({}.textContent)", hook(figure));
        page.until::<bool>(figure, &known).await?;
    }
    page.close().await
}

#[tokio::test]
async fn the_rooms_lead_to_each_other_and_nothing_moves_while_loading() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    crate::until_open(&page).await?;
    let loaded = "performance.getEntriesByType('resource').filter(({ name }) => /predict|tables/.test(name)).length";
    ensure!(
        page.value::<usize>(loaded).await? == 0,
        "the shop loads what predicts"
    );
    page.click(&hook("to-songs")).await?;
    until_predicted(&page).await?;
    let shift = crate::layout_shift(&page).await?;
    ensure!(shift < 0.02, "the page moved by {shift}");
    page.click("document.querySelector('.rooms a')").await?;
    crate::until_open(&page).await?;
    page.close().await
}
