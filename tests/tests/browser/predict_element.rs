//! `<doorstep-predict>` on pages of others: whatever the table holds, whatever goes wrong.

use anyhow::{Context, Result, ensure};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site::Copy;
use doorstep_tests::table;
use serde_json::{Value, json};

use crate::hook;
use crate::songs::{part, until_predicted};

/// A copy of the site with a page that holds the element only.
fn site_with_element(attributes: &str) -> Result<Copy> {
    let site = Copy::new()?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><title>Element</title><link rel=\"icon\" href=\"data:,\">
         <script type=\"module\" src=\"./widgets.js\"></script>
         <doorstep-predict bundle=\"./songs/\" data-testid=\"predict\" {attributes}><p data-testid=\"fallback\">Nothing yet.</p></doorstep-predict>"
    );
    std::fs::write(site.path().join("element.html"), page)?;
    Ok(site)
}

async fn open(site: &Copy) -> Result<(Server, Page)> {
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("element.html")).await?;
    Ok((server, page))
}

#[tokio::test]
async fn many_changes_become_few_queries_and_the_newest_wins() -> Result<()> {
    let site = site_with_element("")?;
    let (_server, page) = open(&site).await?;
    until_predicted(&page).await?;
    let hurry = "
        const { shareBundle } = await import('./widgets.js');
        const element = document.querySelector('doorstep-predict');
        const doorstep = await shareBundle('./songs/').ready;
        let asked = 0;
        doorstep.addEventListener('query', ({ detail }) => { asked += detail.method === 'predict'; });
        for (let n = 0; n < 100; n++) element.values = { tempo: 60 + n };
        await new Promise((done) => element.addEventListener('doorstep:prediction', ({ detail }) => detail.settled && done()));
        const { value } = await doorstep.predict(element.values);
        return [asked, element.values.tempo, element.prediction.value === value];";
    let (asked, tempo, same): (usize, f64, bool) = page.run(hurry, Value::Null).await?;
    ensure!(asked <= 3, "{asked} queries");
    ensure!(tempo == 159.0 && same);
    page.close().await
}

#[tokio::test]
async fn attributes_and_values_may_come_before_or_after_the_element() -> Result<()> {
    let site = site_with_element("limit=\"3\" noun=\"songs\"")?;
    let (_server, page) = open(&site).await?;
    until_predicted(&page).await?;
    let change = "
        const settled = (element) => new Promise((done) => element.addEventListener('doorstep:prediction', ({ detail }) => detail.settled && done(), { once: false }));
        const first = document.querySelector('doorstep-predict');
        const text = (element, part) => element.shadowRoot.querySelector(`[part=${part}]`).textContent;
        const lines = (element) => [...element.shadowRoot.querySelectorAll('[part=neighbour]')].filter((li) => !li.hidden).length;
        const before = [first.limit, lines(first), text(first, 'heading'), first.bundle];
        let next = settled(first);
        first.limit = 5;
        await next;
        const second = document.createElement('doorstep-predict');
        second.values = { tempo: 123.25 };
        second.model = 'knn';
        second.bundle = './songs/';
        next = settled(second);
        document.body.prepend(second);
        await next;
        const moved = settled(second);
        document.body.append(second);
        await moved;
        const told = await Promise.resolve().then(() => { second.values = { mood: 1 }; }).catch(({ code, message }) => `${code}: ${message}`);
        const lined = lines(first);
        next = settled(first);
        first.bundle = './songs/?again';
        first.values = { tempo: 99 };
        await next;
        return [before, lined, second.values.tempo, second.getAttribute('model'), told, first.values.tempo];";
    let found: Value = page.run(change, Value::Null).await?;
    ensure!(
        found[0] == json!([3, 3, "Nearest songs", "./songs/"]),
        "{found}"
    );
    ensure!(
        found[1] == 5 && found[2] == 123.25 && found[3] == "knn",
        "{found}"
    );
    ensure!(found[5] == 99, "values of another bundle are lost: {found}");
    let told = found[4].as_str().context("a text")?;
    ensure!(
        told.starts_with("invalid-query: ") && told.contains("mood"),
        "{told}"
    );
    page.close().await
}

