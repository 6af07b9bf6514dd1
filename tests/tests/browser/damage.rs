//! A bundle that arrives damaged: the fallback is shown, an error says why, nothing is unhandled.

use anyhow::{Context, Result, ensure};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site::Copy;
use serde_json::{Value, json};

use crate::{hook, product};

/// A way in which a file goes wrong: `None` removes it.
type Change = fn(Vec<u8>) -> Option<Vec<u8>>;

/// What is done to every shard of the default model, and the error's code that it must give.
const DAMAGE: [(&str, Change, &str); 5] = [
    ("a flipped bit", flip, "damaged"),
    (
        "a truncated file",
        |bytes| Some(bytes[..bytes.len() / 2].to_vec()),
        "damaged",
    ),
    (
        "an oversized file",
        |bytes| Some(bytes.repeat(40)),
        "damaged",
    ),
    (
        "a page instead",
        |_| Some(b"<!doctype html><title>Sign in</title>".to_vec()),
        "damaged",
    ),
    ("a missing file", |_| None, "network"),
];

fn flip(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    *bytes.last_mut()? ^= 1;
    Some(bytes)
}

/// Gives the visitor a history before the page's own scripts run, then loads the page again.
async fn return_with_history(page: &Page) -> Result<()> {
    let remember = "
        const { VisitorHistory } = await import(new URL('history.js', document.baseURI));
        VisitorHistory.of('./bundle/').add(input);";
    let id: String = page
        .until("a product is shown", &format!("{}?.dataset.id", product(0)))
        .await?;
    page.run::<Value>(remember, json!(id)).await?;
    page.reload().await
}

#[tokio::test]
async fn a_damaged_shard_shows_the_fallback_and_says_why() -> Result<()> {
    for (what, change, code) in DAMAGE {
        let site = Copy::new()?;
        site.change(
            "bundle/models",
            |path| path.contains("/next-linear-"),
            change,
        )?;
        let server = Server::start(site.path())?;
        let page = Page::open(&server.url("")).await?;
        damaged_shard(&page, code).await.with_context(|| what)?;
        // A file that isn't there is also logged by the browser itself.
        page.close_with(|line| code == "network" && line.contains("Failed to load resource"))
            .await
            .with_context(|| what)?;
    }
    Ok(())
}

async fn damaged_shard(page: &Page, code: &str) -> Result<()> {
    return_with_history(page).await?;
    let notice = hook("notice");
    let said: String = page
        .until(
            "the notice is shown",
            &format!("!{notice}.hidden && {notice}.textContent"),
        )
        .await?;
    ensure!(
        said.contains("models/next-linear-"),
        "the notice names no file: {said}"
    );
    page.until::<bool>(
        "the fallback is shown",
        &format!("{}.checkVisibility()", hook("for-you-fallback")),
    )
    .await?;
    page.until::<bool>("the range is still there", &format!("!!{}", product(0)))
        .await?;
    let ask = "
        const { Doorstep } = await import(new URL('doorstep.js', document.baseURI));
        const doorstep = await Doorstep.load('./bundle/');
        const [{ id }] = await doorstep.recommend({ history: [] });
        const error = await doorstep.recommend({ history: [id] }).then(() => undefined, (e) => e);
        doorstep.dispose();
        return [error?.name, error?.code, error?.file ?? ''];";
    let (name, found, file): (String, String, String) = page.run(ask, Value::Null).await?;
    ensure!(
        name == "DoorstepError" && found == code,
        "{name} with code {found}, not {code}"
    );
    ensure!(
        file.contains("models/next-linear-"),
        "the error names no file but {file:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_damaged_manifest_leaves_a_page_that_says_so() -> Result<()> {
    let cases: [(&str, Change, &str); 5] = [
        ("no JSON", |_| Some(b"[".to_vec()), "damaged"),
        (
            "a web page",
            |_| Some(b"<!doctype html>".to_vec()),
            "network",
        ),
        ("empty", |_| Some(Vec::new()), "damaged"),
        ("missing", |_| None, "network"),
        ("of a newer version", newer, "unsupported-version"),
    ];
    for (what, change, code) in cases {
        let site = Copy::new()?;
        site.change("bundle", |path| path == "bundle/manifest.json", change)?;
        let server = Server::start(site.path())?;
        let page = Page::open(&server.url("")).await?;
        page.until::<bool>(
            "the notice is shown",
            &format!("!{}.hidden", hook("notice")),
        )
        .await
        .context(what)?;
        let shown = format!("{}.checkVisibility()", hook("for-you-fallback"));
        ensure!(
            page.value::<bool>(&shown).await?,
            "{what}: the fallback is not shown"
        );
        let load = "
            const { Doorstep } = await import(new URL('doorstep.js', document.baseURI));
            return Doorstep.load('./bundle/').then(() => 'loaded', (error) => error.code);";
        assert_eq!(page.run::<String>(load, Value::Null).await?, code, "{what}");
        page.close_with(|line| code == "network" && line.contains("Failed to load resource"))
            .await
            .context(what)?;
    }
    Ok(())
}

fn newer(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(&bytes).ok()?;
    manifest["version"]["major"] = json!(99);
    serde_json::to_vec(&manifest).ok()
}
