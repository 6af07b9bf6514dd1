//! Which pictures are learnt from and which are judged by: never a patient's pictures of one part in both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Result, bail, ensure};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::set::{Picture, PictureSet};

/// How pictures are divided.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheme {
    /// The first so many normal pictures in file order are learnt from, all others judged by.
    TrainFirst(usize),
    /// Half of the patients (of their parts, where these are known) with normal pictures alone are learnt from, drawn by a seed.
    ByPatient(u64),
    /// The SALAD paper's scheme for MURA (its figure 4): the pictures of one part of a patient stay together
    /// and are normal, abnormal or mixed; half of the normal ones are learnt from, and all others
    /// divided evenly into validation and test, drawn by a seed.
    Mura(u64),
}

/// What is asked of a division.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitOptions {
    /// The label of normal pictures.
    pub normal: String,
    /// How pictures are divided.
    pub scheme: Scheme,
    /// The first so many pictures of each other label are learnt from as known to be abnormal.
    pub known_abnormal: usize,
    /// Share of abnormal pictures, from 0 to below 0.5, among those learnt from that are taken for normal.
    pub contamination: f64,
    /// Draws those.
    pub seed: u64,
    /// Whether a patient may be both learnt from and judged by; the report then counts the pictures.
    pub allow_patient_overlap: bool,
}

/// Numbers of pictures, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageSplit {
    /// Taken for normal: all of them are unless the training part is contaminated.
    pub train: Vec<usize>,
    /// Known to be abnormal, and learnt from by models that can.
    pub known_abnormal: Vec<usize>,
    /// To choose by; only the MURA scheme has any.
    pub validation: Vec<usize>,
    /// Judged by.
    pub test: Vec<usize>,
    /// Abnormal pictures among those taken for normal.
    pub contaminated: usize,
    /// Test pictures of patients, and of their same part where parts are known, that are learnt from as well.
    pub overlap: usize,
    /// What was done, in words.
    pub protocol: String,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrainFirst(n) => write!(f, "first {n} normal pictures"),
            Self::ByPatient(seed) => write!(f, "half of the normal patients, seed {seed}"),
            Self::Mura(seed) => write!(f, "MURA scheme, seed {seed}"),
        }
    }
}

