//! k-NN of tables beside scikit-learn: the real songs, and a generated table of
//! the size that the source notebook had (139,512 rows to learn from, 34,877 to
//! predict, 27 columns).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Bench;
use crate::process;
use crate::project::Project;
use crate::stamp::{Inputs, make_folder};
use crate::step::step;

const GENERATED: &str = "174389";

/// Prints what the peer's script prints of both tables.
pub fn run(bench: &Bench, project: &Project) -> Result<()> {
    let files = tables(&bench.data.join("songs"))?;
    let doorstep = &bench.doorstep;
    let neighbours = step("build the example `neighbours`", || {
        project.build_example("neighbours")
    })?;
    let peer = |name: &str, exclude: &str, runs: u32| {
        let mut command = Command::new(&bench.python);
        command
            .arg(project.root.join("benches/peers/knn.py"))
            .args(["--runs", &runs.to_string(), name])
            .args([doorstep, &neighbours])
            .arg(exclude);
        command
    };
    step("songs", || {
        process::run(peer("songs", "target", bench.runs).args(&files))
    })?;
    step("other models of songs", || {
        process::run(
            peer("songs", "target", bench.runs)
                .args(&files)
                .arg("--quality"),
        )
    })?;
    let generated = project.generated("bench-songs");
    generate(doorstep, &generated)?;
    // Without these two it has as many columns as the notebook's table. Once is enough of minutes.
    step("generated songs", || {
        process::run(peer("generated", "genre,chorus_hit", 1).arg(generated.join("songs.csv")))
    })
}

/// The files of a table, in alphabetical order.
fn tables(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        let shown = folder.display();
        format!("cannot read {shown}; set DOORSTEP_DATA to the folder that holds it")
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "{} holds no CSV", folder.display());
    files.sort();
    Ok(files)
}

fn generate(doorstep: &Path, folder: &Path) -> Result<()> {
    let mut command = Command::new(doorstep);
    command
        .args([
            "demo", "--items", "100", "--users", "1", "--songs", GENERATED, "--out",
        ])
        .arg(folder);
    let inputs = Inputs::default()
        .text(&process::line(&command))
        .path(doorstep)?;
    make_folder("generate songs", folder, inputs, || {
        process::run(&mut command)
    })
}
