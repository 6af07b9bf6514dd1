//! The page for everybody: axe's rules, both colour schemes, narrow and wide.

use anyhow::{Context, Result};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde_json::Value;

use crate::pictures::until_shown;
use crate::songs::until_predicted;
use crate::{hook, measure_all, product, until_open};

/// A script that lists what axe finds wrong; `None` after saying that it is not there.
pub fn axe() -> Result<Option<String>> {
    let Some(axe) = std::env::var_os("DOORSTEP_AXE") else {
        doorstep_tests::say(
            "skipped: DOORSTEP_AXE is not set; install npm and run `cargo xtask test`",
        );
        return Ok(None);
    };
    let axe = std::fs::read_to_string(&axe).with_context(|| axe.display().to_string())?;
    // Bundled for CommonJS, AMD and pages; hidden `module` and `define` leave the page's global.
    Ok(Some(format!(
        "if (!window.axe) {{ {axe} }}
         const {{ violations }} = await window.axe.run(document);
         return violations.map(({{ id, help, nodes }}) =>
             `${{id}}: ${{help}}: ${{nodes.map((node) => node.html.slice(0, 120)).join(' | ')}}`);"
    )))
}

#[tokio::test]
async fn axe_finds_no_violation_in_light_and_dark() -> Result<()> {
    let Some(check) = axe()? else {
        return Ok(());
    };
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        page.reload().await?;
        until_open(&page).await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}: {found:#?}");
        measure_all(&page).await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}, measured: {found:#?}");
        page.click(&product(0)).await?;
        page.until::<bool>("the product is open", &format!("{}.open", hook("product")))
            .await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}, product: {found:#?}");
        page.click(&hook("product-close")).await?;
        // Its address goes after the dialog, and a reload would open it again.
        let closed = format!("!{}.open && !location.hash", hook("product"));
        page.until::<bool>("the product is closed", &closed).await?;
    }
    // The page says more where networks were wished to run on a graphics card.
    page.click(&format!(
        "{}.querySelector('[value=webgpu]')",
        hook("devices")
    ))
    .await?;
    let asked = "document.readyState === 'complete' && !!document.querySelector('[value=webgpu][aria-pressed=true]')";
    page.until::<bool>("the page comes back", asked).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        page.reload().await?;
        until_open(&page).await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}, WebGPU: {found:#?}");
    }
    page.close().await
}

/// What to paste, and each model's card: axe's rules, both schemes, a phone and a desktop.
#[tokio::test]
async fn axe_finds_no_violation_on_any_published_page() -> Result<()> {
    let Some(check) = axe()? else {
        return Ok(());
    };
    let room = site::folder().join("paste");
    let mut pages = vec!["paste/".to_owned()];
    for card in site::files(&room.join("models"))? {
        let path = card.strip_prefix(site::folder())?;
        pages.push(path.to_string_lossy().into_owned());
    }
    assert!(pages.len() > 12, "{pages:?}");
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        for (width, height) in [(320, 700), (1440, 1000)] {
            page.resize(width, height).await?;
            for address in &pages {
                page.go_to(&server.url(address)).await?;
                let content: u32 = page.value("document.documentElement.scrollWidth").await?;
                assert!(
                    content <= width,
                    "{address}: {content} px of content on {width} px"
                );
                let found: Vec<String> = page.run(&check, Value::Null).await?;
                assert!(
                    found.is_empty(),
                    "{address}, {scheme}, {width} px: {found:#?}"
                );
            }
        }
    }
    page.close_with(|line| line.contains("/images/")).await
}

#[tokio::test]
async fn axe_finds_no_violation_among_the_songs() -> Result<()> {
    let Some(check) = axe()? else {
        return Ok(());
    };
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("songs.html")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        for (width, height) in [(320, 700), (1440, 1000)] {
            page.resize(width, height).await?;
            page.reload().await?;
            until_predicted(&page).await?;
            page.click(&hook("song")).await?;
            page.type_into(&hook("song"), "a").await?;
            let found = format!("{}.children.length", hook("song-results"));
            page.until::<usize>("songs are found", &found).await?;
            let found: Vec<String> = page.run(&check, Value::Null).await?;
            assert!(found.is_empty(), "{scheme}, {width} px: {found:#?}");
        }
    }
    page.close().await
}

#[tokio::test]
async fn axe_finds_no_violation_among_the_radiographs() -> Result<()> {
    let Some(check) = axe()? else {
        return Ok(());
    };
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        for (width, height) in [(320, 700), (1440, 1000)] {
            page.resize(width, height).await?;
            page.reload().await?;
            until_shown(&page).await?;
            let refuse = format!(
                "await {}.inspect(new Blob(['no picture']));",
                hook("anomaly")
            );
            page.run::<Value>(&refuse, Value::Null).await?;
            let found: Vec<String> = page.run(&check, Value::Null).await?;
            assert!(found.is_empty(), "{scheme}, {width} px: {found:#?}");
        }
    }
    page.close().await
}

#[tokio::test]
async fn the_pages_fit_a_phone_and_a_desktop() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for (scheme, room) in [
        ("light", "shop"),
        ("dark", "shop"),
        ("light", "songs"),
        ("dark", "songs"),
        ("light", "xray"),
        ("dark", "xray"),
    ] {
        page.prefer_colours(scheme).await?;
        let address = match room {
            "shop" => "".to_owned(),
            room => format!("{room}.html"),
        };
        for (width, height) in [(320, 700), (1440, 1000)] {
            page.resize(width, height).await?;
            page.go_to(&server.url(&address)).await?;
            match room {
                "shop" => until_open(&page).await?,
                "xray" => until_shown(&page).await?,
                _ => until_predicted(&page).await?,
            }
            let content: u32 = page.value("document.documentElement.scrollWidth").await?;
            assert!(
                content <= width,
                "{content} px of content on a page of {width} px"
            );
            let path = page.screenshot(&format!("{room}-{width}-{scheme}")).await?;
            assert!(
                std::fs::metadata(&path)?.len() > 5_000,
                "{} is empty",
                path.display()
            );
        }
    }
    page.close().await
}

