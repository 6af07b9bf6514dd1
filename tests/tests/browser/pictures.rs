//! Pictures in the browser: scores are the native ones, whatever a visitor brings is shown or
//! refused, and a page without a model keeps what stood there.

use anyhow::{Context, Result, ensure};
use doorstep_shared::bundle::{InspectAnswer, InspectQuery};
use doorstep_shared::images::salad::Map;
use doorstep_shared::images::{Frame, GreyImage};
use doorstep_tests::page::Page;
use doorstep_tests::random::Random;
use doorstep_tests::server::Server;
use doorstep_tests::site;
use doorstep_trainer::images::readers::decode;
use futures_util::FutureExt;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};
use serde_json::{Value, json};

use crate::hook;
use crate::parity::native;

/// How far scores may be apart, relatively.
const TOLERANCE: f64 = 1e-3;
const PICTURES: usize = 100;

/// Bytes of red, green, blue and alpha: spots on a slope, some of them coloured or half transparent.
fn picture(random: &mut Random) -> (usize, usize, Vec<u8>) {
    let (width, height) = (20 + random.below(60), 20 + random.below(60));
    let (tint, clear) = (random.below(3) == 0, random.below(5) == 0);
    let spots: Vec<[f32; 3]> = (0..4)
        .map(|_| [random.share(), random.share(), 0.05 + 0.2 * random.share()])
        .collect();
    let mut bytes = Vec::new();
    for at in 0..width * height {
        let (x, y) = (
            (at % width) as f32 / width as f32,
            (at / width) as f32 / height as f32,
        );
        let spot = |[a, b, r]: &[f32; 3]| f32::max(0.0, 1.0 - ((x - a).hypot(y - b)) / r);
        let level = 0.2 + 0.4 * y + spots.iter().map(spot).sum::<f32>() + 0.05 * random.share();
        let byte = (255.0 * level.clamp(0.0, 1.0)) as u8;
        let green = if tint { byte / 2 } else { byte };
        let alpha = if clear && x < 0.5 { 128 } else { 255 };
        bytes.extend([byte, green, byte, alpha]);
    }
    (width, height, bytes)
}

fn near(found: &Value, expected: f64) -> bool {
    let found = found.as_f64();
    found.is_some_and(|found| (found - expected).abs() <= TOLERANCE * expected.abs().max(1e-6))
}

#[tokio::test]
async fn a_hundred_pictures_score_as_natively() -> Result<()> {
    let bundle = native(&site::folder().join("xray"))?;
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    let mut random = Random::new(5);
    let pictures: Vec<_> = (0..PICTURES).map(|_| picture(&mut random)).collect();
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const ds = await Doorstep.load('/xray/', { device: 'cpu' });
        const answers = [];
        for (const [width, height, bytes] of input) {
          const own = await ds.inspect(new ImageData(new Uint8ClampedArray(bytes), width, height), { map: 'reconstruction', prototypes: 2 });
          answers.push({ ...own, map: [...own.map], prepared: own.prepared.length, prototypes: own.prototypes.map(({ row, pixels }) => [row, [...pixels]]) });
        }
        ds.dispose();
        return answers;";
    let input: Vec<Value> = pictures.iter().map(|own| json!(own)).collect();
    let answers: Vec<Value> = page.run(ask, json!(input)).await?;
    let query = InspectQuery {
        map: Some(Map::Reconstruction),
        prototypes: 2,
        ..InspectQuery::default()
    };
    for (n, ((width, height, bytes), found)) in pictures.iter().zip(&answers).enumerate() {
        let picture = GreyImage::from_rgba(*width, *height, bytes).context("a picture")?;
        let expected: InspectAnswer = bundle
            .inspect(&picture, &query)
            .now_or_never()
            .context("memory answers at once")??;
        let score = &found["score"];
        ensure!(
            near(score, expected.score),
            "{n}: {score} is not {}",
            expected.score
        );
        // Registered, so that it lies where the browser found it.
        let Frame {
            x,
            y,
            width,
            height,
        } = expected.frame;
        for (side, expected) in [("x", x), ("y", y), ("width", width), ("height", height)] {
            let found = &found["frame"][side];
            ensure!(
                found.as_f64() == Some(expected),
                "{n}: {side} {found}, not {expected}"
            );
        }
        ensure!(found["size"] == expected.size && found["prepared"] == expected.prepared.len());
        let map = expected.map.context("a map was asked for")?;
        let levels = found["map"].as_array().context("no map")?;
        ensure!(levels.len() == map.len());
        for (found, expected) in levels.iter().zip(&map) {
            let apart = (found.as_f64().unwrap_or(f64::NAN) - f64::from(*expected)).abs();
            ensure!(apart < 1e-2, "{n}: {found} is not {expected}");
        }
        let shown = expected
            .prototypes
            .iter()
            .map(|own| json!([own.row, own.pixels]));
        ensure!(
            found["prototypes"] == json!(shown.collect::<Vec<_>>()),
            "{n}"
        );
    }
    let scores: Vec<f64> = answers
        .iter()
        .filter_map(|own| own["score"].as_f64())
        .collect();
    let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let most = scores.iter().copied().fold(0.0, f64::max);
    ensure!(
        most > 1.5 * least,
        "pictures hardly differ: {least} to {most}"
    );
    page.close().await
}

