//! What widgets.d.ts promises of all elements: attributes are properties, events leave shadow roots, a page's
//! styles reach in, what is around an element stays where it is, and nothing is fetched before it is seen.

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use serde_json::{Value, json};

const HEAD: &str =
    r#"<!doctype html><html lang="en"><title>Elements</title><link rel="icon" href="data:,">"#;
const SCRIPT: &str = r#"<script type="module" src="d/widgets.js"></script>"#;

/// The shop's pictures lie beside its page, which is not there.
fn of_pictures(line: &str) -> bool {
    line.contains("/images/")
}

async fn open(html: &str) -> Result<(Publication, Host, Page)> {
    let publication = Publication::new("d")?;
    publication.page("index.html", &format!("{HEAD}{html}"))?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    Ok((publication, host, page))
}

/// Property, its attribute, a value, and what it is where nothing is set, by element.
fn properties() -> Value {
    let all = json!([
        ["bundle", "bundle", "/b/", ""],
        ["model", "model", "als", ""],
        ["workerUrl", "worker-url", "/w.js", ""],
        ["inPage", "in-page", true, false]
    ]);
    let shelf = json!([
        ["limit", "limit", 3, 8],
        ["history", "history", "none", "local"],
        [
            "because",
            "because",
            "As you saw {title}",
            "Because you viewed {title}"
        ],
        ["popular", "popular", "Liked", "Popular"],
        ["currency", "currency", "EUR", ""]
    ]);
    let own = json!({
        "recommend": [["label", "label", "Yours", "Recommended for you"]],
        "similar": [["label", "label", "Like it", "Similar items"], ["item", "item", "B1", ""]],
        "predict": [["label", "label", "Mood", "Prediction"], ["limit", "limit", 3, 8], ["noun", "noun", "songs", "training rows"]],
        "anomaly": [["label", "label", "Odd", "How unusual a picture is"], ["prototypes", "prototypes", 0, 3], ["camera", "camera", "user", ""]],
    });
    json!({ "all": all, "shelf": shelf, "own": own })
}

