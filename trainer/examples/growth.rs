//! How the cost of a fit grows, one fit a process:
//!
//! ```text
//! growth models                     prints their names
//! growth fit MODEL INTERACTIONS     prints seconds and memory, or why the model refuses
//! growth page LINES PAGE            draws what was printed, one line a fit
//! ```
//!
//! The interactions are made in memory: a user for ten of them (five to five hundred, with a tail
//! of exponent 2), an item for fifty, popularity falling with rank^(-2/3), ratings from
//! 1 to 5. Items have titles of eight of 20,000 words, equally unequal, and vectors of 64 numbers.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use doorstep_shared::models::ModelConfig;
use doorstep_shared::{Event, ItemRecord};
use doorstep_trainer::data::ItemVectors;
use doorstep_trainer::fit::{ItemContent, Training, fit};
use doorstep_trainer::progress::Progress;
use doorstep_trainer::report::{Block, Figure, Guide, Page, Plot, Point, Section, Series, Xy};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

const WORDS: f64 = 20_000.0;
const WIDTH: usize = 64;

/// What became of one fit.
#[derive(Serialize, Deserialize)]
struct Outcome {
    model: String,
    interactions: usize,
    items: usize,
    /// Of the fit alone.
    seconds: Option<f64>,
    /// Of all threads: what a busy machine does not lengthen much.
    #[serde(default)]
    cpu_seconds: Option<f64>,
    /// The most that the process held, data included.
    peak_bytes: Option<u64>,
    /// What it held before the fit.
    data_bytes: Option<u64>,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["models"] => {
            // Networks are trained for as long as they get better.
            let fitted = |name: &&str| !["sasrec", "bsarec", "ncf", "metadata-mf"].contains(name);
            let names: Vec<&str> = ModelConfig::NAMES.into_iter().filter(fitted).collect();
            println!("{}", names.join("\n"));
        }
        ["fit", model, interactions] => {
            let outcome = measure(model, interactions.parse()?)?;
            println!("{}", serde_json::to_string(&outcome)?);
        }
        ["page", lines, page] => {
            let text = fs::read_to_string(lines).with_context(|| format!("cannot read {lines}"))?;
            let outcomes: Result<Vec<Outcome>, _> =
                text.lines().map(serde_json::from_str).collect();
            fs::write(page, draw(&outcomes?).render())
                .with_context(|| format!("cannot write {page}"))?;
        }
        _ => bail!("growth models, growth fit MODEL INTERACTIONS, or growth page LINES PAGE"),
    }
    Ok(())
}

fn measure(model: &str, interactions: usize) -> Result<Outcome> {
    let config = ModelConfig::named(model).with_context(|| format!("there is no model {model}"))?;
    let items = interactions.div_ceil(50);
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(0));
    let histories = chance.histories(interactions, items);
    let content = config.reads_content();
    let records = chance.records(if content { items } else { 0 });
    let vectors = ItemVectors {
        ids: records.iter().map(|record| record.id.clone()).collect(),
        width: WIDTH,
        values: (0..records.len() * WIDTH)
            .map(|_| chance.unit() as f32 - 0.5)
            .collect(),
    };
    let training = Training {
        n_items: items,
        histories: &histories,
        content: ItemContent {
            records: &records,
            vectors: Some(&vectors),
        },
        guide: Default::default(),
    };
    let data_bytes = memory("VmRSS:");
    let (clock, before) = (Instant::now(), cpu_seconds());
    let fitted = fit(&config, &training, &Progress::new(true));
    let seconds = clock.elapsed().as_secs_f64();
    let cpu = cpu_seconds()
        .zip(before)
        .map(|(after, before)| after - before);
    let why = fitted.as_ref().err().map(|error| format!("{error:#}"));
    let ran = why.is_none();
    Ok(Outcome {
        model: model.to_owned(),
        interactions,
        items,
        seconds: ran.then_some(seconds),
        cpu_seconds: cpu.filter(|_| ran),
        peak_bytes: memory("VmHWM:").filter(|_| ran),
        data_bytes: data_bytes.filter(|_| ran),
        why,
    })
}

/// A figure of this process, where the operating system tells it (Linux).
fn memory(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// What the threads of this process have worked (Linux).
fn cpu_seconds() -> Option<f64> {
    let mut nanoseconds = 0u64;
    for task in fs::read_dir("/proc/self/task").ok()? {
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

struct Chance(ChaCha8Rng);

impl Chance {
    /// From 0 up to, but not including, 1.
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }

    /// A rank below `n`, the first the likeliest.
    fn rank(&mut self, n: f64) -> u32 {
        (n * self.unit().powi(3)) as u32
    }

    fn histories(&mut self, interactions: usize, items: usize) -> Vec<Vec<Event>> {
        let mut left = interactions;
        let mut histories = Vec::new();
        while left > 0 {
            let length = (5.0 / (1.0 - self.unit()).sqrt()).min(500.0) as usize;
            let length = length.min(left);
            left -= length;
            let event = |time| Event {
                item: self.rank(items as f64),
                rating: 1.0 + self.rank(5.0) as f32,
                time: Some(time),
            };
            histories.push((0..length as i64).map(event).collect());
        }
        histories
    }

    fn records(&mut self, items: usize) -> Vec<ItemRecord> {
        let mut title = || {
            let words: Vec<String> = (0..8)
                .map(|_| format!("word{}", self.rank(WORDS)))
                .collect();
            words.join(" ")
        };
        (0..items)
            .map(|item| ItemRecord {
                title: Some(title()),
                ..ItemRecord::bare(&item.to_string())
            })
            .collect()
    }
}

fn draw(outcomes: &[Outcome]) -> Page {
    let mut models: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        models.entry(&outcome.model).or_default().push(outcome);
    }
    let figure = |title: &str, y: &str, value: fn(&Outcome) -> Option<f64>| {
        let series = models.iter().map(|(name, outcomes)| Series {
            name: (*name).to_owned(),
            joined: true,
            points: outcomes
                .iter()
                .filter_map(|outcome| {
                    let x = (outcome.interactions as f64).log10();
                    Some(Point::new(x, value(outcome)?.log10()))
                })
                .collect(),
        });
        Figure {
            title: title.to_owned(),
            description: "Both axes are logarithms to base ten: a straight line of slope 1 grows in proportion.".to_owned(),
            plot: Plot::Xy(Xy {
                x: "log10 of interactions".to_owned(),
                y: y.to_owned(),
                series: series.collect(),
                guide: Guide::None,
            }),
        }
    };
    let missing = outcomes.iter().filter_map(|outcome| {
        let why = outcome.why.as_ref()?;
        Some(format!(
            "{}, {} interactions of {} items: {why}",
            outcome.model, outcome.interactions, outcome.items
        ))
    });
    Page {
        title: "How the cost of a fit grows".to_owned(),
        lead: "Each model with its default settings on generated interactions, each fit in a process of its own."
            .to_owned(),
        sections: vec![
            Section {
                title: "Time and memory".to_owned(),
                intro: "An item for fifty interactions, a user for ten, popularity with a long tail. Memory includes the data."
                    .to_owned(),
                blocks: vec![Block::Figures(vec![
                    figure("Time", "log10 of seconds of all cores", |outcome| {
                        outcome.cpu_seconds
                    }),
                    figure("Memory", "log10 of bytes at most", |outcome| {
                        outcome.peak_bytes.map(|bytes| bytes as f64)
                    }),
                ])],
            },
            Section {
                title: "Without figures".to_owned(),
                intro: "Fits that were refused, failed or ran out of time.".to_owned(),
                blocks: vec![Block::Notes(missing.collect())],
            },
        ],
    }
}