#[tokio::test]
async fn classes_are_shown_with_their_share_of_the_votes() -> Result<()> {
    let site = site_with_element("")?;
    let options = [
        "--target",
        "key",
        "--classify",
        "--id",
        "id",
        "--exclude",
        "energy",
        "--split",
        "every:5",
    ];
    table::publish(
        &table::csv(),
        &["knn"],
        &options,
        &site.path().join("songs"),
    )?;
    let (_server, page) = open(&site).await?;
    until_predicted(&page).await?;
    let shown = "
        const element = document.querySelector('doorstep-predict');
        const classes = [...element.shadowRoot.querySelectorAll('[part=class]')].map((li) => li.textContent);
        return [element.prediction, element.shadowRoot.querySelector('[part=value]').textContent, classes];";
    let found: Value = page.run(shown, Value::Null).await?;
    ensure!(found[0]["class"] == found[1], "{found}");
    let shares = found[0]["shares"].as_array().context("no shares")?;
    let sum: f64 = shares.iter().filter_map(Value::as_f64).sum();
    ensure!(shares.len() == 3 && (sum - 1.0).abs() < 1e-5, "{shares:?}");
    let classes = found[2].as_array().context("no classes")?;
    ensure!(
        classes.len() == 3
            && classes
                .iter()
                .all(|c| c.as_str().is_some_and(|c| c.ends_with('%')))
    );
    page.close().await
}

#[tokio::test]
async fn a_damaged_table_leaves_the_fallback_and_damaged_names_only_names() -> Result<()> {
    for (damaged, kept) in [
        ("/rows-", false),
        ("/knn-local-", false),
        ("manifest", false),
        ("/labels-", true),
    ] {
        let site = site_with_element("")?;
        site.change(
            "songs",
            |path| path.contains(damaged) && !path.contains("index-"),
            |mut bytes| {
                *bytes.last_mut()? ^= 1;
                Some(bytes)
            },
        )?;
        let listen = "<script>addEventListener('doorstep:error', ({ detail }) => { window.failed = detail.error; });</script>";
        let page_file = site.path().join("element.html");
        let html = std::fs::read_to_string(&page_file)?;
        std::fs::write(
            &page_file,
            html.replace("<title>", &format!("{listen}<title>")),
        )?;
        let (_server, page) = open(&site).await?;
        let code: String = page
            .until("the error is told", "window.failed?.code")
            .await?;
        ensure!(code == "damaged", "{damaged}: {code}");
        let fallback: bool = page
            .value(&format!("{}.checkVisibility()", hook("fallback")))
            .await?;
        ensure!(
            fallback != kept,
            "{damaged}: the fallback is shown: {fallback}"
        );
        if kept {
            let name = format!("{}.textContent", part("row"));
            page.until::<bool>(
                "rows go by their numbers",
                &format!("{name}.startsWith('No. ')"),
            )
            .await?;
        }
        page.close().await.context(damaged)?;
    }
    Ok(())
}

/// Names that a page could trip over.
const HOSTILE: [&str; 3] = [
    "<img src=x onerror=window.hacked=1>",
    "<script>window.hacked=1</script>",
    "javascript:window.hacked=1",
];

