//! What a visitor does in the shop.

use anyhow::Result;
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde_json::Value;

use crate::{hook, product, shelf, until_open};

/// The shop, opened and filled.
pub async fn open() -> Result<(Server, Page)> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    Ok((server, page))
}

/// Opens the n-th product, closes it again, and returns its id.
async fn view(page: &Page, n: usize) -> Result<String> {
    let id: String = page.value(&format!("{}.dataset.id", product(n))).await?;
    page.click(&product(n)).await?;
    page.until::<bool>("the product is open", &format!("{}.open", hook("product")))
        .await?;
    page.until::<usize>(
        "similar items are shown",
        &format!("{}.length", shelf("similar")),
    )
    .await?;
    page.click(&hook("product-close")).await?;
    page.until::<bool>(
        "the product is closed",
        &format!("!{}.open", hook("product")),
    )
    .await?;
    Ok(id)
}

fn visited() -> String {
    format!(
        "[...{}.children].map((chip) => chip.dataset.id)",
        hook("visited")
    )
}

async fn until_visited(page: &Page, ids: &[&str]) -> Result<()> {
    let equal = format!("{}.join('\\n') === {:?}", visited(), ids.join("\n"));
    page.until::<bool>("the strip shows the history", &equal)
        .await?;
    Ok(())
}

/// Waits until the shelf shows something else and returns it.
async fn until_changed(page: &Page, before: &[String]) -> Result<Vec<String>> {
    let before = serde_json::to_string(before)?;
    let shelf = shelf("for-you");
    let changed = format!("JSON.stringify({shelf}) !== {before:?} && {shelf}");
    page.until("the shelf changes", &changed).await
}

#[tokio::test]
async fn the_shop_opens_with_products_models_and_costs() -> Result<()> {
    let (_server, page) = open().await?;
    let models: Vec<String> = page
        .value(&format!(
            "[...{}.querySelectorAll('input')].map((i) => i.value)",
            hook("models")
        ))
        .await?;
    for name in [
        "popularity",
        "recent-popularity",
        "item-knn",
        "ease",
        "next-linear",
        "sasrec",
        "bsarec",
        "ncf",
        "metadata-mf",
    ] {
        assert!(
            models.iter().any(|model| model == name),
            "{name} is not among {models:?}"
        );
    }
    for figure in [
        "cost-session",
        "cost-files",
        "cost-engine",
        "cost-first",
        "cost-time",
    ] {
        let known = format!("/\\d/.test({}.textContent)", hook(figure));
        page.until::<bool>(figure, &known).await?;
    }
    let broken =
        "[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)";
    assert_eq!(
        page.value::<Vec<String>>(broken).await?,
        Vec::<String>::new()
    );
    page.close().await
}

#[tokio::test]
async fn a_search_shows_only_titles_with_the_word() -> Result<()> {
    let (_server, page) = open().await?;
    let title: String = page
        .value(&format!(
            "{}.querySelector('.card-title').textContent",
            product(0)
        ))
        .await?;
    let word = title
        .split_whitespace()
        .last()
        .unwrap_or_default()
        .to_lowercase();
    page.type_into(&hook("search"), &word).await?;
    let heading = format!("{}.textContent.includes({word:?})", hook("browse-title"));
    page.until::<bool>("the heading names the search", &heading)
        .await?;
    let titles: Vec<String> = page
        .value(&format!(
            "[...{}.querySelectorAll('.card-title')].map((title) => title.textContent)",
            hook("products")
        ))
        .await?;
    assert!(!titles.is_empty());
    assert!(
        titles.iter().all(|t| t.to_lowercase().contains(&word)),
        "{word}: {titles:?}"
    );

    page.type_into(&hook("search"), " zzzzzz").await?;
    page.until::<bool>("nothing is found", &format!("!!{}", hook("no-results")))
        .await?;
    page.close().await
}

