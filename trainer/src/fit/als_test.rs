use super::*;
use crate::device::Compute;
use doorstep_shared::Event;
use proptest::prelude::*;

/// Users with one to a hundred items: both ways to solve a row are taken.
fn histories() -> Vec<Vec<Event>> {
    let item = |user: u32, at: u32| (user * 31 + at * at * 17 + user * at) % 150;
    (0..120u32)
        .map(|user| {
            let length = if user % 10 == 0 { 100 } else { 1 + user % 7 };
            (0..length)
                .map(|at| Event {
                    rating: 1.0 + (at % 3) as f32,
                    ..Event::implicit(item(user, at))
                })
                .collect()
        })
        .collect()
}

fn fitted(config: &AlsConfig, histories: &[Vec<Event>], n_items: usize) -> (Factors, Vec<Visitor>) {
    let training = Training {
        n_items,
        histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let fitted = fit(
        config,
        &training,
        &Progress::new(true),
        &mut Observer::none(),
    )
    .unwrap();
    match fitted.model {
        Model::Factors(model) => (model, fitted.users),
        other => panic!("{other:?}"),
    }
}

/// The loss of the paper, cell by cell.
fn plain_loss(
    config: &AlsConfig,
    histories: &[Vec<Event>],
    model: &Factors,
    users: &[Visitor],
) -> f64 {
    let n_items = model.vectors().len() / model.rank();
    let base = if config.without_one { 0.0 } else { 1.0 };
    let (mut sum, mut total) = (0.0, 0.0);
    for (history, user) in histories.iter().zip(users) {
        for item in 0..n_items as u32 {
            let own = history.iter().filter(|e| e.item == item);
            let r: f32 = own.map(|e| e.rating).sum();
            let (p, c) = match r > 0.0 {
                true => (1.0, base + config.alpha * r),
                false => (0.0, 1.0),
            };
            let score: f32 = model
                .vector(item)
                .iter()
                .zip(&user.vector)
                .map(|(a, b)| a * b)
                .sum();
            sum += f64::from(c) * (p - f64::from(score)).powi(2);
            total += f64::from(c);
        }
    }
    let numbers = users.iter().flat_map(|u| &u.vector).chain(model.vectors());
    let squares: f64 = numbers.map(|&x| f64::from(x).powi(2)).sum();
    (sum + f64::from(config.regularisation) * squares) / total
}

fn own_loss(
    config: &AlsConfig,
    histories: &[Vec<Event>],
    model: &Factors,
    users: &[Visitor],
) -> f64 {
    let n_items = model.vectors().len() / model.rank();
    let training = Training {
        n_items,
        histories,
        content: crate::fit::ItemContent::default(),
        guide: Default::default(),
    };
    let weighting = HistoryWeighting {
        decay: 1.0,
        window: None,
        by_rating: true,
        mean: false,
    };
    let cells = Confidences::by_user(config, &training, weighting).unwrap();
    let flat: Vec<f32> = users.iter().flat_map(|u| &u.vector).copied().collect();
    let users = pad(&flat, users.len(), model.rank());
    loss(
        config,
        &cells,
        &users,
        &pad(model.vectors(), n_items, model.rank()),
    )
}

#[test]
fn every_row_solves_its_equations_whatever_its_length() {
    for (factors, without_one, alpha) in [(20, false, 5.0), (16, true, 4.0), (7, true, 0.5)] {
        let config = AlsConfig {
            factors,
            without_one,
            alpha,
            iterations: 3,
            ..Default::default()
        };
        let histories = histories();
        let (model, _) = fitted(&config, &histories, 150);
        // One more half-step from the final items is what a visitor's fold-in is.
        let training = Training {
            n_items: 150,
            histories: &histories,
            content: crate::fit::ItemContent::default(),
            guide: Default::default(),
        };
        let weighting = HistoryWeighting {
            decay: 1.0,
            window: None,
            by_rating: true,
            mean: false,
        };
        let cells = Confidences::by_user(&config, &training, weighting).unwrap();
        let rank = factors as usize;
        let items = pad(model.vectors(), 150, rank);
        let card = Card::new(Compute::Cpu);
        for card in [None, Some(&card)] {
            let mut users = pad(&vec![0.0; 120 * rank], 120, rank);
            half_step(&config, card, &cells, &items, &mut users).unwrap();
            for (found, history) in unpad(&users, rank).chunks_exact(rank).zip(&histories) {
                let expected = model.visitor(history).unwrap().vector;
                for (a, b) in found.iter().zip(expected) {
                    assert!((a - b).abs() < 2e-4, "{factors} factors: {a} {b}");
                }
            }
        }
    }
}

#[test]
fn enough_steps_of_conjugate_gradients_are_the_exact_solution() {
    let exact = AlsConfig {
        factors: 8,
        iterations: 4,
        ..Default::default()
    };
    let steps = AlsConfig {
        cg_steps: 12,
        ..exact.clone()
    };
    let histories = histories();
    let (a, _) = fitted(&exact, &histories, 150);
    let (b, _) = fitted(&steps, &histories, 150);
    for (a, b) in a.vectors().iter().zip(b.vectors()) {
        assert!((a - b).abs() < 5e-3, "{a} {b}");
    }
}

#[test]
fn the_loss_is_that_of_all_cells_and_falls() {
    let histories = histories();
    for cg_steps in [0, 3] {
        let mut last = f64::INFINITY;
        for iterations in [1, 2, 4, 8] {
            let config = AlsConfig {
                factors: 12,
                iterations,
                cg_steps,
                ..Default::default()
            };
            let (model, users) = fitted(&config, &histories, 150);
            let expected = plain_loss(&config, &histories, &model, &users);
            let found = own_loss(&config, &histories, &model, &users);
            assert!(
                (found - expected).abs() < 1e-5 * expected,
                "{found} {expected}"
            );
            assert!(found < last, "{found} after {last}");
            last = found;
        }
    }
}

proptest! {
    #[test]
    fn small_systems_are_solved(
        n in 1usize..6,
        entries in prop::collection::vec(-1.0f32..1.0, 36),
        b in prop::collection::vec(-1.0f32..1.0, 6),
    ) {
        let a: Vec<f32> = (0..n * n).map(|at| {
            let (i, j) = (at / n, at % n);
            let dot: f32 = (0..6).map(|k| entries[i * 6 + k] * entries[j * 6 + k]).sum();
            dot + f32::from(u8::from(i == j))
        }).collect();
        let mut x = b[..n].to_vec();
        prop_assert!(solve_small(&mut a.clone(), &mut x));
        for i in 0..n {
            let product: f32 = (0..n).map(|j| a[i * n + j] * x[j]).sum();
            prop_assert!((product - b[i]).abs() < 1e-4);
        }
    }
}
