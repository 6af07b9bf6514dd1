//! Hosts that fail: each page ends in results or in what stands between the tags, and nothing
//! is thrown or rejected that nobody handles.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use doorstep_tests::host::{Fault, Host, Line};
use doorstep_tests::page::Page;
use doorstep_tests::publication::{Publication, shop_of};
use doorstep_tests::site;
use serde_json::{Value, json};

const HEAD: &str = r#"<!doctype html><html lang="en"><title>A shop</title><link rel="icon" href="data:,">
<script>
  window.unhandled = [];
  addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
  addEventListener('error', ({ message }) => message && unhandled.push(message));
  addEventListener('doorstep:error', ({ detail }) => { window.failed = detail.error.code ?? String(detail.error); });
  const none = () => { window.failed ??= 'network'; };
  import(new URL('d/widgets.js', document.baseURI)).then(({ DoorstepRecommend }) => DoorstepRecommend ?? none(), none);
</script>
<script type="module" src="d/widgets.js"></script>"#;

/// A page with one element, and what is true of it.
struct Visit {
    /// What stands in its page's body.
    body: String,
    /// There are results.
    shown: &'static str,
    /// It has said that there can be none, and shows so.
    failed: &'static str,
    /// A file of each kind that results need.
    files: &'static [&'static str],
}

const LINK: &str = "document.querySelector('a').checkVisibility()";

fn shelf(history: &str) -> Visit {
    Visit {
        body: format!(
            r#"<doorstep-recommend bundle="d/shop/" history="{history}" limit="4"><a href="/">Popular</a></doorstep-recommend>"#
        ),
        shown: SHOWN,
        failed: "document.querySelector('a').checkVisibility() && window.failed",
        files: &[
            "d/widgets.js",
            "/doorstep.js",
            "/worker.js",
            "/doorstep-core.js",
            "/doorstep-core_bg.wasm",
            "/manifest.json",
            "/models/next-linear-",
            "/catalog/items-",
        ],
    }
}

fn prediction() -> Visit {
    Visit {
        body: r#"<doorstep-predict bundle="d/songs/"><a href="/">Songs</a></doorstep-predict>"#
            .to_owned(),
        shown: "!!document.querySelector('doorstep-predict').prediction",
        failed: "document.querySelector('a').checkVisibility() && window.failed",
        files: &[
            "predict/panel.js",
            "/doorstep-tables.js",
            "/doorstep-tables_bg.wasm",
            "/manifest.json",
            "/songs/models/",
        ],
    }
}

/// A picture is given as soon as it can be; what can't be inspected is said in the element.
fn picture() -> Visit {
    Visit {
        body: r#"<doorstep-anomaly bundle="d/xray/"><a href="/">Pictures</a></doorstep-anomaly>
            <script>
              const element = document.querySelector('doorstep-anomaly');
              const wait = setInterval(() => {
                if (!element.inspect) return;
                clearInterval(wait);
                element.inspect(new ImageData(64, 64));
              }, 30);
            </script>"#
            .to_owned(),
        shown: "!!document.querySelector('doorstep-anomaly').inspection",
        failed: "window.failed && (document.querySelector('a').checkVisibility() || document.querySelector('doorstep-anomaly').shadowRoot.querySelector('[part=message]').checkVisibility())",
        files: &[
            "anomaly/panel.js",
            "/doorstep-cpu_bg.wasm",
            "/manifest.json",
            "/xray/models/",
        ],
    }
}

const SHOWN: &str = "document.querySelector('doorstep-recommend').hits?.length > 0";

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
    let record = std::fs::read_to_string(site::folder().join("../test-data/items.jsonl"))?;
    let first: Value = serde_json::from_str(record.lines().nth(number).context("no item")?)?;
    Ok(first["id"].as_str().context("no id")?.to_owned())
}

/// A publication whose host shows the page of a visit.
fn publication(visit: &Visit) -> Result<Publication> {
    let publication = Publication::new("d")?;
    publication.page("index.html", &format!("{HEAD}{}", visit.body))?;
    Ok(publication)
}

fn is_of(path: &str, file: &str) -> bool {
    path.ends_with(file) || (file.ends_with(['-', '/']) && path.contains(file))
}

const FAULTS: [Fault; 6] = [
    Fault::Status(404),
    Fault::Status(500),
    Fault::Page,
    Fault::Truncated,
    Fault::Hangup,
    Fault::Kind("text/plain"),
];

#[tokio::test]
async fn every_file_of_a_list_may_fail_in_every_way() -> Result<()> {
    let visit = shelf(&item(0)?);
    every_file_may_fail(&publication(&visit)?, &visit).await
}

#[tokio::test]
async fn every_file_of_a_prediction_may_fail_in_every_way() -> Result<()> {
    let visit = prediction();
    every_file_may_fail(&publication(&visit)?, &visit).await
}

#[tokio::test]
async fn every_file_of_a_finding_may_fail_in_every_way() -> Result<()> {
    let visit = picture();
    let publication = publication(&visit)?;
    publication.publish(&[site::folder().join("xray").display().to_string()])?;
    every_file_may_fail(&publication, &visit).await
}

