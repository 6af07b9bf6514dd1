//! What a page's author may ask of the elements, and what may be done to them.

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use serde_json::{Value, json};

/// Counts the workers that run, before anything starts one.
const HEAD: &str = r#"<!doctype html><html lang="en"><title>Elements</title><link rel="icon" href="data:,">
<script>
  window.running = 0;
  window.errors = [];
  window.Worker = class extends Worker {
    constructor(...given) { super(...given); running += 1; }
    terminate() { running -= 1; super.terminate(); }
  };
  addEventListener('doorstep:error', ({ detail }) => errors.push(detail.error.code));
</script>
<script type="module" src="d/widgets.js"></script>"#;

/// A page of the shop with these elements, once they are known.
async fn open(body: &str) -> Result<(Publication, Host, Page)> {
    let publication = Publication::new("d")?;
    publication.page("index.html", &format!("{HEAD}<main>{body}</main>"))?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.until::<bool>(
        "the elements are known",
        "!!customElements.get('doorstep-recommend')",
    )
    .await?;
    Ok((publication, host, page))
}

/// The shop's pictures lie beside its page, which is not there.
fn of_pictures(line: &str) -> bool {
    line.contains("/images/")
}

const SHELF: &str = "document.querySelector('doorstep-recommend')";

/// The ids on the shelf, once there are some that `wanted` accepts.
async fn until_hits(page: &Page, wanted: &str) -> Result<Vec<String>> {
    let hits = format!("{SHELF}.hits?.map(({{ id }}) => id)");
    page.until(
        "the shelf is as wanted",
        &format!("((hits) => hits?.length && ({wanted}) ? hits : 0)({hits})"),
    )
    .await
}

