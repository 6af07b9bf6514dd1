//! Fits detectors of unusual pictures and judges them on one division, beside controls that
//! know nothing of what pictures show.

use std::time::Instant;

use anyhow::{Result, ensure};
use doorstep_shared::images::{GreyImage, Preparation};
use serde::Serialize;
use serde_json::Value;

use super::ImageArgs;
use super::detectors::{Detector, ImageModel, ImageTraining, border, fit, mean_intensity};
use super::judge::Judgement;
use super::readers::read;
use super::register::registered;
use super::set::{Picture, PictureSet};
use super::split::{ImageSplit, split};
use super::text::shown;
use crate::compare::cut_short;
use crate::evaluate::Metrics;
use crate::failure::Failure;
use crate::fit::{Curve, Fitted, Observer};
use crate::neural::{Means, is_stopped};
use crate::progress::Progress;

/// One model's line of the report.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The model's name, or the control's.
    pub name: String,
    /// Whether it is a control.
    pub control: bool,
    /// Its hyper-parameters; null for a control.
    pub config: Value,
    /// What it was fitted on and judged by.
    pub protocol: String,
    /// Share of abnormal pictures that was asked for among those taken for normal.
    pub contamination: f64,
    /// How often it was fitted: once a seed if it draws.
    pub fits: usize,
    /// Of all test pictures.
    pub all: Judgement,
    /// Of the normal ones and those of one abnormal label each.
    pub labels: Vec<Part>,
    /// Of the normal ones and those of one grade each, where pictures have grades.
    pub grades: Vec<Part>,
    /// Loss, anchors, entropy and their neighbours' purity after each epoch of the first seed's fit, where it has them.
    pub curve: Option<Curve>,
    /// Wall-clock seconds of a fit.
    pub fit_seconds: f64,
    /// Wall-clock seconds of scoring the test pictures.
    pub score_seconds: f64,
}

/// A part of the abnormal pictures against all normal ones.
#[derive(Debug, Serialize)]
pub struct Part {
    /// The label or grade.
    pub name: String,
    /// How well it is told.
    #[serde(flatten)]
    pub judgement: Judgement,
}

impl Report {
    /// Models and controls of one division.
    pub fn rows_of(&self, division: &DivisionSize) -> Vec<&Row> {
        let rows = self.models.iter();
        let own = |row: &&Row| row.contamination == division.contamination;
        rows.filter(own).collect()
    }
}

/// The whole result.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Models in the order asked for and controls, once a contamination.
    pub models: Vec<Row>,
    /// Models that were asked for and could not be fitted.
    pub failed: Vec<Failure>,
    /// What was done.
    pub protocol: Protocol,
    /// To what data.
    pub data: Data,
}

/// What was done, so that figures can be compared.
#[derive(Debug, Serialize)]
pub struct Protocol {
    /// The label of normal pictures.
    pub normal: String,
    /// Each division; one a contamination.
    pub divisions: Vec<DivisionSize>,
    /// How pictures were prepared.
    pub preparation: Preparation,
    /// Models that draw were fitted once with each.
    pub seeds: Vec<u32>,
    /// What is behind ±.
    pub interval: &'static str,
    /// The program that did it.
    pub version: &'static str,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
}

/// How many pictures a division has in each part.
#[derive(Debug, Serialize)]
pub struct DivisionSize {
    /// What was done, in words.
    pub protocol: String,
    /// Share of abnormal pictures that was asked for among those taken for normal.
    pub contamination: f64,
    /// Taken for normal and learnt from.
    pub train: usize,
    /// Abnormal ones among these.
    pub contaminated: usize,
    /// Known to be abnormal and learnt from by models that can.
    pub known_abnormal: usize,
    /// Neither learnt from nor judged by.
    pub validation: usize,
    /// Judged by.
    pub test: usize,
    /// Those of patients that are learnt from.
    pub overlap: usize,
}

/// The pictures that were read.
#[derive(Debug, Serialize)]
pub struct Data {
    /// SHA-256 over names, labels and prepared pixels.
    pub sha256: String,
    /// Pictures by label.
    pub labels: Vec<(String, usize)>,
}

