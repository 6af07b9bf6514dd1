//! What `doorstep publish` is given: bundles, and links for its pages.

use std::path::PathBuf;

use super::folder::PARTIAL;
use super::page::CARDS;

/// A bundle to publish.
#[derive(Clone, Debug)]
pub struct BundleSource {
    /// Its folder in the publication.
    pub name: String,
    /// Where it lies.
    pub folder: PathBuf,
}

impl BundleSource {
    /// From `FOLDER`, whose name it keeps, or `NAME=FOLDER`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, folder) = match text.split_once('=') {
            Some((name, folder)) => (name.to_owned(), PathBuf::from(folder)),
            None => {
                let folder = PathBuf::from(text);
                let absolute = std::path::absolute(&folder).map_err(|error| error.to_string())?;
                let name = absolute.file_name().unwrap_or_default();
                (name.to_string_lossy().into_owned(), folder)
            }
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(plain) {
            return Err(format!(
                "`{name}` can't be a folder of a web address as it is; give it another name: --bundle shop={}",
                folder.display()
            ));
        }
        if is_taken(&name) {
            return Err(format!(
                "`{name}` is called like a part of Doorstep; give it another name: --bundle shop={}",
                folder.display()
            ));
        }
        Ok(Self { name, folder })
    }
}

/// Whether something else of a publication is called so, or may be: entries, pages, the record and
/// what is not yet whole of them all have one of these endings.
fn is_taken(name: &str) -> bool {
    // There are hosts, and machines to publish from, that take capital letters for small ones.
    let name = name.to_ascii_lowercase();
    let endings = [".js", ".ts", ".html", ".json", PARTIAL];
    name.starts_with("doorstep-") || name == CARDS || endings.iter().any(|end| name.ends_with(end))
}

/// A link in the header of a publication's pages.
#[derive(Clone, Debug)]
pub struct Link {
    pub(super) name: String,
    pub(super) address: String,
}

impl Link {
    /// From `NAME=ADDRESS`; the address is seen from the publication's folder.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('=')
            .filter(|(name, address)| !name.is_empty() && !address.is_empty());
        let (name, address) = parts.ok_or("write NAME=ADDRESS, such as Shop=../")?;
        Ok(Self {
            name: name.to_owned(),
            address: address.to_owned(),
        })
    }
}
