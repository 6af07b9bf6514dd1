use std::io::Write;

use super::*;
use doorstep_shared::models::{ItemKnnConfig, NextLinearConfig};

fn configs(names: &[&str], set: &[&str]) -> Result<Vec<ModelConfig>> {
    let own = |texts: &[&str]| texts.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    model_configs(&own(names), &own(set), None)
}

fn message(names: &[&str], set: &[&str]) -> String {
    format!("{:#}", configs(names, set).unwrap_err())
}

#[test]
fn later_settings_win_and_the_order_is_that_of_the_names() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let text =
        "[next-linear]\nlambda = 20\ndecay = 0.7\n[item-knn]\nratings = true\n[ease]\nlambda = 3\n";
    file.write_all(text.as_bytes()).unwrap();
    let names = ["item-knn".to_owned(), "next-linear".to_owned()];
    let set = [
        "next-linear.lambda=.5".to_owned(),
        "next-linear.window=7".to_owned(),
    ];
    let found = model_configs(&names, &set, Some(file.path())).unwrap();
    let knn = ItemKnnConfig {
        ratings: true,
        ..Default::default()
    };
    let linear = NextLinearConfig {
        lambda: 0.5,
        decay: 0.7,
        window: 7,
        ..Default::default()
    };
    assert_eq!(
        found,
        [ModelConfig::ItemKnn(knn), ModelConfig::NextLinear(linear)]
    );
}

#[test]
fn defaults_survive_the_round_trip() {
    for name in ModelConfig::NAMES {
        assert_eq!(
            configs(&[name], &[]).unwrap(),
            [ModelConfig::named(name).unwrap()]
        );
    }
}

#[test]
fn errors_say_what_there_is() {
    let text = message(&["next-liner"], &[]);
    assert!(
        text.contains("did you mean `next-linear`") && text.contains("item-knn"),
        "{text}"
    );
    let text = message(&["quantum"], &[]);
    assert!(
        !text.contains("did you mean") && text.contains("ease"),
        "{text}"
    );
    let text = message(&["ease"], &["ease.lamda=1"]);
    assert!(
        text.contains("did you mean `lambda`") && text.contains("recency"),
        "{text}"
    );
    let text = message(&["ease"], &["next-linear.lambda=1"]);
    assert!(
        text.contains("not among the models to fit (ease)"),
        "{text}"
    );
    let text = message(&["popularity"], &["popularity.x=1"]);
    assert!(
        text.contains("popularity has no hyper-parameters"),
        "{text}"
    );
    let text = message(&["ease"], &["ease"]);
    assert!(text.contains("MODEL.FIELD=VALUE"), "{text}");
    let text = message(&["ease", "ease"], &[]);
    assert!(text.contains("named twice"), "{text}");
    assert!(message(&[], &[]).contains("choose from"));
}

#[test]
fn values_have_the_type_and_range_of_their_field() {
    for (set, expected) in [
        (
            "next-linear.window=2.5",
            "a whole number from 0 to 4294967295, not 2.5",
        ),
        ("next-linear.window=-1", "a whole number"),
        ("next-linear.window=5000000000", "a whole number"),
        ("next-linear.lambda=many", "a number, not `many`"),
        ("next-linear.lambda=NaN", "a number, not `NaN`"),
        ("next-linear.lambda=0", "a positive number, not 0"),
        ("next-linear.decay=true", "a number, not true"),
    ] {
        let text = message(&["next-linear"], &[set]);
        assert!(text.contains(expected), "{set}: {text}");
    }
}

#[test]
fn one_field_is_set_on_top_of_the_others() {
    let base = ModelConfig::NextLinear(NextLinearConfig {
        window: 9,
        ..Default::default()
    });
    let expected = NextLinearConfig {
        window: 9,
        decay: 0.5,
        ..Default::default()
    };
    assert_eq!(
        with_fields(&base, [("decay", "0.5")]).unwrap(),
        ModelConfig::NextLinear(expected)
    );
    assert!(with_fields(&base, [("decay", "2")]).is_err());
}

#[test]
fn a_bad_file_is_named() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[ease]\nlambda = 'x'\n").unwrap();
    let error = model_configs(&["ease".to_owned()], &[], Some(file.path())).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains(file.path().to_str().unwrap()) && text.contains("ease.lambda"),
        "{text}"
    );
    let missing = Path::new("no-such-file.toml");
    let error = model_configs(&["ease".to_owned()], &[], Some(missing)).unwrap_err();
    assert!(format!("{error:#}").contains("no-such-file.toml"));
}

