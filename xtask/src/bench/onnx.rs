//! A network in Chromium, beside onnxruntime-web with the same network: one epoch of
//! SASRec is as quick to run as a whole training's.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Bench, text};
use crate::project::Project;
use crate::stamp::{Inputs, make_folder};
use crate::step::step;
use crate::tools::Tools;
use crate::{browser, process, site};

/// Prints what the page measured.
pub fn run(bench: &Bench, project: &Project, tools: &Tools) -> Result<()> {
    let browser = browser::find()?;
    let ort = tools
        .onnxruntime_web()?
        .context("install npm, which brings onnxruntime-web, then try again")?;
    tools.for_site(project)?;
    let page = site::build_page(project, tools)?;
    let bundle = project.generated("bench-network");
    let beauty = bench.file("beauty/Beauty.txt")?;
    let mut train = Command::new(&bench.doorstep);
    train
        .args(["train", "sasrec", "--set", "sasrec.epochs=1"])
        .args(["--split", "leave-last-two", "--interactions"])
        .arg(&beauty)
        .arg("--out")
        .arg(&bundle);
    let inputs = Inputs::default()
        .text(&process::line(&train))
        .path(&bench.doorstep)?
        .path(&beauty)?;
    make_folder("train a network", &bundle, inputs, || {
        process::run(&mut train)
    })?;
    let model = project.generated("bench-network.onnx");
    step("export it to ONNX", || {
        bench.peer("onnx_export.py", &[text(&bundle)?, text(&model)?])
    })?;
    let example = step("build the example `network_figures`", || {
        project.build_test_example("network_figures")
    })?;
    step("time both in Chromium", || {
        process::run(
            Command::new(&example)
                .args([&bundle, &page, &ort, &model])
                .env("DOORSTEP_BIN", &bench.doorstep)
                .env("CHROMIUM", browser.chromium)
                .env("CHROMEDRIVER", browser.driver),
        )
    })
}
