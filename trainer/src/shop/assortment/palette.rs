//! The shop's colours: each with the shades that a drawing needs, on a tinted
//! ground of its own that sits well on light and dark pages.

/// A colour that items come in.
#[derive(Debug, PartialEq, Eq)]
pub struct Colour {
    /// As in titles and attributes.
    pub name: &'static str,
    /// Of the thing itself.
    pub main: &'static str,
    /// Of its shaded parts.
    pub dark: &'static str,
    /// Of its lit parts.
    pub light: &'static str,
    /// Of the ground behind it.
    pub ground: &'static str,
}

const fn colour(name: &'static str, shades: [&'static str; 4]) -> Colour {
    let [main, dark, light, ground] = shades;
    Colour {
        name,
        main,
        dark,
        light,
        ground,
    }
}

/// What stays the same in every colour: wood, ink, steel, paper.
pub(super) const WOOD: &str = "#a9764a";
pub(super) const INK: &str = "#33393f";
pub(super) const STEEL: &str = "#b7c0c7";
pub(super) const PAPER: &str = "#fbf8f2";

static CLAY: Colour = colour("Clay", ["#c4623f", "#8f4129", "#e39b7b", "#efdccf"]);
static MOSS: Colour = colour("Moss", ["#6b8248", "#4a5c30", "#a3b57f", "#e0e6d2"]);
static MUSTARD: Colour = colour("Mustard", ["#d9a02b", "#a37415", "#f0c96b", "#f3e7c6"]);
static TEAL: Colour = colour("Teal", ["#2f8583", "#1d5c5b", "#7dbdb8", "#d4e7e4"]);
static INDIGO: Colour = colour("Indigo", ["#44598f", "#2d3c66", "#8b9dcb", "#dae0ee"]);
static PLUM: Colour = colour("Plum", ["#84487a", "#5c2f55", "#ba86b0", "#ebdce8"]);
static ROSE: Colour = colour("Rose", ["#c75b73", "#933d52", "#e79bab", "#f2dbe0"]);
static SLATE: Colour = colour("Slate", ["#5f6b76", "#404a53", "#9aa5ae", "#dfe3e6"]);
static SKY: Colour = colour("Sky", ["#5b9bc8", "#3a719a", "#a3cbe6", "#d9e8f2"]);
static SAND: Colour = colour("Sand", ["#b8966a", "#8a6c45", "#dcc3a0", "#ede4d6"]);

/// For things that are loud, or small.
pub(super) const BRIGHT: &[&Colour] = &[&CLAY, &TEAL, &MUSTARD, &INDIGO, &ROSE, &MOSS];
/// For things of leather, iron and earth.
pub(super) const EARTHY: &[&Colour] = &[&MOSS, &CLAY, &SAND, &SLATE, &PLUM];
/// For things that should not shout.
pub(super) const CALM: &[&Colour] = &[&SLATE, &SKY, &SAND, &PLUM, &TEAL];
