//! What the shop measures: devices side by side, and all models' accuracy against bytes and time.

use anyhow::Result;
use serde_json::Value;

use crate::shop::{open, text};
use crate::{hook, measure_all, until_open};

/// Which of the buttons is pressed.
fn pressed() -> String {
    format!(
        "{}.querySelector('[aria-pressed=true]')?.value",
        hook("devices")
    )
}

#[tokio::test]
async fn a_device_is_chosen_for_the_visit_and_the_page_says_what_answers() -> Result<()> {
    let (_server, page) = open().await?;
    assert_eq!(page.value::<String>(&pressed()).await?, "auto");
    assert_eq!(text(&page, "device-reason").await?, "");
    for device in ["webgpu", "cpu"] {
        page.click(&format!(
            "{}.querySelector('[value={device}]')",
            hook("devices")
        ))
        .await?;
        let chosen = format!(
            "document.readyState === 'complete' && {} === '{device}'",
            pressed()
        );
        page.until::<bool>("the page comes back", &chosen).await?;
        until_open(&page).await?;
        let focus: String = page.value("document.activeElement.value").await?;
        assert_eq!(focus, device, "the keyboard starts over");
        let ask = "
            const { shareBundle } = await import(new URL('widgets.js', document.baseURI));
            const doorstep = await shareBundle('./bundle/').ready;
            const told = new Promise((tell) => doorstep.addEventListener('query', ({ detail }) => tell(detail), { once: true }));
            await doorstep.recommend({ k: 3 });
            const { device, requestedDevice, deviceReason = '' } = await told;
            return [device, requestedDevice, deviceReason];";
        let [used, wished, reason]: [String; 3] = page.run(ask, Value::Null).await?;
        assert_eq!(wished, device);
        let name = match used.as_str() {
            "webgpu" => "WebGPU",
            _ => "the processor",
        };
        assert_eq!(text(&page, "cost-device").await?, name);
        assert_eq!(text(&page, "device-reason").await?, reason);
    }
    page.close().await
}

#[tokio::test]
async fn devices_are_timed_side_by_side() -> Result<()> {
    let (_server, page) = open().await?;
    page.click(&format!(
        "{}.querySelector('input[value=sasrec]')",
        hook("models")
    ))
    .await?;
    page.click(&hook("measure-devices")).await?;
    let told = format!(
        "{}.textContent.includes('A list by sasrec')",
        hook("device-note")
    );
    page.until::<bool>("devices are measured", &told).await?;
    let rows: Vec<String> = page
        .value(&format!(
            "[...{}.querySelectorAll('dd')].map((dd) => dd.textContent)",
            hook("device-times")
        ))
        .await?;
    let [processor, webgpu] = rows.as_slice() else {
        anyhow::bail!("{rows:?}");
    };
    assert!(processor.ends_with(" ms"), "{processor}");
    assert!(
        webgpu.ends_with(" ms") || webgpu == "not used",
        "what is measured is what answered: {webgpu}"
    );
    page.close().await
}

/// Pairs of a chart's labels that lie upon each other, and whether more than two found no place.
/// Where points lie depends on the machine's speed; the table has what the chart has no room for.
const LABELS: &str = "
    return ['chart-bytes', 'chart-time'].flatMap((name) => {
        const svg = document.querySelector(`[data-testid=${name}]`);
        const labels = [...svg.querySelectorAll('.label')].map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() }));
        const upon = ({ box: a }, { box: b }) => a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom;
        const edge = svg.getBoundingClientRect();
        const dots = svg.querySelectorAll('.dot').length;
        return [
            ...labels.flatMap((a, n) => labels.slice(n + 1).filter((b) => upon(a, b)).map((b) => `${a.text} upon ${b.text}`)),
            ...labels.filter(({ box }) => box.left < edge.left || box.right > edge.right).map(({ text }) => `${text} is cut off`),
            ...(dots === input && labels.length >= dots - 2 ? [] : [`${name} has ${dots} dots and ${labels.length} labels`]),
        ];
    });";

#[tokio::test]
async fn accuracy_is_drawn_against_bytes_and_time_once_measured() -> Result<()> {
    let (_server, page) = open().await?;
    let rows = format!("[...{}.rows]", hook("comparison-rows"));
    let cells = format!("{rows}.map((row) => [...row.cells].map((cell) => cell.textContent))");
    let before: Vec<[String; 5]> = page.value(&cells).await?;
    let models: usize = page
        .value(&format!(
            "{}.querySelectorAll('input').length",
            hook("models")
        ))
        .await?;
    assert_eq!(before.len(), models);
    let accuracies: Vec<f64> = before.iter().map(|row| row[2].parse().unwrap()).collect();
    assert!(
        accuracies.is_sorted_by(|a, b| a >= b),
        "best first: {accuracies:?}"
    );
    assert!(before.iter().all(|row| row[3] == "–" && row[4] == "–"));
    let shown = format!("{}.checkVisibility()", hook("chart-bytes"));
    assert!(
        !page.value::<bool>(&shown).await?,
        "there is nothing to draw"
    );

    measure_all(&page).await?;
    let after: Vec<[String; 5]> = page.value(&cells).await?;
    for row in &after {
        assert!(row[3].ends_with("KB") || row[3].ends_with("MB"), "{row:?}");
        assert!(row[4].ends_with(" ms"), "{row:?}");
    }
    for (width, height) in [(1440, 1000), (390, 800), (320, 700)] {
        page.resize(width, height).await?;
        // The charts follow in the frame after.
        let drawn = format!(
            "{0}.getAttribute('viewBox').split(' ')[2] == {0}.getBoundingClientRect().width",
            hook("chart-time")
        );
        page.until::<bool>("the charts fit", &drawn).await?;
        let wrong: Vec<String> = page.run(LABELS, Value::from(models)).await?;
        assert!(wrong.is_empty(), "{width} px: {wrong:#?}");
        let content: u32 = page.value("document.documentElement.scrollWidth").await?;
        assert!(content <= width, "{content} px of content on {width} px");
        page.value::<Value>(&format!(
            "{}.scrollIntoView({{ behavior: 'instant' }})",
            hook("comparison")
        ))
        .await?;
        page.screenshot(&format!("comparison-{width}")).await?;
    }

    page.click(&hook("measure-models")).await?;
    page.click(&hook("measure-models")).await?;
    let stopped = format!("{}.textContent === 'Stopped.'", hook("comparison-note"));
    page.until::<bool>("measuring stops", &stopped).await?;
    page.close().await
}
