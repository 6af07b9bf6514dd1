//! Elements where pages put them: in grids and flex rows, on dark grounds, among texts of other sizes.

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use serde_json::{Value, json};

/// The shop's pictures lie beside its page, which is not there.
fn of_pictures(line: &str) -> bool {
    line.contains("/images/")
}

/// A page with this body, 1,000 pixels wide, once the shelf is filled and the prediction there.
async fn open(body: &str) -> Result<(Publication, Host, Page)> {
    let publication = Publication::new("d")?;
    let html = format!(
        r#"<!doctype html><html lang="de"><title>Places</title><link rel="icon" href="data:,">
           <script type="module" src="d/widgets.js"></script>{body}"#
    );
    publication.page("index.html", &html)?;
    let host = Host::start(publication.folder())?;
    let page = Page::open(&host.url("")).await?;
    page.resize(1000, 900).await?;
    for there in [
        "document.querySelector('doorstep-recommend').hits?.length",
        "!!document.querySelector('doorstep-predict').prediction",
    ] {
        page.until::<Value>("the elements are there", there).await?;
    }
    Ok((publication, host, page))
}

const ELEMENTS: &str = r#"<doorstep-recommend bundle="d/shop/"></doorstep-recommend><doorstep-predict bundle="d/songs/"></doorstep-predict>"#;

#[tokio::test]
async fn a_column_of_a_grid_or_of_a_flex_row_is_filled_and_not_widened() -> Result<()> {
    let body = r#"<style>* { box-sizing: border-box } body { margin: 0 } .grid { display: grid; grid-template-columns: 1fr 150px } .row { display: flex } aside { flex: 0 0 150px }</style>
        <div class="grid"><main><doorstep-recommend bundle="d/shop/"></doorstep-recommend></main><aside>beside</aside></div>
        <div class="row"><doorstep-predict bundle="d/songs/"></doorstep-predict><aside>beside</aside></div>
        <div class="row"><doorstep-similar bundle="d/shop/"></doorstep-similar><aside>beside</aside></div>
        <div class="row"><doorstep-anomaly bundle="d/xray/"></doorstep-anomaly><aside>beside</aside></div>"#;
    let (_publication, _host, page) = open(body).await?;
    let widths = "['recommend', 'predict', 'similar', 'anomaly'].map((kind) => document.querySelector(`doorstep-${kind}`).offsetWidth)";
    let page_width = page
        .value::<u32>("document.documentElement.clientWidth")
        .await?;
    assert_eq!(page.value::<[u32; 4]>(widths).await?, [page_width - 150; 4]);
    let too_much = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(page.value::<u32>(too_much).await?, 0);
    page.resize(360, 800).await?;
    assert_eq!(page.value::<u32>(too_much).await?, 0);
    // No radiographs are published here.
    page.close_with(|line| of_pictures(line) || line.contains("xray"))
        .await
}

#[tokio::test]
async fn a_dark_page_that_does_not_say_so_stays_readable() -> Result<()> {
    let body = format!("<style>body {{ background: #111; color: #eee }}</style>{ELEMENTS}");
    let (_publication, _host, page) = open(&body).await?;
    // What lies behind a text: the first ground that is not clear, going outwards.
    let grounds = "
        const groundOf = (node) => {
            for (let own = node; own; own = own.parentElement ?? own.getRootNode().host) {
                const { backgroundColor } = getComputedStyle(own);
                if (!/, 0\\)$|^transparent$/.test(backgroundColor)) return backgroundColor;
            }
        };
        const inside = (kind, part) => document.querySelector(`doorstep-${kind}`).shadowRoot.querySelector(`[part=${part}]`);
        return [['recommend', 'title'], ['predict', 'value'], ['predict', 'name'], ['predict', 'choice']].map(([kind, part]) => {
            const node = inside(kind, part);
            return [getComputedStyle(node).color, groundOf(node)];
        });";
    let found: Vec<[String; 2]> = page.run(grounds, Value::Null).await?;
    for pair in &found {
        assert_eq!(
            pair,
            &["rgb(238, 238, 238)", "rgb(17, 17, 17)"],
            "{found:?}"
        );
    }
    page.close_with(of_pictures).await
}

#[tokio::test]
async fn sizes_follow_the_text_around_and_numbers_its_language() -> Result<()> {
    let style = "<style>html { font-size: 62.5% } body { font-size: 1.6rem } section { text-align: center; white-space: nowrap }</style>";
    let (_publication, _host, page) =
        open(&format!("{style}<section>{ELEMENTS}</section>")).await?;
    let found: Value = page
        .value(
            "(() => {
                const inside = (kind, part) => document.querySelector(`doorstep-${kind}`).shadowRoot.querySelector(`[part=${part}]`);
                const style = (kind, part) => getComputedStyle(inside(kind, part));
                return [inside('recommend', 'card').offsetWidth, style('recommend', 'title').whiteSpace, style('predict', 'least').fontSize,
                    style('predict', 'row').textAlign, /^\\d+,\\d\\d$/.test(inside('predict', 'distance').textContent), /^\\d+,\\d %$/.test(inside('predict', 'share').textContent)];
            })()",
        )
        .await?;
    assert_eq!(found, json!([168, "normal", "13px", "end", true, true]));
    page.close_with(of_pictures).await
}

