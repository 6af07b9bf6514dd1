use super::*;
use crate::compare::VERSION;
use crate::device::Compute;
use crate::evaluate::{Context, Similarity, popularity};
use crate::fit::ItemContent;
use crate::progress::Progress;
use crate::split::{Case, Split};
use doorstep_shared::models::{ItemKnnConfig, NextLinearConfig};
use doorstep_shared::{Event, Vocabulary};

pub fn split() -> Split {
    let mut items = Vocabulary::new();
    (0..12).for_each(|i| _ = items.insert(&i.to_string()));
    let item = |user: u32, at: u32| (user + at * at) % 12;
    let history =
        |user, n| -> Vec<Event> { (0..n).map(|at| Event::implicit(item(user, at))).collect() };
    let case = |user| Case {
        user,
        history: history(user, 4),
        relevant: vec![item(user, 4)],
    };
    Split {
        protocol: "test".into(),
        users: Vocabulary::new(),
        items,
        train: (0..12).map(|user| history(user, 4)).collect(),
        train_and_validation: (0..12).map(|user| history(user, 5)).collect(),
        validation: (0..12).map(case).collect(),
        test: vec![],
        held_out_validation: vec![Vec::new(); 12],
        held_out_test: vec![Vec::new(); 12],
        notes: vec![],
    }
}

/// The same for 480 users, so that a sample of them judges.
fn large_split() -> Split {
    let small = split();
    let often = |cases: &[Case]| -> Vec<Case> {
        let user = |at: usize| at as u32;
        (0..480)
            .map(|at| Case {
                user: user(at),
                ..cases[at % 12].clone()
            })
            .collect()
    };
    let histories = |of: &[Vec<Event>]| of.iter().cycle().take(480).cloned().collect();
    Split {
        validation: often(&small.validation),
        train: histories(&small.train),
        train_and_validation: histories(&small.train_and_validation),
        held_out_validation: vec![Vec::new(); 480],
        held_out_test: vec![Vec::new(); 480],
        ..small
    }
}

pub fn context(split: &Split) -> Context {
    let similarity = Similarity::co_occurrence(12, &split.train);
    let mut context = Context::new(popularity(12, &split.train), similarity);
    context.cutoffs = vec![5];
    context
}

fn setting() -> Setting {
    Setting {
        model: "item-knn".into(),
        data: "abc".into(),
        items: "def".into(),
        split: "test".into(),
        include_seen: false,
        program: VERSION.into(),
        relevant_at: None,
        cutoffs: vec![5],
        halving: None,
    }
}

fn search(configs: &[ModelConfig], file: Option<&Path>) -> Result<Vec<Trial>> {
    search_with(&[configs], None, 1, file)
}

/// The trials in the order of the configurations.
fn search_with(
    models: &[&[ModelConfig]],
    halving: Option<Halving>,
    jobs: usize,
    file: Option<&Path>,
) -> Result<Vec<Trial>> {
    let split = split();
    let plan = Plan {
        models: models.iter().map(|configs| configs.to_vec()).collect(),
        halving,
        metric: "ndcg@5".into(),
    };
    let search = Search {
        split: &split,
        content: ItemContent::default(),
        context: &context(&split),
        compute: Compute::default(),
        jobs,
        deadline: None,
        progress: &Progress::new(true),
    };
    let setting = Setting {
        halving,
        ..setting()
    };
    let mut found = tune(&plan, &search, State::open(file, setting)?, file)?.trials;
    let configs: Vec<&ModelConfig> = models.iter().copied().flatten().collect();
    found.sort_by_key(|trial| configs.iter().position(|config| **config == trial.config));
    Ok(found)
}

fn configs() -> Vec<ModelConfig> {
    let axes: Vec<Axis> = ["shrinkage=0,5", "recency=.3,1"]
        .iter()
        .map(|t| t.parse().unwrap())
        .collect();
    grid(&ModelConfig::named("item-knn").unwrap(), &axes).unwrap()
}

/// Everything but the time it took.
fn figures(trials: Vec<Trial>) -> Vec<Trial> {
    let timeless = |trial| Trial {
        seconds: 0.0,
        ..trial
    };
    trials.into_iter().map(timeless).collect()
}

#[test]
fn any_number_of_jobs_finds_the_same() {
    let linear = draw(
        &ModelConfig::named("next-linear").unwrap(),
        &["decay=0.2,0.4,0.6,0.8".parse().unwrap()],
        3,
        1,
    )
    .unwrap();
    let alone = figures(search_with(&[&configs(), &linear], None, 1, None).unwrap());
    assert_eq!(alone.len(), 7);
    for jobs in [2, 8] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        let found = search_with(&[&configs(), &linear], None, jobs, Some(&file)).unwrap();
        assert_eq!(figures(found), alone);
        // What was saved is all of it, in whatever order.
        let state = State::open(Some(&file), setting()).unwrap();
        assert_eq!(state.trials.len(), 7);
    }
}

