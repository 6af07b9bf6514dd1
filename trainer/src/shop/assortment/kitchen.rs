//! What the shop sells for cooking, eating and drinking.

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
    Kind {
        slug: "skillet",
        plural: "Pans",
        category: "Cooking",
        nouns: &["Skillet", "Frying Pan", "Crêpe Pan"],
        materials: &["Cast-Iron", "Carbon-Steel", "Copper"],
        cents: 6900,
        share: 1.1,
        colours: EARTHY,
        follows: &[
            ("chef-knife", 0.4),
            ("pepper-mill", 0.3),
            ("casserole", 0.3),
        ],
        notes: &[
            "Better every year, if never scoured",
            "From the hob to the oven to the table",
        ],
        drawing: "<path d='M56 54 82 80' stroke='{w}' stroke-width='10' stroke-linecap='round'/><path d='M78 76v.1' stroke='{p}' stroke-width='4' stroke-linecap='round'/>\
            <circle cx='41' cy='40' r='30' fill='{d}'/><circle cx='41' cy='40' r='24' fill='{m}'/>\
            <path d='M30 30c8-10 20-2 24 4s6 14-2 18-12-2-18 2-14-4-10-12 2-6 6-12z' fill='{p}'/><circle cx='41' cy='40' r='7.5' fill='#e8a33d'/>",
    },
    Kind {
        slug: "casserole",
        plural: "Casseroles",
        category: "Cooking",
        nouns: &["Casserole", "Stockpot", "Braiser"],
        materials: &["Cast-Iron", "Enamel", "Steel"],
        cents: 11900,
        share: 0.9,
        colours: BRIGHT,
        follows: &[("apron", 0.3), ("plates", 0.3), ("cutting-board", 0.4)],
        notes: &[
            "Holds the heat through second helpings",
            "A lid heavy enough to mean it",
        ],
        drawing: "<path d='M10 48h76v9H10z' fill='{d}'/><path d='M18 44h60v29a8 8 0 0 1-8 8H26a8 8 0 0 1-8-8z' fill='{m}'/>\
            <path d='M20 42a28 16 0 0 1 56 0z' fill='{l}'/><path d='M16 40h64v6H16z' fill='{d}'/><rect x='42' y='18' width='12' height='8' rx='4' fill='{k}'/>",
    },
    Kind {
        slug: "chef-knife",
        plural: "Knives",
        category: "Cooking",
        nouns: &["Chef's Knife", "Paring Knife", "Bread Knife"],
        materials: &["Carbon-Steel", "Stainless", "Damascus"],
        cents: 7400,
        share: 1.0,
        colours: CALM,
        follows: &[("cutting-board", 0.8), ("apron", 0.2)],
        notes: &[
            "Sharp when it arrives; please mind it",
            "Full tang, three rivets, no nonsense",
        ],
        drawing: "<path d='M38 12c18 8 20 26 18 44H38z' fill='{s}'/><path d='M38 12v44h5V16z' fill='{p}'/>\
            <path d='M36 54h22v5H36z' fill='{k}'/><rect x='40' y='58' width='14' height='24' rx='5' fill='{m}'/><path d='M47 64v.1M47 70v.1M47 76v.1' stroke='{l}' stroke-width='3' stroke-linecap='round'/>",
    },
    Kind {
        slug: "cutting-board",
        plural: "Cutting Boards",
        category: "Cooking",
        nouns: &["Cutting Board", "Bread Board", "Serving Board"],
        materials: &["Oak", "Walnut", "Olive-Wood"],
        cents: 3900,
        share: 0.9,
        colours: EARTHY,
        follows: &[("pepper-mill", 0.5), ("mixing-bowl", 0.5)],
        notes: &[
            "End grain, kind to the edge",
            "Oiled twice before it leaves",
        ],
        drawing: "<path d='M41 10h14v18H41z' fill='{w}'/><rect x='22' y='24' width='52' height='57' rx='9' fill='{w}'/><circle cx='48' cy='17' r='3.5' fill='{p}'/>\
            <path d='M30 38h36M30 50h28M30 62h36' stroke='{p}' stroke-width='2' opacity='.4'/><path d='M22 68h52v5H22z' fill='{m}'/>",
    },
    Kind {
        slug: "pepper-mill",
        plural: "Mills",
        category: "Cooking",
        nouns: &["Pepper Mill", "Salt Mill"],
        materials: &["Beech", "Walnut", "Acacia"],
        cents: 3400,
        share: 0.7,
        colours: BRIGHT,
        follows: &[("plates", 0.5), ("cutlery", 0.5)],
        notes: &[
            "From dust to gravel with one turn",
            "A ceramic heart that never rusts",
        ],
        drawing: "<circle cx='48' cy='15' r='6' fill='{s}'/><path d='M38 34c0-16 20-16 20 0z' fill='{m}'/>\
            <path d='M39 36h18c0 10-5 12-5 18 0 8 9 12 9 27H35c0-15 9-19 9-27 0-6-5-8-5-18z' fill='{m}'/><path d='M37 33h22v5H37z' fill='{d}'/><path d='M36 72h24v9H35z' fill='{d}'/>",
    },
    Kind {
        slug: "apron",
        plural: "Aprons",
        category: "Cooking",
        nouns: &["Apron", "Cross-Back Apron"],
        materials: &["Linen", "Cotton", "Denim"],
        cents: 3200,
        share: 0.7,
        colours: CALM,
        follows: &[("mixing-bowl", 0.5), ("rolling-pin", 0.5)],
        notes: &[
            "A pocket for the spoon, a loop for the towel",
            "Softer after every wash",
        ],
        drawing: "<path d='M38 28a10 14 0 0 1 20 0' fill='none' stroke='{d}' stroke-width='3'/><path d='M26 50 12 56M70 50l14 6' stroke='{d}' stroke-width='3'/>\
            <path d='M36 26h24c0 12 4 20 12 22v33H24V48c8-2 12-10 12-22z' fill='{m}'/><path d='M34 56h28v15H34z' fill='{l}'/><path d='M48 56v15' stroke='{d}' stroke-width='2'/>",
    },
    Kind {
        slug: "mixing-bowl",
        plural: "Bowls",
        category: "Baking",
        nouns: &["Mixing Bowl", "Batter Bowl"],
        materials: &["Stoneware", "Steel", "Earthenware"],
        cents: 2900,
        share: 1.0,
        colours: BRIGHT,
        follows: &[("whisk", 0.6), ("cake-tin", 0.4)],
        notes: &[
            "Stays put while you stir",
            "A lip that pours and a rim that holds",
        ],
        drawing: "<path d='M12 36h72c0 28-14 45-36 45S12 64 12 36z' fill='{m}'/><path d='M10 32h76v9H10z' fill='{l}'/><path d='M17 54h62l-3 8H20z' fill='{d}'/>",
    },
    Kind {
        slug: "whisk",
        plural: "Whisks",
        category: "Baking",
        nouns: &["Balloon Whisk", "Whisk"],
        materials: &["Steel", "Beech-Handled", "Silicone"],
        cents: 1290,
        share: 0.8,
        colours: BRIGHT,
        follows: &[("cake-tin", 0.6), ("kitchen-scale", 0.4)],
        notes: &[
            "Cream in two minutes, by hand",
            "Springy where it should be",
        ],
        drawing: "<path d='M48 54c-26-10-20-42 0-42s26 32 0 42c-12-10-10-42 0-42s12 32 0 42' fill='none' stroke='{k}' stroke-width='3'/>\
            <path d='M48 12v42' stroke='{k}' stroke-width='3'/><path d='M43 52h10v8H43z' fill='{d}'/><rect x='42' y='58' width='12' height='24' rx='6' fill='{m}'/>",
    },
    Kind {
        slug: "rolling-pin",
        plural: "Rolling Pins",
        category: "Baking",
        nouns: &["Rolling Pin", "Pastry Pin"],
        materials: &["Maple", "Beech", "Marble"],
        cents: 2400,
        share: 0.6,
        colours: EARTHY,
        follows: &[("cake-tin", 0.6), ("kitchen-scale", 0.4)],
        notes: &[
            "Rolls true from edge to edge",
            "Heavy enough to do the work",
        ],
        drawing: "<g transform='rotate(-45 48 48)'><rect x='2' y='43' width='92' height='10' rx='5' fill='{m}'/><rect x='18' y='35' width='60' height='26' rx='6' fill='{w}'/><path d='M22 41h52' stroke='{p}' stroke-width='3' opacity='.4'/></g>",
    },
    Kind {
        slug: "cake-tin",
        plural: "Cake Tins",
        category: "Baking",
        nouns: &["Cake Tin", "Loaf Tin", "Tart Tin"],
        materials: &["Steel", "Non-Stick", "Enamel"],
        cents: 1890,
        share: 0.9,
        colours: BRIGHT,
        follows: &[("kitchen-scale", 0.5), ("apron", 0.5)],
        notes: &[
            "Lets go of the cake without a fight",
            "Made heavier than it needs to be",
        ],
        drawing: "<path d='M18 46h60l-4 35H22z' fill='{m}'/><path d='M14 42h68v7H14z' fill='{d}'/><path d='M20 42c0-22 16-26 28-26s28 4 28 26z' fill='#c98f55'/>\
            <path d='M26 36c4-8 10-9 14-6s12-5 18 0 8 2 12 6' fill='none' stroke='{p}' stroke-width='5' stroke-linecap='round'/><path d='M32 52l2 26M48 52v26M64 52l-2 26' stroke='{d}' stroke-width='2'/>",
    },
    Kind {
        slug: "kitchen-scale",
        plural: "Kitchen Scales",
        category: "Baking",
        nouns: &["Kitchen Scale", "Dial Scale"],
        materials: &["Enamel", "Steel", "Mechanical"],
        cents: 3900,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("mixing-bowl", 1.0)],
        notes: &[
            "True to five grams",
            "A dial that can be read from the sink",
        ],
        drawing: "<path d='M18 20h60l-6 10H24z' fill='{s}'/><path d='M44 30h8v8h-8z' fill='{k}'/><path d='M28 38h40l8 43H20z' fill='{m}'/>\
            <circle cx='48' cy='60' r='16' fill='{p}'/><path d='M48 60 56 50' stroke='{d}' stroke-width='3' stroke-linecap='round'/><path d='M48 47v3M61 60h-3M35 60h3' stroke='{k}' stroke-width='2'/>",
    },
    Kind {
        slug: "plates",
        plural: "Plates",
        category: "Table",
        nouns: &["Dinner Plate", "Side Plate", "Pasta Plate"],
        materials: &["Stoneware", "Porcelain", "Earthenware"],
        cents: 1990,
        share: 1.2,
        colours: CALM,
        follows: &[("cutlery", 0.5), ("glasses", 0.5)],
        notes: &[
            "A rim that frames whatever you cooked",
            "Safe in the dishwasher, dull though that is",
        ],
        drawing: "<circle cx='48' cy='48' r='35' fill='{m}'/><circle cx='48' cy='48' r='30' fill='{l}'/><circle cx='48' cy='48' r='20' fill='{p}'/><path d='M34 42a16 16 0 0 1 8-9' fill='none' stroke='{l}' stroke-width='3' stroke-linecap='round'/>",
    },
    Kind {
        slug: "cutlery",
        plural: "Cutlery",
        category: "Table",
        nouns: &["Cutlery Set", "Travel Cutlery"],
        materials: &["Steel", "Brushed", "Beech-Handled"],
        cents: 4900,
        share: 0.8,
        colours: CALM,
        follows: &[("glasses", 0.6), ("carafe", 0.4)],
        notes: &[
            "Weighted towards the hand",
            "Four of each, and a box to keep them in",
        ],
        drawing: "<path d='M20 14v18a7 7 0 0 0 14 0V14M27 14v34' fill='none' stroke='{k}' stroke-width='3'/><path d='M44 14c10 4 10 22 6 34h-6z' fill='{k}'/>\
            <ellipse cx='69' cy='27' rx='8' ry='13' fill='{k}'/><path d='M67 38h4v12h-4z' fill='{k}'/>\
            <rect x='23' y='46' width='8' height='35' rx='4' fill='{m}'/><rect x='43' y='46' width='8' height='35' rx='4' fill='{m}'/><rect x='65' y='46' width='8' height='35' rx='4' fill='{m}'/>",
    },
    Kind {
        slug: "glasses",
        plural: "Glasses",
        category: "Table",
        nouns: &["Tumbler", "Wine Glass", "Water Glass"],
        materials: &["Hand-Blown", "Recycled", "Ribbed"],
        cents: 1290,
        share: 1.1,
        colours: BRIGHT,
        follows: &[("carafe", 1.0)],
        notes: &[
            "A small bubble shows that a person made it",
            "Thin at the lip, thick at the foot",
        ],
        drawing: "<path d='M16 30h30l-4 51H20z' fill='{l}' opacity='.75'/><path d='M18 50h26l-2 31H20z' fill='{m}'/>\
            <path d='M54 18h26c2 22-4 30-10 32v24h10v7H54v-7h10V50c-6-2-12-10-10-32z' fill='{l}' opacity='.75'/><path d='M54 30h26c0 12-6 20-13 20s-13-8-13-20z' fill='{d}'/>",
    },
    Kind {
        slug: "carafe",
        plural: "Carafes",
        category: "Table",
        nouns: &["Carafe", "Decanter", "Water Jug"],
        materials: &["Glass", "Stoneware", "Hand-Blown"],
        cents: 3400,
        share: 0.6,
        colours: BRIGHT,
        follows: &[("candle", 0.5), ("vase", 0.5)],
        notes: &[
            "Looks right empty, better full",
            "One litre, and a neck that fits the hand",
        ],
        drawing: "<path d='M40 14h16v22c4 8 16 14 16 30a15 15 0 0 1-15 15H39a15 15 0 0 1-15-15c0-16 12-22 16-30z' fill='{l}'/>\
            <path d='M27 56h42c2 4 3 7 3 10a15 15 0 0 1-15 15H39a15 15 0 0 1-15-15c0-3 1-6 3-10z' fill='{m}'/><path d='M38 10h20v6H38z' fill='{w}'/>",
    },
];