/// Divides `set`.
pub fn split(set: &PictureSet, options: &SplitOptions) -> Result<ImageSplit> {
    if let Some(why) = set.unknown_normal(&options.normal) {
        bail!(why);
    }
    let labels = set.labels();
    let abnormal = labels.iter().filter(|(label, _)| *label != options.normal);
    let most = abnormal.map(|(_, n)| *n).max().unwrap_or(0);
    ensure!(
        options.known_abnormal <= most,
        "--known-abnormal {}: no abnormal label has more than {most} pictures, and those are then left out of the test",
        options.known_abnormal
    );
    ensure!(
        (0.0..0.5).contains(&options.contamination),
        "--contamination must be from 0 to below 0.5, not {}",
        options.contamination
    );
    let pictures = &set.pictures;
    let is_normal = |at: usize| pictures[at].label == options.normal;
    let mut taken = Parts::new(pictures.len());
    match options.scheme {
        Scheme::TrainFirst(n) => {
            let normal: Vec<usize> = (0..pictures.len()).filter(|&at| is_normal(at)).collect();
            ensure!(
                n >= 1 && n <= normal.len(),
                "--train-first must be from 1 to {}, the number of pictures labelled {}, not {n}",
                normal.len(),
                options.normal
            );
            normal[..n].iter().for_each(|&at| taken.0[at] = Part::Train);
        }
        Scheme::ByPatient(seed) => {
            let (normal, _) = by_diagnosis(pictures, &options.normal);
            let normal = shuffled(normal, seed);
            let half = normal.len().div_ceil(2);
            taken.put(&normal[..half], Part::Train);
        }
        Scheme::Mura(seed) => {
            let (normal, others) = by_diagnosis(pictures, &options.normal);
            let normal = shuffled(normal, seed);
            let half = normal.len().div_ceil(2);
            taken.put(&normal[..half], Part::Train);
            let all_abnormal = |group: &Vec<usize>| group.iter().all(|&at| !is_normal(at));
            let (abnormal, mixed): (Vec<_>, Vec<_>) = others.into_iter().partition(all_abnormal);
            // Each kind evenly, so that the two parts are as hard as each other.
            let kinds = [shuffled(abnormal, seed), shuffled(mixed, seed)].concat();
            let rest = [normal[half..].to_vec(), kinds].concat();
            for (at, group) in rest.iter().enumerate() {
                if at % 2 == 0 {
                    taken.put(std::slice::from_ref(group), Part::Validation);
                }
            }
        }
    }
    let mut left: BTreeMap<&str, usize> = labels
        .iter()
        .map(|(label, _)| (*label, options.known_abnormal))
        .collect();
    for (at, picture) in pictures.iter().enumerate() {
        let own = left.get_mut(picture.label.as_str());
        if let Some(own) = own.filter(|own| **own > 0 && !is_normal(at)) {
            *own -= 1;
            taken.0[at] = Part::Known;
        }
    }
    let contaminated = contaminate(pictures, options, &mut taken)?;
    let overlap = overlap(pictures, &taken);
    ensure!(
        overlap == 0 || options.allow_patient_overlap,
        "{overlap} pictures to judge by are of patients whose pictures are learnt from; --allow-patient-overlap goes on and reports their number"
    );
    let part = |part: Part| -> Vec<usize> {
        let places = 0..pictures.len();
        places.filter(|&at| taken.0[at] == part).collect()
    };
    let found = ImageSplit {
        train: part(Part::Train),
        known_abnormal: part(Part::Known),
        validation: part(Part::Validation),
        test: part(Part::Test),
        contaminated,
        overlap,
        protocol: protocol(options, contaminated, pictures),
    };
    let n_normal = (0..pictures.len()).filter(|&at| is_normal(at)).count();
    ensure!(
        found.train.len() >= 2,
        match options.scheme {
            Scheme::TrainFirst(_) =>
                "there is nothing to learn from: fewer than two normal pictures".to_owned(),
            _ => format!(
                "there is nothing to learn from: of {n_normal} normal pictures, fewer than two are of patients without abnormal ones, whose \
                 pictures stay together; --train-first N with --allow-patient-overlap divides by pictures instead"
            ),
        }
    );
    Ok(found)
}

impl ImageSplit {
    /// Checks that the test part has normal and abnormal pictures.
    pub fn check_judging(&self, set: &PictureSet, normal: &str) -> Result<()> {
        let normals = (self.test.iter()).filter(|&&at| set.pictures[at].label == normal);
        let count = normals.count();
        ensure!(
            count > 0 && count < self.test.len(),
            "models are judged by telling normal from abnormal pictures, and the test part has {count} normal ones of {}; bring both, and learn from fewer",
            self.test.len()
        );
        Ok(())
    }

    /// The training part as what is learnt from and what scores are calibrated by: each `every`-th
    /// patient's normal pictures. Known patients stay together.
    pub fn calibration(
        &self,
        set: &PictureSet,
        normal: &str,
        every: usize,
    ) -> (Vec<usize>, Vec<usize>) {
        let members = groups(&set.pictures, &self.train);
        let mut held = BTreeSet::new();
        for group in members.iter().skip(every - 1).step_by(every) {
            held.extend(group.iter().copied());
        }
        let normal = |at: &usize| set.pictures[*at].label == normal;
        let (calibration, rest): (Vec<usize>, Vec<usize>) =
            (self.train.iter()).partition(|at| held.contains(*at));
        (rest, calibration.into_iter().filter(normal).collect())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Train,
    Known,
    Validation,
    Test,
}

struct Parts(Vec<Part>);

impl Parts {
    fn new(pictures: usize) -> Self {
        Self(vec![Part::Test; pictures])
    }

