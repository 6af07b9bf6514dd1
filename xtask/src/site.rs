//! Building a site: data, bundle, page, put together in one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::{Profile, Project};
use crate::stamp::{Inputs, make_folder};
use crate::step::step;
use crate::tools::Tools;

/// The models that the demo page lets a visitor switch between; the first is its default.
const MODELS: [&str; 7] = [
    "next-linear",
    "item-knn",
    "ease",
    "als",
    "svd",
    "recent-popularity",
    "popularity",
];

/// What to build a site from.
pub struct Recipe {
    /// Names the folders of what is generated on the way.
    pub name: &'static str,
    /// Options for `doorstep demo` beyond `--out`.
    pub data: &'static [&'static str],
    /// How the `doorstep` command is compiled.
    pub profile: Profile,
    /// The finished site.
    pub out: PathBuf,
}

/// Builds a site and returns the `doorstep` command that it was made with.
pub fn build(project: &Project, tools: &Tools, recipe: &Recipe) -> Result<PathBuf> {
    let doorstep = step("build the doorstep command", || {
        project.build_doorstep(recipe.profile)
    })?;
    let data = project.generated(&format!("{}-data", recipe.name));
    let bundle = project.generated(&format!("{}-bundle", recipe.name));
    generate(&doorstep, &data, recipe.data)?;
    train(&doorstep, &data, &bundle)?;
    let page = build_page(project, tools)?;
    step("put the site together", || {
        assemble(&page, &bundle, &data.join("images"), &recipe.out)
    })?;
    Ok(doorstep)
}

fn generate(doorstep: &Path, data: &Path, options: &[&str]) -> Result<()> {
    let mut command = Command::new(doorstep);
    command.arg("demo").arg("--out").arg(data).args(options);
    let inputs = Inputs::default()
        .text(&process::line(&command))
        .path(doorstep)?;
    make_folder("generate the data", data, inputs, || {
        process::run(&mut command)
    })
}

fn train(doorstep: &Path, data: &Path, bundle: &Path) -> Result<()> {
    let mut command = Command::new(doorstep);
    command
        .arg("train")
        .args(MODELS)
        .arg("--interactions")
        .arg(data.join("interactions.csv"))
        .arg("--items")
        .arg(data.join("items.jsonl"))
        .args(["--split", "leave-last-two", "--refit", "--out"])
        .arg(bundle);
    let inputs = Inputs::default()
        .text(&process::line(&command))
        .path(doorstep)?
        .path(data)?;
    make_folder("train and publish the bundle", bundle, inputs, || {
        process::run(&mut command)
    })
}

/// Compiles the engine and lays out the page, without a bundle.
fn build_page(project: &Project, tools: &Tools) -> Result<PathBuf> {
    let page = project.generated("page");
    let mut inputs = Inputs::default().text(&project.locked_version("wasm-bindgen")?);
    for path in [
        ".cargo",
        "Cargo.lock",
        "Cargo.toml",
        "Trunk.toml",
        "index.html",
        "rust-toolchain.toml",
        "shared",
        "web",
        "www",
    ] {
        inputs = inputs.path(&project.root.join(path))?;
    }
    make_folder("build the engine and the page", &page, inputs, || {
        // trunk runs offline, so that it uses our tools and fetches none of its own.
        process::run(process::cargo(&project.root).args(["fetch", "--locked"]))?;
        process::run(
            Command::new("trunk")
                .current_dir(&project.root)
                .env("PATH", tools.path()?)
                .env("CARGO_TARGET_DIR", &project.target)
                // trunk takes only `true` or `false` here, others write `NO_COLOR=1`.
                .env_remove("NO_COLOR")
                .args(["build", "--release", "--offline", "--dist"])
                .arg(&page),
        )
    })?;
    Ok(page)
}

fn assemble(page: &Path, bundle: &Path, images: &Path, out: &Path) -> Result<()> {
    if is_occupied(out)? {
        bail!(
            "{} holds something that is not a site of ours; empty it or give another --out",
            out.display()
        );
    }
    if out.exists() {
        fs::remove_dir_all(out).with_context(|| format!("cannot empty {}", out.display()))?;
    }
    copy_folder(page, out)?;
    copy_folder(bundle, &out.join("bundle"))?;
    copy_folder(images, &out.join("images"))
}

/// Whether a folder holds files that an earlier build did not put there.
fn is_occupied(out: &Path) -> Result<bool> {
    if !out.exists() {
        return Ok(false);
    }
    let mut entries =
        fs::read_dir(out).with_context(|| format!("cannot read {}", out.display()))?;
    Ok(entries.next().is_some() && !out.join("doorstep-core_bg.wasm").is_file())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target).with_context(|| {
                format!("cannot copy {} to {}", source.display(), target.display())
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_replaced_and_anything_else_is_left_alone() {
        let place = std::env::temp_dir().join(format!("doorstep-site-{}", std::process::id()));
        let [page, bundle, images, out] =
            ["page", "bundle", "images", "out"].map(|n| place.join(n));
        for (folder, file) in [
            (&page, "doorstep-core_bg.wasm"),
            (&bundle, "manifest.json"),
            (&images, "mug.svg"),
        ] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(file), file).unwrap();
        }
        assemble(&page, &bundle, &images, &out).unwrap();
        fs::write(out.join("stale"), "").unwrap();
        assemble(&page, &bundle, &images, &out).unwrap();
        assert!(!out.join("stale").exists());
        assert!(out.join("bundle/manifest.json").is_file() && out.join("images/mug.svg").is_file());

        let home = place.join("home");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("thesis"), "").unwrap();
        let error = assemble(&page, &bundle, &images, &home).unwrap_err();
        assert!(error.to_string().contains("give another --out"), "{error}");
        assert!(home.join("thesis").is_file());
        fs::remove_dir_all(&place).unwrap();
    }
}