#[test]
fn a_trial_that_fails_is_told_and_the_others_go_on() {
    let mut two = configs()[..1].to_vec();
    two.push(ModelConfig::named("item-vectors").unwrap());
    let split = split();
    let mut plan = Plan {
        models: vec![two],
        halving: None,
        metric: "ndcg@5".into(),
    };
    let search = Search {
        split: &split,
        content: ItemContent::default(),
        context: &context(&split),
        compute: Compute::default(),
        jobs: 1,
        deadline: None,
        progress: &Progress::new(true),
    };
    let state = || State::open(None, setting()).unwrap();
    let found = tune(&plan, &search, state(), None).unwrap();
    assert_eq!((found.trials.len(), found.failures.len()), (1, 1));
    assert!(
        found.failures[0].starts_with("item-vectors"),
        "{:?}",
        found.failures
    );
    plan.models[0].remove(0);
    let message = tune(&plan, &search, state(), None).unwrap_err().to_string();
    assert!(
        message.contains("no trial succeeded: item-vectors"),
        "{message}"
    );
}

#[test]
fn halving_judges_the_last_on_everything_and_goes_on_from_its_state() {
    // 12 users are too few for halving by itself: an eta of 1 in 2 of 12 cases.
    let halving = Halving {
        eta: 2,
        rungs: 2,
        seed: 3,
    };
    assert_eq!(halving.rungs(4, 12).len(), 1);
    let split = large_split();
    let context = context(&split);
    let plan = Plan {
        models: vec![configs()],
        halving: Some(halving),
        metric: "ndcg@5".into(),
    };
    let run = |jobs: usize, file: Option<&Path>| {
        let search = Search {
            split: &split,
            content: ItemContent::default(),
            context: &context,
            compute: Compute::default(),
            jobs,
            deadline: None,
            progress: &Progress::new(true),
        };
        let setting = Setting {
            halving: Some(halving),
            ..setting()
        };
        let state = State::open(file, setting)?;
        Ok::<_, anyhow::Error>(tune(&plan, &search, state, file)?.trials)
    };
    let found = figures(run(1, None).unwrap());
    let numbers: Vec<u32> = found
        .iter()
        .filter_map(|t| t.rung)
        .map(|r| r.number)
        .collect();
    assert_eq!(numbers, [2, 2, 1, 1]);
    // Who came last is judged as if there had been nothing before.
    let alone = Plan {
        models: vec![vec![found[0].config.clone()]],
        halving: None,
        metric: "ndcg@5".into(),
    };
    let search = Search {
        split: &split,
        content: ItemContent::default(),
        context: &context,
        compute: Compute::default(),
        jobs: 1,
        deadline: None,
        progress: &Progress::new(true),
    };
    let state = State::open(None, setting()).unwrap();
    let whole = tune(&alone, &search, state, None).unwrap().trials;
    assert_eq!(whole[0].metrics, found[0].metrics);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    assert_eq!(figures(run(2, Some(&file)).unwrap()), found);
    let mut state: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let kept = state["trials"].as_array_mut().unwrap();
    assert_eq!(kept.len(), 6);
    kept.truncate(3);
    std::fs::write(&file, state.to_string()).unwrap();
    assert_eq!(figures(run(1, Some(&file)).unwrap()), found);
}

#[test]
fn a_reused_fit_scores_as_a_fresh_one() {
    let together = search(&configs(), None).unwrap();
    for (config, trial) in configs().iter().zip(&together) {
        let alone = search(std::slice::from_ref(config), None).unwrap();
        assert_eq!(alone[0].metrics, trial.metrics);
    }
    assert_ne!(
        together[0].metrics, together[1].metrics,
        "the recency must matter here"
    );
}

#[test]
fn completed_trials_are_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    search(&configs()[..2], Some(&file)).unwrap();
    let mut state = State::open(Some(&file), setting()).unwrap();
    assert_eq!(state.trials.len(), 2);
    state.trials[1].seconds = 1e6;
    state.save(&file).unwrap();
    let all = search(&configs(), Some(&file)).unwrap();
    assert_eq!(all[1].seconds, 1e6);
    assert_eq!(all.len(), 4);
    assert_eq!(State::open(Some(&file), setting()).unwrap().trials.len(), 4);

    let other = Setting {
        data: "xyz".into(),
        ..setting()
    };
    let message = State::open(Some(&file), other).unwrap_err().to_string();
    assert!(message.contains("other data"), "{message}");
    // As it was written before there was one.
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"items\": \"def\",", "")).unwrap();
    let message = State::open(Some(&file), setting()).unwrap_err().to_string();
    assert!(message.contains("other item records"), "{message}");
    std::fs::write(&file, "half").unwrap();
    let message = State::open(Some(&file), setting()).unwrap_err().to_string();
    assert!(message.contains("not a state"), "{message}");
}

#[test]
fn options_are_ready_to_paste() {
    let config = ModelConfig::NextLinear(NextLinearConfig {
        decay: 0.7,
        ..Default::default()
    });
    assert_eq!(
        set_options_of(&config, &["lambda"]),
        "--set next-linear.decay=0.7 --set next-linear.lambda=80"
    );
    assert_eq!(
        hyper_parameters(&ModelConfig::ItemKnn(ItemKnnConfig::default()))["ratings"],
        "false"
    );
    assert_eq!(hyper_parameters(&config)["window"], "50");
}