/// How often and whence models are fitted.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Draws the division.
    pub seed: u64,
    /// Models that draw are fitted once with each.
    pub seeds: Vec<u32>,
    /// Whether a bad picture is an error.
    pub strict: bool,
    /// What networks are trained with; a training is kept once a model, contamination and seed.
    pub means: Means<'a>,
}

/// Fits each of `models` and judges it. One that can't be fitted doesn't keep the others from it.
pub fn compare(
    args: &ImageArgs,
    models: &[ImageModel],
    options: &Options,
    progress: &Progress,
) -> Result<Report> {
    let preparation = args.preparation()?;
    let normal = args.normal.clone().unwrap_or_default();
    let path = args.images.clone().unwrap_or_default();
    let set = read(&path, &preparation, options.strict, progress)?;
    let seeds = match options.seeds.is_empty() {
        true => vec![0],
        false => options.seeds.clone(),
    };
    // All that can be wrong is found out before the first is fitted.
    for model in models {
        model.check_shape(preparation.size)?;
    }
    for (at, share) in args.contamination.iter().enumerate() {
        ensure!(
            !args.contamination[..at].contains(share),
            "--contamination names {share} twice"
        );
    }
    let divided = args.contamination.iter().map(|&contamination| {
        let division = split(&set, &args.split(contamination, options.seed))?;
        division.check_judging(&set, &normal)?;
        Ok((contamination, division))
    });
    let divided: Vec<(f64, ImageSplit)> = divided.collect::<Result<_>>()?;
    let (mut rows, mut failed, mut divisions) = (Vec::new(), Vec::new(), Vec::new());
    let mut notes = set.notes.clone();
    for (contamination, division) in divided {
        let again = registered(&set, &path, &preparation, &division.train, progress)?;
        let judged = Judged {
            set: again.as_ref().map_or(&set, |(_, set)| set),
            division: &division,
            normal: &normal,
            contamination,
            means: options.means,
        };
        for model in models {
            let stopped = is_stopped();
            match judged.model(model, &seeds, progress) {
                Ok(row) => rows.push(row),
                Err(error) => failed.push(Failure::new(model.name(), &error)),
            }
            if is_stopped() && !stopped {
                notes.push(cut_short(model.name()));
            }
        }
        rows.extend(judged.controls()?);
        divisions.push(DivisionSize {
            protocol: division.protocol,
            contamination,
            train: division.train.len(),
            contaminated: division.contaminated,
            known_abnormal: division.known_abnormal.len(),
            validation: division.validation.len(),
            test: division.test.len(),
            overlap: division.overlap,
        });
    }
    Ok(Report {
        models: rows,
        failed,
        protocol: Protocol {
            normal,
            divisions,
            preparation,
            seeds,
            interval: "1.96 standard deviations over fits, as the SALAD paper prints; in brackets half of the 95 % confidence \
                       interval of their mean (Student's t)",
            version: concat!("doorstep ", env!("CARGO_PKG_VERSION")),
            notes,
        },
        data: Data {
            sha256: set.fingerprint(),
            labels: (set.labels().into_iter())
                .map(|(label, n)| (label.to_owned(), n))
                .collect(),
        },
    })
}

/// Which of a picture's two forms is looked at.
type View<'a> = fn(&'a Picture) -> &'a GreyImage;

/// Pictures and their division.
struct Judged<'a> {
    set: &'a PictureSet,
    division: &'a ImageSplit,
    normal: &'a str,
    contamination: f64,
    means: Means<'a>,
}