#[tokio::test]
async fn hostile_names_categories_and_columns_are_shown_as_text() -> Result<()> {
    let site = site_with_element("label=\"<b>bold</b>\" noun=\"<i>songs</i>\"")?;
    let mut csv = format!(
        "id,\"{0} name\",\"{0}\",\"{1}\",\"{2}\"\n",
        HOSTILE[0], HOSTILE[1], HOSTILE[2]
    );
    for row in 0..60 {
        let mark = HOSTILE[row % 3];
        csv += &format!(
            "song:{row},{mark} {row},{},{mark},{}\n",
            row * 7 % 60,
            row * 3 % 10
        );
    }
    let name = format!("{} name", HOSTILE[0]);
    let options = [
        "--target",
        HOSTILE[2],
        "--categorical",
        HOSTILE[1],
        "--id",
        "id",
        "--name",
        &name,
        "--split",
        "every:5",
    ];
    table::publish(&csv, &["knn"], &options, &site.path().join("songs"))?;
    std::fs::copy(
        site.path().join("songs.html"),
        site.path().join("room.html"),
    )?;
    let server = Server::start(site.path())?;
    for address in ["element.html", "room.html"] {
        let page = Page::open(&server.url(address)).await?;
        until_predicted(&page).await?;
        let seen = "
            const element = document.querySelector('doorstep-predict');
            const root = element.shadowRoot;
            const smuggled = root.querySelectorAll('img, script, b, i').length + document.querySelectorAll('main img[src=x], main script').length;
            return [Boolean(window.hacked), smuggled, root.textContent];";
        let (hacked, smuggled, text): (bool, usize, String) = page.run(seen, Value::Null).await?;
        ensure!(
            !hacked && smuggled == 0,
            "{address}: {smuggled} elements came from data"
        );
        for wanted in HOSTILE {
            ensure!(text.contains(wanted), "{address}: no {wanted} in {text}");
        }
        page.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn where_a_page_may_have_no_worker_the_engine_runs_inside_it() -> Result<()> {
    let site = site_with_element("")?;
    let page_file = site.path().join("element.html");
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"worker-src 'none'\">";
    let html = std::fs::read_to_string(&page_file)?;
    std::fs::write(
        &page_file,
        html.replace("<title>", &format!("{policy}<title>")),
    )?;
    let (_server, page) = open(&site).await?;
    until_predicted(&page).await?;
    let loaded = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/in-page.js')).length";
    ensure!(page.value::<usize>(loaded).await? == 1);
    page.close_with(|line| line.contains("Content Security Policy"))
        .await
}

#[tokio::test]
async fn a_slider_reaches_every_part_of_a_feature_and_comes_back_to_where_it_was() -> Result<()> {
    let site = site_with_element("")?;
    let (_server, page) = open(&site).await?;
    until_predicted(&page).await?;
    let check = "
        const { scaleOf, formatOf } = await import('./predict/scale.js');
        const quantiles = (value) => Array.from({ length: 101 }, (_, n) => value(n / 100));
        const features = {
            even: quantiles((t) => t),
            tailed: quantiles((t) => Math.exp(9 * t)),
            zeros: quantiles((t) => Math.max(0, t - 0.4)),
            whole: quantiles((t) => Math.round(150 * t)),
            large: quantiles((t) => Math.round(1e6 * t * t)),
            few: quantiles((t) => 1960 + 10 * Math.floor(t * 5.9)),
            constant: quantiles(() => 0.25),
        };
        const wrong = [];
        for (const [name, given] of Object.entries(features)) {
            const scale = scaleOf(given);
            const places = Array.from({ length: scale.places + 1 }, (_, place) => place);
            const values = places.map(scale.value);
            if (values[0] !== given[0] || values.at(-1) !== given[100]) wrong.push(`${name}: ends`);
            if (values.some((value, at) => value < values[at - 1])) wrong.push(`${name}: order`);
            const step = (place) => values[Math.min(Math.max(Math.round(place), 0), scale.places)];
            if (values.some((value) => Math.abs(step(scale.place(value)) - value) > 1e-9 * Math.abs(value))) wrong.push(`${name}: back`);
            if (scale.place(-1e9) !== 0 || scale.place(1e9) !== scale.places) wrong.push(`${name}: beyond`);
        }
        const written = [['even', 0.5], ['constant', 0.25], ['few', 1980], ['large', 250000]];
        return [wrong, written.map(([name, value]) => formatOf(scaleOf(features[name]), 'en').format(value))];";
    let (wrong, written): (Vec<String>, Vec<String>) = page.run(check, Value::Null).await?;
    ensure!(wrong.is_empty(), "{wrong:?}");
    ensure!(
        written == ["0.500", "0.25", "1980", "250,000"],
        "{written:?}"
    );
    page.close().await
}
