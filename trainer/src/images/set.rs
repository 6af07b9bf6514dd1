//! Pictures with what is known of them.

use doorstep_shared::images::GreyImage;
use sha2::{Digest, Sha256};

/// One picture and what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Its path, or its name in an npz file.
    pub name: String,
    /// What it shows.
    pub label: String,
    /// Whose it is, where that is known.
    pub patient: Option<String>,
    /// The part of the body, where that is known.
    pub part: Option<String>,
    /// How plain the anomaly is, where that is known.
    pub grade: Option<String>,
    /// Where a template's place is looked for, if pictures are registered.
    pub survey: Option<GreyImage>,
    /// As models see it.
    pub prepared: GreyImage,
    /// Brought to the same size and nothing else: what trivial cues are measured on too.
    pub plain: GreyImage,
}

impl Picture {
    /// What must not be divided: one patient's pictures of one part. A picture whose patient nobody knows stands alone.
    pub fn group(&self) -> Option<(&str, Option<&str>)> {
        let patient = self.patient.as_deref()?;
        Some((patient, self.part.as_deref()))
    }
}

/// What was read, in the order of the folder or file.
#[derive(Clone, Debug, Default)]
pub struct PictureSet {
    /// All that could be read.
    pub pictures: Vec<Picture>,
    /// What was left out or is odd, one sentence each.
    pub notes: Vec<String>,
}

impl PictureSet {
    /// The labels in alphabetic order, with how many pictures have them.
    pub fn labels(&self) -> Vec<(&str, usize)> {
        let mut labels: Vec<&str> = self.pictures.iter().map(|p| p.label.as_str()).collect();
        labels.sort_unstable();
        let runs = labels.chunk_by(|a, b| a == b);
        runs.map(|run| (run[0], run.len())).collect()
    }

    /// Says that no picture is labelled `normal`, if so, and which labels there are.
    pub fn unknown_normal(&self, normal: &str) -> Option<String> {
        let labels = self.labels();
        let shown = labels.iter().map(|(label, n)| format!("{label} ({n})"));
        labels.iter().all(|(label, _)| *label != normal).then(|| {
            format!(
                "no picture has the label {normal}; there are {}",
                shown.collect::<Vec<_>>().join(", ")
            )
        })
    }

    /// The labels of these pictures as numbers, the same for the same label.
    pub fn numbers(&self, members: &[usize]) -> Vec<u32> {
        let names = self.labels();
        let number = |&at: &usize| {
            let own = self.pictures[at].label.as_str();
            names.partition_point(|(name, _)| *name < own) as u32
        };
        members.iter().map(number).collect()
    }

    /// SHA-256 over names, labels and prepared pixels.
    pub fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        for picture in &self.pictures {
            digest.update(picture.name.as_bytes());
            digest.update([0]);
            digest.update(picture.label.as_bytes());
            digest.update([0]);
            for pixel in picture.prepared.pixels() {
                digest.update(pixel.to_le_bytes());
            }
        }
        let bytes = digest.finalize();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The patient that a file's name tells, by the one scheme that is common: `00012141_022.png` of
/// NIH ChestX-ray8 is picture 22 of patient 12141.
pub fn patient_in_name(name: &str) -> Option<String> {
    let file = name.rsplit(['/', '\\']).next()?;
    let (stem, _) = file.rsplit_once('.')?;
    let (patient, picture) = stem.split_once('_')?;
    let digits = |text: &str, n| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
    (digits(patient, 8) && digits(picture, 3)).then(|| patient.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nih_names_tell_the_patient_and_others_do_not() {
        let told = |name| patient_in_name(name);
        assert_eq!(told("a/00012141_022.png").as_deref(), Some("00012141"));
        assert_eq!(told("00012141_022.jpeg").as_deref(), Some("00012141"));
        for other in ["1-s2.0-S01_lrg.jpg", "12141_022.png", "00012141_022", ""] {
            assert_eq!(told(other), None, "{other}");
        }
    }
}
