//! What a list of ten costs a page in Chromium: the bytes until the first, behind a slow line
//! too, and a query's time, beside onnxruntime-web and hnswlib-wasm with factors of as many items.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Bench, text};
use crate::dist::gather;
use crate::project::Project;
use crate::stamp::{Inputs, make_folder};
use crate::step::step;
use crate::tools::Tools;
use crate::{browser, process, site};

/// Items of Beauty's 5-core.
const ITEMS: &str = "12101";

/// Prints what the pages measured.
pub fn run(bench: &Bench, project: &Project, tools: &Tools) -> Result<()> {
    let browser = browser::find()?;
    let npm = "install npm, which brings the peers, then try again";
    let ort = tools.onnxruntime_web()?.context(npm)?;
    let hnsw = tools.hnswlib_wasm()?.context(npm)?;
    tools.for_site(project)?;
    let page = site::build_page(project, tools)?;
    let engines = project.generated("bench-engines");
    gather(&page, None, &engines)?;
    let bundle = project.generated("bench-shop");
    let beauty = bench.file("beauty/Beauty.txt")?;
    let mut train = Command::new(&bench.doorstep);
    train
        .args(["train", "next-linear", "--interactions"])
        .arg(&beauty)
        .arg("--out")
        .arg(&bundle);
    let inputs = Inputs::default()
        .text(&process::line(&train))
        .path(&bench.doorstep)?
        .path(&beauty)?;
    make_folder("train next-linear", &bundle, inputs, || {
        process::run(&mut train)
    })?;
    let model = project.generated("bench-factors.onnx");
    step("write factors as ONNX", || {
        bench.peer("factors_onnx.py", &[ITEMS, text(&model)?])
    })?;
    for (example, rest) in [
        ("first_visit", &[][..]),
        ("peer_figures", &[&ort, &model, &hnsw]),
    ] {
        let program = step(&format!("build the example `{example}`"), || {
            project.build_test_example(example)
        })?;
        step(example, || {
            process::run(
                Command::new(&program)
                    .args([&bundle, &engines])
                    .args(rest)
                    .env("DOORSTEP_BIN", &bench.doorstep)
                    .env("CHROMIUM", &browser.chromium)
                    .env("CHROMEDRIVER", &browser.driver),
            )
        })?;
    }
    Ok(())
}
