//! The makers of what the shop sells, all invented.

/// A maker with a character and a price level.
#[derive(Debug)]
pub struct Brand {
    /// The attribute `brand`.
    pub name: &'static str,
    /// Who they are, for descriptions: "Made by NAME, CHARACTER."
    pub character: &'static str,
    /// 0 cheap to 3 dear.
    pub level: u8,
    /// What they make things for.
    pub categories: &'static [&'static str],
}

const fn brand(
    name: &'static str,
    character: &'static str,
    level: u8,
    categories: &'static [&'static str],
) -> Brand {
    Brand {
        name,
        character,
        level,
        categories,
    }
}

/// All brands.
#[rustfmt::skip]
pub static BRANDS: [Brand; 47] = [
    brand("Fell & Ford", "walkers who learned to sew", 2, &["Camping", "Hiking"]),
    brand("Larkrise", "up before the sun since the beginning", 1, &["Camping", "Hiking", "Travel"]),
    brand("Northbeck", "testers of everything in sleet", 3, &["Camping", "Hiking"]),
    brand("Tarn Supply", "plain gear at a plain price", 0, &["Camping", "Hiking", "Cycling"]),
    brand("Cobble & Spoke", "a workshop behind a station", 2, &["Cycling"]),
    brand("Velden", "riders to work in all weathers", 1, &["Cycling", "Travel"]),
    brand("Kite Street", "cheerful things for short trips", 0, &["Cycling", "Travel", "Play"]),
    brand("Alder Works", "four people and a lathe", 3, &["Cycling"]),
    brand("Greenhithe", "growers first and makers second", 1, &["Garden"]),
    brand("Thistle & Tine", "a smithy with a herb bed", 2, &["Garden", "Bath"]),
    brand("Plotwise", "friends of small gardens", 0, &["Garden"]),
    brand("Old Orchard", "makers of things to inherit", 3, &["Garden", "Table"]),
    brand("Kettle Row", "tea at ten, coffee at four", 1, &["Tea", "Coffee"]),
    brand("Morning Post", "for desks with a cup on them", 0, &["Coffee", "Stationery"]),
    brand("Ember Lane", "roasters with a lending library", 2, &["Coffee"]),
    brand("Sable & Crema", "serious about small cups", 3, &["Coffee", "Table"]),
    brand("Leaf Ledger", "importers who name every garden", 2, &["Tea"]),
    brand("Hearth & Loam", "potters who like things plain", 2, &["Tea", "Table", "Cooking"]),
    brand("Plainware", "good enough, and gladly so", 0, &["Tea", "Table", "Baking", "Cooking"]),
    brand("Ironmere", "founders by a cold lake", 2, &["Cooking"]),
    brand("Saltash Forge", "one smith and two apprentices", 3, &["Cooking"]),
    brand("Pantry Nine", "cooks from a street of nine houses", 1, &["Cooking", "Baking"]),
    brand("Crumb & Co.", "bakers on their day off", 1, &["Baking"]),
    brand("Tin Sparrow", "tinsmiths with a sense of humour", 2, &["Baking", "Play"]),
    brand("Millstone Lane", "millers for six generations", 3, &["Baking"]),
    brand("Blue Dresser", "a family with too many plates", 1, &["Table", "Lighting"]),
    brand("Lumenwick", "engineers of soft light", 2, &["Lighting"]),
    brand("Waxwing", "chandlers beside a heath", 1, &["Lighting", "Bath"]),
    brand("Brightside", "first flats and first lamps", 0, &["Lighting", "Rest"]),
    brand("Atelier Marl", "a studio of slow designs", 3, &["Lighting", "Rest"]),
    brand("Fold & Feather", "weavers with a river", 2, &["Rest"]),
    brand("Sunday Mill", "for the longest morning of the week", 1, &["Rest", "Bath"]),
    brand("Eiderholt", "linen people, very patient", 3, &["Rest", "Bath"]),
    brand("Tidewash", "clean, cheap and cheerful", 0, &["Bath"]),
    brand("Pine & Suds", "soap boilers in a forest", 1, &["Bath"]),
    brand("Inkwell Yard", "printers turned stationers", 1, &["Stationery"]),
    brand("Quire & Quill", "binders who also draw", 2, &["Stationery", "Art"]),
    brand("Paper Lantern", "for students and other optimists", 0, &["Stationery", "Art"]),
    brand("Marginalia", "for readers who write back", 3, &["Stationery"]),
    brand("Ochre House", "grinders of their own pigments", 2, &["Art"]),
    brand("First Wash", "teachers with a paint box", 1, &["Art"]),
    brand("Sable Court", "suppliers to stubborn painters", 3, &["Art"]),
    brand("Wayfare", "people who miss no trains", 2, &["Travel"]),
    brand("Portmanor", "saddlers who went travelling", 3, &["Travel"]),
    brand("Rook & Pawn", "players with a rule book", 1, &["Play"]),
    brand("Parlour", "for rainy Sundays", 2, &["Play"]),
    brand("Long Evening", "cabinet makers who play", 3, &["Play"]),
];
