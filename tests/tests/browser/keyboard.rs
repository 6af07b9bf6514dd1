//! Every room by keyboard alone: all that does something is reached, in the order in which it stands, is seen to be
//! reached, and can be left.

use anyhow::{Result, ensure};
use doorstep_tests::page::Page;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use serde::Deserialize;
use serde_json::Value;

use crate::pictures::until_shown;
use crate::shop::text;
use crate::songs::{part, until_predicted};
use crate::{hook, shelf, until_open};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const RIGHT: &str = "\u{e014}";
/// More than any room has to stop at: who presses so often is trapped.
const MOST: usize = 300;

/// `active()` is what has the focus, `stops()` what one should be able to give it to, in order, in and out of
/// shadow roots; a group of radio buttons is one.
const SETUP: &str = r#"
    globalThis.active = () => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element === document.body ? undefined : element;
    };
    const other = (radio) => !radio.checked && [...radio.getRootNode().querySelectorAll('input[type=radio]:checked')].some(({ name }) => name === radio.name);
    const stops = (element) => element.matches('a[href], button, input, select, textarea, summary, [tabindex]')
        && element.tabIndex >= 0 && !element.disabled && element.checkVisibility({ visibilityProperty: true })
        && !(element.type === 'radio' && other(element));
    const below = (element) => element.shadowRoot?.children ?? (element.localName === 'slot' ? element.assignedElements() : element.children);
    const walk = (element) => [...(stops(element) ? [element] : []), ...[...below(element)].flatMap(walk)];
    globalThis.stops = () => walk(document.body);
    globalThis.say = (element) => `${element.localName} ${element.id} ${element.getAttribute('part') ?? ''} ${(element.ariaLabel ?? element.textContent).trim().slice(0, 40)}`;
    globalThis.walked = [];
    document.activeElement?.blur();"#;

/// What a step led to: nothing, where the page was left.
const STEP: &str = "
    const element = active();
    if (!element || walked.includes(element)) return { left: true, unseen: element ? `${say(element)} again` : null };
    walked.push(element);
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const inView = () => {
        const { width, height, bottom, top } = element.getBoundingClientRect();
        return width > 0 && height > 0 && bottom > 0 && top < innerHeight;
    };
    // It may be scrolled there smoothly.
    for (let frames = 0; frames < 120 && !inView(); frames++) await new Promise(requestAnimationFrame);
    const seen = element.matches(':focus-visible') && (parseFloat(outlineWidth) > 0 && outlineStyle !== 'none' || boxShadow !== 'none');
    return { left: false, unseen: seen && inView() ? null : say(element) };";

#[derive(Deserialize)]
struct Step {
    left: bool,
    unseen: Option<String>,
}

/// Goes through the whole page by Tab and holds what was met to what stands there.
async fn walk(page: &Page, room: &str) -> Result<()> {
    page.run::<Value>(SETUP, Value::Null).await?;
    let mut unseen = Vec::new();
    let mut is_out = false;
    for _ in 0..MOST {
        page.press(TAB).await?;
        let step: Step = page.run(STEP, Value::Null).await?;
        unseen.extend(step.unseen);
        is_out = step.left;
        if is_out {
            break;
        }
    }
    ensure!(is_out, "{room}: Tab never leaves the page");
    ensure!(
        unseen.is_empty(),
        "{room}: the focus is not seen on {unseen:#?}"
    );
    let missed: Vec<String> = page
        .value("stops().filter((element) => !walked.includes(element)).map(say)")
        .await?;
    ensure!(missed.is_empty(), "{room}: Tab never reaches {missed:#?}");
    let disorder = "
        const all = stops();
        const met = walked.filter((element) => all.includes(element));
        const at = met.findIndex((element, n) => element !== all[n]);
        return at < 0 ? null : `${say(met[at])} comes where ${say(all[at])} stands`;";
    let disorder: Option<String> = page.run(disorder, Value::Null).await?;
    ensure!(disorder.is_none(), "{room}: {disorder:?}");
    Ok(())
}