/// What people with other eyes and hands need of the page of a publication, and of its cards.
#[tokio::test]
async fn the_pages_of_a_publication_are_for_everybody() -> Result<()> {
    let publication = Publication::new("d")?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("d/")).await?;
    let check = axe()?;
    for (address, name) in [
        ("d/", "publication"),
        ("d/models/songs/knn-local.html", "card"),
    ] {
        for scheme in ["light", "dark"] {
            page.prefer_colours(scheme).await?;
            for (width, height) in [(320, 700), (1440, 1000)] {
                page.resize(width, height).await?;
                page.go_to(&host.url(address)).await?;
                if name == "publication" {
                    let shelf = "document.querySelector('doorstep-recommend').scrollIntoView();";
                    page.run::<Value>(shelf, Value::Null).await?;
                    page.until::<bool>(
                        "the shelf is filled",
                        "document.querySelector('doorstep-recommend').hits?.length > 0",
                    )
                    .await?;
                }
                // A phone that also doubles text shows 160 px of it: one or the other must fit.
                let sizes = if width == 320 {
                    &["100%"][..]
                } else {
                    &["100%", "200%"]
                };
                for text in sizes {
                    let size = format!("document.documentElement.style.fontSize = '{text}';");
                    page.run::<Value>(&size, Value::Null).await?;
                    let content: u32 = page.value("document.documentElement.scrollWidth").await?;
                    assert!(
                        content <= width,
                        "{name}, {text}: {content} px of content on {width} px"
                    );
                }
                page.screenshot(&format!("{name}-{width}-{scheme}-200"))
                    .await?;
                page.run::<Value>("document.documentElement.style.fontSize = '';", Value::Null)
                    .await?;
                page.screenshot(&format!("{name}-{width}-{scheme}")).await?;
                if let Some(check) = &check {
                    let found: Vec<String> = page.run(check, Value::Null).await?;
                    assert!(found.is_empty(), "{name}, {scheme}, {width} px: {found:#?}");
                }
            }
        }
    }
    // By keyboard alone: to the first button, which copies or selects its code.
    page.go_to(&host.url("d/")).await?;
    page.until::<bool>(
        "there are buttons",
        "!!document.querySelector('.snippet button')",
    )
    .await?;
    let focused = "document.activeElement === document.querySelector('.snippet button')";
    for _ in 0..6 {
        if page.value::<bool>(focused).await? {
            break;
        }
        page.press("\u{e004}").await?;
    }
    assert!(
        page.value::<bool>(focused).await?,
        "Tab doesn't reach the button"
    );
    page.press("\u{e007}").await?;
    page.until::<bool>(
        "it says what it did",
        "document.querySelector('.snippet [role=status]').textContent.length > 5",
    )
    .await?;
    page.close_with(|line| line.contains("/images/")).await
}

/// Text of twice the size, as browsers set it for the root, moves nothing out of reach.
#[tokio::test]
async fn text_of_twice_the_size_fits_every_room() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for (room, address) in [
        ("shop", ""),
        ("songs", "songs.html"),
        ("xray", "xray.html"),
        ("paste", "paste/"),
    ] {
        for width in [640, 1440] {
            page.resize(width, 1000).await?;
            page.go_to(&server.url(address)).await?;
            page.until::<bool>("the page is there", "document.readyState === 'complete'")
                .await?;
            let enlarge = "
                document.documentElement.style.fontSize = '200%';
                await new Promise((next) => setTimeout(next, 500));
                return document.documentElement.scrollWidth;";
            let content: u32 = page.run(enlarge, Value::Null).await?;
            page.screenshot(&format!("{room}-{width}-200")).await?;
            assert!(
                content <= width,
                "{room}: {content} px of content on {width} px"
            );
        }
    }
    page.close_with(|line| line.contains("/images/")).await
}

/// Nothing moves by itself for who asked for that.
#[tokio::test]
async fn who_asks_for_reduced_motion_gets_none() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    page.prefer_reduced_motion().await?;
    for address in ["", "songs.html", "xray.html", "paste/"] {
        page.go_to(&server.url(address)).await?;
        page.until::<bool>("the page is there", "document.readyState === 'complete'")
            .await?;
        let moving = "
            const roots = [document];
            for (const node of document.querySelectorAll('*')) if (node.shadowRoot) roots.push(node.shadowRoot);
            const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
            return roots.flatMap((root) => [...root.querySelectorAll('*')]).filter((node) => {
                const style = getComputedStyle(node);
                return seconds(style.transitionDuration) > 0.01 || (style.animationName !== 'none' && seconds(style.animationDuration) > 0.01);
            }).map((node) => node.outerHTML.slice(0, 120));";
        page.until::<bool>(
            "elements are known",
            "!document.querySelector(':not(:defined)')",
        )
        .await?;
        let found: Vec<String> = page.run(moving, Value::Null).await?;
        assert!(found.is_empty(), "{address}: {found:#?}");
    }
    page.close_with(|line| line.contains("/images/")).await
}
