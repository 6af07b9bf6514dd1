//! Hosts that fail: each page ends in results or in what stands between the tags, and nothing
//! is thrown or rejected that nobody handles.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use doorstep_tests::host::{Fault, Host};
use doorstep_tests::page::Page;
use doorstep_tests::publication::{Publication, shop_of};
use serde_json::Value;

const PAGE: &str = r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
<script>
  window.unhandled = [];
  addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
  addEventListener('error', ({ message }) => message && unhandled.push(message));
  addEventListener('doorstep:error', ({ detail }) => { window.failed = detail.error.code ?? String(detail.error); });
</script>
<script type="module" src="d/widgets.js"></script>
<doorstep-recommend bundle="d/shop/" history="HISTORY" limit="4"><a href="/">Popular</a></doorstep-recommend>"#;

const SHOWN: &str = "document.querySelector('doorstep-recommend').hits?.length > 0";
const FALLBACK: &str = "document.querySelector('doorstep-recommend a').checkVisibility() && (window.failed ?? !customElements.get('doorstep-recommend'))";

/// What the page says that the browser itself logs of a file that can't be had.
fn of_browser(line: &str) -> bool {
    [
        "Failed to load resource",
        "MIME type",
        "ERR_",
        "Failed to fetch",
    ]
    .iter()
    .any(|said| line.contains(said))
}

/// An item of the shop by its number.
fn item(number: usize) -> Result<String> {
    let record =
        std::fs::read_to_string(doorstep_tests::site::folder().join("../test-data/items.jsonl"))?;
    let first: Value = serde_json::from_str(record.lines().nth(number).context("no item")?)?;
    Ok(first["id"].as_str().context("no id")?.to_owned())
}

fn publication() -> Result<Publication> {
    let publication = Publication::new("d")?;
    publication.page("index.html", &PAGE.replace("HISTORY", &item(0)?))?;
    Ok(publication)
}

/// A file of each kind that a first list reads.
const FILES: [&str; 8] = [
    "d/widgets.js",
    "/doorstep.js",
    "/worker.js",
    "/doorstep-core.js",
    "/doorstep-core_bg.wasm",
    "/manifest.json",
    "/models/next-linear-",
    "/catalog/items-",
];

fn is_of(path: &str, file: &str) -> bool {
    path.ends_with(file) || (file.ends_with('-') && path.contains(file))
}

#[tokio::test]
async fn every_file_may_fail_in_every_way() -> Result<()> {
    let publication = publication()?;
    let host = Host::start(publication.folder())?;
    let faults = [
        Fault::Status(404),
        Fault::Status(500),
        Fault::Page,
        Fault::Truncated,
        Fault::Hangup,
        Fault::Kind("text/plain"),
    ];
    for file in FILES {
        // A fresh browser for each file, so that no cache helps; what fails is not kept.
        let page = Page::open(&host.url("")).await?;
        for fault in faults {
            fails(&host, &page, file, fault)
                .await
                .with_context(|| format!("{file}: {fault:?}"))?;
        }
        page.close_with(of_browser).await.with_context(|| file)?;
    }
    Ok(())
}

async fn fails(host: &Host, page: &Page, file: &'static str, fault: Fault) -> Result<()> {
    page.forget_cache().await?;
    host.fail(move |path| is_of(path, file).then_some(fault));
    page.go_to(&host.url("")).await?;
    let end = format!("({SHOWN}) || ({FALLBACK})");
    page.until::<bool>("there are results or the fallback", &format!("!!({end})"))
        .await?;
    let unhandled: Vec<String> = page.value("unhandled").await?;
    ensure!(unhandled.is_empty(), "{unhandled:?}");
    // And once the host is well again, so is the page.
    host.recover();
    page.go_to(&host.url("")).await?;
    page.until::<bool>("there are results again", SHOWN).await?;
    Ok(())
}

#[tokio::test]
async fn what_fails_once_is_asked_for_again() -> Result<()> {
    let publication = publication()?;
    let host = Host::start(publication.folder())?;
    let failed = std::sync::Mutex::new(std::collections::HashSet::new());
    host.fail(move |path| {
        let shard = path.contains("/models/") || path.contains("/catalog/");
        let first = shard
            && failed
                .lock()
                .is_ok_and(|mut failed| failed.insert(path.to_owned()));
        first.then_some(Fault::Status(503))
    });
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>("there are results", SHOWN).await?;
    page.close_with(of_browser).await
}

#[tokio::test]
async fn a_host_that_takes_its_time_is_waited_for() -> Result<()> {
    let publication = publication()?;
    let host = Host::start(publication.folder())?;
    host.fail(|_| Some(Fault::Late(Duration::from_millis(400))));
    let page = Page::open(&host.url("")).await?;
    let fallback = "document.querySelector('doorstep-recommend a').checkVisibility()";
    ensure!(
        page.value::<bool>(fallback).await?,
        "nothing is shown in between"
    );
    page.until::<bool>("there are results", SHOWN).await?;
    ensure!(
        !page.value::<bool>(fallback).await?,
        "the fallback is still there"
    );
    page.close().await
}

#[tokio::test]
async fn a_bundle_published_anew_is_taken_on_where_files_of_the_former_are_gone() -> Result<()> {
    let publication = publication()?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>("there are results", SHOWN).await?;
    // The visitor's cache holds the manifest alone; its files went with the second publication after it.
    let shop = publication.root().join("shop");
    for entry in std::fs::read_dir(shop.join("models"))? {
        std::fs::remove_dir_all(entry?.path())?;
    }
    let songs = doorstep_tests::site::folder()
        .join("songs")
        .display()
        .to_string();
    let (shop, _kept) = shop_of("item-knn")?;
    publication.publish(&[shop, songs])?;
    let ask = "
        const { Doorstep } = await import(new URL('d/doorstep.js', document.baseURI));
        const ds = await Doorstep.load('d/shop/');
        const before = ds.manifest.models[0].name;
        const hits = await ds.recommend({ history: [input], k: 3, explain: true });
        const after = ds.manifest.models[0].name;
        ds.dispose();
        return [before, after, hits.length, hits.some(({ fallback }) => fallback)];";
    let found: Value = page.run(ask, Value::from(item(250)?)).await?;
    ensure!(
        found == serde_json::json!(["next-linear", "item-knn", 3, false]),
        "{found}"
    );
    page.close_with(of_browser).await
}
