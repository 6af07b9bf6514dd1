//! Catalogues and queries that nobody means well with: shown as text, answered with words.

use std::fmt::Write;
use std::fs;

use anyhow::{Result, ensure};
use doorstep_tests::command::doorstep;
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site::{self, Copy};
use serde_json::{Value, json};

use crate::{hook, product, shelf, until_open};

/// Ids that a page or an address could trip over; each is also the item's title.
const IDS: [&str; 6] = [
    "<img src=x onerror=\"window.hacked=1\">",
    "<script>window.hacked=1</script>",
    "a \"quoted\" id, with commas",
    "ключ 🗝️ / % # ? &amp;",
    "../../etc/passwd",
    "it's plain",
];

/// A copy of the site whose bundle holds the items above.
fn site_with_hostile_items() -> Result<Copy> {
    let site = Copy::new()?;
    let data = tempfile::tempdir()?;
    let mut interactions = String::from("user,item,rating,timestamp\n");
    for user in 0..30 {
        for step in 0..4 {
            let item = IDS[(user + step * step) % IDS.len()].replace('"', "\"\"");
            writeln!(interactions, "u{user},\"{item}\",5,{}", 1000 + step)?;
        }
    }
    let mut items = String::new();
    for id in IDS {
        let record = json!({ "id": id, "title": id, "image": "javascript:window.hacked=1", "url": "javascript:window.hacked=1" });
        writeln!(items, "{record}")?;
    }
    fs::write(data.path().join("interactions.csv"), interactions)?;
    fs::write(data.path().join("items.jsonl"), items)?;
    let bundle = site.path().join("bundle");
    fs::remove_dir_all(&bundle)?;
    let output = doorstep()
        .args(["train", "item-knn", "popularity", "--interactions"])
        .arg(data.path().join("interactions.csv"))
        .arg("--items")
        .arg(data.path().join("items.jsonl"))
        .arg("--out")
        .arg(&bundle)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(site)
}

#[tokio::test]
async fn markup_in_ids_and_titles_is_shown_as_text() -> Result<()> {
    let site = site_with_hostile_items()?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    let titles: Vec<String> = page
        .value(&format!(
            "[...{}.querySelectorAll('.card-title')].map((title) => title.textContent)",
            hook("products")
        ))
        .await?;
    for id in IDS {
        assert!(
            titles.iter().any(|title| title == id),
            "{id} is not among {titles:?}"
        );
    }
    for n in 0..IDS.len() {
        page.click(&product(n)).await?;
        let id: String = page.value(&format!("{}.dataset.id", product(n))).await?;
        let title = format!("{}.textContent", hook("product-title"));
        page.until::<bool>(
            "the title is shown as text",
            &format!("{title} === {}", json!(id)),
        )
        .await?;
        page.until::<usize>(
            "similar items are shown",
            &format!("{}.length", shelf("similar")),
        )
        .await?;
        page.click(&hook("product-close")).await?;
    }
    let smuggled = "!!window.hacked || !!document.querySelector('main img[onerror], main script, [href^=javascript], [src^=javascript]')";
    assert!(!page.value::<bool>(smuggled).await?);
    page.close().await
}

#[tokio::test]
async fn unknown_items_and_wrong_queries_are_answered_with_words() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    let ask = "
        const { Doorstep } = await import(new URL('doorstep.js', document.baseURI));
        const doorstep = await Doorstep.load('./bundle/');
        const events = [];
        doorstep.addEventListener('query', ({ detail }) => events.push(detail.unknown));
        const hits = await doorstep.recommend({ history: ['no such item', '<b>'], k: 3 });
        const code = (promise) => promise.then(() => 'answered', (error) => error.code);
        const codes = [
            await code(doorstep.similar('no such item')),
            await code(doorstep.recommend({ k: -1 })),
            await code(doorstep.recommend({ histroy: [] })),
            await code(doorstep.recommend({ model: 'no such model' })),
        ];
        const records = await doorstep.items(['no such item']);
        doorstep.dispose();
        return [hits.length, hits.every((hit) => hit.fallback), events[0], codes, records];";
    let found: Value = page.run(ask, Value::Null).await?;
    let codes = [
        "unknown-item",
        "invalid-query",
        "invalid-query",
        "invalid-query",
    ];
    assert_eq!(
        found,
        json!([3, true, ["no such item", "<b>"], codes, [null]])
    );
    page.close().await
}
