//! The other engine of browsers: what the rest of these tests look into in Chromium holds in Firefox, too.

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde_json::{Value, json};

use crate::accessibility::axe;
use crate::pictures::until_shown;
use crate::songs::until_predicted;
use crate::until_open;

#[tokio::test]
async fn every_room_is_there_and_axe_finds_no_violation() -> Result<()> {
    let Some(check) = axe()? else {
        return Ok(());
    };
    let server = Server::start(site::folder())?;
    for scheme in ["light", "dark"] {
        let Some(page) = Page::open_in_firefox(&server.url(""), scheme).await? else {
            return Ok(());
        };
        let dark = "matchMedia('(prefers-color-scheme: dark)').matches";
        assert_eq!(page.value::<bool>(dark).await?, scheme == "dark");
        for room in [
            "",
            "songs.html",
            "xray.html",
            "paste/",
            "paste/models/shop/next-linear.html",
        ] {
            page.go_to(&server.url(room)).await?;
            match room {
                "" => until_open(&page).await?,
                "songs.html" => until_predicted(&page).await?,
                "xray.html" => until_shown(&page).await?,
                "paste/" => {
                    let shelf = "document.querySelector('doorstep-recommend').scrollIntoView();";
                    page.run::<Value>(shelf, Value::Null).await?;
                    page.until::<usize>(
                        "the shelf is filled",
                        "document.querySelector('doorstep-recommend').hits?.length",
                    )
                    .await?;
                }
                _ => {}
            }
            let name = room.trim_end_matches(".html").replace('/', "-");
            page.screenshot(&format!("firefox-{name}-{scheme}")).await?;
            let found: Vec<String> = page.run(&check, Value::Null).await?;
            ensure!(found.is_empty(), "{room}, {scheme}: {found:#?}");
        }
    }
    Ok(())
}

/// Three elements of two bundles on a page of another origin, by a strict policy, through a `blob:` worker.
#[tokio::test]
async fn a_strict_page_of_another_origin_shows_lists() -> Result<()> {
    let publication = Publication::new("deep/doorstep")?;
    let host = Host::start(publication.folder())?;
    let from = host.url("deep/doorstep/");
    let origin = host.url("");
    let origin = origin.trim_end_matches('/');
    let pages = tempfile::tempdir()?;
    std::fs::write(
        pages.path().join("index.html"),
        format!(
            r#"<!doctype html><html lang="en"><title>Strict</title><link rel="icon" href="data:,">
            <script type="module" src="{from}widgets.js"></script>
            <doorstep-recommend bundle="{from}shop/" limit="4"><a href="/">Popular</a></doorstep-recommend>
            <doorstep-recommend bundle="{from}shop/" limit="4" model="sasrec"><a href="/">Popular</a></doorstep-recommend>
            <doorstep-predict bundle="{from}songs/"><a href="/">Songs</a></doorstep-predict>"#
        ),
    )?;
    let site = Host::start(pages.path())?;
    let policy = format!(
        "default-src 'none'; script-src {origin} 'wasm-unsafe-eval'; connect-src {origin}; worker-src blob:; img-src * data:"
    );
    site.header("", "Content-Security-Policy", &policy);
    let Some(page) = Page::open_in_firefox(&site.url(""), "light").await? else {
        return Ok(());
    };
    let filled = "[...document.querySelectorAll('doorstep-recommend, doorstep-predict')].every((element) => element.hits?.length === 4 || element.prediction)";
    page.until::<bool>("all is filled", filled).await?;
    // A history is kept, and nothing else.
    let visit = "
        const shelf = document.querySelector('doorstep-recommend');
        const { id } = shelf.hits[1];
        shelf.shadowRoot.querySelectorAll('[part=card]')[1].onclick(new MouseEvent('click', { cancelable: true }));
        while (shelf.hits.some((hit) => hit.id === id)) await new Promise((next) => setTimeout(next, 30));
        return [Object.keys(localStorage).length, Object.keys(sessionStorage).length, document.cookie];";
    let kept: Value = page.run(visit, Value::Null).await?;
    assert_eq!(kept, json!([1, 0, ""]));
    // The host fails: the page's own words come back, and nothing is thrown.
    host.fail(|path| {
        path.contains("/shop/models/")
            .then_some(doorstep_tests::host::Fault::Status(500))
    });
    let fail = "
        const unhandled = [];
        addEventListener('unhandledrejection', ({ reason }) => unhandled.push(String(reason)));
        addEventListener('error', ({ message }) => unhandled.push(message));
        const shelf = document.createElement('doorstep-recommend');
        shelf.bundle = document.querySelector('doorstep-recommend').bundle;
        shelf.model = 'item-knn';
        shelf.history = document.querySelector('doorstep-recommend').hits[0].id;
        shelf.innerHTML = '<a href=\"/\">Popular</a>';
        const failed = new Promise((told) => shelf.addEventListener('doorstep:error', ({ detail }) => told(detail.error.code)));
        document.body.prepend(shelf);
        const code = await failed;
        return [code, shelf.firstChild.checkVisibility(), unhandled];";
    let found: Value = page.run(fail, Value::Null).await?;
    assert_eq!(found, json!(["network", true, []]));
    Ok(())
}

/// Firefox knows digests in import maps, too: it runs neither a script nor an engine that was changed.
#[tokio::test]
async fn a_pinned_page_runs_nothing_that_was_changed() -> Result<()> {
    let publication = Publication::new("d")?;
    let host = Host::start(publication.folder())?;
    let Some(page) = Page::open_in_firefox(&host.url("d/"), "light").await? else {
        return Ok(());
    };
    let pinned: String = page
        .until("there is a tag", "[...document.querySelectorAll('.snippet code')].map((code) => code.textContent).find((code) => code.includes('importmap'))")
        .await?;
    let shelf = r#"<doorstep-recommend bundle="d/shop/" limit="4"><a href="/">Popular</a></doorstep-recommend>"#;
    publication.page("pinned.html", &format!("<!doctype html><html lang=\"en\"><title>Pinned</title><link rel=\"icon\" href=\"data:,\">{pinned}{shelf}"))?;
    page.go_to(&host.url("pinned.html")).await?;
    page.until::<usize>(
        "the shelf is filled",
        "document.querySelector('doorstep-recommend').hits?.length",
    )
    .await?;
    let version = publication.version()?;
    for (file, more) in [
        ("doorstep.js", &b"\nglobalThis.changed = true;\n"[..]),
        ("doorstep-core_bg.wasm", &[0, 2, 1, b'x']),
    ] {
        let path = publication.root().join(&version).join(file);
        let whole = std::fs::read(&path)?;
        std::fs::write(&path, [&whole, more].concat())?;
        let Some(page) = Page::open_in_firefox(&host.url("pinned.html"), "light").await? else {
            return Ok(());
        };
        let outcome = "
            await new Promise((next) => setTimeout(next, 3000));
            const shelf = document.querySelector('doorstep-recommend');
            return [!!globalThis.changed, !!shelf.hits?.length, shelf.querySelector('a').checkVisibility()];";
        let found: Value = page.run(outcome, Value::Null).await?;
        ensure!(found == json!([false, false, true]), "{file}: {found}");
        std::fs::write(&path, whole)?;
    }
    Ok(())
}