/// Wrong arguments, and what names each of them in the message.
#[tokio::test]
async fn wrong_arguments_are_named() -> Result<()> {
    let (_publication, _host, page) = open(ELEMENTS).await?;
    let ask = "
        const { Doorstep } = await import(new URL('d/doorstep.js', location));
        const said = async (work) => { try { await work(); return 'nothing'; } catch (error) { return `${error.code}: ${error.message}`; } };
        const ds = await Doorstep.load('d/shop/manifest.json', { timeoutMs: Infinity });
        const [first] = await ds.recommend({ history: [7], k: 1 });
        const all = await Promise.all([
            () => ds.recommend({ k: '5' }), () => ds.recommend({ k: -1 }), () => ds.recommend({ model: 3 }), () => ds.recommend({ allow: 'x' }),
            () => ds.similar({ id: 1 }), () => ds.similar(first.id, { explain: 'yes' }), () => ds.items([{}]), () => ds.recommend({ signal: null }), () => ds.search(5),
            () => Doorstep.load(undefined, null), () => Doorstep.load('d/shop/', { devise: 'cpu' }), () => Doorstep.load('http://'), () => Doorstep.load('d/'), () => ds.inspect(new ImageData(1, 1), { map: 1 }),
        ].map(said));
        ds.dispose();
        return all;";
    let said: Vec<String> = page.run(ask, Value::Null).await?;
    let wanted = [
        r#"k is "5"; give a whole number"#,
        "k is -1; give a whole number",
        "model is 3; give the name",
        r#"allow is "x"; give a list of ids"#,
        r#"item is {"id":1}; give the id"#,
        r#"explain is "yes"; give true or false"#,
        "items takes a list of ids",
        "signal stands in the options",
        "text is 5; give text",
        "There is no address of a bundle",
        r#"load has no option "devise"; it has device"#,
        r#""http://" is no address"#,
        "404 for http",
        "map is 1; give 'reconstruction'",
    ];
    for (said, wanted) in said.iter().zip(wanted) {
        ensure!(said.contains(wanted), "{said}, not {wanted}");
        ensure!(
            said.starts_with("invalid-query") || wanted.starts_with("404"),
            "{said}"
        );
    }
    assert_eq!(said.len(), wanted.len());
    page.close_with(|line| of_pictures(line) || line.contains("manifest.json"))
        .await
}

/// A page that answers a wrong address with its own start page, an element that names no bundle, and histories
/// that are set as lists.
#[tokio::test]
async fn the_console_says_what_an_element_lacks() -> Result<()> {
    let (publication, _host, page) = open(ELEMENTS).await?;
    publication.page("manifest.json", "<!doctype html><title>Start</title>")?;
    let set = "
        const warned = [];
        const warn = console.warn;
        console.warn = (...words) => warned.push(words.join(' '));
        const told = (count) => new Promise((done) => { const look = () => (warned.length >= count ? done() : setTimeout(look, 30)); look(); });
        const shelf = document.querySelector('doorstep-recommend');
        const ids = shelf.hits.map(({ id }) => id);
        const changed = new Promise((done) => shelf.addEventListener('doorstep:results', done, { once: true }));
        shelf.history = [ids[0], { item: ids[1] }];
        await changed;
        const hits = shelf.hits.map(({ id }) => id);
        const alone = document.createElement('doorstep-recommend');
        document.body.prepend(alone);
        await told(1);
        alone.bundle = '/';
        await told(2);
        alone.addEventListener('doorstep:error', (event) => event.preventDefault());
        const refused = new Promise((done) => alone.addEventListener('doorstep:error', done, { once: true }));
        alone.bundle = 'no/such/';
        await refused;
        console.warn = warn;
        return [shelf.getAttribute('history') === JSON.stringify([ids[0], { item: ids[1] }]) && !hits.includes(ids[0]) && !hits.includes(ids[1]), ...warned];";
    let said: Vec<Value> = page.run(set, Value::Null).await?;
    ensure!(said.len() == 3 && said[0] == true, "{said:?}");
    let told = |at: usize, words: &str| said[at].as_str().is_some_and(|own| own.contains(words));
    ensure!(
        told(1, "<doorstep-recommend> There is no address"),
        "{said:?}"
    );
    ensure!(told(2, "the server sent a web page for http"), "{said:?}");
    page.close_with(|line| of_pictures(line) || line.contains("no/such"))
        .await
}
