//! A published folder on other people's pages: another origin, strict policies, any path.

use anyhow::{Context, Result};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use serde_json::Value;

/// Where the publication lies on its host.
const AT: &str = "deep/path/doorstep";

/// Pictures of the shop lie beside its page, which is not published here.
fn of_pictures(line: &str) -> bool {
    line.contains("/images/") && line.contains("404")
}

/// The n-th policy that the guide for site owners prints, with what a page needs beside it; nothing else is allowed.
fn documented_policy(n: usize) -> Result<String> {
    let guide = include_str!("../../../docs/embed.md");
    let lines = guide.lines();
    let mut policies = lines.filter_map(|line| line.strip_prefix("Content-Security-Policy: "));
    let policy = policies.nth(n).context("the guide has no such policy")?;
    Ok(format!("default-src 'none'; img-src * data:; {policy}"))
}

/// Waits until each element of a page shows what it is for.
async fn until_filled(page: &Page) -> Result<()> {
    page.until::<bool>(
        "all elements are filled",
        "[...document.querySelectorAll('doorstep-recommend, doorstep-similar, doorstep-predict')]
            .every((element) => element.hits?.length > 0 || element.prediction)",
    )
    .await
    .map(drop)
}

/// Three elements of two bundles; `head` comes before them and `from` before their addresses.
fn three(head: &str, from: &str) -> String {
    format!(
        r#"<!doctype html><html lang="en"><title>Three</title><link rel="icon" href="data:,">{head}
        <doorstep-recommend bundle="{from}shop/" limit="4"><a href="/">Popular</a></doorstep-recommend>
        <doorstep-similar bundle="{from}shop/" limit="4"><a href="/">Similar</a></doorstep-similar>
        <doorstep-predict bundle="{from}songs/"><a href="/">Songs</a></doorstep-predict>"#
    )
}

/// Gives the element for similar items an item that there is.
async fn name_item(page: &Page) -> Result<()> {
    page.until::<bool>(
        "items are recommended",
        "document.querySelector('doorstep-recommend').hits?.length > 0",
    )
    .await?;
    page.run::<Value>(
        "document.querySelector('doorstep-similar').item = document.querySelector('doorstep-recommend').hits[0].id;",
        Value::Null,
    )
    .await
    .map(drop)
}

#[tokio::test]
async fn the_folder_shows_what_to_paste_and_that_it_works() -> Result<()> {
    let publication = Publication::new(AT)?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url(&format!("{AT}/"))).await?;
    for element in ["doorstep-recommend", "doorstep-similar", "doorstep-predict"] {
        let centre = format!("document.querySelector('{element}').scrollIntoView();");
        page.run::<Value>(&centre, Value::Null).await?;
    }
    until_filled(&page).await?;
    let pasted: Vec<String> = page
        .value("[...document.querySelectorAll('.snippet code')].map((code) => code.textContent)")
        .await?;
    let address = host.url(&format!("{AT}/"));
    assert!(
        pasted[0].contains(&format!("src=\"{address}widgets.js\"")),
        "{pasted:#?}"
    );
    // What is shown works where it is pasted: on a page of another origin.
    let elements = pasted.iter().filter(|code| code.starts_with("<doorstep-"));
    let html = format!(
        "<!doctype html><title>Elsewhere</title><link rel=\"icon\" href=\"data:,\">{}{}",
        pasted[1],
        elements.map(String::as_str).collect::<String>()
    );
    let other = tempfile::tempdir()?;
    std::fs::write(other.path().join("index.html"), html)?;
    let elsewhere = Host::start(other.path())?;
    page.screenshot("publication").await?;
    page.go_to(&elsewhere.url("")).await?;
    until_filled(&page).await?;
    page.go_to(&host.url(&format!("{AT}/models/shop/next-linear.html")))
        .await?;
    let text: String = page.value("document.body.innerText").await?;
    for said in ["ndcg", "@10", "leave-last-two", "engine core", "Limits"] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn a_strict_page_of_another_origin_has_three_widgets_of_two_bundles() -> Result<()> {
    let publication = Publication::new(AT)?;
    let host = Host::start(publication.folder())?;
    let from = host.url(&format!("{AT}/"));
    let origin = host.url("");
    let origin = origin.trim_end_matches('/');
    let pages = tempfile::tempdir()?;
    let script = format!(r#"<script type="module" src="{from}widgets.js"></script>"#);
    std::fs::write(pages.path().join("index.html"), three(&script, &from))?;
    let site = Host::start(pages.path())?;
    let policy = documented_policy(1)?.replace("https://files.example", origin);
    site.header("", "Content-Security-Policy", &policy);
    let page = Page::open(&site.url("")).await?;
    name_item(&page).await?;
    until_filled(&page).await?;
    // One engine for each bundle, both in workers; what the policy refuses would be a complaint.
    let engines = host
        .requests()
        .into_iter()
        .filter(|path| path.ends_with("worker.js"))
        .count();
    assert!(engines <= 2, "{engines} workers");
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn a_pinned_page_runs_no_script_and_no_engine_that_was_changed() -> Result<()> {
    let publication = Publication::new(AT)?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url(&format!("{AT}/"))).await?;
    let codes = "[...document.querySelectorAll('.snippet code')].map((code) => code.textContent)";
    let pasted: Vec<String> = page.value(codes).await?;
    let pinned = &pasted[1];
    // What the page says of its import map is all that a strict policy needs.
    let source = pasted
        .iter()
        .find_map(|code| code.strip_prefix("script-src '"));
    let source = source.context("no source of the import map")?;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' '{source}; connect-src 'self'; img-src * data:"
    );
    host.header("pinned.html", "Content-Security-Policy", &policy);
    let from = host.url(&format!("{AT}/"));
    publication.page("pinned.html", &three(pinned, &from))?;
    page.go_to(&host.url("pinned.html")).await?;
    name_item(&page).await?;
    until_filled(&page).await?;

    let version = publication.version()?;
    for file in [
        "widgets.js",
        "doorstep.js",
        "history.js",
        "worker.js",
        "in-page.js",
        "doorstep-core.js",
        "doorstep-core_bg.wasm",
    ] {
        let path = publication.root().join(&version).join(file);
        let whole = std::fs::read(&path)?;
        // Still a script, or a module with a section of a name without content.
        let more: &[u8] = match file.ends_with(".js") {
            true => b"\nglobalThis.changed = true;\n",
            false => &[0, 2, 1, b'x'],
        };
        std::fs::write(&path, [&whole, more].concat())?;
        let mut is_well = fallback_is_left(&host.url("pinned.html")).await;
        // Chromium 156 crashed a tab once of many times in which it refused a module.
        if is_well
            .as_ref()
            .is_err_and(|error| format!("{error:#}").contains("tab crashed"))
        {
            eprintln!("{file}: the browser's tab crashed; once more");
            is_well = fallback_is_left(&host.url("pinned.html")).await;
        }
        assert!(is_well?, "{file}");
        std::fs::write(&path, whole)?;
    }
    page.close_with(of_pictures).await
}

