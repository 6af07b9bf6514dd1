use super::*;
use doorstep_shared::Event;
use doorstep_shared::models::Popularity;

fn case(user: u32, history: &[u32], relevant: &[u32]) -> Case {
    Case {
        user,
        history: history.iter().map(|&item| Event::implicit(item)).collect(),
        relevant: relevant.to_vec(),
    }
}

#[test]
fn popularity_is_judged_as_by_hand() {
    let model = Popularity {
        counts: vec![9, 5, 5, 0],
    };
    let cases = [case(0, &[0], &[2]), case(1, &[], &[3]), case(2, &[2], &[2])];
    let mut context = Context::new(
        model.counts.clone(),
        Similarity::Attributes(vec![vec![]; 4]),
    );
    context.cutoffs = vec![1, 2];
    let evaluation = evaluate(&model, &cases, &context, &Progress::new(true));
    assert_eq!(
        evaluation.ranks,
        [vec![0.5], vec![3.0], vec![f64::INFINITY]]
    );
    let metrics = evaluation.metrics();
    assert_eq!(metrics.get("recall@1"), Some(1.0 / 3.0));
    assert_eq!(metrics.get("mrr@1"), Some(1.0 / 1.5 / 3.0));
    assert_eq!(metrics.get("coverage@2"), Some(0.75));
    assert_eq!(metrics.get("recall@3"), None);

    context.include_seen = true;
    let evaluation = evaluate(&model, &cases, &context, &Progress::new(true));
    assert_eq!(evaluation.ranks[2], [1.5]);
}

#[test]
fn metrics_serialise_as_a_map_in_their_order() {
    let metrics = Metrics(vec![("recall@5".into(), 0.5), ("ndcg@5".into(), 0.25)]);
    let text = serde_json::to_string(&metrics).unwrap();
    assert_eq!(text, r#"{"recall@5":0.5,"ndcg@5":0.25}"#);
}

#[test]
fn no_cases_give_zeros() {
    let model = Popularity { counts: vec![1] };
    let context = Context::new(vec![1], Similarity::co_occurrence(1, &[]));
    let evaluation = evaluate(&model, &[], &context, &Progress::new(true));
    assert!(
        evaluation
            .metrics()
            .0
            .iter()
            .all(|(_, value)| *value == 0.0)
    );
}
