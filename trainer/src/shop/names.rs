//! Model names that sound like places, each owned by one brand, and titles
//! made of them.

use super::assortment::{BRANDS, Colour, Kind};

const STARTS: [&str; 48] = [
    "Ash", "Aster", "Birch", "Bram", "Brook", "Cal", "Carrow", "Cedar", "Clover", "Cor", "Dun",
    "Eller", "Elm", "Fair", "Fen", "Fern", "Finch", "Glen", "Hal", "Harrow", "Hazel", "Heron",
    "Hollin", "Kes", "Lark", "Laurel", "Lin", "Lor", "Maple", "Mar", "Mere", "Merrin", "Nor",
    "Oaken", "Orrin", "Pem", "Quill", "Rowan", "Rush", "Sel", "Sorrel", "Tam", "Thorn", "Vale",
    "Wen", "Whin", "Willow", "Yar",
];
const ENDS: [&str; 30] = [
    "bank", "beck", "bourne", "bridge", "brough", "combe", "cote", "dale", "den", "fell", "field",
    "ford", "gate", "grove", "ham", "haven", "holm", "hurst", "leigh", "low", "mead", "mont",
    "more", "shaw", "stead", "ton", "wick", "wood", "worth", "well",
];

/// How many names a brand owns at least.
const NAMES: usize = STARTS.len() * ENDS.len() / BRANDS.len();

/// The words of an item's title.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Words {
    /// An index of [`STARTS`] × [`ENDS`].
    name: usize,
    /// How often all other words were used up before: 0 for the first.
    mark: u64,
    /// One of the kind's nouns.
    noun: &'static str,
    /// One of the kind's materials.
    material: &'static str,
    /// One of the kind's colours.
    pub colour: &'static Colour,
}

/// How many titles `kind` has with one brand before a mark is needed.
pub fn combinations(kind: &Kind) -> u64 {
    (NAMES * kind.nouns.len() * kind.materials.len() * kind.colours.len()) as u64
}

impl Words {
    /// The `number`th combination of `kind` and the brand at `brand`; every number
    /// gives another title.
    pub fn of(kind: &Kind, brand: usize, number: u64) -> Self {
        let mut left = number;
        let mut digit = |base: usize| {
            let digit = left % base as u64;
            left /= base as u64;
            digit as usize
        };
        let noun = kind.nouns[digit(kind.nouns.len())];
        let colour = kind.colours[digit(kind.colours.len())];
        let material = kind.materials[digit(kind.materials.len())];
        let name = brand + BRANDS.len() * digit(NAMES);
        Self {
            name,
            mark: left,
            noun,
            material,
            colour,
        }
    }

    /// As shown: `Ashdale Stoneware Mug, Moss`.
    pub fn title(&self) -> String {
        let start = STARTS[self.name % STARTS.len()];
        let end = ENDS[self.name / STARTS.len()];
        let mark = match self.mark {
            0 => String::new(),
            mark => format!(" Mark {}", mark + 1),
        };
        let Self { noun, material, .. } = self;
        format!("{start}{end}{mark} {material} {noun}, {}", self.colour.name)
    }

    /// As in a sentence: `Stoneware mug in moss`.
    pub fn phrase(&self) -> String {
        let words = format!("{} {} in {}", self.material, self.noun, self.colour.name);
        let (first, rest) = words.split_at(1);
        format!("{first}{}", rest.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::assortment::kinds;
    use super::*;

    #[test]
    fn every_number_gives_another_title() {
        let kind = kinds().next().unwrap();
        let mut titles = BTreeSet::new();
        for brand in 0..3 {
            for number in 0..combinations(kind) * 2 {
                let title = Words::of(kind, brand, number).title();
                assert!(titles.insert(title.clone()), "{title} comes twice");
            }
        }
    }

    #[test]
    fn titles_and_sentences_read_as_written_by_hand() {
        let kind = kinds().find(|kind| kind.slug == "mug").unwrap();
        let words = Words::of(kind, 0, 0);
        assert_eq!(words.title(), "Ashbank Stoneware Mug, Clay");
        assert_eq!(words.phrase(), "Stoneware mug in clay");
    }

    #[test]
    fn no_two_names_are_spelt_alike() {
        let names: BTreeSet<String> = STARTS
            .iter()
            .flat_map(|start| ENDS.iter().map(move |end| format!("{start}{end}")))
            .collect();
        assert_eq!(names.len(), STARTS.len() * ENDS.len());
    }

    #[test]
    fn a_mark_comes_only_when_the_words_are_used_up() {
        let kind = kinds().next().unwrap();
        let all = combinations(kind);
        let last = Words::of(kind, 0, all - 1).title();
        let next = Words::of(kind, 0, all).title();
        assert!(!last.contains("Mark"), "{last}");
        assert!(next.contains(" Mark 2 "), "{next}");
    }
}
