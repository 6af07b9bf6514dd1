//! Names of artists and titles of songs, put together from common words.

const GIVEN: [&str; 24] = [
    "Ada", "Bruno", "Cleo", "Dario", "Edda", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Kaia",
    "Leo", "Mara", "Nils", "Odile", "Pavel", "Rosa", "Silas", "Thea", "Ugo", "Vera", "Wanda",
    "Yara", "Zeno",
];
const FAMILY: [&str; 40] = [
    "Ashbeck",
    "Birchlow",
    "Brackenden",
    "Calderstone",
    "Carrowmere",
    "Dunfell",
    "Ellerby",
    "Fallowmore",
    "Fenhurst",
    "Gorsefield",
    "Halcombe",
    "Harrowgate",
    "Heronshaw",
    "Hollinmead",
    "Ivelstead",
    "Kestrelworth",
    "Larkbourne",
    "Lindenholm",
    "Loxcombe",
    "Marlpit",
    "Merrinhaven",
    "Netherwick",
    "Norbrough",
    "Oakenshaw",
    "Orrincote",
    "Pemleigh",
    "Quillbank",
    "Rowanfell",
    "Rushmead",
    "Sallowford",
    "Selbourne",
    "Sorrelgate",
    "Tamholm",
    "Thornlow",
    "Umberdale",
    "Valecote",
    "Wendlebeck",
    "Whinfield",
    "Yarcombe",
    "Yewhurst",
];
const KINDS: [&str; 40] = [
    "Amber", "Borrowed", "Brass", "Broken", "Bright", "Careful", "Copper", "Distant", "Early",
    "Electric", "Empty", "Faded", "Feather", "Foreign", "Gentle", "Glass", "Golden", "Hollow",
    "Hidden", "Idle", "Iron", "Late", "Linen", "Little", "Loud", "Marble", "Northern", "Open",
    "Paper", "Patient", "Plain", "Quiet", "Restless", "Salt", "Second", "Silver", "Slow",
    "Southern", "Velvet", "Winter",
];
const GROUPS: [&str; 30] = [
    "Almanacs",
    "Antennas",
    "Atlases",
    "Balconies",
    "Barges",
    "Compasses",
    "Cranes",
    "Envelopes",
    "Ferries",
    "Foundries",
    "Gardeners",
    "Herons",
    "Islands",
    "Kettles",
    "Lanterns",
    "Librarians",
    "Magnets",
    "Mittens",
    "Moths",
    "Orchards",
    "Parcels",
    "Pilots",
    "Postcards",
    "Radios",
    "Sextants",
    "Sparrows",
    "Tailors",
    "Tramlines",
    "Turbines",
    "Umbrellas",
];
const THINGS: [&str; 48] = [
    "Afternoon",
    "Anchor",
    "Avenue",
    "Bicycle",
    "Bridge",
    "Candle",
    "Chair",
    "City",
    "Coat",
    "Corner",
    "Daylight",
    "Door",
    "Engine",
    "Fire",
    "Garden",
    "Harbour",
    "Hill",
    "Hour",
    "House",
    "Kitchen",
    "Ladder",
    "Lake",
    "Letter",
    "Light",
    "Map",
    "Mirror",
    "Moon",
    "Morning",
    "Motor",
    "Night",
    "Ocean",
    "Picture",
    "Platform",
    "Rain",
    "River",
    "Road",
    "Room",
    "Season",
    "Shadow",
    "Signal",
    "Station",
    "Summer",
    "Telephone",
    "Thunder",
    "Tower",
    "Train",
    "Weather",
    "Window",
];
const FORMS: usize = 4;
/// How many different titles there are.
pub const TITLES: u64 = (KINDS.len() * THINGS.len() * FORMS) as u64;

/// The artist with a number; every number gives another name.
pub fn artist(number: u64) -> String {
    let people = GIVEN.len() * FAMILY.len();
    let bands = KINDS.len() * GROUPS.len();
    let round = number / (people + bands) as u64;
    // A large step without a common factor mixes people and bands, and visits all of both.
    let place = (number % (people + bands) as u64 * 787 % (people + bands) as u64) as usize;
    let name = match place.checked_sub(people) {
        None => format!(
            "{} {}",
            GIVEN[place % GIVEN.len()],
            FAMILY[place / GIVEN.len()]
        ),
        Some(band) => {
            format!(
                "The {} {}",
                KINDS[band % KINDS.len()],
                GROUPS[band / KINDS.len()]
            )
        }
    };
    match round {
        0 => name,
        more => format!("{name} {}", more + 1),
    }
}

/// The title with a number below [`TITLES`]; every number gives another.
pub fn title(number: u64) -> String {
    let number = number as usize;
    let (form, rest) = (number % FORMS, number / FORMS);
    let (kind, thing) = (
        KINDS[rest % KINDS.len()],
        THINGS[rest / KINDS.len() % THINGS.len()],
    );
    match form {
        0 => format!("{kind} {thing}"),
        1 => format!("{thing}, {kind}"),
        2 => format!("The {kind} {thing}"),
        _ => format!("My {kind} {thing}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_numbers_give_the_same_name() {
        let artists: BTreeSet<String> = (0..10_000).map(artist).collect();
        assert_eq!(artists.len(), 10_000);
        let titles: BTreeSet<String> = (0..TITLES).map(title).collect();
        assert_eq!(titles.len() as u64, TITLES);
    }
}
