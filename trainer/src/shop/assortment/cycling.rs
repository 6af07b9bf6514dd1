//! What the shop sells for riding.

use super::Kind;
use super::palette::{BRIGHT, CALM};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        slug: "bike-helmet",
        plural: "Helmets",
        category: "Cycling",
        nouns: &["Bike Helmet", "City Helmet"],
        materials: &["Vented", "Matt", "Cork-Lined"],
        cents: 7400,
        share: 0.9,
        colours: BRIGHT,
        follows: &[("bike-light", 0.7), ("bike-bell", 0.3)],
        notes: &[
            "Light enough to forget, until it matters",
            "Turns with one dial to fit",
        ],
        drawing: "<path d='M14 58a34 34 0 0 1 68 0v4H14z' fill='{m}'/>\
            <path d='M40 27 34 54h8l3-28zM56 27l6 27h-8l-3-28zM26 36l-4 18h6l4-21zM70 36l4 18h-6l-4-21z' fill='{d}'/>\
            <path d='M14 60h68v6H14z' fill='{l}'/><path d='M28 66q14 18 20 14t20-14' fill='none' stroke='{k}' stroke-width='3'/>",
    },
    Kind {
        slug: "bike-light",
        plural: "Bike Lights",
        category: "Cycling",
        nouns: &["Bike Light", "Rear Light", "Front Light"],
        materials: &["Rechargeable", "Dynamo", "Clip-On"],
        cents: 3200,
        share: 0.9,
        colours: CALM,
        follows: &[("bike-bell", 0.4), ("pannier", 0.6)],
        notes: &[
            "Seen from three streets away",
            "Charges at the desk in an hour",
        ],
        drawing: "<path d='M52 44 86 26v44L52 54z' fill='{l}' opacity='.6'/>\
            <rect x='16' y='34' width='34' height='30' rx='10' fill='{m}'/><path d='M46 32h10v34H46z' fill='{k}'/>\
            <path d='M26 64h12v16H26z' fill='{k}'/><circle cx='30' cy='49' r='5' fill='{p}'/>",
    },
    Kind {
        slug: "pannier",
        plural: "Panniers",
        category: "Cycling",
        nouns: &["Pannier", "Rolltop Pannier"],
        materials: &["Waterproof", "Canvas", "Waxed-Cotton"],
        cents: 8900,
        share: 0.7,
        colours: BRIGHT,
        follows: &[("bike-pump", 0.6), ("rain-jacket", 0.4)],
        notes: &[
            "Off the bike and over the shoulder in one move",
            "Swallows the weekly shop",
        ],
        drawing: "<path d='M30 14h8v12h-8zM58 14h8v12h-8z' fill='{k}'/>\
            <path d='M22 26h52l5 50a5 5 0 0 1-5 5H22a5 5 0 0 1-5-5z' fill='{m}'/><path d='M20 26h56l2 16H18z' fill='{d}'/>\
            <path d='M30 42v16M66 42v16' stroke='{k}' stroke-width='4'/><path d='M34 62h28v8H34z' fill='{s}'/>",
    },
    Kind {
        slug: "bike-bell",
        plural: "Bike Bells",
        category: "Cycling",
        nouns: &["Bike Bell", "City Bell"],
        materials: &["Spun", "Polished", "Enamel"],
        cents: 1490,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("bike-pump", 1.0)],
        notes: &["One clear note, politely", "Fits every handlebar we tried"],
        drawing: "<path d='M70 62h16v8H70z' fill='{k}'/><circle cx='86' cy='62' r='6' fill='{d}'/>\
            <path d='M14 56a34 34 0 0 1 68 0z' fill='{m}'/><path d='M25 48a24 24 0 0 1 16-17' fill='none' stroke='{p}' stroke-width='4' stroke-linecap='round'/>\
            <circle cx='48' cy='25' r='4' fill='{s}'/><path d='M10 55h76v6H10z' fill='{d}'/>\
            <path d='M38 61h20v6H38z' fill='{k}'/><circle cx='48' cy='75' r='10' fill='none' stroke='{s}' stroke-width='5'/>",
    },
    Kind {
        slug: "bike-pump",
        plural: "Bike Pumps",
        category: "Cycling",
        nouns: &["Track Pump", "Bike Pump"],
        materials: &["Steel", "Aluminium", "Alloy"],
        cents: 4400,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("water-bottle", 1.0)],
        notes: &[
            "A gauge that can be read standing up",
            "Ready for racing in twelve strokes",
        ],
        drawing: "<path d='M30 14h36v7H30z' fill='{w}'/><path d='M46 20h4v18h-4z' fill='{s}'/>\
            <rect x='41' y='34' width='14' height='42' rx='4' fill='{m}'/><path d='M28 75h40v6H28z' fill='{k}'/>\
            <circle cx='48' cy='66' r='8' fill='{p}'/><path d='M48 66l4-4' stroke='{d}' stroke-width='2'/>\
            <path d='M55 72c24 4 20-30 12-44' fill='none' stroke='{d}' stroke-width='3'/>",
    },
];
