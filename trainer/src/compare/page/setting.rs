//! The data and the protocol.

use crate::compare::report::Report;
use crate::compare::text::about;
use crate::report::{Block, Figure, Guide, Plot, Point, Section, Series, Xy};

pub(super) fn data(report: &Report) -> Section {
    let (shape, statistics) = (&report.shape, &report.shape.statistics);
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let tail = Figure {
        title: "Long tail".to_owned(),
        description: "How much of all interactions the most popular items have. On the diagonal all items would be alike.".to_owned(),
        plot: Plot::Xy(Xy {
            x: "share of the items, most popular first".to_owned(),
            y: "share of the interactions".to_owned(),
            series: vec![Series {
                name: "interactions".to_owned(),
                joined: true,
                points: shape.long_tail.iter().map(|&(x, y)| Point::new(x, y)).collect(),
            }],
            guide: Guide::Equal,
        }),
    };
    Section {
        title: "Data".to_owned(),
        intro: "All interactions that were read, after filters and before the division.".to_owned(),
        blocks: vec![
            Block::Facts(vec![
                fact("users", statistics.users.to_string()),
                fact("items", statistics.items.to_string()),
                fact("interactions", statistics.actions.to_string()),
                fact("density", format!("{:.5} %", 100.0 * statistics.density)),
                fact(
                    "interactions a user",
                    format!(
                        "{:.2}, median {}",
                        statistics.mean_user_history, shape.median_user_history
                    ),
                ),
                fact(
                    "interactions an item",
                    format!(
                        "{:.2}, median {}",
                        statistics.mean_item_history, shape.median_item_history
                    ),
                ),
            ]),
            Block::Figures(vec![tail]),
        ],
    }
}

pub(super) fn protocol(report: &Report) -> Section {
    let protocol = &report.protocol;
    let mut facts = vec![
        ("split".to_owned(), protocol.split.clone()),
        ("seed".to_owned(), protocol.seed.to_string()),
        ("version".to_owned(), protocol.version.to_owned()),
        ("data (SHA-256)".to_owned(), report.data.sha256.clone()),
    ];
    for row in &report.models {
        let config = row.config.as_ref().map(serde_json::to_string);
        if let Some(Ok(config)) = config {
            facts.push((format!("{}: settings", row.name), config));
        }
    }
    Section {
        title: "Protocol".to_owned(),
        intro: "What it takes to get the same figures again. Only times differ from run to run."
            .to_owned(),
        blocks: vec![
            Block::Facts(facts),
            Block::Notes(
                about(report)
                    .lines()
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        ],
    }
}
