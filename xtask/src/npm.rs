//! `cargo xtask npm`: the scripts and engines as an npm package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::dist::gather_built;
use crate::process;
use crate::project::Project;
use crate::step::step;
use crate::tools::Tools;

/// Modules that have types; pages import these.
const MODULES: [&str; 3] = ["doorstep", "history", "widgets"];

const README: &str = "\
# Doorstep

Recommendations and predictions worked out in the visitor's own browser.

A bundler takes the modules that a page imports. The worker and the engines stay files of their own, which it
fetches: put this package's folder among your static files and say where the worker is.

```sh
cp -r node_modules/doorstep public/doorstep
```

```js
import { Doorstep } from 'doorstep';
const ds = await Doorstep.load('/bundle/', { workerUrl: '/doorstep/worker.js' });
```

```html
<script type=\"module\">import 'doorstep/widgets.js';</script>
<doorstep-recommend bundle=\"/bundle/\" worker-url=\"/doorstep/worker.js\"></doorstep-recommend>
```
";

/// Options of `npm`.
#[derive(clap::Args)]
pub struct Args {
    /// Build the engine for WebGPU too: some minutes, once.
    #[arg(long)]
    webgpu: bool,
    /// Where the packed file goes; by default `doorstep` of the target folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds the package, packs it and prints the file's path.
pub fn run(args: Args) -> Result<()> {
    let project = Project::locate()?;
    let tools = Tools::locate()?;
    tools.for_site(&project)?;
    let out = std::path::absolute(args.out.unwrap_or_else(|| project.generated("")))?;
    fs::create_dir_all(&out).with_context(|| format!("cannot create {}", out.display()))?;
    let package = project.generated("npm-package");
    gather_built(&project, &tools, args.webgpu, &package)?;
    complete(&project, &package)?;
    let packed = step("pack", || {
        process::output(
            Command::new("npm")
                .current_dir(&package)
                .args(["pack", "--silent", "--pack-destination"])
                .arg(&out),
        )
        .context("install npm, then try again")
    })?;
    println!("{}", out.join(packed.trim()).display());
    Ok(())
}

/// Adds to what pages load what makes a package of it.
pub fn complete(project: &Project, package: &Path) -> Result<()> {
    let manifest = serde_json::to_string_pretty(&manifest())? + "\n";
    for (name, text) in [("package.json", manifest.as_str()), ("README.md", README)] {
        fs::write(package.join(name), text)?;
    }
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(project.root.join(licence), package.join(licence))?;
    }
    Ok(())
}

fn manifest() -> Value {
    let mut exports = serde_json::Map::new();
    // A module's types lie beside it under its name, where compilers look.
    for module in MODULES {
        let name = match module {
            "doorstep" => ".".to_owned(),
            other => format!("./{other}.js"),
        };
        exports.insert(name, json!(format!("./{module}.js")));
    }
    for file in ["worker.js", "package.json"] {
        exports.insert(format!("./{file}"), json!(format!("./{file}")));
    }
    exports.insert("./*.wasm".to_owned(), json!("./*.wasm"));
    json!({
        "name": "doorstep",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Recommendations and predictions worked out in the visitor's own browser",
        "license": "MIT OR Apache-2.0",
        "type": "module",
        "types": "./doorstep.d.ts",
        "exports": exports,
        "sideEffects": ["./widgets.js", "./predict/panel.js", "./anomaly/panel.js"],
    })
}