#[test]
fn whatever_is_wrong_in_a_file_is_told_with_its_line() {
    let message = |text: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let names = ["ensemble", "hybrid", "ease"].map(str::to_owned);
        let error = model_configs(&names, &[], Some(file.path())).unwrap_err();
        let name = file.path().display().to_string();
        format!("{error:#}").replace(&name, "FILE")
    };
    let two = "[[ensemble.members]]\nweight = 0.5\nmodel = 'ease'\n";
    for (text, expected) in [
        ("[ease]\nlambda = = 3\n", "FILE:2: this is not TOML"),
        (
            "[ease]\nlambda = -3\n",
            "FILE:2: ease.lambda must be a positive number, not -3",
        ),
        (
            "[ease]\nlambda = nan\n",
            "FILE:2: ease.lambda must be a number, not `nan`",
        ),
        (
            "[ease]\n\nlamda = 3\n",
            "FILE:3: there is no hyper-parameter of ease called `lamda`; did you mean `lambda`",
        ),
        (
            "\n[eas]\n",
            "FILE:2: there is no model called `eas`; did you mean `ease`",
        ),
        (
            "[hybrid]\nalpha = 0.1\n[hybrid.svd]\nepochs = 0\n",
            "FILE:4: svd.epochs must be at least 1",
        ),
        (
            "[hybrid]\n[hybrid.svd]\nepoch = 3\n",
            "FILE:3: there is no hyper-parameter of hybrid.svd called `epoch`",
        ),
        (
            "[hybrid]\nalpha = 0.9\n",
            "FILE:2: hybrid.alpha + beta must be at most 1",
        ),
        ("[hybrid]\nsvd = 3\n", "FILE:2: hybrid.svd must be a table"),
        ("ease = 3", "FILE:1: `ease` must be a table"),
        (
            "[ensemble]\nmembers = 3\n",
            "FILE:2: ensemble.members must be tables",
        ),
        (
            "[ensemble]\nmembers = [3]\n",
            "FILE:2: members must be tables",
        ),
        (
            "[[ensemble.members]]\nweight = 1\n",
            "FILE:1: a member has no model",
        ),
        (
            "[[ensemble.members]]\nmodel = 'ease'\n",
            "FILE:1: a member has no weight",
        ),
        (
            "[[ensemble.members]]\nweight = 1\nmodel = 'eas'\n",
            "FILE:3: there is no model called `eas`",
        ),
        (
            "[[ensemble.members]]\nweight = 'x'\nmodel = 'ease'\n",
            "FILE:2: a member's weight must be a number",
        ),
        (
            "[[ensemble.members]]\nweight = 1\ntemperature = 1.5\nmodel = 'ease'\n",
            "FILE:3: a member's temperature must be 1, 2, 4 or 8, not 1.5",
        ),
        (
            "[[ensemble.members]]\nweight = 1\ntemperature = 3\nmodel = 'ease'\n",
            "FILE:1: ensemble.members.temperature must be 1, 2, 4 or 8, not 3",
        ),
        (
            &format!("{two}{two}lamda = 3\n"),
            "FILE:7: there is no hyper-parameter of ease called `lamda`",
        ),
        (
            &format!("{two}{two}lambda = 0\n"),
            "FILE:7: ease.lambda must be a positive number, not 0",
        ),
        (
            &format!("{two}{two}{two}"),
            "FILE:1: ensemble.members.weight must be 1 over all members",
        ),
        (
            "[[ensemble.members]]\nweight = 1\nmodel = 'ensemble'\n",
            "FILE:1: ensemble.members.model must be neither an ensemble nor a hybrid",
        ),
    ] {
        let found = message(text);
        assert!(found.starts_with(expected), "{text}\n{found}");
    }
}

#[test]
fn parts_of_a_hybrid_have_fields_of_their_own() {
    let set = |assignments: &[&str]| {
        let set: Vec<String> = assignments.iter().map(|s| (*s).to_owned()).collect();
        model_configs(&["hybrid".to_owned()], &set, None)
    };
    let found = set(&[
        "hybrid.alpha=.5",
        "hybrid.svd.factors=8",
        "hybrid.content.fields=title,brand",
    ]);
    let ModelConfig::Hybrid(hybrid) = &found.unwrap()[0] else {
        panic!("no hybrid")
    };
    assert_eq!((hybrid.alpha, hybrid.svd.factors), (0.5, 8));
    assert_eq!(hybrid.content.fields, ["title", "brand"]);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[hybrid]\nbeta = 0.1\n[hybrid.svd]\nepochs = 3\n")
        .unwrap();
    let found = model_configs(&["hybrid".to_owned()], &[], Some(file.path())).unwrap();
    let ModelConfig::Hybrid(hybrid) = &found[0] else {
        panic!("no hybrid")
    };
    assert_eq!((hybrid.beta, hybrid.svd.epochs), (0.1, 3));
    for (assignment, expected) in [
        ("hybrid.svd.factor=8", "did you mean `factors`"),
        ("hybrid.svd=8", "name one of its fields"),
        ("hybrid.alpha.beta=8", "no hyper-parameters of its own"),
        ("hybrid.svd.epochs=0", "svd.epochs must be at least 1"),
        ("hybrid.alpha=.9", "alpha + beta must be at most 1"),
    ] {
        let error = format!("{:#}", set(&[assignment]).unwrap_err());
        assert!(error.contains(expected), "{assignment}: {error}");
    }
}
