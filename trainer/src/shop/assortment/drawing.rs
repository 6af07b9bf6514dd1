//! Flat pictures of kinds in colours, as SVG of less than 2 KB.

use super::Kind;
use super::palette::{Colour, INK, PAPER, STEEL, WOOD};

/// A picture of `kind` in `colour`.
pub fn draw(kind: &Kind, colour: &Colour) -> String {
    let shapes = kind
        .drawing
        .replace("{m}", colour.main)
        .replace("{d}", colour.dark)
        .replace("{l}", colour.light)
        .replace("{w}", WOOD)
        .replace("{k}", INK)
        .replace("{s}", STEEL)
        .replace("{p}", PAPER);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 96 96'>\
         <rect width='96' height='96' fill='{ground}'/>\
         <ellipse cx='48' cy='82' rx='36' ry='5' fill='{dark}' opacity='.16'/>\
         {shapes}</svg>\n",
        ground = colour.ground,
        dark = colour.dark,
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::shop::assortment::kinds;

    /// The tags of well-formed XML, or what is wrong with it.
    fn check(svg: &str) -> Result<(), String> {
        let mut open = Vec::new();
        for part in svg.split('<').skip(1) {
            let (tag, text) = part.split_once('>').ok_or("a tag does not end")?;
            if !text.trim().is_empty() {
                return Err(format!("text {text:?}"));
            }
            if tag.matches('\'').count() % 2 != 0 {
                return Err(format!("quotes in <{tag}>"));
            }
            let name = tag.trim_matches('/').split(' ').next().unwrap_or("");
            if tag.starts_with('/') {
                if open.pop() != Some(name) {
                    return Err(format!("</{name}> closes nothing"));
                }
            } else {
                if !["svg", "g", "path", "rect", "circle", "ellipse"].contains(&name) {
                    return Err(format!("<{name}>"));
                }
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
        match open.is_empty() {
            true => Ok(()),
            false => Err(format!("{open:?} stay open")),
        }
    }

    #[test]
    fn the_check_refuses_what_is_not_well_formed() {
        for broken in [
            "<svg><g></svg>",
            "<svg><path d='x/></svg>",
            "<svg>a</svg>",
            "<b/>",
        ] {
            assert!(check(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn pictures_are_small_and_well_formed() {
        for kind in kinds() {
            for colour in kind.colours {
                let svg = draw(kind, colour);
                assert_eq!(check(&svg), Ok(()), "{}", kind.slug);
                assert!(!svg.contains(['{', '}']), "{}: {svg}", kind.slug);
                assert!(svg.len() < 2048, "{}: {} bytes", kind.slug, svg.len());
                assert!(svg.contains(colour.main), "{} shows no colour", kind.slug);
            }
        }
    }

    #[test]
    fn every_kind_looks_different() {
        let drawings: BTreeSet<_> = kinds().map(|kind| kind.drawing).collect();
        assert_eq!(drawings.len(), kinds().count());
        assert!(drawings.len() >= 40);
    }
}