/// `picture` as files: a PNG, a JPEG, and the JPEG of a camera that was held so that its left is up.
fn files((width, height, bytes): &(usize, usize, Vec<u8>)) -> Result<[(&'static str, Vec<u8>); 3]> {
    let rgb: Vec<u8> = bytes.chunks(4).flat_map(|own| &own[..3]).copied().collect();
    let (width, height) = (*width as u32, *height as u32);
    let (mut png, mut jpeg) = (Vec::new(), Vec::new());
    PngEncoder::new(&mut png).write_image(bytes, width, height, ExtendedColorType::Rgba8)?;
    JpegEncoder::new_with_quality(&mut jpeg, 95).write_image(
        &rgb,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    // EXIF's orientation 6.
    let exif =
        b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut turned = jpeg.clone();
    turned.splice(2..2, *exif);
    Ok([
        ("image/png", png),
        ("image/jpeg", jpeg),
        ("image/jpeg", turned),
    ])
}

#[tokio::test]
async fn files_score_as_the_trainer_reads_them() -> Result<()> {
    let bundle = native(&site::folder().join("xray"))?;
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    let mut random = Random::new(6);
    let mut all = Vec::new();
    for _ in 0..8 {
        all.extend(files(&picture(&mut random))?);
    }
    let ask = "
        const { Doorstep } = await import(new URL('/doorstep.js', location));
        const ds = await Doorstep.load('/xray/', { device: 'cpu' });
        const answers = [];
        for (const [type, bytes] of input) answers.push(await ds.inspect(new Blob([new Uint8Array(bytes)], { type })));
        ds.dispose();
        return answers.map(({ score, frame }) => [score, frame.width, frame.height]);";
    let answers: Vec<Value> = page.run(ask, json!(all)).await?;
    let mut sizes = Vec::new();
    for (n, ((kind, bytes), found)) in all.iter().zip(&answers).enumerate() {
        let expected: InspectAnswer = bundle
            .inspect(&decode(bytes)?, &InspectQuery::default())
            .now_or_never()
            .context("memory answers at once")??;
        // Browsers' decoders of JPEG round otherwise than ours.
        let tolerance = if *kind == "image/png" {
            TOLERANCE
        } else {
            0.02
        };
        let apart = (found[0].as_f64().unwrap_or(f64::NAN) / expected.score - 1.0).abs();
        ensure!(apart < tolerance, "{n}: {found}, not {}", expected.score);
        let frame = (expected.frame.width, expected.frame.height);
        ensure!(
            found[1] == frame.0 && found[2] == frame.1,
            "{n}: {found}, not {frame:?}"
        );
        sizes.push(expected.score);
    }
    let turned = sizes
        .chunks(3)
        .filter(|own| (own[1] / own[2] - 1.0).abs() > 0.05);
    ensure!(
        turned.count() > 2,
        "it makes no difference how pictures lie"
    );
    page.close().await
}

/// Waits until the room has shown a finding for what was asked last.
pub async fn until_shown(page: &Page) -> Result<()> {
    let score = format!("{}.inspection?.score", hook("anomaly"));
    page.until::<f64>("a picture is inspected", &score).await?;
    Ok(())
}

#[tokio::test]
async fn the_room_shows_a_picture_and_takes_files_of_any_kind() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    until_shown(&page).await?;
    let bring = "
        const element = document.querySelector('doorstep-anomaly');
        const part = (name) => element.shadowRoot.querySelector(`[part=${name}]`);
        const canvas = (width, height, draw) => {
          const own = Object.assign(document.createElement('canvas'), { width, height });
          draw?.(own.getContext('2d'));
          return own;
        };
        const file = (own, type) => new Promise((done) => own.toBlob(done, type));
        const grey = (context) => { const { width, height } = context.canvas; for (let x = 0; x < width; x++) { context.fillStyle = `hsl(0 0% ${(90 * x) / width}%)`; context.fillRect(x, 0, 1, height); } };
        const bytes = (...parts) => new Blob(parts.map((part) => (typeof part === 'string' ? part : new Uint8Array(part))));
        const png = new Uint8Array(await (await file(canvas(40, 30, grey), 'image/png')).arrayBuffer());
        const jpeg = new Uint8Array(await (await file(canvas(40, 30, grey), 'image/jpeg')).arrayBuffer());
        const huge = png.slice();
        huge.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
        const fine = {
          png: new Blob([png]), jpeg: new Blob([jpeg]), webp: await file(canvas(33, 44, grey), 'image/webp'),
          dot: canvas(1, 1), black: canvas(64, 64, (c) => c.fillRect(0, 0, 64, 64)), clear: canvas(20, 90),
          colour: canvas(50, 50, (c) => { c.fillStyle = 'tomato'; c.fillRect(10, 10, 20, 20); }),
          data: new ImageData(8, 9), image: document.querySelector('#gallery img'),
        };
        const bad = {
          text: bytes('not a picture'), empty: bytes(), cut: bytes(png.slice(0, png.length >> 1)), 'cut jpeg': bytes(jpeg.slice(0, jpeg.length - 9)),
          huge: bytes(huge), dicom: bytes(new Array(128).fill(0), 'DICM', [2, 0]), nothing: undefined, number: 7,
        };
        const answers = {};
        for (const [name, own] of Object.entries(fine)) {
          const told = new Promise((done) => element.addEventListener('doorstep:inspection', done, { once: true }));
          await element.inspect(own);
          const { detail: { inspection } } = await told;
          answers[name] = [Number.isFinite(inspection.score), part('message').hidden, part('verdict').textContent];
        }
        for (const [name, own] of Object.entries(bad)) {
          const told = new Promise((done) => element.addEventListener('doorstep:error', done, { once: true }));
          await element.inspect(own);
          const { detail: { error } } = await told;
          answers[name] = [error.code, part('message').textContent, part('finding').hidden];
        }
        // A bad file while a good one is looked at.
        const told = new Promise((done) => element.addEventListener('doorstep:inspection', done, { once: true }));
        const looking = element.inspect(fine.colour);
        while (part('stage').ariaBusy !== 'true') await new Promise((next) => setTimeout(next));
        await element.inspect(bad.text);
        const { detail } = await told;
        await looking;
        answers.between = [detail.picture.width, part('stage').ariaBusy, part('message').hidden];
        return answers;";
    let found: Value = page.run(bring, Value::Null).await?;
    for fine in [
        "png", "jpeg", "webp", "dot", "black", "clear", "colour", "data", "image",
    ] {
        let answer = &found[fine];
        ensure!(answer[0] == true && answer[1] == true, "{fine}: {answer}");
        ensure!(
            answer[2]
                .as_str()
                .is_some_and(|own| own.to_lowercase().contains("unusual"))
        );
    }
    for (bad, why) in [
        ("text", "PNG, JPEG or WebP"),
        ("empty", "empty"),
        ("cut", "PNG file is damaged"),
        ("cut jpeg", "JPEG file is damaged"),
        ("huge", "65536 × 65536"),
        ("dicom", "DICOM"),
        ("nothing", "no pixels"),
        ("number", "no pixels"),
    ] {
        let answer = &found[bad];
        let said = answer[1].as_str().unwrap_or_default();
        ensure!(
            answer[0] == "invalid-query" && said.contains(why),
            "{bad}: {answer}"
        );
        ensure!(answer[2] == false, "{bad}: what was shown is gone");
    }
    assert_eq!(found["between"], json!([50, "false", false]));
    page.close().await
}

#[tokio::test]
async fn pictures_are_dropped_and_pasted_and_marked_in_two_ways() -> Result<()> {
    let server = Server::start(site::folder())?;
    let page = Page::open(&server.url("xray.html")).await?;
    until_shown(&page).await?;
    let hand_over = "
        const element = document.querySelector('doorstep-anomaly');
        const part = (name) => element.shadowRoot.querySelector(`[part=${name}]`);
        const told = () => new Promise((done) => element.addEventListener('doorstep:inspection', ({ detail }) => done(detail), { once: true }));
        const own = Object.assign(document.createElement('canvas'), { width: 70, height: 50 });
        own.getContext('2d').fillRect(20, 20, 9, 9);
        const blob = await new Promise((done) => own.toBlob(done));
        const data = () => { const data = new DataTransfer(); data.items.add(new File([blob], 'a.png', { type: 'image/png' })); return data; };
        const widths = [];
        let next = told();
        element.dispatchEvent(new DragEvent('drop', { dataTransfer: data(), bubbles: true, cancelable: true }));
        widths.push((await next).picture.width);
        next = told();
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data(), bubbles: true, cancelable: true }));
        widths.push((await next).picture.width);
        next = told();
        part('map').value = 'occlusion';
        part('map').dispatchEvent(new Event('change'));
        const { inspection } = await next;
        element.remove();
        return [widths, inspection.map.length === inspection.size ** 2, part('prototypes').children.length];";
    let (widths, mapped, shown): (Vec<u32>, bool, usize) = page.run(hand_over, Value::Null).await?;
    ensure!(widths == [70, 70] && mapped, "{widths:?}");
    ensure!(shown == 4, "{shown} pictures stand beside each other");
    page.close().await
}

