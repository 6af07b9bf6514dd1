//! The optional service worker: without a connection, and while a host is half updated.

use anyhow::{Result, ensure};
use doorstep_tests::host::{Fault, Host};
use doorstep_tests::page::Page;
use doorstep_tests::publication::{Publication, shop_of};
use doorstep_tests::site;
use serde_json::{Value, json};

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
<script>navigator.serviceWorker.register('sw.js');</script>
<script type="module" src="d/widgets.js"></script>
<doorstep-recommend bundle="d/shop/" limit="4"></doorstep-recommend>"#;

const WORKER: &str = "self.DOORSTEP = 'd/'; importScripts('d/offline.js');";
/// Whether all that was seen of a publication is kept.
const KNOWN: &str =
    "(async () => !!(await caches.match(new URL('d/publication.json', document.baseURI))))()";

/// Loads the page and returns the name of the model that filled the shelf.
async fn visit(page: &Page, host: &Host) -> Result<String> {
    page.go_to(&host.url("")).await?;
    page.until::<bool>(
        "the shelf is filled",
        "document.querySelector('doorstep-recommend').hits?.length > 0",
    )
    .await?;
    let model = "
        const { shareBundle } = await import(new URL('d/widgets.js', document.baseURI));
        return (await shareBundle('d/shop/').ready).manifest.models[0].name;";
    page.run(model, Value::Null).await
}

/// What the service worker keeps of scripts: the versions' folders.
async fn versions(page: &Page) -> Result<Vec<String>> {
    let kept = "
        const [name] = (await caches.keys()).filter((name) => name.endsWith('/d/'));
        const urls = (await (await caches.open(name)).keys()).map(({ url }) => url);
        return [...new Set(urls.map((url) => /doorstep-[0-9a-f]{12}/.exec(url)?.[0]).filter(Boolean))];";
    page.run(kept, Value::Null).await
}

#[tokio::test]
async fn the_first_visit_is_enough_to_come_back_offline() -> Result<()> {
    let publication = Publication::new("d")?;
    publication.page("index.html", PAGE)?;
    publication.page("sw.js", WORKER)?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>(
        "the shelf is filled",
        "document.querySelector('doorstep-recommend').hits?.length > 0",
    )
    .await?;
    page.until::<bool>("the publication is known", KNOWN)
        .await?;
    host.fail(|_| Some(Fault::Hangup));
    page.forget_cache().await?;
    ensure!(visit(&page, &host).await? == "next-linear");
    page.close_with(|line| line.contains("Failed to load resource") || line.contains("/images/"))
        .await
}

#[tokio::test]
async fn what_was_seen_works_offline_and_a_new_publication_comes_whole() -> Result<()> {
    let publication = Publication::new("d")?;
    publication.page("index.html", PAGE)?;
    publication.page("sw.js", WORKER)?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>(
        "the service worker is in charge",
        "!!navigator.serviceWorker.controller",
    )
    .await?;
    ensure!(visit(&page, &host).await? == "next-linear");
    page.until::<bool>("the publication is known", KNOWN)
        .await?;

    host.fail(|_| Some(Fault::Hangup));
    page.forget_cache().await?;
    ensure!(visit(&page, &host).await? == "next-linear");
    host.recover();

    let first = versions(&page).await?;
    let (shop, _kept) = shop_of("item-knn")?;
    let songs = site::folder().join("songs").display().to_string();
    // Other scripts, too: one more file makes another version.
    publication.publish_with(&[shop, songs], "later.js")?;
    let later = publication.version()?;
    ensure!(!first.contains(&later));

    // The host has the new record and not all of the rest: everything stays as it was.
    let half = later.clone();
    host.fail(move |path| {
        (path.contains(&half) && path.ends_with("worker.js")).then_some(Fault::Status(404))
    });
    for _ in 0..2 {
        ensure!(visit(&page, &host).await? == "next-linear");
        assert_eq!(versions(&page).await?, first);
    }
    host.recover();
    visit(&page, &host).await?;
    let taken = "(async () => (await (await caches.match(new URL('d/publication.json', document.baseURI))).json()).version)()";
    page.until::<bool>(
        "the new publication is taken on",
        &format!("{taken}.then((version) => version === {:?})", later),
    )
    .await?;
    ensure!(visit(&page, &host).await? == "item-knn");
    // What it replaced goes with the first visit that has no need of it.
    let gone = "(async () => (await (await caches.open((await caches.keys()).find((name) => name.endsWith('/d/')))).keys()).every(({ url }) => !url.includes(";
    let gone = format!("{gone}{:?})))()", first[0]);
    page.until::<bool>("the former files are gone", &gone)
        .await?;
    assert_eq!(versions(&page).await?, [later]);
    host.fail(|_| Some(Fault::Hangup));
    page.forget_cache().await?;
    ensure!(visit(&page, &host).await? == "item-knn");
    let keys: Value = page.value("Object.keys(localStorage)").await?;
    assert_eq!(keys, json!([]));
    page.close_with(|line| line.contains("Failed to load resource") || line.contains("/images/"))
        .await
}
