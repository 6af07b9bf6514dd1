use super::*;

fn read(text: &str) -> Result<SpaceFile> {
    SpaceFile::parse(&TomlFile::of("space.toml", text))
}

fn list(axis: &Axis) -> &[String] {
    match &axis.values {
        Values::List(values) => values,
        Values::Range(range) => panic!("{range:?} is no list"),
    }
}

#[test]
fn a_space_is_read_in_its_order() {
    let space = read(
        "method = 'random'\nmetric = 'recall@10'\ntrials = 12\nseed = 3\n\
         [next-linear]\nlambda = { low = 10, high = 400, scale = 'log' }\ndecay = [0.7, 0.80]\nwindow = 50\n\
         [item-knn]\nshrinkage = { low = 0, high = 1, step = 0.25 }\nneighbours = { low = 10, high = 100 }\n\
         [tf-idf]\nfields = [['title', 'brand'], 'title']\n[popularity]\n",
    )
    .unwrap();
    assert_eq!(space.method, Method::Random);
    let metric = Some(("recall@10".to_owned(), "space.toml:2".to_owned()));
    assert_eq!(
        (space.metric, space.trials, space.seed),
        (metric, Some(12), Some(3))
    );
    let names: Vec<&str> = space.models.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["next-linear", "item-knn", "tf-idf", "popularity"]);
    let axes = |at: usize| &space.models[at].1;
    let fields: Vec<&str> = axes(0).iter().map(|axis| axis.field.as_str()).collect();
    assert_eq!(fields, ["lambda", "decay", "window"]);
    let range = |low, high, log, whole| {
        Values::Range(Range {
            low,
            high,
            log,
            whole,
        })
    };
    assert_eq!(axes(0)[0].values, range(10.0, 400.0, true, false));
    assert_eq!(list(&axes(0)[1]), ["0.7", "0.8"]);
    assert_eq!(list(&axes(0)[2]), ["50"]);
    assert_eq!(list(&axes(1)[0]), ["0", "0.25", "0.5", "0.75", "1"]);
    // The field is one of whole numbers, so the range is.
    assert_eq!(axes(1)[1].values, range(10.0, 100.0, false, true));
    assert_eq!(list(&axes(2)[0]), ["title,brand", "title"]);
    assert!(axes(3).is_empty());
}

#[test]
fn steps_are_typed_as_one_would() {
    let space = read("[next-linear]\nrow_decay = { low = 0.9, high = 1, step = 0.01 }").unwrap();
    let values = list(&space.models[0].1[0]).join(" ");
    assert_eq!(values, "0.9 0.91 0.92 0.93 0.94 0.95 0.96 0.97 0.98 0.99 1");
}

#[test]
fn whatever_is_wrong_is_told_with_its_line_and_a_remedy() {
    for (text, expected) in [
        ("[ease\nlambda = [1]\n", "space.toml:1: this is not TOML"),
        ("", "space.toml:1: no model to search; write [next-linear]"),
        (
            "\n[eas]\nlambda = [1]",
            "space.toml:2: there is no model or setting called `eas`; did you mean `ease`",
        ),
        (
            "methods = 'grid'",
            "space.toml:1: there is no setting or model called `methods`; did you mean `method`",
        ),
        (
            "method = 'gird'",
            "space.toml:1: method must be one of grid, random, successive-halving, not \"gird\"",
        ),
        ("metric = 3", "space.toml:1: metric must be text"),
        (
            "trials = 0",
            "space.toml:1: trials must be a whole number from 1",
        ),
        (
            "seed = -1",
            "space.toml:1: seed must be a whole number from 0",
        ),
        ("eta = 1", "space.toml:1: eta must be a whole number from 2"),
        ("rungs = 2.5", "space.toml:1: rungs must be a whole number"),
        ("ease = 3", "space.toml:1: `ease` must be a table: [ease]"),
        (
            "[[ease]]\nlambda = [1]",
            "space.toml:1: `ease` must be a table",
        ),
        (
            "[ensemble]\n",
            "space.toml:1: an ensemble's weights are searched for by",
        ),
        (
            "[ease]\nlamda = [1]",
            "space.toml:2: there is no hyper-parameter of ease called `lamda`; did you mean `lambda`",
        ),
        (
            "[popularity]\nx = [1]",
            "space.toml:2: popularity has no hyper-parameters",
        ),
        (
            "[ease]\nlambda = []",
            "space.toml:2: ease.lambda has an empty list; name the values",
        ),
        (
            "[ease]\nlambda = [1, 1.0]",
            "space.toml:2: ease.lambda lists 1 twice",
        ),
        (
            "[ease]\nlambda = [1, nan]",
            "space.toml:2: ease.lambda must be a number, not `nan`",
        ),
        (
            "[ease]\nlambda = [1, inf]",
            "space.toml:2: ease.lambda must be a number, not `inf`",
        ),
        (
            "[ease]\nlambda = [1, -1]",
            "space.toml:2: ease.lambda must be a positive number, not -1",
        ),
        (
            "[ease]\nneighbours = [1.5]",
            "space.toml:2: ease.neighbours must be a whole number",
        ),
        (
            "[ease]\nlambda = { low = 9, high = 2 }",
            "space.toml:2: ease.lambda: low must be below high, and 9 is not below 2; exchange them",
        ),
        (
            "[ease]\nlambda = { low = 2, high = 2 }",
            "space.toml:2: ease.lambda: low must be below high",
        ),
        (
            "[ease]\nlambda = { low = 2 }",
            "space.toml:2: ease.lambda: high is missing; a range is",
        ),
        (
            "[ease]\nlambda = { low = nan, high = 2 }",
            "space.toml:2: ease.lambda: low must be a number, not \"nan\"",
        ),
        (
            "[ease]\nlambda = { low = 'a', high = 2 }",
            "space.toml:2: ease.lambda: low must be a number",
        ),
        (
            "[ease]\nlambda = { low = 0, high = 2, scale = 'log' }",
            "space.toml:2: ease.lambda: a range with scale = \"log\" needs low above 0, not 0; raise it",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2, scale = 'ln' }",
            "space.toml:2: ease.lambda: scale must be \"linear\" or \"log\"",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2, integer = 1 }",
            "space.toml:2: ease.lambda: integer must be true or false",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2.5, integer = true }",
            "space.toml:2: ease.lambda: a range of whole numbers needs whole ends",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2, step = 0 }",
            "space.toml:2: ease.lambda: step must be a number above 0",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2, step = 1e-9 }",
            "space.toml:2: ease.lambda: more than 1000 steps",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2, step = 1, scale = 'log' }",
            "space.toml:2: ease.lambda: a range with scale = \"log\" has no step",
        ),
        (
            "[ease]\nlambda = { low = 1, hgh = 2 }",
            "space.toml:2: there is no part of the range of ease.lambda called `hgh`; did you mean `high`",
        ),
        (
            "[ease]\nrecency = { low = 0.5, high = 2 }\n",
            "space.toml:2: ease.recency must be",
        ),
        (
            "method = 'random'\n[ease]\nlambda = { low = 0, high = 2 }",
            "space.toml:3: ease.lambda must be a positive number, not 0",
        ),
        (
            "[ease]\nlambda = { low = 1, high = 2 }",
            "space.toml:1: method = \"grid\" can't enumerate the range of lambda; give it a step",
        ),
        (
            "[ease]\nlambda = [true]",
            "space.toml:2: ease.lambda must be a number, not true",
        ),
    ] {
        let message = format!("{:#}", read(text).unwrap_err());
        assert!(message.starts_with(expected), "{text}\n{message}");
    }
}
