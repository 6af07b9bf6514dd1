//! What the shop sells for coffee and tea.

use super::Kind;
use super::palette::{BRIGHT, CALM, EARTHY};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        slug: "coffee-grinder",
        plural: "Coffee Grinders",
        category: "Coffee",
        nouns: &["Hand Grinder", "Coffee Mill"],
        materials: &["Beech", "Walnut", "Steel"],
        cents: 7900,
        share: 0.9,
        colours: EARTHY,
        follows: &[("coffee-tin", 0.5), ("coffee-dripper", 0.5)],
        notes: &[
            "Even grounds from fine to coarse",
            "Quiet enough for early risers",
        ],
        drawing: "<path d='M48 24V15h22' fill='none' stroke='{k}' stroke-width='4'/><circle cx='72' cy='15' r='5' fill='{w}'/>\
            <path d='M30 44a18 20 0 0 1 36 0z' fill='{s}'/><path d='M24 44h48v6H24z' fill='{d}'/>\
            <path d='M28 50h40v31H28z' fill='{m}'/><path d='M34 58h28v15H34z' fill='{d}'/><circle cx='48' cy='65' r='3' fill='{p}'/>",
    },
    Kind {
        slug: "coffee-dripper",
        plural: "Coffee Makers",
        category: "Coffee",
        nouns: &["Pour-Over Set", "Coffee Dripper", "Brewer"],
        materials: &["Glass", "Porcelain", "Copper"],
        cents: 4400,
        share: 1.0,
        colours: CALM,
        follows: &[("coffee-tin", 0.6), ("espresso-cups", 0.4)],
        notes: &[
            "A slow cup, worth the three minutes",
            "For one, or for two who share",
        ],
        drawing: "<path d='M24 20h48L54 46H42z' fill='{m}'/><path d='M24 20h48l-4 6H28z' fill='{l}'/><path d='M36 46h24v5H36z' fill='{w}'/>\
            <path d='M40 51h16c2 8 14 12 14 22a8 8 0 0 1-8 8H34a8 8 0 0 1-8-8c0-10 12-14 14-22z' fill='{s}' opacity='.8'/>\
            <path d='M27 69h42v4a8 8 0 0 1-8 8H35a8 8 0 0 1-8-8z' fill='#5a3b28'/>",
    },
    Kind {
        slug: "coffee-tin",
        plural: "Coffee",
        category: "Coffee",
        nouns: &["Coffee Beans", "Whole-Bean Coffee"],
        materials: &["Dark-Roast", "Light-Roast", "Decaf", "House-Blend"],
        cents: 1390,
        share: 1.6,
        colours: EARTHY,
        follows: &[("espresso-cups", 0.5), ("mug", 0.5)],
        notes: &[
            "Roasted on Mondays, sent on Tuesdays",
            "Cocoa first, then something like cherries",
        ],
        drawing: "<path d='M30 20h36l4 61H26z' fill='{m}'/><path d='M30 20h36l1 12H29z' fill='{d}'/><path d='M40 16h16v8H40z' fill='{k}'/>\
            <ellipse cx='48' cy='57' rx='13' ry='16' fill='{p}'/><ellipse cx='48' cy='57' rx='7' ry='10' fill='#5a3b28'/>\
            <path d='M48 48c-4 6 4 12 0 18' fill='none' stroke='{p}' stroke-width='2'/>",
    },
    Kind {
        slug: "espresso-cups",
        plural: "Cups",
        category: "Coffee",
        nouns: &["Espresso Cup", "Cappuccino Cup"],
        materials: &["Porcelain", "Stoneware", "Glazed"],
        cents: 1490,
        share: 0.9,
        colours: BRIGHT,
        follows: &[("cake-tin", 1.0)],
        notes: &[
            "Thick walls, so that the last sip is warm",
            "Stacks, which not all cups do",
        ],
        drawing: "<path d='M42 18c-5 6 5 8 0 14M54 18c-5 6 5 8 0 14' fill='none' stroke='{s}' stroke-width='3' stroke-linecap='round'/>\
            <path d='M64 44c14-2 14 18-2 17' fill='none' stroke='{d}' stroke-width='5'/>\
            <path d='M28 38h40c0 20-4 34-20 34S28 58 28 38z' fill='{m}'/><path d='M28 38h40l-.6 7H28.6z' fill='{l}'/><ellipse cx='48' cy='76' rx='32' ry='5' fill='{d}'/>",
    },
    Kind {
        slug: "kettle",
        plural: "Kettles",
        category: "Tea",
        nouns: &["Kettle", "Stovetop Kettle", "Whistling Kettle"],
        materials: &["Enamel", "Copper", "Steel"],
        cents: 6900,
        share: 1.1,
        colours: BRIGHT,
        follows: &[("tea-tin", 0.5), ("teapot", 0.3), ("mug", 0.2)],
        notes: &["Whistles in tune, more or less", "Pours where you point it"],
        drawing: "<path d='M26 54C20 4 76 4 70 54' fill='none' stroke='{k}' stroke-width='6'/>\
            <path d='M72 60 84 42l7 3-12 33z' fill='{d}'/><path d='M18 76c0-24 12-34 30-34s30 10 30 34v5H18z' fill='{m}'/>\
            <path d='M35 45a13 7 0 0 1 26 0z' fill='{d}'/><circle cx='48' cy='35' r='5' fill='{k}'/><path d='M27 70c1-8 4-14 10-17' fill='none' stroke='{l}' stroke-width='4' stroke-linecap='round'/><path d='M18 74h60v7H18z' fill='{d}'/>",
    },
    Kind {
        slug: "teapot",
        plural: "Teapots",
        category: "Tea",
        nouns: &["Teapot", "Small Teapot", "Family Teapot"],
        materials: &["Stoneware", "Cast-Iron", "Porcelain"],
        cents: 4900,
        share: 0.9,
        colours: EARTHY,
        follows: &[("tea-tin", 0.6), ("mug", 0.4)],
        notes: &[
            "Does not drip; we checked for a week",
            "Four cups and one to spare",
        ],
        drawing: "<path d='M26 44C4 40 6 74 30 68' fill='none' stroke='{d}' stroke-width='6'/>\
            <path d='M66 62c10-2 8-20 20-24l4 5c-10 6-8 24-20 30z' fill='{d}'/>\
            <ellipse cx='48' cy='58' rx='27' ry='23' fill='{m}'/><path d='M34 38a14 7 0 0 1 28 0z' fill='{d}'/><circle cx='48' cy='28' r='5' fill='{d}'/>\
            <path d='M28 60c2 8 6 13 12 16' fill='none' stroke='{l}' stroke-width='4' stroke-linecap='round'/>",
    },
    Kind {
        slug: "tea-tin",
        plural: "Tea",
        category: "Tea",
        nouns: &["Tea Caddy", "Loose-Leaf Tea"],
        materials: &["Assam", "Jasmine", "Sencha", "Chamomile", "Oolong"],
        cents: 990,
        share: 1.7,
        colours: BRIGHT,
        follows: &[("mug", 0.7), ("candle", 0.3)],
        notes: &[
            "Good for three infusions",
            "Picked in spring, and it tastes like it",
        ],
        drawing: "<path d='M32 14h32v12H32z' fill='{d}'/><rect x='27' y='24' width='42' height='57' rx='4' fill='{m}'/>\
            <path d='M33 36h30v34H33z' fill='{p}'/><path d='M40 64c-2-16 6-24 17-24 1 14-5 22-17 24z' fill='#6d9150'/><path d='M40 65c4-10 8-15 14-21' fill='none' stroke='#4a6b35' stroke-width='2'/>",
    },
    Kind {
        slug: "mug",
        plural: "Mugs",
        category: "Tea",
        nouns: &["Mug", "Breakfast Mug", "Tall Mug"],
        materials: &["Stoneware", "Enamel", "Porcelain", "Earthenware"],
        cents: 1690,
        share: 1.8,
        colours: BRIGHT,
        follows: &[("plates", 0.6), ("blanket", 0.4)],
        notes: &[
            "Room for two fingers and a good thumb",
            "Glazed by hand, so no two agree",
        ],
        drawing: "<path d='M64 38c22-4 22 32-2 28' fill='none' stroke='{d}' stroke-width='7'/>\
            <path d='M24 24h42v49a8 8 0 0 1-8 8H32a8 8 0 0 1-8-8z' fill='{m}'/><path d='M24 24h42v10H24z' fill='{l}'/><path d='M24 60h42v8H24z' fill='{d}'/>",
    },
];
