use super::report::cheapest_of_the_best;
use super::*;
use crate::data::{Dataset, Interaction, Interactions};
use crate::device::Compute;
use crate::evaluate::Estimate;
use crate::split::{Relevance, SplitMethod};

fn estimate(mean: f64, low: f64, high: f64) -> Estimate {
    Estimate {
        metric: METRIC.into(),
        mean,
        low,
        high,
    }
}

fn tried(to_best: Option<Estimate>, first_list_bytes: u64) -> Tried {
    Tried {
        model: "ease".into(),
        config: ModelConfig::named("ease").unwrap(),
        set: String::new(),
        metrics: BTreeMap::new(),
        interval: estimate(0.5, 0.4, 0.6),
        to_best,
        first_list_bytes,
        bytes: 0,
        trials: 1,
        seconds: 0.0,
    }
}

#[test]
fn of_those_that_do_not_clearly_differ_the_cheapest_is_taken() {
    let unclear = || Some(estimate(-0.01, -0.02, 0.001));
    let clear = || Some(estimate(-0.01, -0.02, -0.001));
    let chosen = |all: &[Tried]| cheapest_of_the_best(all);
    assert_eq!(
        chosen(&[tried(None, 9), tried(unclear(), 5), tried(clear(), 1)]),
        1
    );
    assert_eq!(
        chosen(&[tried(None, 9), tried(unclear(), 9), tried(clear(), 1)]),
        0
    );
    assert_eq!(
        chosen(&[tried(None, 9), tried(clear(), 5), tried(unclear(), 7)]),
        2
    );
    assert_eq!(chosen(&[tried(None, 9)]), 0);
}

/// 300 users who walk along a ring of 30 items, or take them `at_random`.
fn dataset(at_random: bool) -> Dataset {
    let item = |user: u32, at: u32| match at_random {
        true => (user * 7919 + at * at * 104_729 + user * at * 31) % 30,
        false => (user + at) % 30,
    };
    let rows = (0..300u32).flat_map(|user| {
        (0..6).map(move |at| Interaction {
            user,
            item: item(user, at),
            rating: 1.0,
            time: None,
        })
    });
    let interactions = Interactions {
        users: (0..300).map(|user| user.to_string()).collect(),
        items: (0..30).map(|item| item.to_string()).collect(),
        rows: rows.collect(),
        ..Interactions::default()
    };
    Dataset {
        interactions,
        ..Dataset::default()
    }
}

fn choice(at_random: bool, budget: &BudgetArgs) -> Choice {
    let cutoffs = vec![5, 10, 20];
    let method = SplitMethod::LeaveLastTwo;
    let division = Division::of(dataset(at_random), &method, Relevance::default(), cutoffs);
    choose(
        &division.unwrap(),
        budget,
        Compute::default(),
        &Progress::new(true),
    )
    .unwrap()
}

const BUDGET: BudgetArgs = BudgetArgs {
    trials: 2,
    minutes: None,
};

#[test]
fn a_sequence_is_told_from_chance() {
    let found = choice(false, &BUDGET);
    // Three models find everything; this one has the smallest rows.
    assert_eq!(found.chosen, "item-knn", "{}", found.text("test", "test"));
    assert!(
        found.why.contains("item-knn costs a visitor least"),
        "{}",
        found.why
    );
    assert_eq!(found.configs().len(), 2);
    let text = found.text("leave-last-two", "as asked");
    for part in [
        "Chosen: item-knn",
        "left out: bias, svd, als-explicit, hybrid: the data has no ratings",
        "left out: tf-idf: no item has a text",
        "left out: item-vectors: ",
        "left out: ensemble: ",
        "300 validation cases of leave-last-two",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    // Popularity says nothing here: no further trials for who is far behind.
    let trials = |name: &str| found.tried.iter().find(|t| t.model == name).unwrap().trials;
    assert_eq!((trials("next-linear"), trials("recent-popularity")), (2, 1));
    assert!(found.tried[0].first_list_bytes > 0);
    assert!(found.tried[0].first_list_bytes <= found.tried[0].bytes);
    let again = choice(false, &BUDGET);
    assert_eq!(again.chosen, found.chosen);
    assert_eq!(again.why, found.why);
}

#[test]
fn where_no_model_is_clearly_better_the_cheapest_is_chosen() {
    let found = choice(true, &BUDGET);
    let cheapest = found
        .tried
        .iter()
        .map(|t| t.first_list_bytes)
        .min()
        .unwrap();
    let chosen = found
        .tried
        .iter()
        .find(|t| t.model == found.chosen)
        .unwrap();
    let unclear = found
        .tried
        .iter()
        .filter(|t| !t.to_best.as_ref().is_some_and(Estimate::is_clear));
    if unclear.count() == found.tried.len() {
        assert_eq!(chosen.first_list_bytes, cheapest);
    }
    assert!(chosen.to_best.as_ref().is_none_or(|d| !d.is_clear()));
}

#[test]
fn without_time_popularity_is_left_and_the_rest_is_told() {
    let budget = BudgetArgs {
        trials: 2,
        minutes: Some(1e-9),
    };
    let found = choice(false, &budget);
    assert_eq!(found.chosen, "popularity");
    assert_eq!(found.tried.len(), 1);
    let text = found.text("test", "test");
    assert!(
        text.contains("next-linear: the time was up before its turn"),
        "{text}"
    );
    assert_eq!(found.configs().len(), 1);
}

#[test]
fn no_trial_begins_that_would_not_be_done_in_time() {
    let (method, cutoffs) = (SplitMethod::LeaveLastTwo, vec![5, 10, 20]);
    let division = Division::of(dataset(false), &method, Relevance::default(), cutoffs).unwrap();
    let progress = Progress::new(true);
    let mut race = Race {
        search: Search {
            split: &division.split,
            content: division.content(),
            context: &division.context,
            compute: Compute::default(),
            jobs: 1,
            deadline: Some(Instant::now() + Duration::from_secs(600)),
            progress: &progress,
        },
        counts: &division.context.popularity,
        best: BTreeMap::new(),
        // Two trials of an hour each, before.
        trials: [("ease", (2, 7200.0))].into(),
        skipped: 0,
        left_out: Vec::new(),
        notes: Vec::new(),
    };
    for name in ["ease", "item-knn"] {
        let config = ModelConfig::named(name).unwrap();
        race.run(&[config], 1, false).unwrap();
    }
    assert_eq!(race.skipped, 1);
    assert_eq!(race.best.keys().collect::<Vec<_>>(), [&"item-knn"]);
    assert_eq!((race.seconds("ease"), race.seconds("als")), (3600.0, 0.0));
}

#[test]
fn a_budget_of_nothing_is_refused() {
    let message = |trials, minutes| {
        let budget = BudgetArgs { trials, minutes };
        budget.check().unwrap_err().to_string()
    };
    assert!(message(0, None).contains("--trials must be at least 1"));
    assert!(message(1, Some(0.0)).contains("--minutes must be a positive number"));
    assert!(message(1, Some(f64::NAN)).contains("not NaN"));
    assert!(message(1, Some(1e300)).contains("--minutes 1e300 is more than a clock can tell"));
    // A duration holds it; whether a clock does is the machine's.
    let ages = BudgetArgs {
        trials: 1,
        minutes: Some(3e17),
    };
    assert!(ages.check().is_ok() || message(1, Some(3e17)).contains("--minutes 3e17"));
    let year = BudgetArgs {
        trials: 1,
        minutes: Some(525_600.0),
    };
    assert!(year.check().is_ok());
}
