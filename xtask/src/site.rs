//! Building a site: data, bundle, page, put together in one folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::dist::{gather, without_gpu};
use crate::engine::build_gpu;
use crate::process;
use crate::project::{Profile, Project};
use crate::stamp::{Inputs, make_folder};
use crate::step::step;
use crate::strip::strip_folder;
use crate::tools::Tools;
use crate::training::{radiographs, shop, table};

/// Pictures for visitors to try, of other phantoms than are learnt from.
const SAMPLES: [&str; 6] = ["--pictures", "30", "--picture-size", "192", "--seed", "11"];

/// The demo's other rooms, seen from the one that is published.
const ROOMS: [(&str, &str); 3] = [
    ("Shop", "../"),
    ("Songs", "../songs.html"),
    ("X-rays", "../xray.html"),
];

/// What to build a site from.
pub struct Recipe {
    /// Names the folders of what is generated on the way.
    pub name: &'static str,
    /// Options for `doorstep demo` beyond `--out`.
    pub data: &'static [&'static str],
    /// The same beyond `--phantoms`, for pictures to learn from.
    pub phantoms: &'static [&'static str],
    /// Options for `doorstep train salad` beyond those that say what is learnt from.
    pub salad: &'static [&'static str],
    /// How the `doorstep` command is compiled.
    pub profile: Profile,
    /// The finished site.
    pub out: PathBuf,
    /// Whether engine *gpu* is built and lies beside the page.
    pub webgpu: bool,
    /// What the shop sells; without it, what is generated.
    pub shop: Option<Shop>,
}

/// A bundle of one's own.
pub struct Shop {
    /// Its folder.
    pub bundle: PathBuf,
    /// What its prices are in.
    pub currency: Option<String>,
}

/// Builds a site and returns the `doorstep` command that it was made with.
pub fn build(project: &Project, tools: &Tools, recipe: &Recipe) -> Result<PathBuf> {
    let doorstep = step("build the doorstep command", || {
        project.build_doorstep(recipe.profile)
    })?;
    let generated = |part: &str| project.generated(&format!("{}-{part}", recipe.name));
    let (data, bundle, songs) = (generated("data"), generated("bundle"), generated("songs"));
    let (pictures, samples, xray) = (
        generated("pictures"),
        generated("samples"),
        generated("xray"),
    );
    if let Some(shop) = &recipe.shop {
        ensure!(
            shop.bundle.join("manifest.json").is_file(),
            "{} is not a bundle; make one with `doorstep train MODEL --interactions FILE --out {0}`",
            shop.bundle.display()
        );
    }
    generate(&doorstep, "--out", &data, recipe.data)?;
    generate(&doorstep, "--phantoms", &pictures, recipe.phantoms)?;
    generate(&doorstep, "--phantoms", &samples, &SAMPLES)?;
    if recipe.shop.is_none() {
        let shop = shop(&doorstep, &data);
        train("the bundle", shop, &doorstep, &data, &bundle)?;
    }
    train(
        "the songs",
        table(&doorstep, &data),
        &doorstep,
        &data,
        &songs,
    )?;
    train(
        "the radiographs",
        radiographs(&doorstep, &pictures, recipe.salad),
        &doorstep,
        &pictures,
        &xray,
    )?;
    let page = build_page(project, tools)?;
    let gpu = recipe
        .webgpu
        .then(|| build_gpu(project, tools))
        .transpose()?;
    step("put the site together", || {
        let images = data.join("images");
        let mut parts = vec![
            (&songs, "songs"),
            (&xray, "xray"),
            (&samples, "radiographs"),
        ];
        match &recipe.shop {
            Some(shop) => parts.push((&shop.bundle, "bundle")),
            None => parts.extend([(&bundle, "bundle"), (&images, "images")]),
        }
        parts.extend(gpu.iter().map(|engine| (engine, "")));
        assemble(&page, &parts, &recipe.out)?;
        if gpu.is_none() {
            without_gpu(&recipe.out)?;
        }
        match &recipe.shop {
            Some(shop) => adapt(&recipe.out.join("index.html"), shop),
            None => Ok(()),
        }
    })?;
    step("publish the room of what to paste", || {
        let engines = generated("engines");
        gather(&page, gpu.as_deref(), &engines)?;
        let shop = recipe.shop.as_ref().map_or(&bundle, |shop| &shop.bundle);
        let mut publish = Command::new(&doorstep);
        publish
            .args(["publish", "--quiet", "--engines"])
            .arg(engines);
        for (name, folder) in [("shop", shop), ("songs", &songs), ("xray", &xray)] {
            publish.args(["--bundle", &format!("{name}={}", folder.display())]);
        }
        for (name, address) in ROOMS {
            publish.args(["--link", &format!("{name}={address}")]);
        }
        let room = recipe.out.join("paste");
        process::output(publish.arg("--out").arg(&room))?;
        if recipe.shop.is_none() {
            // Records name pictures by their place beside the page.
            copy_folder(&data.join("images"), &room.join("images"))?;
        }
        Ok(())
    })?;
    Ok(doorstep)
}

