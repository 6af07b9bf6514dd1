//! The page for everybody: axe's rules, both colour schemes, narrow and wide.

use anyhow::{Context, Result};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde_json::Value;

use crate::{hook, product, until_open};

#[tokio::test]
async fn axe_finds_no_violation_in_light_and_dark() -> Result<()> {
    let Some(axe) = std::env::var_os("DOORSTEP_AXE") else {
        doorstep_tests::say(
            "skipped: DOORSTEP_AXE is not set; install npm and run `cargo xtask test`",
        );
        return Ok(());
    };
    let axe = std::fs::read_to_string(&axe).with_context(|| axe.display().to_string())?;
    // Bundled for CommonJS, AMD and pages; hidden `module` and `define` leave the page's global.
    let check = format!(
        "if (!window.axe) {{ {axe} }}
         const {{ violations }} = await window.axe.run(document);
         return violations.map(({{ id, help, nodes }}) =>
             `${{id}}: ${{help}}: ${{nodes.map((node) => node.html.slice(0, 120)).join(' | ')}}`);"
    );
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        page.reload().await?;
        until_open(&page).await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}: {found:#?}");
        page.click(&product(0)).await?;
        page.until::<bool>("the product is open", &format!("{}.open", hook("product")))
            .await?;
        let found: Vec<String> = page.run(&check, Value::Null).await?;
        assert!(found.is_empty(), "{scheme}, product: {found:#?}");
        page.click(&hook("product-close")).await?;
    }
    page.close().await
}

#[tokio::test]
async fn the_page_fits_a_phone_and_a_desktop() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    for scheme in ["light", "dark"] {
        page.prefer_colours(scheme).await?;
        for (width, height) in [(320, 700), (1440, 1000)] {
            page.resize(width, height).await?;
            page.reload().await?;
            until_open(&page).await?;
            let content: u32 = page.value("document.documentElement.scrollWidth").await?;
            assert!(
                content <= width,
                "{content} px of content on a page of {width} px"
            );
            let path = page.screenshot(&format!("shop-{width}-{scheme}")).await?;
            assert!(
                std::fs::metadata(&path)?.len() > 5_000,
                "{} is empty",
                path.display()
            );
        }
    }
    page.close().await
}
