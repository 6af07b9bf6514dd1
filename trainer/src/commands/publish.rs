//! `doorstep publish`: bundles become a folder for a static host.

use std::path::PathBuf;

use anyhow::Result;

use crate::cli::Output;
use crate::hosting::{BundleSource, Engines, Link, Release};

/// Put bundles, their engines and a page to copy from into one folder for a static host.
///
/// Whatever the folder is called there and wherever it lies, its addresses are right. A second
/// run into the same folder replaces the publication; files of the one before stay for pages
/// that are still open, and go with the next.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  doorstep publish --bundle bundle --out public/doorstep
  doorstep publish --bundle shop=bundle --bundle songs --out public/doorstep
      two bundles, the first under another name
  doorstep serve public
      to look at it: http://127.0.0.1:8080/doorstep/")]
pub struct Args {
    /// A bundle's folder, whose name it keeps, or NAME=FOLDER; once for each bundle.
    #[arg(long = "bundle", value_name = "BUNDLE", required = true, num_args = 1.., value_parser = BundleSource::parse)]
    bundles: Vec<BundleSource>,
    /// The folder: absent, empty, or of an earlier publication.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Where the engines are, as `cargo xtask dist` builds them; by default the folder `engines` beside this command.
    #[arg(long, value_name = "DIR")]
    engines: Option<PathBuf>,
    /// A link for the header of the pages, seen from the folder; once for each.
    #[arg(long = "link", value_name = "NAME=ADDRESS", value_parser = Link::parse)]
    links: Vec<Link>,
}

impl Args {
    /// Publishes, and says what lies there.
    pub fn run(self, output: &Output) -> Result<()> {
        let engines = Engines::find(self.engines.as_deref())?;
        let release = Release::plan(&self.bundles, &engines, &self.links)?;
        let published = release.write(&self.out)?;
        if published.lacks_graphics {
            output.progress().say(
                "networks run on visitors' processors only: the engine for graphics cards was not built (`cargo xtask dist --webgpu` does)",
            );
        }
        if let Some(first) = published.left_out.first() {
            output.progress().say(format!(
                "warning: {} files that no manifest names lie in folders of bundles, and are left out: {}{}",
                published.left_out.len(),
                first.display(),
                if published.left_out.len() > 1 { ", …" } else { "" }
            ));
        }
        if !published.dropped.is_empty() {
            output.progress().say(format!(
                "no longer published: {}; the files stay for pages that are open and go with the next publication (to keep a bundle, name it, too: --bundle NAME=FOLDER)",
                published.dropped.join(", ")
            ));
        }
        if output.json {
            return output.print(&format!("{}\n", serde_json::to_string_pretty(&published)?));
        }
        let out = self.out.display();
        output.print(&format!(
            "{out}: {} files, {:.1} MB, engines {}, bundles {}
Upload the folder as it is; what to paste stands in its index.html (`doorstep serve {out}`).
{}/ and all of a bundle but its manifest.json may be cached for ever.\n",
            published.files,
            published.bytes as f64 / 1e6,
            published.engines.join(", "),
            published.bundles.join(", "),
            published.version,
        ))
    }
}