async fn every_file_may_fail(publication: &Publication, visit: &Visit) -> Result<()> {
    let host = Host::start(publication.folder())?;
    for &file in visit.files {
        // A fresh browser for each file, so that no cache helps; what fails is not kept.
        let page = Page::open(&host.url("")).await?;
        for fault in FAULTS {
            fails(&host, &page, visit, file, fault)
                .await
                .with_context(|| format!("{file}: {fault:?}"))?;
        }
        page.close_with(of_browser).await.with_context(|| file)?;
    }
    Ok(())
}

async fn fails(
    host: &Host,
    page: &Page,
    visit: &Visit,
    file: &'static str,
    fault: Fault,
) -> Result<()> {
    let Visit { shown, failed, .. } = visit;
    page.forget_cache().await?;
    host.fail(move |path| is_of(path, file).then_some(fault));
    page.go_to(&host.url("")).await?;
    let end = format!("!!(({shown}) || ({failed}))");
    page.until::<bool>("there are results or the fallback", &end)
        .await?;
    let unhandled: Vec<String> = page.value("unhandled").await?;
    ensure!(unhandled.is_empty(), "{unhandled:?}");
    let code: Option<String> = page.value("window.failed").await?;
    let is_known = |code: &str| ["network", "damaged"].contains(&code);
    ensure!(code.as_deref().is_none_or(is_known), "{code:?}");
    // And once the host is well again, so is the page.
    host.recover();
    page.go_to(&host.url("")).await?;
    page.until::<bool>("there are results again", shown).await?;
    Ok(())
}

#[tokio::test]
async fn what_fails_once_is_asked_for_again() -> Result<()> {
    let publication = publication(&shelf(&item(0)?))?;
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
    let publication = publication(&shelf(&item(0)?))?;
    let host = Host::start(publication.folder())?;
    host.fail(|_| Some(Fault::Late(Duration::from_millis(400))));
    is_waited_for(&host).await
}

#[tokio::test]
async fn a_slow_line_is_waited_for() -> Result<()> {
    let publication = publication(&shelf(&item(0)?))?;
    let host = Host::start(publication.folder())?;
    host.behind(Line {
        bytes_per_second: 1.6e6 / 8.0,
        round_trip: Duration::from_millis(150),
    });
    is_waited_for(&host).await
}

#[tokio::test]
async fn what_comes_in_slowly_has_as_long_as_it_needs() -> Result<()> {
    let publication = publication(&shelf(&item(0)?))?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>("there are results", SHOWN).await?;
    host.behind(Line {
        bytes_per_second: 40e3,
        round_trip: Duration::from_millis(50),
    });
    // The engine of tables takes four seconds of this line.
    let load = "
        const { Doorstep } = await import(new URL('d/doorstep.js', location));
        const start = performance.now();
        const said = await Doorstep.load('d/songs/', { timeoutMs: 1500 }).then((ds) => { ds.dispose(); return 'loaded'; }, ({ message }) => message);
        return [said, performance.now() - start > 2500];";
    let found: Value = page.run(load, Value::Null).await?;
    assert_eq!(found, json!(["loaded", true]));
    // The shop's pictures lie beside its page, which is not there.
    page.close_with(|line| line.contains("/images/")).await
}

async fn is_waited_for(host: &Host) -> Result<()> {
    let page = Page::open(&host.url("")).await?;
    ensure!(
        page.value::<bool>(LINK).await?,
        "nothing is shown in between"
    );
    page.until::<bool>("there are results", SHOWN).await?;
    ensure!(
        !page.value::<bool>(LINK).await?,
        "the fallback is still there"
    );
    page.close().await
}

#[tokio::test]
async fn a_bundle_published_anew_is_taken_on_where_files_of_the_former_are_gone() -> Result<()> {
    let publication = publication(&shelf(&item(0)?))?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>("there are results", SHOWN).await?;
    // The visitor's cache holds the manifest alone; its files went with the second publication after it.
    let shop = publication.root().join("shop");
    for entry in std::fs::read_dir(shop.join("models"))? {
        std::fs::remove_dir_all(entry?.path())?;
    }
    let songs = site::folder().join("songs").display().to_string();
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

/// A host that stamps what it sends, so that a manifest never stays the same.
#[tokio::test]
async fn a_query_opens_the_bundle_anew_once() -> Result<()> {
    let publication = publication(&shelf(&item(0)?))?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>("there are results", SHOWN).await?;
    let manifest = publication.root().join("shop/manifest.json");
    host.fail(move |path| {
        if path.ends_with("shop/manifest.json") {
            let stamped = std::fs::read_to_string(&manifest).ok()? + " ";
            std::fs::write(&manifest, stamped).ok()?;
        }
        path.contains("/models/").then_some(Fault::Status(404))
    });
    page.forget_cache().await?;
    let ask = "
        const { Doorstep } = await import(new URL('d/doorstep.js', document.baseURI));
        const ds = await Doorstep.load('d/shop/');
        const asked = ds.recommend({ history: [input] }).then(() => 'answered', ({ code, message }) => `${code}: ${message}`);
        const late = new Promise((done) => setTimeout(done, 20_000, 'still asking'));
        return Promise.race([asked, late]).finally(() => ds.dispose());";
    let said: String = page.run(ask, Value::from(item(250)?)).await?;
    ensure!(
        said.starts_with("network: manifest.json: ") && said.contains("same manifest.json"),
        "{said}"
    );
    page.close_with(of_browser).await
}
