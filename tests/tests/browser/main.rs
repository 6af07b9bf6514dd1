//! The demo page, the widgets and the engine in a real browser.

mod accessibility;
mod bundler;
mod contract;
mod damage;
mod elements;
mod engines;
mod failing_host;
mod firefox;
mod harness;
mod hostile_content;
mod keyboard;
mod measuring;
mod networks;
mod offline;
mod parity;
mod pictures;
mod places;
mod predict;
mod predict_element;
mod privacy;
mod publication;
mod rooms;
mod shop;
mod soak;
mod songs;
mod webgpu;

use anyhow::Result;
use doorstep_tests::page::Page;
use serde_json::Value;

/// The element with this `data-testid`, as an expression.
fn hook(name: &str) -> String {
    format!("document.querySelector('[data-testid=\"{name}\"]')")
}

/// The ids on a shelf, best first.
fn shelf(name: &str) -> String {
    format!("{}.hits.map((hit) => hit.id)", hook(name))
}

/// Measures all models of the shop and waits for the figures.
async fn measure_all(page: &Page) -> Result<()> {
    let button = hook("measure-models");
    page.click(&button).await?;
    let ended = format!("{button}.textContent === 'Measure again'");
    page.until::<bool>("all models are measured", &ended)
        .await?;
    Ok(())
}

/// The n-th product of the range, counted from 0.
fn product(n: usize) -> String {
    format!("{}.querySelectorAll('a.card')[{n}]", hook("products"))
}

/// Waits until the range and the visitor's shelf are there.
async fn until_open(page: &Page) -> Result<()> {
    page.until::<bool>("products are shown", &format!("!!{}", product(0)))
        .await?;
    page.until::<usize>(
        "the shelf is filled",
        &format!("{}.length", shelf("for-you")),
    )
    .await?;
    Ok(())
}

/// How far the page has moved by itself since it was opened, as browsers add it up.
async fn layout_shift(page: &Page) -> Result<f64> {
    let add_up = "
        return new Promise((done) => {
            let sum = 0;
            const add = (list) => list.getEntries().forEach(({ value, hadRecentInput }) => { if (!hadRecentInput) sum += value; });
            new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true });
            setTimeout(() => done(sum), 300);
        });";
    page.run(add_up, Value::Null).await
}
