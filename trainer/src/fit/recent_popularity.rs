//! Recent popularity: counting in a window.

use doorstep_shared::Event;
use doorstep_shared::models::{RecentPopularity, RecentPopularityConfig};

use super::Training;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Counts the interactions of the last `days` where every interaction has a
/// timestamp, and the last `last` of each user otherwise.
pub(super) fn fit(config: &RecentPopularityConfig, training: &Training) -> RecentPopularity {
    let mut counts = vec![0u32; training.n_items];
    let mut count = |event: &Event| counts[event.item as usize] += 1;
    match latest(training) {
        Some(latest) => {
            let oldest = latest as f64 - config.days * SECONDS_PER_DAY;
            let recent = |e: &&Event| e.time.is_some_and(|time| time as f64 > oldest);
            training
                .histories
                .iter()
                .flatten()
                .filter(recent)
                .for_each(&mut count);
        }
        None => {
            for history in training.histories {
                let last = (config.last as usize).min(history.len());
                history[history.len() - last..].iter().for_each(&mut count);
            }
        }
    }
    let mut top: Vec<(u32, u32)> = (0..).zip(counts).filter(|(_, count)| *count > 0).collect();
    top.sort_unstable_by_key(|&(item, count)| (std::cmp::Reverse(count), item));
    top.truncate(config.keep as usize);
    RecentPopularity {
        n_items: training.n_items,
        top,
    }
}

/// Which of the two windows was used, in words.
pub(super) fn note(config: &RecentPopularityConfig, training: &Training) -> String {
    match latest(training) {
        Some(_) => format!("recent-popularity counts the last {} days", config.days),
        None => format!(
            "recent-popularity counts the last {} interactions of each user, \
             as not every interaction has a timestamp",
            config.last
        ),
    }
}

/// Time of the last training interaction; `None` unless all have a time.
fn latest(training: &Training) -> Option<i64> {
    let mut times = training.histories.iter().flatten().map(|event| event.time);
    let first = times.next()??;
    times.try_fold(first, |latest, time| Some(latest.max(time?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(item: u32, day: i64) -> Event {
        Event {
            item,
            rating: 1.0,
            time: Some(day * 86_400),
        }
    }

    #[test]
    fn the_window_ends_at_the_last_interaction() {
        let histories = vec![
            vec![at(0, 1), at(0, 2), at(1, 99)],
            vec![at(2, 95), at(1, 100)],
        ];
        let training = Training {
            n_items: 3,
            histories: &histories,
            content: Default::default(),
            guide: Default::default(),
        };
        let config = RecentPopularityConfig {
            days: 10.0,
            ..Default::default()
        };
        assert_eq!(fit(&config, &training).top, [(1, 2), (2, 1)]);
        assert!(note(&config, &training).contains("10 days"));
    }

    #[test]
    fn without_timestamps_each_users_last_count() {
        let i = Event::implicit;
        let histories = vec![vec![i(0), i(0), i(1)], vec![i(2), i(1)], vec![i(1)]];
        let training = Training {
            n_items: 3,
            histories: &histories,
            content: Default::default(),
            guide: Default::default(),
        };
        let config = RecentPopularityConfig {
            last: 2,
            keep: 2,
            ..Default::default()
        };
        assert_eq!(fit(&config, &training).top, [(1, 3), (0, 1)]);
        assert!(note(&config, &training).contains("last 2 interactions"));
    }

    #[test]
    fn one_missing_timestamp_makes_the_data_untimed() {
        let histories = vec![vec![at(0, 1), Event::implicit(1)]];
        assert_eq!(
            latest(&Training {
                n_items: 2,
                histories: &histories,
                content: Default::default(),
                guide: Default::default(),
            }),
            None
        );
    }
}