#[tokio::test]
async fn attributes_are_properties_and_properties_attributes() -> Result<()> {
    let (_publication, _host, page) = open("<main></main>").await?;
    let compare = "
        const wrong = [];
        const known = {};
        const same = (what, found, wanted) => { if (found !== wanted) wrong.push(`${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`); };
        const of = (kind) => [...input.all, ...(['recommend', 'similar'].includes(kind) ? input.shelf : []), ...input.own[kind]];
        const textOf = (value) => (value === true ? '' : String(value));
        // Before there is a script: properties that hide what will be accessors.
        const early = Object.keys(input.own).map((kind) => {
            const element = document.createElement(`doorstep-${kind}`);
            for (const [property, , value] of of(kind)) if (property !== 'bundle') element[property] = value;
            document.querySelector('main').append(element);
            return [kind, element];
        });
        await import(new URL('d/widgets.js', document.baseURI));
        // The inside of two of them comes later.
        await new Promise((next) => setTimeout(next, 1500));
        for (const [kind, element] of early) {
            for (const [property, attribute, value] of of(kind)) {
                if (property === 'bundle') continue;
                same(`early ${kind}.${property}`, element[property], value);
                same(`early ${kind} ${attribute}`, element.getAttribute(attribute), textOf(value));
            }
            element.remove();
        }
        for (const kind of Object.keys(input.own)) {
            const element = document.createElement(`doorstep-${kind}`);
            for (const [property, attribute, value, usual] of of(kind)) {
                same(`${kind}.${property} unset`, element[property], usual);
                element[property] = value;
                same(`${kind} ${attribute} by property`, element.getAttribute(attribute), textOf(value));
                element.removeAttribute(attribute);
                same(`${kind}.${property} removed`, element[property], usual);
                element.setAttribute(attribute, textOf(value));
                same(`${kind}.${property} by attribute`, element[property], value);
            }
        }
        return wrong;";
    let wrong: Vec<String> = page.run(compare, properties()).await?;
    ensure!(wrong.is_empty(), "{wrong:#?}");
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn events_reach_the_page_from_within_a_shadow_root() -> Result<()> {
    let (_publication, _host, page) = open(&format!("{SCRIPT}<main></main>")).await?;
    let listen = "
        const heard = [];
        const until = async (type) => { while (!heard.some((event) => event.type === type)) await new Promise((next) => setTimeout(next, 30)); };
        for (const type of ['results', 'select', 'prediction', 'error']) {
            document.addEventListener(`doorstep:${type}`, (event) => {
                heard.push({ type, bubbles: event.bubbles, composed: event.composed });
                if (type === 'select') event.preventDefault();
            });
        }
        const inside = document.querySelector('main').attachShadow({ mode: 'open' });
        inside.innerHTML = '<doorstep-recommend bundle=\"d/shop/\"></doorstep-recommend><doorstep-predict bundle=\"d/songs/\"></doorstep-predict><doorstep-similar bundle=\"no/such/\" item=\"x\"></doorstep-similar>';
        await Promise.all(['results', 'prediction', 'error'].map(until));
        inside.querySelector('doorstep-recommend').shadowRoot.querySelector('[part=card]').click();
        await until('select');
        return [heard.every(({ bubbles, composed }) => bubbles && composed), new Set(heard.map(({ type }) => type)).size, localStorage.length];";
    // What the page prevented is no part of the history.
    let found: Value = page.run(listen, Value::Null).await?;
    assert_eq!(found, json!([true, 4, 0]));
    page.close_with(|line| of_pictures(line) || line.contains("no/such"))
        .await
}

#[tokio::test]
async fn parts_and_custom_properties_are_the_pages_to_style() -> Result<()> {
    let style = "<style>
        doorstep-recommend { --doorstep-card-width: 120px; --doorstep-gap: 7px; --doorstep-radius: 3px; --doorstep-surface: rgb(1, 2, 3); --doorstep-muted: rgb(4, 5, 6); --doorstep-border: rgb(7, 8, 9); --doorstep-font: monospace; --doorstep-height: 500px; }
        doorstep-recommend::part(title) { color: rgb(10, 20, 30); }
        doorstep-predict { --doorstep-height: 700px; --doorstep-surface: rgb(1, 2, 3); }
        doorstep-predict::part(target) { color: rgb(10, 20, 30); }
    </style>";
    let body = format!(
        r#"{style}{SCRIPT}<doorstep-recommend bundle="d/shop/"></doorstep-recommend><doorstep-predict bundle="d/songs/"></doorstep-predict>"#
    );
    let (_publication, _host, page) = open(&body).await?;
    page.until::<Value>(
        "both show something",
        "document.querySelector('doorstep-recommend').hits?.length && document.querySelector('doorstep-predict').prediction",
    )
    .await?;
    let measure = "
        const [shelf, predict] = ['doorstep-recommend', 'doorstep-predict'].map((name) => document.querySelector(name));
        const part = (of, name) => of.shadowRoot.querySelector(`[part~=${name}]`);
        const style = (of, name) => getComputedStyle(name ? part(of, name) : of);
        return {
            width: style(shelf, 'item').width, gap: style(shelf, 'list').columnGap, radius: style(shelf, 'card').borderTopLeftRadius,
            surface: style(shelf, 'card').backgroundColor, muted: style(shelf, 'reason').color, border: style(shelf, 'card').borderTopColor,
            font: style(shelf).fontFamily, height: style(shelf).minBlockSize, title: style(shelf, 'title').color,
            tall: style(predict).minBlockSize, target: style(predict, 'target').color,
        };";
    let found: Value = page.run(measure, Value::Null).await?;
    let wanted = json!({
        "width": "120px", "gap": "7px", "radius": "3px", "surface": "rgb(1, 2, 3)", "muted": "rgb(4, 5, 6)", "border": "rgb(7, 8, 9)",
        "font": "monospace", "height": "500px", "title": "rgb(10, 20, 30)", "tall": "700px", "target": "rgb(10, 20, 30)",
    });
    assert_eq!(found, wanted);
    page.close_with(of_pictures).await
}

/// With the rule of docs/embed.md a page doesn't move when lists arrive, nor when there can be none.
#[tokio::test]
async fn what_stands_below_stays_where_it_is() -> Result<()> {
    let guide = include_str!("../../../docs/embed.md");
    let rule = guide
        .split('`')
        .find(|code| code.starts_with("doorstep-recommend:not(:defined)"));
    let rule = rule.unwrap_or_default();
    ensure!(rule.contains("min-height"), "the guide has no such rule");
    let elements = |bundle: &str| {
        format!(
            r#"<style>{rule}</style>{SCRIPT}
            <doorstep-recommend bundle="{bundle}"><a href="/">Popular</a></doorstep-recommend><p>Below</p>
            <doorstep-recommend bundle="{bundle}" model="popularity"><a href="/">Popular</a></doorstep-recommend><p>Below</p>"#
        )
    };
    let (publication, host, page) = open(&elements("d/shop/")).await?;
    publication.page("none.html", &format!("{HEAD}{}", elements("no/such/")))?;
    let settle = "
        const shelves = [...document.querySelectorAll('doorstep-recommend')];
        const failed = new Promise((told) => addEventListener('doorstep:error', told));
        const late = new Promise((next) => setTimeout(next, 3000));
        if (input) await Promise.race([failed, late]);
        else while (!shelves.every((shelf) => shelf.hits?.length)) await new Promise((next) => setTimeout(next, 30));
        await new Promise((next) => setTimeout(next, 300));";
    for (name, fails) in [("", false), ("none.html", true)] {
        page.go_to(&host.url(name)).await?;
        page.run::<Value>(settle, json!(fails)).await?;
        let shift = crate::layout_shift(&page).await?;
        ensure!(shift < 0.001, "{name}: the page moved by {shift}");
    }
    page.close_with(|line| of_pictures(line) || line.contains("no/such"))
        .await
}

#[tokio::test]
async fn nothing_is_fetched_for_an_element_that_is_far_below() -> Result<()> {
    let body = format!(
        r#"{SCRIPT}<p style="height: 6000px">Long</p>
        <doorstep-recommend bundle="d/shop/"></doorstep-recommend><doorstep-predict bundle="d/songs/"></doorstep-predict>"#
    );
    let (_publication, host, page) = open(&body).await?;
    page.until::<bool>(
        "the elements are known",
        "!!customElements.get('doorstep-recommend')",
    )
    .await?;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let early = host.requests();
    let of_bundles = |path: &&String| {
        path.contains("shop/") || path.contains("songs/") || path.ends_with(".wasm")
    };
    ensure!(!early.iter().any(|path| of_bundles(&path)), "{early:?}");
    page.run::<Value>(
        "document.querySelector('doorstep-recommend').scrollIntoView();",
        Value::Null,
    )
    .await?;
    page.until::<usize>(
        "the list is there",
        "document.querySelector('doorstep-recommend').hits.length",
    )
    .await?;
    page.close_with(of_pictures).await
}

/// An element that is moved before what is inside it has come.
#[tokio::test]
async fn a_panel_may_be_moved_before_it_is_there() -> Result<()> {
    let (_publication, _host, page) =
        open(&format!("{SCRIPT}<main></main><section></section>")).await?;
    let move_about = "
        const errors = [];
        addEventListener('doorstep:error', ({ detail }) => errors.push(detail.error.message));
        await customElements.whenDefined('doorstep-predict');
        const element = document.createElement('doorstep-predict');
        element.bundle = 'd/songs/';
        for (const place of ['main', 'section', 'main', 'section']) document.querySelector(place).append(element);
        while (!element.prediction && !errors.length) await new Promise((next) => setTimeout(next, 30));
        return errors;";
    let errors: Vec<String> = page.run(move_about, Value::Null).await?;
    ensure!(errors.is_empty(), "{errors:?}");
    page.close().await
}
