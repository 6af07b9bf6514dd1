//! What the shop sells for camping and walking.

use super::Kind;
use super::palette::{BRIGHT, CALM, EARTHY};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        slug: "tent",
        plural: "Tents",
        category: "Camping",
        nouns: &["Tunnel Tent", "Two-Person Tent", "Family Tent"],
        materials: &["Ripstop", "Canvas", "Polycotton"],
        cents: 18900,
        share: 1.3,
        colours: EARTHY,
        follows: &[
            ("sleeping-bag", 0.5),
            ("sleeping-mat", 0.3),
            ("lantern", 0.2),
        ],
        notes: &[
            "Up in five minutes, with or without the rain",
            "Sleeps dry through a wet weekend",
        ],
        drawing: "<path d='M48 22 42 14M48 22l6-8' stroke='{w}' stroke-width='3'/>\
            <path d='M48 22 12 80h72z' fill='{m}'/><path d='M48 22 84 80H64z' fill='{l}'/>\
            <path d='M48 22 33 80h30z' fill='{d}'/><path d='M48 44 42 80h12z' fill='{p}'/>",
    },
    Kind {
        slug: "sleeping-bag",
        plural: "Sleeping Bags",
        category: "Camping",
        nouns: &[
            "Sleeping Bag",
            "Three-Season Sleeping Bag",
            "Summer Sleeping Bag",
        ],
        materials: &["Down", "Cotton-Lined", "Recycled-Fill"],
        cents: 9900,
        share: 1.0,
        colours: BRIGHT,
        follows: &[
            ("sleeping-mat", 0.5),
            ("camp-stove", 0.3),
            ("wool-hat", 0.2),
        ],
        notes: &[
            "Warm down to the first frost",
            "Packs down to the size of a loaf",
        ],
        drawing: "<rect x='29' y='12' width='38' height='69' rx='18' fill='{m}'/>\
            <ellipse cx='48' cy='28' rx='13' ry='11' fill='{l}'/>\
            <path d='M48 39v40' stroke='{d}' stroke-width='3'/>\
            <path d='M30 50h15M30 62h15M51 50h15M51 62h15' stroke='{d}' stroke-width='2'/>",
    },
    Kind {
        slug: "sleeping-mat",
        plural: "Sleeping Mats",
        category: "Camping",
        nouns: &["Sleeping Mat", "Roll Mat"],
        materials: &["Self-Inflating", "Foam", "Insulated"],
        cents: 5900,
        share: 0.8,
        colours: BRIGHT,
        follows: &[("camp-stove", 0.5), ("pillow", 0.2), ("hammock", 0.3)],
        notes: &[
            "Keeps the cold of the ground where it is",
            "Rolls up with one strap",
        ],
        drawing: "<path d='M30 38h48v42H30z' fill='{m}'/><path d='M44 38h6v42h-6zM64 38h6v42h-6z' fill='{d}'/>\
            <circle cx='30' cy='59' r='21' fill='{l}'/>\
            <path d='M30 59m-3 0a4 4 0 0 1 8 2a9 9 0 0 1-16-2a13 13 0 0 1 25-2' fill='none' stroke='{d}' stroke-width='3'/>",
    },
    Kind {
        slug: "camp-stove",
        plural: "Camp Stoves",
        category: "Camping",
        nouns: &["Camp Stove", "Gas Burner", "Trail Stove"],
        materials: &["Titanium", "Steel", "Folding"],
        cents: 6400,
        share: 0.8,
        colours: EARTHY,
        follows: &[
            ("water-bottle", 0.3),
            ("cutlery", 0.3),
            ("coffee-dripper", 0.4),
        ],
        notes: &[
            "Boils a litre before the argument ends",
            "Small enough for a jacket pocket",
        ],
        drawing: "<path d='M48 12c9 9 12 15 6 24H42c-6-8-1-14 6-24z' fill='{l}'/><path d='M48 23c4 5 5 8 2 13h-4c-3-5-1-8 2-13z' fill='{p}'/>\
            <path d='M26 36h44v6H26z' fill='{k}'/><path d='M43 42h10v12H43z' fill='{s}'/>\
            <rect x='28' y='54' width='40' height='27' rx='9' fill='{m}'/><path d='M28 64h40v8H28z' fill='{d}'/>",
    },
    Kind {
        slug: "lantern",
        plural: "Lanterns",
        category: "Camping",
        nouns: &["Lantern", "Storm Lantern", "Camp Lantern"],
        materials: &["Brass", "Enamel", "Tin"],
        cents: 4200,
        share: 0.9,
        colours: EARTHY,
        follows: &[("candle", 0.5), ("hammock", 0.5)],
        notes: &[
            "A warm light that does not mind the wind",
            "Lights a table for six",
        ],
        drawing: "<path d='M32 34a16 22 0 0 1 32 0' fill='none' stroke='{k}' stroke-width='3'/>\
            <path d='M38 22h20l5 10H33z' fill='{d}'/><rect x='34' y='32' width='28' height='34' rx='6' fill='{p}'/>\
            <path d='M48 40c6 7 7 12 4 18h-8c-3-6-2-11 4-18z' fill='{l}'/>\
            <path d='M34 38v22M62 38v22' stroke='{k}' stroke-width='2'/><path d='M30 66h36l3 15H27z' fill='{m}'/>",
    },
    Kind {
        slug: "hammock",
        plural: "Hammocks",
        category: "Camping",
        nouns: &["Hammock", "Travel Hammock"],
        materials: &["Cotton", "Parachute-Silk", "Linen"],
        cents: 5400,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("blanket", 0.6), ("board-game", 0.4)],
        notes: &[
            "Two trees and an afternoon are all it needs",
            "Wide enough to lie across",
        ],
        drawing: "<path d='M12 16h7v65h-7zM77 16h7v65h-7z' fill='{w}'/>\
            <path d='M18 32 28 44M78 32 68 44' stroke='{k}' stroke-width='2'/>\
            <path d='M24 40q24 50 48 0q-24 24-48 0z' fill='{m}'/><path d='M28 45q20 34 40 0' fill='none' stroke='{l}' stroke-width='4'/>",
    },
    Kind {
        slug: "boots",
        plural: "Boots",
        category: "Hiking",
        nouns: &["Walking Boots", "Trail Boots", "Mountain Boots"],
        materials: &["Leather", "Waxed", "Suede"],
        cents: 14900,
        share: 1.3,
        colours: EARTHY,
        follows: &[("wool-socks", 0.6), ("trekking-poles", 0.4)],
        notes: &[
            "Stitched, so that they can be resoled",
            "Comfortable from the first mile",
        ],
        drawing: "<path d='M28 18h24v26c4 8 28 8 30 22v6H28z' fill='{m}'/><path d='M28 18h24v8H28z' fill='{d}'/>\
            <path d='M66 52q14 5 16 14v6H62z' fill='{d}'/><path d='M26 72h57v9H26z' fill='{k}'/>\
            <path d='M44 33h10M46 41h10M51 49h10' stroke='{p}' stroke-width='3'/>",
    },
    Kind {
        slug: "backpack",
        plural: "Backpacks",
        category: "Hiking",
        nouns: &["Day Pack", "Trekking Pack", "Rolltop Backpack"],
        materials: &["Canvas", "Ripstop", "Waxed-Cotton"],
        cents: 11900,
        share: 1.3,
        colours: BRIGHT,
        follows: &[
            ("water-bottle", 0.5),
            ("rain-jacket", 0.3),
            ("compass", 0.2),
        ],
        notes: &[
            "Carries a weekend without complaint",
            "A back panel that lets the air through",
        ],
        drawing: "<path d='M40 18a8 8 0 0 1 16 0' fill='none' stroke='{k}' stroke-width='4'/>\
            <rect x='22' y='50' width='52' height='24' rx='8' fill='{d}'/>\
            <rect x='27' y='17' width='42' height='64' rx='14' fill='{m}'/><path d='M27 31a14 14 0 0 1 42 0v9H27z' fill='{l}'/>\
            <rect x='34' y='52' width='28' height='22' rx='5' fill='{d}'/><path d='M38 40v8M58 40v8' stroke='{k}' stroke-width='4'/>",
    },
    Kind {
        slug: "trekking-poles",
        plural: "Trekking Poles",
        category: "Hiking",
        nouns: &["Trekking Poles", "Folding Poles"],
        materials: &["Carbon", "Aluminium", "Cork-Grip"],
        cents: 7900,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("compass", 0.4), ("rain-jacket", 0.6)],
        notes: &[
            "Kind to knees on the way down",
            "Cork grips that warm to the hand",
        ],
        drawing: "<path d='M36 20 22 80M60 20l14 60' stroke='{m}' stroke-width='4' stroke-linecap='round'/>\
            <path d='M38 12 33 32M58 12l5 20' stroke='{w}' stroke-width='8' stroke-linecap='round'/>\
            <path d='M18 70h14M64 70h14' stroke='{k}' stroke-width='4' stroke-linecap='round'/>\
            <path d='M31 44l-4 16M65 44l4 16' stroke='{l}' stroke-width='4'/>",
    },
    Kind {
        slug: "water-bottle",
        plural: "Water Bottles",
        category: "Hiking",
        nouns: &["Water Bottle", "Vacuum Flask", "Canteen"],
        materials: &["Steel", "Insulated", "Glass"],
        cents: 2900,
        share: 1.4,
        colours: BRIGHT,
        follows: &[("wool-socks", 0.3), ("tea-tin", 0.3), ("tote", 0.4)],
        notes: &[
            "Keeps tea hot until the summit",
            "Does not leak, even upside down",
        ],
        drawing: "<rect x='40' y='12' width='16' height='13' rx='3' fill='{k}'/>\
            <path d='M41 25h14c1 8 9 10 9 20v30a6 6 0 0 1-6 6H38a6 6 0 0 1-6-6V45c0-10 8-12 9-20z' fill='{m}'/>\
            <path d='M32 52h32v14H32z' fill='{l}'/><path d='M38 40v34' stroke='{p}' stroke-width='3' opacity='.5'/>",
    },
    Kind {
        slug: "rain-jacket",
        plural: "Rain Jackets",
        category: "Hiking",
        nouns: &["Rain Jacket", "Anorak", "Storm Shell"],
        materials: &["Waxed", "Three-Layer", "Recycled"],
        cents: 13900,
        share: 0.9,
        colours: BRIGHT,
        follows: &[("wool-hat", 0.6), ("wool-socks", 0.4)],
        notes: &[
            "A hood that turns with the head",
            "Dry inside after a day of drizzle",
        ],
        drawing: "<path d='M36 26 22 34 12 68l11 4 9-22z' fill='{d}'/><path d='M60 26l14 8 10 34-11 4-9-22z' fill='{d}'/>\
            <path d='M33 26h30l4 55H29z' fill='{m}'/><path d='M35 28a13 15 0 0 1 26 0l-13 9z' fill='{l}'/>\
            <path d='M48 37v44' stroke='{p}' stroke-width='2'/><path d='M33 60h9M54 60h9' stroke='{d}' stroke-width='3'/>",
    },
    Kind {
        slug: "wool-hat",
        plural: "Hats",
        category: "Hiking",
        nouns: &["Beanie", "Bobble Hat"],
        materials: &["Merino", "Lambswool", "Cashmere"],
        cents: 2700,
        share: 0.8,
        colours: BRIGHT,
        follows: &[("wool-socks", 1.0)],
        notes: &[
            "Does not itch, not even on long days",
            "Knitted in one piece",
        ],
        drawing: "<circle cx='48' cy='19' r='9' fill='{l}'/><path d='M22 62a26 36 0 0 1 52 0z' fill='{m}'/>\
            <path d='M36 32v26M48 27v31M60 32v26' stroke='{d}' stroke-width='2'/>\
            <rect x='18' y='58' width='60' height='19' rx='7' fill='{d}'/><path d='M28 60v15M38 60v15M48 60v15M58 60v15M68 60v15' stroke='{m}' stroke-width='2'/>",
    },
    Kind {
        slug: "wool-socks",
        plural: "Socks",
        category: "Hiking",
        nouns: &["Hiking Socks", "Walking Socks"],
        materials: &["Merino", "Alpaca", "Lambswool"],
        cents: 1690,
        share: 1.2,
        colours: BRIGHT,
        follows: &[("soap", 1.0)],
        notes: &["Seamless at the toe", "Still soft after forty washes"],
        drawing: "<path d='M34 14h24v34l18 16a10 10 0 0 1-14 15L38 62a10 10 0 0 1-4-8z' fill='{m}'/>\
            <path d='M34 14h24v11H34z' fill='{d}'/><path d='M76 64a10 10 0 0 1-14 15l-8-6 13-17z' fill='{l}'/>\
            <path d='M34 32h24M34 39h24' stroke='{l}' stroke-width='3'/>",
    },
    Kind {
        slug: "compass",
        plural: "Compasses",
        category: "Hiking",
        nouns: &["Compass", "Pocket Compass"],
        materials: &["Brass", "Aluminium"],
        cents: 3400,
        share: 0.4,
        colours: CALM,
        follows: &[("notebook", 1.0)],
        notes: &[
            "Needs no battery and no signal",
            "A lid that shuts with a good click",
        ],
        drawing: "<circle cx='48' cy='17' r='6' fill='none' stroke='{k}' stroke-width='3'/>\
            <circle cx='48' cy='52' r='29' fill='{m}'/><circle cx='48' cy='52' r='22' fill='{p}'/>\
            <path d='M58 38 52 56l-8-8z' fill='{d}'/><path d='M38 66l6-18 8 8z' fill='{l}'/>\
            <path d='M48 32v4M48 68v4M28 52h4M64 52h4' stroke='{k}' stroke-width='2'/>",
    },
];