impl<'a> Judged<'a> {
    fn images(&self, members: &[usize], view: View<'a>) -> Vec<&'a GreyImage> {
        let picture = |at: &usize| view(&self.set.pictures[*at]);
        members.iter().map(picture).collect()
    }

    fn model(&self, model: &ImageModel, seeds: &[u32], progress: &Progress) -> Result<Row> {
        let seeds = if model.draws() { seeds } else { &seeds[..1] };
        let (mut fits, mut fit_seconds, mut score_seconds) = (Vec::new(), 0.0, 0.0);
        let test = self.images(&self.division.test, |p| &p.prepared);
        let learnt = [&self.division.train[..], &self.division.known_abnormal].concat();
        let mut curve = None;
        for &seed in seeds {
            if is_stopped() && !fits.is_empty() {
                break;
            }
            let part = format!("contamination-{}-seed-{seed}", self.contamination);
            let checkpoints = self.means.checkpoints.map(|all| all.part(&part));
            let training = ImageTraining {
                normal: self.images(&self.division.train, |p| &p.prepared),
                known_abnormal: self.images(&self.division.known_abnormal, |p| &p.prepared),
                labels: Some(self.set.numbers(&learnt)),
                seed: seed.into(),
                means: Means {
                    checkpoints: checkpoints.as_ref(),
                    ..self.means
                },
            };
            let clock = Instant::now();
            let nothing = |_: &Fitted| Metrics::default();
            let mut observer = Observer::new(&nothing);
            let detector = fit(model, &training, progress, &mut observer)?;
            curve = curve.or(observer.finish().0);
            fit_seconds += clock.elapsed().as_secs_f64();
            let clock = Instant::now();
            fits.push(detector.scores(&test));
            score_seconds += clock.elapsed().as_secs_f64();
        }
        let mut row = self.row(model.name(), &fits)?;
        // By way of text, whose numbers have no more digits than they need.
        row.config = serde_json::from_str(&serde_json::to_string(model)?)?;
        row.curve = curve;
        let n = fits.len() as f64;
        (row.fit_seconds, row.score_seconds) = (fit_seconds / n, score_seconds / n);
        progress.say(format!("{}: AUROC {}", row.name, shown(&row.all.auroc)));
        Ok(row)
    }

    /// Mean intensity and border alone, of pictures as they are and as models see them.
    fn controls(&self) -> Result<Vec<Row>> {
        let views: [(&str, View<'a>); 2] = [("", |p| &p.prepared), (", unprepared", |p| &p.plain)];
        let mut rows = Vec::new();
        for (suffix, view) in views {
            let train = self.images(&self.division.train, view);
            let test = self.images(&self.division.test, view);
            let found: [(&str, Vec<f64>); 2] = [
                ("mean-intensity", mean_intensity(&train).scores(&test)),
                ("border", border(&train).scores(&test)),
            ];
            for (name, scores) in found {
                let mut row = self.row(&format!("{name}{suffix}"), &[scores])?;
                row.control = true;
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn row(&self, name: &str, fits: &[Vec<f64>]) -> Result<Row> {
        ensure!(
            fits.iter().flatten().all(|score| score.is_finite()),
            "{name} gave a score that is no number"
        );
        let judgement = |holds: &dyn Fn(&Picture) -> bool| {
            let pictures = self.division.test.iter().map(|&at| &self.set.pictures[at]);
            let kept: Vec<(usize, bool)> = pictures
                .enumerate()
                .filter(|(_, p)| p.label == self.normal || holds(p))
                .map(|(place, p)| (place, p.label != self.normal))
                .collect();
            let scored: Vec<Vec<(f64, bool)>> = fits
                .iter()
                .map(|scores| kept.iter().map(|&(at, own)| (scores[at], own)).collect())
                .collect();
            Judgement::of(&scored)
        };
        let parts = |key: fn(&Picture) -> Option<&str>| -> Vec<Part> {
            let abnormal = self.division.test.iter().map(|&at| &self.set.pictures[at]);
            let abnormal = abnormal.filter(|p| p.label != self.normal);
            let mut names: Vec<&str> = abnormal.filter_map(key).collect();
            names.sort_unstable();
            names.dedup();
            let part = |name: &str| {
                let judgement = judgement(&|p| key(p) == Some(name))?;
                let name = name.to_owned();
                Some(Part { name, judgement })
            };
            names.into_iter().filter_map(part).collect()
        };
        let Some(all) = judgement(&|_| true) else {
            anyhow::bail!("the test part has pictures of one kind only");
        };
        Ok(Row {
            name: name.to_owned(),
            control: false,
            config: Value::Null,
            protocol: self.division.protocol.clone(),
            contamination: self.contamination,
            fits: fits.len(),
            all,
            labels: parts(|p| Some(&p.label)),
            grades: parts(|p| p.grade.as_deref()),
            curve: None,
            fit_seconds: 0.0,
            score_seconds: 0.0,
        })
    }
}
