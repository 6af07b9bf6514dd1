//! For whom a model works: figures by the length of the history, and by the
//! popularity of the right answer.

use serde::Serialize;

use crate::evaluate::Evaluation;
use crate::split::Case;

/// Where the strata begin; each ends where the next begins.
const BOUNDS: [u32; 8] = [0, 1, 3, 5, 10, 20, 50, 100];

/// Figures of those between two bounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stratum {
    /// The least number that is in it.
    pub from: u32,
    /// The largest; none for the last stratum.
    pub to: Option<u32>,
    /// How many cases, or right answers, it holds.
    pub count: usize,
    /// Mean recall of its cases; of answers, the share that is found.
    pub recall: f64,
    /// Mean NDCG of its cases; of answers, mean gain 1 / log₂(rank + 2).
    pub ndcg: f64,
}

impl Stratum {
    /// Such as `3–4` or `100 and more`.
    pub fn label(&self) -> String {
        match self.to {
            Some(to) if to == self.from => to.to_string(),
            Some(to) => format!("{}–{to}", self.from),
            None => format!("{} and more", self.from),
        }
    }
}

/// Mean recall and NDCG at `k` by the number of events in the history.
pub fn by_history(cases: &[Case], evaluation: &Evaluation, k: usize) -> Vec<Stratum> {
    let of = |family: &str| {
        let name = format!("{family}@{k}");
        evaluation.by_case.iter().find(|(found, _)| *found == name)
    };
    let (Some((_, recall)), Some((_, ndcg))) = (of("recall"), of("ndcg")) else {
        return Vec::new();
    };
    let figures = recall.iter().zip(ndcg);
    let sized = cases.iter().zip(figures);
    strata(sized.map(|(case, (&recall, &ndcg))| (case.history.len() as u32, recall, ndcg)))
}

/// Share found within `k`, and gain, of the right answers by their training
/// interactions.
pub fn by_popularity(
    cases: &[Case],
    evaluation: &Evaluation,
    popularity: &[u32],
    k: usize,
) -> Vec<Stratum> {
    let answers = cases
        .iter()
        .zip(&evaluation.ranks)
        .flat_map(|(case, ranks)| {
            case.relevant.iter().zip(ranks).map(|(&item, &rank)| {
                // An item that a bundle lacks has no count.
                let count = popularity.get(item as usize).copied().unwrap_or(0);
                match rank < k as f64 {
                    true => (count, 1.0, 1.0 / (rank + 2.0).log2()),
                    false => (count, 0.0, 0.0),
                }
            })
        });
    strata(answers)
}

/// From number, recall and NDCG of each; empty strata are left out.
fn strata(members: impl Iterator<Item = (u32, f64, f64)>) -> Vec<Stratum> {
    let mut sums = [(0usize, 0.0, 0.0); BOUNDS.len()];
    for (number, recall, ndcg) in members {
        let at = BOUNDS.partition_point(|&bound| bound <= number) - 1;
        let (count, recalls, ndcgs) = &mut sums[at];
        *count += 1;
        *recalls += recall;
        *ndcgs += ndcg;
    }
    let stratum = |(at, &(count, recall, ndcg)): (usize, &(usize, f64, f64))| Stratum {
        from: BOUNDS[at],
        to: BOUNDS.get(at + 1).map(|next| next - 1),
        count,
        recall: recall / count as f64,
        ndcg: ndcg / count as f64,
    };
    let filled = sums.iter().enumerate().filter(|(_, sum)| sum.0 > 0);
    filled.map(stratum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_shared::Event;

    #[test]
    fn every_case_and_every_answer_is_in_one_stratum() {
        let case = |events: usize, relevant: &[u32]| Case {
            user: 0,
            history: vec![Event::implicit(0); events],
            relevant: relevant.to_vec(),
        };
        let cases = [
            case(0, &[0]),
            case(3, &[1, 2]),
            case(4, &[9]),
            case(100, &[2]),
        ];
        let evaluation = Evaluation {
            users: vec![0; 4],
            ranks: vec![vec![0.0], vec![10.0, 2.0], vec![f64::INFINITY], vec![9.5]],
            by_case: vec![
                ("recall@10".to_owned(), vec![1.0, 0.5, 0.0, 1.0]),
                ("ndcg@10".to_owned(), vec![1.0, 0.3, 0.0, 0.2]),
            ],
            overall: vec![],
        };
        let history = by_history(&cases, &evaluation, 10);
        let labels: Vec<String> = history.iter().map(Stratum::label).collect();
        assert_eq!(labels, ["0", "3–4", "100 and more"]);
        assert_eq!(
            (history[1].count, history[1].recall, history[1].ndcg),
            (2, 0.25, 0.15)
        );

        let popularity = by_popularity(&cases, &evaluation, &[7, 1, 2], 10);
        let found: Vec<(u32, usize, f64)> = popularity
            .iter()
            .map(|s| (s.from, s.count, s.recall))
            .collect();
        assert_eq!(found, [(0, 1, 0.0), (1, 3, 2.0 / 3.0), (5, 1, 1.0)]);
        assert_eq!(popularity[2].ndcg, 1.0);
        let gains = 0.5 + 1.0 / 11.5f64.log2();
        assert!((popularity[1].ndcg - gains / 3.0).abs() < 1e-12);
    }
}
