//! Ten minutes of random use leave memory as it was. Run it by itself:
//! `cargo xtask test -p doorstep-tests --test browser soak -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use doorstep_tests::host::Host;
use doorstep_tests::page::Page;
use doorstep_tests::publication::Publication;
use serde_json::{Value, json};

const QUERIES: usize = 1000;
const LASTS: Duration = Duration::from_secs(600);
/// Queries between two looks at the memory.
const ROUND: usize = 100;
/// Megabytes by which memory may differ after the first rounds: what collectors of garbage leave.
const SLACK: f64 = 6.0;

/// Adds, removes, moves and changes elements, and asks queries, by chance.
const ROUND_OF_USE: &str = "
    const { shareBundle } = await import(new URL('d/widgets.js', document.baseURI));
    const main = document.querySelector('main');
    const chance = (below) => Math.floor(Math.random() * below);
    const shared = shareBundle('d/shop/');
    const doorstep = await shared.ready;
    globalThis.ids ??= (await doorstep.recommend({ k: 200 })).map(({ id }) => id);
    for (let n = 0; n < input.queries; n++) {
        const begun = performance.now();
        const own = main.children[chance(main.childElementCount)];
        switch (chance(5)) {
        case 0: own?.remove(); break;
        case 1: if (own) main.append(own); break;
        case 2: if (own?.localName === 'doorstep-recommend') own.history = `${ids[chance(200)]} ${ids[chance(200)]}`; break;
        default:
            if (main.childElementCount < 6) {
                const kind = ['recommend', 'similar', 'predict'][chance(3)];
                const added = document.createElement(`doorstep-${kind}`);
                added.bundle = kind === 'predict' ? 'd/songs/' : 'd/shop/';
                if (kind === 'similar') added.item = ids[chance(200)];
                main.append(added);
            }
        }
        await doorstep.recommend({ history: [ids[chance(200)], ids[chance(200)]], k: 10 });
        await new Promise((next) => setTimeout(next, input.each - (performance.now() - begun)));
    }
    main.replaceChildren();
    shared.release();
    await new Promise((next) => setTimeout(next, 2000));
    const { bytes } = await performance.measureUserAgentSpecificMemory();
    return bytes / 1e6;";

#[tokio::test]
#[ignore = "takes ten minutes"]
async fn ten_minutes_of_random_use_leave_memory_as_it_was() -> Result<()> {
    let publication = Publication::new("d")?;
    publication.page("index.html", r#"<!doctype html><html lang="en"><title>Soak</title><link rel="icon" href="data:,"><script type="module" src="d/widgets.js"></script><main></main>"#)?;
    let host = Host::start(publication.folder())?;
    // Browsers tell the memory of a page and its workers to isolated pages alone.
    host.header("", "Cross-Origin-Opener-Policy", "same-origin");
    host.header("", "Cross-Origin-Embedder-Policy", "require-corp");
    let page = Page::open(&host.url("")).await?;
    page.patience(LASTS).await?;
    let rounds = QUERIES / ROUND;
    let each = LASTS.as_millis() as usize / QUERIES;
    let begun = Instant::now();
    let mut megabytes: Vec<f64> = Vec::new();
    for _ in 0..rounds {
        megabytes.push(
            page.run(ROUND_OF_USE, json!({ "queries": ROUND, "each": each }))
                .await?,
        );
        println!(
            "{:4.0} s: {:.1} MB",
            begun.elapsed().as_secs_f64(),
            megabytes[megabytes.len() - 1]
        );
    }
    let (early, late) = (megabytes[1], megabytes[rounds - 1]);
    ensure!(
        late < early + SLACK,
        "{early:.1} MB became {late:.1} MB: {megabytes:?}"
    );
    let left: Value = page
        .value("document.querySelector('main').childElementCount")
        .await?;
    assert_eq!(left, json!(0));
    page.close_with(|line| line.contains("/images/")).await
}
