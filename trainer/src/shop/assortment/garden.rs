//! What the shop sells for growing.

use super::Kind;
use super::palette::{BRIGHT, CALM, EARTHY};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        slug: "watering-can",
        plural: "Watering Cans",
        category: "Garden",
        nouns: &["Watering Can", "Long-Spout Watering Can"],
        materials: &["Zinc", "Enamel", "Copper"],
        cents: 3600,
        share: 0.8,
        colours: BRIGHT,
        follows: &[("garden-gloves", 0.4), ("trowel", 0.6)],
        notes: &[
            "Pours softly enough for seedlings",
            "Balanced, full or empty",
        ],
        drawing: "<path d='M58 42c30-16 30 30 2 32' fill='none' stroke='{d}' stroke-width='5'/>\
            <path d='M34 60 14 34' stroke='{m}' stroke-width='8'/><path d='M6 36 20 26l3 6-12 9z' fill='{d}'/>\
            <path d='M32 40h32l4 41H28z' fill='{m}'/><path d='M34 40a14 12 0 0 1 28 0z' fill='{l}'/><path d='M30 62h36l.6 7H29.4z' fill='{l}'/>",
    },
    Kind {
        slug: "trowel",
        plural: "Hand Tools",
        category: "Garden",
        nouns: &["Trowel", "Hand Trowel", "Planting Trowel"],
        materials: &["Forged", "Stainless", "Copper"],
        cents: 1890,
        share: 0.8,
        colours: CALM,
        follows: &[("seeds", 0.6), ("plant-pot", 0.4)],
        notes: &[
            "An edge that goes through roots",
            "A handle turned from one piece of ash",
        ],
        drawing: "<path d='M48 81c-16-12-16-26-13-36h26c3 10 3 24-13 36z' fill='{s}'/><path d='M48 50v24' stroke='{k}' stroke-width='2' opacity='.4'/>\
            <path d='M45 34h6v14h-6z' fill='{k}'/><rect x='41' y='12' width='14' height='26' rx='6' fill='{w}'/><path d='M41 26h14v6H41z' fill='{m}'/>",
    },
    Kind {
        slug: "plant-pot",
        plural: "Plant Pots",
        category: "Garden",
        nouns: &["Plant Pot", "Planter", "Herb Pot"],
        materials: &["Terracotta", "Glazed", "Stoneware"],
        cents: 1990,
        share: 1.2,
        colours: EARTHY,
        follows: &[("seeds", 0.6), ("watering-can", 0.4)],
        notes: &[
            "A hole where it is needed, and a saucer",
            "Stands the frost",
        ],
        drawing: "<path d='M48 50V24' stroke='#4a6b35' stroke-width='3'/><path d='M48 34C30 34 26 22 26 14c14 0 22 8 22 20z' fill='#6d9150'/>\
            <path d='M48 42c16 0 22-10 22-18-14 0-22 6-22 18z' fill='#56783c'/>\
            <path d='M28 56h40l-5 25H33z' fill='{m}'/><path d='M24 47h48v11H24z' fill='{d}'/>",
    },
    Kind {
        slug: "seeds",
        plural: "Seeds",
        category: "Garden",
        nouns: &["Seed Packet", "Seed Mix"],
        materials: &["Wildflower", "Tomato", "Herb", "Sweet-Pea"],
        cents: 390,
        share: 1.2,
        colours: BRIGHT,
        follows: &[("watering-can", 0.5), ("garden-gloves", 0.5)],
        notes: &[
            "Open-pollinated, so that next year's are free",
            "Enough for one sunny bed",
        ],
        drawing: "<path d='M26 16h44v65H26z' fill='{p}'/><path d='M26 16h44v12H26z' fill='{d}'/><path d='M26 68h44v13H26z' fill='{m}'/>\
            <path d='M48 62V44' stroke='#4a6b35' stroke-width='3'/><circle cx='48' cy='40' r='5' fill='{d}'/>\
            <circle cx='40' cy='37' r='6' fill='{m}'/><circle cx='56' cy='37' r='6' fill='{m}'/><circle cx='43' cy='47' r='6' fill='{l}'/><circle cx='53' cy='47' r='6' fill='{l}'/><circle cx='48' cy='41' r='4' fill='{d}'/>",
    },
    Kind {
        slug: "garden-gloves",
        plural: "Garden Gloves",
        category: "Garden",
        nouns: &["Garden Gloves", "Rose Gloves"],
        materials: &["Leather", "Cotton", "Canvas"],
        cents: 1590,
        share: 0.6,
        colours: EARTHY,
        follows: &[("soap", 1.0)],
        notes: &["Thorns stay outside", "Thin enough to feel a seed"],
        drawing: "<path d='M32 64V26a5 5 0 0 1 10 0v-6a5 5 0 0 1 10 0v5a5 5 0 0 1 10 0v20l6-6c5-4 10 1 7 6L62 64z' fill='{m}'/>\
            <path d='M42 26v18M52 26v18' stroke='{d}' stroke-width='2'/><path d='M30 62h34v19H30z' fill='{d}'/><path d='M30 68h34' stroke='{l}' stroke-width='4'/>",
    },
];
