//! The options of every command that reads pictures.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use doorstep_shared::images::Preparation;
use serde_json::Value;

use super::salad::Preset;
use super::split::{Scheme, SplitOptions};

/// Which pictures to read, and which of them are normal.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Pictures")]
pub struct ImageArgs {
    /// Judge what finds unusual pictures: a folder with a folder for each label, a CSV file of path,label and optionally patient,part,grade, or an npz file of images and labels. PNG, JPEG and DICOM are read.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["interactions", "table"], requires = "normal")]
    pub images: Option<PathBuf>,
    /// The label of normal pictures; all others are abnormal.
    #[arg(long, value_name = "LABEL")]
    pub normal: Option<String>,
    /// Learn from the first N normal pictures in file order and judge by all others [default: those of half the patients]
    #[arg(long, value_name = "N", conflicts_with = "mura")]
    pub train_first: Option<usize>,
    /// Divide as the SALAD paper does MURA: by patient and part, half of the normal ones to learn from, the others evenly into validation and test.
    #[arg(long)]
    pub mura: bool,
    /// How many pictures of each abnormal label are learnt from as such by models that can; they leave the test.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub known_abnormal: usize,
    /// Shares of abnormal pictures among those learnt from as normal; models are judged with each.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "SHARE,…",
        default_value = "0"
    )]
    pub contamination: Vec<f64>,
    /// Go on where a patient is both learnt from and judged by, and report the number of pictures.
    #[arg(long)]
    pub allow_patient_overlap: bool,
    /// Sizes and epochs of networks; --set goes on from these.
    #[arg(long, value_enum, default_value_t, value_name = "PRESET")]
    pub preset: Preset,
    /// How pictures are prepared: size, crop, margin, register (the margin is cut off where that makes a picture most like the mean of normal ones), mask, aspect (pad, cover, stretch) or exposure (asis, range, spread, local), such as size=128,mask=true.
    #[arg(long, value_delimiter = ',', value_name = "FIELD=VALUE,…")]
    pub prepare: Vec<String>,
}

impl ImageArgs {
    /// How pictures are prepared: the defaults with each of `--prepare`.
    pub fn preparation(&self) -> Result<Preparation> {
        let Value::Object(mut fields) = serde_json::to_value(Preparation::default())? else {
            bail!("a preparation is no object");
        };
        for assignment in &self.prepare {
            let (field, value) = assignment.split_once('=').with_context(|| {
                format!("--prepare {assignment}: write FIELD=VALUE, for example size=128")
            })?;
            let mut known: Vec<&str> = fields.keys().map(String::as_str).collect();
            known.sort_unstable();
            if !known.contains(&field.trim()) {
                bail!(
                    "--prepare {assignment}: a preparation has no {field}; it has {}",
                    known.join(", ")
                );
            }
            let value = serde_json::from_str(value)
                .unwrap_or_else(|_| Value::String(value.trim().to_owned()));
            fields.insert(field.trim().to_owned(), value);
        }
        let preparation: Preparation = serde_json::from_value(Value::Object(fields))
            .with_context(|| format!("--prepare {}", self.prepare.join(",")))?;
        preparation.check()?;
        Ok(preparation)
    }

    /// How they are divided, with this share of abnormal ones among those taken for normal.
    pub fn split(&self, contamination: f64, seed: u64) -> SplitOptions {
        SplitOptions {
            normal: self.normal.clone().unwrap_or_default(),
            scheme: match self.train_first {
                Some(n) => Scheme::TrainFirst(n),
                None if self.mura => Scheme::Mura(seed),
                None => Scheme::ByPatient(seed),
            },
            known_abnormal: self.known_abnormal,
            contamination,
            seed,
            allow_patient_overlap: self.allow_patient_overlap,
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::images::Exposure;

    use super::*;

    fn preparation(prepare: &[&str]) -> Result<Preparation> {
        let prepare = prepare.iter().map(|p| (*p).to_owned()).collect();
        ImageArgs {
            prepare,
            ..ImageArgs::default()
        }
        .preparation()
    }

    #[test]
    fn a_preparation_is_set_by_fields_and_refusals_name_them() {
        let found = preparation(&["size=128", "exposure=local", "crop=false"]).unwrap();
        assert_eq!(
            (found.size, found.exposure, found.crop),
            (128, Exposure::Local, false)
        );
        let error = |text| format!("{:#}", preparation(&[text]).unwrap_err());
        assert!(error("size").contains("FIELD=VALUE"));
        assert!(
            error("colour=1").contains("it has aspect, crop"),
            "{}",
            error("colour=1")
        );
        assert!(error("size=2").contains("preparation.size must be a whole number from 8"));
        assert!(
            error("exposure=bright").contains("`spread`"),
            "{}",
            error("exposure=bright")
        );
    }
}