    fn put(&mut self, groups: &[Vec<usize>], part: Part) {
        groups.iter().flatten().for_each(|&at| self.0[at] = part);
    }
}

/// Pictures that stay together, in the order of their first ones.
fn groups(pictures: &[Picture], members: &[usize]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &at in members {
        let next = groups.len();
        let place = match pictures[at].group() {
            Some(key) => *places.entry(key).or_insert(next),
            None => next,
        };
        match groups.get_mut(place) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

/// Groups with normal pictures alone, and all others.
fn by_diagnosis(pictures: &[Picture], normal: &str) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let all: Vec<usize> = (0..pictures.len()).collect();
    let groups = groups(pictures, &all).into_iter();
    groups.partition(|group| group.iter().all(|&at| pictures[at].label == normal))
}

fn shuffled(mut groups: Vec<Vec<usize>>, seed: u64) -> Vec<Vec<usize>> {
    groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    groups
}

/// Moves abnormal pictures of the test part, whole groups of them, into the training part until
/// their share is reached or no group is small enough; how many.
fn contaminate(pictures: &[Picture], options: &SplitOptions, taken: &mut Parts) -> Result<usize> {
    let clean = taken.0.iter().filter(|p| **p == Part::Train).count() as f64;
    let wanted = (clean * options.contamination / (1.0 - options.contamination)).round() as usize;
    let free: Vec<usize> = (0..pictures.len())
        .filter(|&at| taken.0[at] == Part::Test)
        .collect();
    let mut moved = 0;
    for group in shuffled(groups(pictures, &free), options.seed) {
        let abnormal = group.iter().all(|&at| pictures[at].label != options.normal);
        if abnormal && moved + group.len() <= wanted {
            moved += group.len();
            taken.put(&[group], Part::Train);
        }
    }
    ensure!(
        moved > 0 || wanted == 0,
        "--contamination {}: none of the {wanted} abnormal pictures wanted can be learnt from, as those of a patient stay together and all have more; ask for a larger share",
        options.contamination
    );
    Ok(moved)
}

/// Pictures to judge by of patients that are learnt from.
fn overlap(pictures: &[Picture], taken: &Parts) -> usize {
    let learnt = |part| part == Part::Train || part == Part::Known;
    let known: BTreeSet<_> = pictures
        .iter()
        .zip(&taken.0)
        .filter(|(_, part)| learnt(**part))
        .filter_map(|(picture, _)| picture.group())
        .collect();
    let judged = pictures.iter().zip(&taken.0).filter(|(_, p)| !learnt(**p));
    judged
        .filter_map(|(picture, _)| picture.group())
        .filter(|group| known.contains(group))
        .count()
}

fn protocol(options: &SplitOptions, contaminated: usize, pictures: &[Picture]) -> String {
    let kind = match contaminated {
        0 => "one-class".to_owned(),
        n => format!("contaminated with {n}"),
    };
    let known = match options.known_abnormal {
        0 => String::new(),
        n => format!(", {n} known of each abnormal label"),
    };
    let told = pictures.iter().filter(|own| own.patient.is_some()).count();
    let patients = match told {
        _ if matches!(options.scheme, Scheme::TrainFirst(_)) => String::new(),
        n if n == pictures.len() => String::new(),
        0 => " (no picture's patient is known: each stands alone)".to_owned(),
        n => format!(
            " (the patients of {n} of {} pictures are known; the others stand alone)",
            pictures.len()
        ),
    };
    let by_part = pictures.iter().any(|own| own.part.is_some());
    let parts = match options.scheme {
        Scheme::ByPatient(_) if by_part => ", each part of a patient apart",
        _ => "",
    };
    format!("{kind}: {}{parts}{known}{patients}", options.scheme)
}

#[cfg(test)]
#[path = "split_test.rs"]
mod tests;
