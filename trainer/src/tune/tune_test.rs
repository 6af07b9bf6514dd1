use super::*;
use crate::compare::VERSION;
use crate::evaluate::{Similarity, popularity};
use crate::split::Case;
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
        split: "test".into(),
        include_seen: false,
        program: VERSION.into(),
        relevant_at: None,
        cutoffs: vec![5],
    }
}

fn search(configs: &[ModelConfig], file: Option<&Path>) -> Result<Vec<Trial>> {
    let split = split();
    let context = context(&split);
    let state = State::open(file, setting())?;
    tune(
        configs,
        &split,
        ItemContent::default(),
        &context,
        state,
        file,
        &Progress::new(true),
    )
}

fn configs() -> Vec<ModelConfig> {
    let axes: Vec<Axis> = ["shrinkage=0,5", "recency=.3,1"]
        .iter()
        .map(|t| t.parse().unwrap())
        .collect();
    trials(&ModelConfig::named("item-knn").unwrap(), &axes, None, 0).unwrap()
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