/// Presses Tab until `element`, an expression, has the focus.
async fn tab_to(page: &Page, element: &str) -> Result<()> {
    page.run::<Value>(SETUP, Value::Null).await?;
    for _ in 0..MOST {
        page.press(TAB).await?;
        if page
            .value::<bool>(&format!("active() === {element}"))
            .await?
        {
            return Ok(());
        }
    }
    anyhow::bail!("Tab never reaches {element}")
}

#[tokio::test]
async fn the_shop_is_visited_without_a_mouse() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("")).await?;
    until_open(&page).await?;
    walk(&page, "shop").await?;
    let shown: Vec<String> = page.value(&shelf("for-you")).await?;
    let card = format!(
        "{}.shadowRoot.querySelector('[part=card]')",
        hook("for-you")
    );
    tab_to(&page, &card).await?;
    page.press(ENTER).await?;
    let open = format!(
        "{0}.open && {0}.contains(document.activeElement)",
        hook("product")
    );
    page.until::<bool>("the product has the focus", &open)
        .await?;
    let similar = format!("{}.item", hook("similar"));
    assert_eq!(page.value::<String>(&similar).await?, shown[0]);
    page.press(ESCAPE).await?;
    let closed = format!("!{}.open && !!active()", hook("product"));
    page.until::<bool>("the focus is back", &closed).await?;
    // A group of radio buttons is one stop; arrows choose.
    let models = format!("{}.querySelector('input:checked')", hook("models"));
    tab_to(&page, &models).await?;
    let before: String = page.value(&format!("{models}.value")).await?;
    page.press(RIGHT).await?;
    let after: String = page.value(&format!("{models}.value")).await?;
    assert_ne!(before, after);
    page.close().await
}

#[tokio::test]
async fn a_prediction_is_made_without_a_mouse() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("songs.html")).await?;
    until_predicted(&page).await?;
    walk(&page, "songs").await?;
    let slider = part("slider");
    tab_to(&page, &slider).await?;
    let before: f64 = page.value(&format!("{slider}.valueAsNumber")).await?;
    page.press(RIGHT).await?;
    page.until::<bool>("the prediction follows", "predictions.settled > 0")
        .await?;
    assert!(
        page.value::<f64>(&format!("{slider}.valueAsNumber"))
            .await?
            > before
    );
    page.close().await
}

#[tokio::test]
async fn a_picture_is_inspected_without_a_mouse() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    until_shown(&page).await?;
    walk(&page, "radiographs").await?;
    let second = "document.querySelectorAll('#gallery button')[1]";
    tab_to(&page, second).await?;
    page.press(ENTER).await?;
    page.until::<bool>(
        "the second picture is chosen",
        &format!("{second}.ariaPressed === 'true'"),
    )
    .await?;
    let truth = text(&page, "truth").await?;
    assert!(truth.is_empty() || truth.contains("Picture"), "{truth}");
    page.close().await
}

#[tokio::test]
async fn what_to_paste_and_a_card_are_read_without_a_mouse() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("paste/")).await?;
    // Elements below are filled as one gets there; what one walks through is all there then.
    let fill = "
        for (const element of document.querySelectorAll('doorstep-recommend, doorstep-similar, doorstep-predict, doorstep-anomaly')) {
            element.scrollIntoView();
            while (!(element.hits?.length || element.prediction || element.info || element.localName === 'doorstep-anomaly')) await new Promise((next) => setTimeout(next, 50));
        }
        scrollTo(0, 0);";
    page.run::<Value>(fill, Value::Null).await?;
    walk(&page, "what to paste").await?;
    page.go_to(&server.url("paste/models/shop/next-linear.html"))
        .await?;
    walk(&page, "a model's card").await?;
    page.close_with(|line| line.contains("/images/")).await
}
