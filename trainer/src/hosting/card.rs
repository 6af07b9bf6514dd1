//! A model's card, from the manifest: what it is, its data, how it was judged, its size and limits.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_shared::bundle::{Manifest, ModelContent, ModelEntry};

use crate::glossary;
use crate::report::Html;

/// The card's content.
pub(super) fn card(bundle: &str, manifest: &Manifest, model: &ModelEntry) -> Vec<Html> {
    let mut parts = vec![Html::labelled(
        "h1",
        &[],
        &format!("{bundle}: {}", model.name),
    )];
    // A model of another program's making has a name that the glossary lacks.
    if let Ok([entry]) = glossary::entries(std::slice::from_ref(&model.name)).as_deref() {
        parts.push(Html::labelled(
            "p",
            &[("class", "lead")],
            &sentence(entry.what),
        ));
    }
    let data = &manifest.data;
    let size = format!(
        "{:.1} kB in files of which a query reads a part or all; engine {}",
        model.bytes as f64 / 1000.0,
        model.engine
    );
    let mut facts = vec![
        ("Fitted on", data.fitted_on.clone()),
        ("Size", size),
        ("Made by", manifest.generator.clone()),
    ];
    if data.interactions > 0 {
        facts.insert(
            1,
            (
                "Interactions, rows or pictures",
                data.interactions.to_string(),
            ),
        );
    }
    if manifest.catalogue.items > 0 {
        facts.insert(1, ("Items", manifest.catalogue.items.to_string()));
    }
    if !data.fingerprint.is_empty() {
        facts.push(("Data (SHA-256)", data.fingerprint.clone()));
    }
    parts.push(list(
        facts.iter().map(|(name, value)| (*name, value.as_str())),
    ));
    parts.push(Html::labelled("h2", &[], "How well it did"));
    match &model.evaluation {
        None => parts.push(Html::labelled(
            "p",
            &[],
            "It was not judged before it was published.",
        )),
        Some(figures) => {
            let refitted = if figures.refitted {
                "; fitted again on more data after that"
            } else {
                ""
            };
            let relevant = figures.relevant_at.map_or(String::new(), |rating| {
                format!("; right answers have a rating of at least {rating}")
            });
            let protocol = format!(
                "Split {}, {} test cases{relevant}{refitted}.",
                figures.split, figures.cases
            );
            parts.push(Html::labelled("p", &[], &protocol));
            parts.extend(metrics(&figures.metrics));
        }
    }
    if !model.config.is_empty() {
        parts.push(Html::labelled("h2", &[], "Hyper-parameters"));
        let config: Vec<(&str, String)> = model
            .config
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_string()))
            .collect();
        parts.push(list(
            config.iter().map(|(name, value)| (*name, value.as_str())),
        ));
    }
    parts.push(Html::labelled("h2", &[], "Limits"));
    parts.push(Html::labelled("p", &[], limits(&model.content)));
    parts
}

/// What the glossary says as a sentence, without the options that a command line would need.
fn sentence(what: &str) -> String {
    let told = match what.rsplit_once("; needs ") {
        Some((told, needed)) if needed.contains("--") => told,
        _ => what,
    };
    let mut letters = told.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// Figures of lists of several lengths as a table, a length a column; others as they are.
fn metrics(figures: &BTreeMap<String, f64>) -> Vec<Html> {
    let mut by_length: BTreeMap<&str, BTreeMap<u32, f64>> = BTreeMap::new();
    let mut others = Vec::new();
    for (name, &value) in figures {
        match name
            .split_once('@')
            .map(|(of, length)| (of, length.parse()))
        {
            Some((of, Ok(length))) => {
                by_length.entry(of).or_default().insert(length, value);
            }
            _ => others.push((name.as_str(), format!("{value:.4}"))),
        }
    }
    let lengths: BTreeSet<u32> = by_length
        .values()
        .flat_map(|row| row.keys().copied())
        .collect();
    let mut parts = Vec::new();
    if !lengths.is_empty() {
        let heads = std::iter::once(String::from("Figure"))
            .chain(lengths.iter().map(|length| format!("@{length}")))
            .map(|head| Html::labelled("th", &[("scope", "col")], &head));
        let rows = by_length.iter().map(|(of, row)| {
            let cells = lengths.iter().map(|length| {
                let value = row
                    .get(length)
                    .map_or(String::new(), |value| format!("{value:.4}"));
                Html::labelled("td", &[], &value)
            });
            let head = Html::labelled("th", &[("scope", "row")], of);
            Html::element("tr", &[], std::iter::once(head).chain(cells))
        });
        parts.push(Html::element(
            "table",
            &[],
            [
                Html::element("thead", &[], [Html::element("tr", &[], heads)]),
                Html::element("tbody", &[], rows),
            ],
        ));
    }
    if !others.is_empty() {
        parts.push(list(
            others.iter().map(|(name, value)| (*name, value.as_str())),
        ));
    }
    parts
}

fn list<'a>(facts: impl Iterator<Item = (&'a str, &'a str)>) -> Html {
    let pairs = facts.map(|(name, value)| {
        Html::element(
            "div",
            &[],
            [
                Html::labelled("dt", &[], name),
                Html::labelled("dd", &[], value),
            ],
        )
    });
    Html::element("dl", &[], pairs)
}

/// What one can't expect of a model of this kind.
fn limits(content: &ModelContent) -> &'static str {
    if content.counts.is_some() || content.ranking.is_some() {
        "The list is the same for everybody. An item without an interaction never appears."
    } else if content.item_item.is_some() {
        "It knows of an item what the data of its training say: a newer item, or one without neighbours, is neither recommended nor read from a history. An empty history gets popular items."
    } else if content.factors.is_some() {
        "All items' vectors are downloaded with the first query. Items that came after training are unknown to it."
    } else if content.ensemble.is_some() {
        "It has the limits of its members, and downloads what each of them reads."
    } else if content.neural.is_some() {
        "The whole network is downloaded with the first query, and an engine beyond the first. It gives no reasons. Items that came after training are unknown to it."
    } else if content.knn.is_some() {
        "A prediction is a mean over rows like the inputs: far from all rows it means little, which the widget says as novelty."
    } else if content.pictures.is_some() {
        "It tells how far a picture is from normal ones, not what it shows. It is no medical device. The whole network is downloaded with the first picture, and an engine beyond the first."
    } else {
        "This version of the command doesn't know this kind of model."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_for_readers() {
        for (what, said) in [
            ("counts; needs --items", "Counts."),
            ("a; b; needs ratings and --items", "A; b."),
            ("svd; needs ratings", "Svd; needs ratings."),
        ] {
            assert_eq!(sentence(what), said);
        }
    }

    #[test]
    fn figures_stand_by_their_length() {
        let figures = [
            ("ndcg@10", 0.5),
            ("ndcg@5", 0.25),
            ("rmse", 1.0),
            ("precision@10-testitems", 0.75),
        ];
        let figures = figures.map(|(name, value)| (name.to_owned(), value)).into();
        let html: String = metrics(&figures).iter().map(Html::as_str).collect();
        let row = "<th scope=\"row\">ndcg</th><td>0.2500</td><td>0.5000</td>";
        assert!(
            html.contains("@5</th><th scope=\"col\">@10</th>") && html.contains(row),
            "{html}"
        );
        assert!(
            html.contains("<dt>rmse</dt>") && html.contains("<dt>precision@10-testitems</dt>"),
            "{html}"
        );
    }
}
