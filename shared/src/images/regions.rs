//! Connected parts of a picture: pixels that touch by a side.

/// All pixels of `through` that a path within it leads to from one of `seeds`.
pub fn reached(
    seeds: impl IntoIterator<Item = usize>,
    through: &[bool],
    width: usize,
) -> Vec<bool> {
    let mut left = through.to_vec();
    let mut found = vec![false; through.len()];
    for seed in seeds {
        for at in take(seed, &mut left, width) {
            found[at] = true;
        }
    }
    found
}

/// The largest connected part of `inside`; of two alike, the first from the top.
pub fn largest(inside: &[bool], width: usize) -> Vec<bool> {
    let mut left = inside.to_vec();
    let mut best = Vec::new();
    for at in 0..inside.len() {
        let part = take(at, &mut left, width);
        if part.len() > best.len() {
            best = part;
        }
    }
    let mut found = vec![false; inside.len()];
    best.into_iter().for_each(|at| found[at] = true);
    found
}

/// `inside` and everything that it encloses.
pub fn filled(inside: &[bool], width: usize) -> Vec<bool> {
    let outside: Vec<bool> = inside.iter().map(|own| !own).collect();
    let last_row = inside.len() - width;
    let edge = (0..inside.len())
        .filter(|at| *at < width || *at >= last_row || at % width == 0 || at % width == width - 1);
    let around = reached(edge, &outside, width);
    around.iter().map(|outside| !outside).collect()
}

/// Takes the part of `left` that holds `seed` out of it; its pixels.
fn take(seed: usize, left: &mut [bool], width: usize) -> Vec<usize> {
    if !std::mem::take(&mut left[seed]) {
        return Vec::new();
    }
    let mut part = vec![seed];
    let mut done = 0;
    while let Some(&at) = part.get(done) {
        done += 1;
        let column = at % width;
        let sides = [
            (column > 0).then(|| at - 1),
            (column + 1 < width).then_some(at + 1),
            at.checked_sub(width),
            (at + width < left.len()).then_some(at + width),
        ];
        for next in sides.into_iter().flatten() {
            if std::mem::take(&mut left[next]) {
                part.push(next);
            }
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `#` is true.
    fn drawn(rows: &[&str]) -> (Vec<bool>, usize) {
        let pixels = rows.concat().bytes().map(|b| b == b'#').collect();
        (pixels, rows[0].len())
    }

    #[test]
    fn parts_touch_by_sides_only() {
        let (pixels, width) = drawn(&["##..#", "#..##", "..#..", "...##"]);
        let (first, _) = drawn(&["##...", "#....", ".....", "....."]);
        assert_eq!(largest(&pixels, width), first);
        let (from, _) = drawn(&["....#", "...##", ".....", "....."]);
        assert_eq!(reached([4], &pixels, width), from);
        assert_eq!(reached([3], &pixels, width), [false; 20]);
        assert_eq!(largest(&[false], 1), [false]);
    }

    #[test]
    fn holes_are_filled_and_bays_are_not() {
        let (pixels, width) = drawn(&[".###.", ".#.#.", ".###.", ".#.#."]);
        let (expected, _) = drawn(&[".###.", ".###.", ".###.", ".#.#."]);
        assert_eq!(filled(&pixels, width), expected);
    }
}