#[tokio::test]
async fn other_bundles_say_what_they_are_for_and_without_one_the_fallback_stays() -> Result<()> {
    let site = site::Copy::new()?;
    let page = "<!doctype html><html lang=\"en\"><title>Element</title><link rel=\"icon\" href=\"data:,\">
        <script type=\"module\" src=\"./widgets.js\"></script>
        <doorstep-anomaly bundle=\"./nowhere/\"><p data-testid=\"fallback\">Nothing yet.</p></doorstep-anomaly>";
    std::fs::write(site.path().join("element.html"), page)?;
    let server = Server::start(site.path())?;
    let page = Page::open(&server.url("element.html")).await?;
    let wait = "
        const element = document.querySelector('doorstep-anomaly');
        const { detail } = await new Promise((done) => {
          element.addEventListener('doorstep:error', done, { once: true });
          setTimeout(() => element.refresh?.(), 500); // it may have been told before
        });
        const shown = document.querySelector('p').checkVisibility();
        const { Doorstep } = await import('./doorstep.js');
        const said = [];
        const picture = new ImageData(9, 9);
        for (const [bundle, ask] of [['./bundle/', (ds) => ds.inspect(picture)], ['./songs/', (ds) => ds.inspect(picture)],
            ['./xray/', (ds) => ds.recommend({ history: [] })], ['./xray/', (ds) => ds.inspect(picture, { map: 'heat' })], ['./xray/', (ds) => ds.inspect(picture, { prototypes: 99 })]]) {
          const ds = await Doorstep.load(bundle);
          said.push(await ask(ds).then(() => 'answered', ({ code, message }) => `${code}: ${message}`));
          ds.dispose();
        }
        return [detail.error.code, shown, said];";
    let (code, shown, said): (String, bool, Vec<String>) = page.run(wait, Value::Null).await?;
    ensure!(code == "network" && shown, "{code}");
    for (said, why) in said.iter().zip([
        "no model of pictures",
        "no model of pictures",
        "inspect",
        "reconstruction",
        "0 to 64",
    ]) {
        ensure!(
            said.starts_with("invalid-query") && said.contains(why),
            "{said}"
        );
    }
    page.close().await
}
