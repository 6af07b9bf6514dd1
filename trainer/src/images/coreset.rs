//! Which rows of a bank stand for all of them.

use doorstep_shared::images::salad::Bank;

/// Up to `n` rows, each as far as can be from those before it; the first is the one nearest to all.
/// (The greedy 2-approximation of k centres; Sener and Savarese 2018, "Active Learning for
/// Convolutional Neural Networks: A Core-Set Approach", algorithm 1.)
pub fn farthest_first(bank: &Bank, n: usize) -> Vec<usize> {
    let rows: Vec<&[f32]> = bank.rows().chunks_exact(bank.features()).collect();
    let cosine = |a: &[f32], b: &[f32]| -> f64 {
        let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
        products.sum()
    };
    let mut mean = vec![0.0f32; bank.features()];
    for row in &rows {
        mean.iter_mut().zip(*row).for_each(|(sum, x)| *sum += x);
    }
    // The earlier of equals.
    let largest = |values: &[f64]| {
        let best = (0..values.len()).reduce(|best, at| match values[at] > values[best] {
            true => at,
            false => best,
        });
        best.expect("a bank has a row at least")
    };
    let towards_all: Vec<f64> = rows.iter().map(|row| cosine(row, &mean)).collect();
    let mut next = largest(&towards_all);
    let (mut found, mut apart) = (Vec::new(), vec![f64::INFINITY; rows.len()]);
    while found.len() < n.min(rows.len()) {
        found.push(next);
        for (apart, row) in apart.iter_mut().zip(&rows) {
            *apart = apart.min(1.0 - cosine(row, rows[next]));
        }
        // Even among rows that are all alike, none is taken twice.
        apart[next] = f64::NEG_INFINITY;
        next = largest(&apart);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_comes_first_and_then_what_is_farthest() {
        let at = |degrees: f32| [degrees.to_radians().cos(), degrees.to_radians().sin()];
        let rows: Vec<f32> = [0.0, 10.0, 20.0, 90.0].into_iter().flat_map(at).collect();
        let bank = Bank::new(2, rows).unwrap();
        assert_eq!(farthest_first(&bank, 4), [2, 3, 0, 1]);
        assert_eq!(farthest_first(&bank, 2), [2, 3]);
    }

    #[test]
    fn rows_that_are_alike_are_each_taken_once() {
        let bank = Bank::new(2, [1.0, 0.0].repeat(5)).unwrap();
        let mut found = farthest_first(&bank, 9);
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn so_many_cover_the_rest_within_twice_the_best_radius() {
        let rows =
            (0..30).map(|at| ((at * 37 % 101) as f32 / 101.0 * std::f32::consts::PI).sin_cos());
        let rows: Vec<f32> = rows.flat_map(|(s, c)| [c, s]).collect();
        let bank = Bank::new(2, rows).unwrap();
        let angle = |a: usize, b: usize| {
            let row = |at: usize| &bank.rows()[2 * at..][..2];
            let (a, b) = (row(a), row(b));
            f64::from(a[0] * b[0] + a[1] * b[1]).clamp(-1.0, 1.0).acos()
        };
        let radius = |chosen: &[usize]| {
            let nearest = |row: usize| {
                let angles = chosen.iter().map(|&own| angle(row, own));
                angles.fold(f64::INFINITY, f64::min)
            };
            (0..30).map(nearest).fold(0.0, f64::max)
        };
        let mut best = f64::INFINITY;
        for a in 0..30 {
            for b in 0..a {
                for c in 0..b {
                    best = best.min(radius(&[a, b, c]));
                }
            }
        }
        assert!(radius(&farthest_first(&bank, 3)) <= 2.0 * best + 1e-6);
    }
}