#[tokio::test]
async fn views_change_the_shelf_with_reasons_and_a_reload_keeps_them() -> Result<()> {
    let (_server, page) = open().await?;
    let popular: Vec<String> = page.value(&shelf("for-you")).await?;
    let first = view(&page, 0).await?;
    until_visited(&page, &[&first]).await?;
    let after_one = until_changed(&page, &popular).await?;
    assert!(
        !after_one.contains(&first),
        "an item of the history is recommended"
    );
    let reasons = format!(
        "[...{}.shadowRoot.querySelectorAll('[part=reason]')].map((r) => r.textContent)",
        hook("for-you")
    );
    let reasons: Vec<String> = page.value(&reasons).await?;
    assert!(
        reasons.iter().any(|r| r.starts_with("Because you viewed")),
        "{reasons:?}"
    );

    let second = view(&page, 3).await?;
    until_visited(&page, &[&second, &first]).await?;
    let after_two = until_changed(&page, &after_one).await?;

    page.reload().await?;
    until_open(&page).await?;
    until_visited(&page, &[&second, &first]).await?;
    assert_eq!(
        page.value::<Vec<String>>(&shelf("for-you")).await?,
        after_two
    );

    page.click(&hook("clear-history")).await?;
    until_visited(&page, &[]).await?;
    assert_eq!(until_changed(&page, &after_two).await?, popular);
    page.close().await
}

#[tokio::test]
async fn a_card_on_a_shelf_opens_its_product() -> Result<()> {
    let (_server, page) = open().await?;
    let wanted: Vec<String> = page.value(&shelf("for-you")).await?;
    page.click(&format!(
        "{}.shadowRoot.querySelector('[part=card]')",
        hook("for-you")
    ))
    .await?;
    page.until::<bool>("the product is open", &format!("{}.open", hook("product")))
        .await?;
    let similar = format!("{}.item", hook("similar"));
    assert_eq!(page.value::<String>(&similar).await?, wanted[0]);
    page.close().await
}

#[tokio::test]
async fn another_model_gives_another_list() -> Result<()> {
    let (_server, page) = open().await?;
    view(&page, 1).await?;
    let popular: Vec<String> = Vec::new();
    let personal = until_changed(&page, &popular).await?;
    page.click(&format!(
        "{}.querySelector('input[value=popularity]')",
        hook("models")
    ))
    .await?;
    let same_for_all = until_changed(&page, &personal).await?;
    page.click(&format!(
        "{}.querySelector('input[value=next-linear]')",
        hook("models")
    ))
    .await?;
    let again = until_changed(&page, &same_for_all).await?;
    assert_ne!(again, same_for_all);
    page.close().await
}

#[tokio::test]
async fn a_category_narrows_the_range() -> Result<()> {
    let (_server, page) = open().await?;
    let chip = format!("{}.querySelectorAll('button')[1]", hook("categories"));
    let category: String = page.value(&format!("{chip}.dataset.category")).await?;
    page.click(&chip).await?;
    let heading = format!("{}.textContent === {category:?}", hook("browse-title"));
    page.until::<bool>("the heading names the category", &heading)
        .await?;
    let strangers = "
        const { shareBundle } = await import(new URL('widgets.js', document.baseURI));
        const cards = [...document.querySelectorAll('[data-testid=products] a.card')];
        const doorstep = await shareBundle('./bundle/').ready;
        const records = await doorstep.items(cards.map((card) => card.dataset.id));
        return records.filter((record) => !record.attributes.category.includes(input)).length;";
    assert_eq!(
        page.run::<usize>(strangers, Value::from(category)).await?,
        0
    );
    page.close().await
}

/// What stands in an element.
pub async fn text(page: &Page, name: &str) -> Result<String> {
    page.value(&format!("{}.textContent", hook(name))).await
}

#[tokio::test]
async fn a_network_brings_its_engine_and_says_that_it_has_no_reasons() -> Result<()> {
    let (_server, page) = open().await?;
    let popular: Vec<String> = page.value(&shelf("for-you")).await?;
    view(&page, 1).await?;
    let personal = until_changed(&page, &popular).await?;
    let engine = text(&page, "cost-engine").await?;
    assert!(engine.starts_with("core,"), "{engine}");
    page.click(&format!(
        "{}.querySelector('input[value=sasrec]')",
        hook("models")
    ))
    .await?;
    let listed = until_changed(&page, &personal).await?;
    assert_eq!(listed.len(), personal.len());
    let engine = text(&page, "cost-engine").await?;
    assert!(engine.starts_with("cpu,"), "{engine}");
    let note = text(&page, "model-note").await?;
    assert!(
        note.contains("network") && note.contains("no reason"),
        "{note}"
    );
    // The visit keeps the choice.
    page.reload().await?;
    until_open(&page).await?;
    let same = format!(
        "JSON.stringify({}) === {:?}",
        shelf("for-you"),
        serde_json::to_string(&listed)?
    );
    page.until::<bool>("the same model answers", &same).await?;
    page.close().await
}