#[tokio::test]
async fn slots_and_a_template_are_the_authors() -> Result<()> {
    let body = r#"<doorstep-recommend bundle="d/shop/" limit="3">
          <h2 slot="header">Picked for you</h2>
          <p slot="empty">Nothing yet</p>
          <p id="fallback">Popular</p>
          <template><b part="name" data-text="title"></b><i data-text="category"></i><span data-image></span><u data-text="price"></u></template>
        </doorstep-recommend>
        <doorstep-similar bundle="d/shop/"><p slot="empty" id="none">Nothing like it</p><p id="instead">Similar</p></doorstep-similar>"#;
    let (_publication, _host, page) = open(body).await?;
    until_hits(&page, "hits.length === 3").await?;
    let shown = |id: &str| format!("document.querySelector('{id}').checkVisibility()");
    assert!(page.value::<bool>(&shown("h2")).await?);
    assert!(!page.value::<bool>(&shown("#fallback")).await?);
    assert!(!page.value::<bool>(&shown("[slot=empty]")).await?);
    // An item's own words, as text, and not the usual card.
    let card = format!("{SHELF}.shadowRoot.querySelector('[part=card]')");
    let found: Value = page
        .value(&format!("[{card}.querySelector('b').textContent, {card}.querySelector('i').textContent, !!{card}.querySelector('[part=title]'), !!{card}.querySelector('img, [part=placeholder]'), {SHELF}.hits[0].item.title, {SHELF}.hits[0].item.attributes.category.join(', ')]"))
        .await?;
    assert_eq!((&found[0], &found[1]), (&found[4], &found[5]), "{found}");
    assert_eq!((&found[2], &found[3]), (&json!(false), &json!(true)));
    page.until::<bool>("the empty list is said", &shown("#none"))
        .await?;
    assert!(!page.value::<bool>(&shown("#instead")).await?);
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn a_history_is_local_none_or_the_attributes_and_can_be_cleared() -> Result<()> {
    let (_publication, _host, page) =
        open(r#"<doorstep-recommend bundle="d/shop/" limit="5"></doorstep-recommend>"#).await?;
    let popular = until_hits(&page, "true").await?;
    let set = |history: &str| format!("{SHELF}.history = {};", json!(history));
    page.run::<Value>(&set(&format!("{} {}", popular[3], popular[4])), Value::Null)
        .await?;
    let seen = format!("!hits.includes({:?})", popular[3]);
    let personal = until_hits(&page, &seen).await?;
    assert_eq!(
        page.value::<Vec<String>>("Object.keys(localStorage)")
            .await?,
        Vec::<String>::new()
    );
    page.run::<Value>(&set("none"), Value::Null).await?;
    let same = format!(
        "JSON.stringify(hits) === {:?}",
        serde_json::to_string(&popular)?
    );
    until_hits(&page, &same).await?;
    page.run::<Value>(&set("local"), Value::Null).await?;
    let visit = format!(
        "const card = {SHELF}.shadowRoot.querySelectorAll('[part=card]')[input]; card.onclick(new MouseEvent('click', {{ cancelable: true }}));"
    );
    for id in [3, 3] {
        let before: Vec<String> = until_hits(&page, "true").await?;
        page.run::<Value>(&visit, json!(id)).await?;
        until_hits(&page, &format!("!hits.includes({:?})", before[id])).await?;
    }
    assert_eq!(
        page.value::<Vec<String>>("Object.keys(localStorage)")
            .await?,
        ["doorstep:history:/d/shop/"]
    );
    assert_eq!(page.value::<String>("document.cookie").await?, "");
    page.run::<Value>(&format!("{SHELF}.clearHistory();"), Value::Null)
        .await?;
    until_hits(&page, &same).await?;
    ensure!(personal != popular);
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn attributes_set_before_it_has_loaded_are_those_that_count() -> Result<()> {
    let (_publication, _host, page) = open("").await?;
    let found: Value = page
        .run(
            "const shelf = document.createElement('doorstep-recommend');
             shelf.limit = 9;
             document.querySelector('main').append(shelf);
             shelf.setAttribute('bundle', 'no/such/');
             let lists = 0;
             shelf.addEventListener('doorstep:results', () => { lists += 1; });
             shelf.bundle = 'd/songs/';
             shelf.bundle = 'd/shop/';
             await new Promise((next) => setTimeout(next, 20));
             shelf.model = 'popularity';
             shelf.limit = 2;
             while (!shelf.hits.length) await new Promise((next) => setTimeout(next, 20));
             await new Promise((next) => setTimeout(next, 300));
             return [shelf.hits.length, lists, errors, shelf.getAttribute('limit'), shelf.getAttribute('model')];",
            Value::Null,
        )
        .await?;
    assert_eq!(found, json!([2, 1, [], "2", "popularity"]));
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn elements_share_an_engine_move_about_and_leave_nothing() -> Result<()> {
    let body = r#"<doorstep-recommend bundle="d/shop/"></doorstep-recommend><section></section>
        <doorstep-similar bundle="./d/shop" item="x"></doorstep-similar><doorstep-predict bundle="d/songs/"></doorstep-predict>"#;
    let (_publication, _host, page) = open(body).await?;
    let before = until_hits(&page, "true").await?;
    page.until::<Value>(
        "the songs are there",
        "document.querySelector('doorstep-predict').prediction",
    )
    .await?;
    assert_eq!(page.value::<u32>("running").await?, 2);
    let moved = format!(
        "
        const shelf = {SHELF};
        const cards = [...shelf.shadowRoot.querySelectorAll('[part=card]')];
        document.querySelector('section').append(shelf);
        await new Promise((next) => setTimeout(next, 1500));
        return shelf.shadowRoot.querySelectorAll('[part=card]')[0] === cards[0];"
    );
    assert!(page.run::<bool>(&moved, Value::Null).await?);
    assert_eq!(until_hits(&page, "true").await?, before);
    assert_eq!(page.value::<u32>("running").await?, 2);
    page.run::<Value>(
        "document.querySelector('main').replaceChildren();",
        Value::Null,
    )
    .await?;
    page.until::<bool>("all workers have ended", "running === 0")
        .await?;
    // An unknown item was an error with a name, and nothing else was.
    assert_eq!(page.value::<Vec<String>>("errors").await?, ["unknown-item"]);
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn two_versions_of_the_script_on_a_page_get_along() -> Result<()> {
    let (publication, host, page) =
        open(r#"<doorstep-recommend bundle="d/shop/"></doorstep-recommend>"#).await?;
    until_hits(&page, "true").await?;
    let version = publication.version()?;
    let other = publication.folder().join("other");
    let copy = std::process::Command::new("cp")
        .arg("-r")
        .arg(publication.root().join(version))
        .arg(&other)
        .status()?;
    ensure!(copy.success());
    let found: usize = page
        .run(
            "const other = await import(new URL('other/widgets.js', document.baseURI));
             const { ready, release } = other.shareBundle('d/shop/');
             const hits = await (await ready).recommend({ k: 4 });
             release();
             return hits.length;",
            Value::Null,
        )
        .await?;
    assert_eq!(found, 4);
    // Loaded together from the start, too.
    publication.page("both.html", &format!("{HEAD}<script type=\"module\" src=\"other/widgets.js\"></script><main><doorstep-recommend bundle=\"d/shop/\"></doorstep-recommend></main>"))?;
    page.go_to(&host.url("both.html")).await?;
    until_hits(&page, "true").await?;
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn blocked_storage_keeps_a_history_for_the_visit() -> Result<()> {
    let (publication, host, page) = open("").await?;
    let blocked = "<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } });</script>";
    publication.page("blocked.html", &format!("{HEAD}{blocked}<main><doorstep-recommend bundle=\"d/shop/\"></doorstep-recommend></main>"))?;
    page.go_to(&host.url("blocked.html")).await?;
    let popular = until_hits(&page, "true").await?;
    let add = "const { VisitorHistory } = await import(new URL('d/history.js', document.baseURI));
        const history = VisitorHistory.of('d/shop/');
        history.add(input);
        return history.persistent;";
    assert!(!page.run::<bool>(add, json!(popular[0])).await?);
    until_hits(&page, &format!("!hits.includes({:?})", popular[0])).await?;
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn a_wrong_address_ends_in_the_fallback_with_a_reason() -> Result<()> {
    let body = r#"<doorstep-recommend bundle="no/such/"><p id="fallback">Popular</p></doorstep-recommend>"#;
    let (_publication, _host, page) = open(body).await?;
    page.until::<bool>("it is said", "errors.length > 0")
        .await?;
    assert_eq!(page.value::<Vec<String>>("errors").await?, ["network"]);
    assert!(
        page.value::<bool>("document.querySelector('#fallback').checkVisibility()")
            .await?
    );
    // The right one is taken without loading the page again.
    page.run::<Value>(&format!("{SHELF}.bundle = 'd/shop/';"), Value::Null)
        .await?;
    until_hits(&page, "true").await?;
    page.close_with(|line| of_pictures(line) || line.contains("no/such"))
        .await
}

#[tokio::test]
async fn what_is_no_address_is_said_and_may_be_set_right() -> Result<()> {
    let body = r#"<doorstep-recommend bundle="http://["><p id="fallback">Popular</p></doorstep-recommend>"#;
    let (_publication, _host, page) = open(body).await?;
    let set = |bundle: &str| format!("{SHELF}.bundle = {};", json!(bundle));
    page.until::<bool>("it is said", "errors.length > 0")
        .await?;
    page.run::<Value>(&set("d/shop/"), Value::Null).await?;
    until_hits(&page, "true").await?;
    page.run::<Value>(&set("http://["), Value::Null).await?;
    page.until::<bool>("it is said again", "errors.length > 1")
        .await?;
    assert_eq!(
        page.value::<Vec<String>>("errors").await?,
        ["invalid-query", "invalid-query"]
    );
    assert!(
        page.value::<bool>("document.querySelector('#fallback').checkVisibility()")
            .await?
    );
    // Anything that nobody handled would be a complaint.
    page.close_with(of_pictures).await
}

/// Only links open in another tab; ids that are numbers are kept, and forgotten, as text.
#[tokio::test]
async fn a_link_opened_with_the_middle_button_counts_as_seen() -> Result<()> {
    let (_publication, _host, page) =
        open(r#"<doorstep-recommend bundle="d/shop/"></doorstep-recommend>"#).await?;
    until_hits(&page, "true").await?;
    let press = format!(
        "const shelf = {SHELF};
        const told = [];
        shelf.addEventListener('doorstep:select', (event) => told.push([event.detail.id, event.cancelable]));
        shelf.addEventListener('auxclick', (event) => event.preventDefault());
        shelf.query = async () => [{{ id: '5', item: {{ id: '5', url: '/five' }} }}, {{ id: '6', item: {{ id: '6' }} }}];
        await shelf.refresh();
        const [link, plain] = shelf.shadowRoot.querySelectorAll('[part=card]');
        for (const [card, button] of [[plain, 1], [link, 2], [link, 1]]) {{
          card.dispatchEvent(new MouseEvent('auxclick', {{ button, bubbles: true, composed: true, cancelable: true }}));
        }}
        const {{ VisitorHistory }} = await import(new URL('d/history.js', document.baseURI));
        const visits = VisitorHistory.of('d/shop/');
        const kept = visits.list().map(({{ item }}) => item);
        visits.remove(5);
        return [told, kept, visits.list()];"
    );
    let found: Value = page.run(&press, Value::Null).await?;
    assert_eq!(found, json!([[["5", false]], ["5"], []]));
    page.close_with(of_pictures).await
}