/// Whether a fresh browser ran nothing that was changed and shows what stands between an element's tags.
async fn fallback_is_left(url: &str) -> Result<bool> {
    let page = Page::open(url).await?;
    let refused = "
        const shelf = document.querySelector('doorstep-recommend');
        const defined = await Promise.race([customElements.whenDefined('doorstep-recommend').then(() => true), new Promise((ready) => setTimeout(ready, 2000))]);
        if (defined) {
            const failed = new Promise((told) => shelf.addEventListener('doorstep:error', ({ detail }) => told(detail.error.code)));
            shelf.refresh();
            if (await failed !== 'network') throw new Error(await failed);
        }
        return !globalThis.changed && shelf.querySelector('a').checkVisibility();";
    let is_well = page.run(refused, Value::Null).await?;
    page.close_with(|line| {
        line.contains("integrity") || line.contains("Failed to load") || of_pictures(line)
    })
    .await?;
    Ok(is_well)
}

#[tokio::test]
async fn a_page_without_workers_says_so_and_a_worker_of_its_own_origin_is_taken() -> Result<()> {
    let publication = Publication::new(AT)?;
    let host = Host::start(publication.folder())?;
    let version = publication.version()?;
    let script = format!(r#"<script type="module" src="{AT}/widgets.js"></script>"#);
    let html = three(&script, &format!("{AT}/"))
        .replace("limit=\"4\"", "limit=\"4\" in-page")
        .replace("songs/\"", "songs/\" in-page");
    publication.page("in-page.html", &html)?;
    // No worker-src: a worker that is tried all the same would be a complaint.
    host.header("in-page.html", "Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src * data:; worker-src 'none'");
    let own = format!("worker-url=\"{AT}/{version}/worker.js\"");
    publication.page(
        "own.html",
        &three(&script, &format!("{AT}/")).replace("limit=\"4\"", &format!("limit=\"4\" {own}")),
    )?;
    host.header(
        "own.html",
        "Content-Security-Policy",
        &documented_policy(0)?,
    );
    let page = Page::open(&host.url("in-page.html")).await?;
    for name in ["in-page.html", "own.html"] {
        page.go_to(&host.url(name)).await?;
        name_item(&page).await?;
        until_filled(&page).await?;
    }
    page.close_with(of_pictures).await
}