fn generate(doorstep: &Path, what: &str, data: &Path, options: &[&str]) -> Result<()> {
    let mut command = Command::new(doorstep);
    command.arg("demo").arg(what).arg(data).args(options);
    let inputs = Inputs::default()
        .text(&process::line(&command))
        .path(doorstep)?;
    make_folder(&format!("generate {}", name_of(data)), data, inputs, || {
        process::run_step(&mut command)
    })
}

/// A folder's own name.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn train(
    what: &str,
    mut command: Command,
    doorstep: &Path,
    data: &Path,
    bundle: &Path,
) -> Result<()> {
    command.arg("--out").arg(bundle);
    let inputs = Inputs::default()
        .text(&process::line(&command))
        .path(doorstep)?
        .path(data)?;
    make_folder(&format!("train and publish {what}"), bundle, inputs, || {
        process::run_step(&mut command)
    })
}

/// Compiles the engines and lays out the page, without a bundle.
pub fn build_page(project: &Project, tools: &Tools) -> Result<PathBuf> {
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
        process::run_step(process::cargo(&project.root).args(["fetch", "--locked"]))?;
        process::run_step(
            Command::new("trunk")
                .current_dir(&project.root)
                .env("PATH", tools.path()?)
                .env("CARGO_TARGET_DIR", &project.target)
                // trunk takes only `true` or `false` here, others write `NO_COLOR=1`.
                .env_remove("NO_COLOR")
                .args(["build", "--release", "--offline", "--dist"])
                .arg(&page),
        )?;
        strip_folder(&page)
    })?;
    Ok(page)
}

/// Copies the page, and each folder of `parts` under its name.
fn assemble(page: &Path, parts: &[(&PathBuf, &str)], out: &Path) -> Result<()> {
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
    for (folder, name) in parts {
        copy_folder(folder, &out.join(name))?;
    }
    Ok(())
}

/// Takes back what the page says of the generated shop alone.
fn adapt(page: &Path, shop: &Shop) -> Result<()> {
    let currency = shop.currency.as_ref();
    let currency = currency.map_or_else(String::new, |code| format!(r#" currency="{code}""#));
    let said = [
        (r#" currency="EUR""#, currency.as_str()),
        (" The products in this shop are made up.", ""),
    ];
    change(page, &said)
}

/// Replaces what a file of the site says.
pub fn change(file: &Path, said: &[(&str, &str)]) -> Result<()> {
    let mut text = fs::read_to_string(file).with_context(|| format!("no {}", file.display()))?;
    for (said, instead) in said {
        let file = file.display();
        ensure!(text.contains(said), "{file} no longer says `{said}`");
        text = text.replace(said, instead);
    }
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
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

/// Copies a folder with all that is in it; what is there already stays.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
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
        let [page, bundle, images, gpu, out] =
            ["page", "bundle", "images", "gpu", "out"].map(|n| place.join(n));
        for (folder, file) in [
            (&page, "doorstep-core_bg.wasm"),
            (&bundle, "manifest.json"),
            (&images, "mug.svg"),
            (&gpu, "doorstep-gpu.js"),
        ] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join(file), file).unwrap();
        }
        let parts = [(&bundle, "bundle"), (&images, "images"), (&gpu, "")];
        assemble(&page, &parts, &out).unwrap();
        fs::write(out.join("stale"), "").unwrap();
        assemble(&page, &parts, &out).unwrap();
        assert!(!out.join("stale").exists());
        for file in ["bundle/manifest.json", "images/mug.svg", "doorstep-gpu.js"] {
            assert!(out.join(file).is_file(), "{file}");
        }
        let engine = out.join("doorstep-gpu.js");
        change(&engine, &[("gpu", "GPU")]).unwrap();
        assert_eq!(fs::read_to_string(&engine).unwrap(), "doorstep-GPU.js");
        let error = change(&engine, &[("gpu", "")]).unwrap_err();
        assert!(
            error.to_string().ends_with("no longer says `gpu`"),
            "{error}"
        );

        let home = place.join("home");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("thesis"), "").unwrap();
        let error = assemble(&page, &parts, &home).unwrap_err();
        assert!(error.to_string().contains("give another --out"), "{error}");
        assert!(home.join("thesis").is_file());
        fs::remove_dir_all(&place).unwrap();
    }
}
