//! Training on disk between epochs: one file a model, replaced whole.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use doorstep_shared::models::ModelConfig;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::save::stream;

/// What the file begins with.
const MAGIC: &[u8; 16] = b"doorstep-train-4";

/// The options of commands that train networks and keep that.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct CheckpointArgs {
    /// Keep the training of neural models here after every epoch.
    #[arg(long, value_name = "DIR")]
    pub checkpoints: Option<PathBuf>,
    /// Go on from the checkpoints of the same data and hyper-parameters; the result is that of an uninterrupted run.
    #[arg(long, requires = "checkpoints")]
    pub resume: bool,
}

impl CheckpointArgs {
    /// Makes the folder that is asked for.
    pub fn open(&self) -> Result<Option<Checkpoints>> {
        let folder = self.checkpoints.as_deref();
        folder
            .map(|folder| Checkpoints::new(folder, self.resume))
            .transpose()
    }
}

/// A folder of checkpoints, and whether to go on from what is in it.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    resume: bool,
    /// What the files' names end in.
    part: String,
}

impl Checkpoints {
    /// Makes the folder. Without `resume`, what is in it will be written over.
    pub fn new(folder: &Path, resume: bool) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| {
            format!(
                "cannot make the folder of checkpoints {}; name another with --checkpoints",
                folder.display()
            )
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            resume,
            part: String::new(),
        })
    }

    /// Of one of several networks, told apart by its hyper-parameters other than the number
    /// of epochs, to which more may be added.
    pub fn of(&self, config: &ModelConfig) -> Self {
        let mut config = serde_json::to_value(config).expect("hyper-parameters are plain");
        config.as_object_mut().map(|fields| fields.remove("epochs"));
        self.part(&hex(&Sha256::digest(config.to_string())[..4]))
    }

    /// Of one of several trainings of a model, in files of their own.
    pub fn part(&self, part: &str) -> Self {
        Self {
            part: format!("{}-{part}", self.part),
            ..self.clone()
        }
    }
}

/// Keeps the checkpoint of one training.
#[derive(Debug, Default)]
pub struct Keeper(Option<Place>);

#[derive(Debug)]
struct Place {
    path: PathBuf,
    resume: bool,
    /// Of the data and of everything that decides what training does.
    fingerprint: String,
}

impl Keeper {
    /// In a file called `name`, for a training that `about` describes in full: another
    /// description, another training.
    pub fn new(checkpoints: Option<&Checkpoints>, name: &str, about: &[u8]) -> Self {
        Self(checkpoints.map(|checkpoints| {
            Place {
                path: checkpoints
                    .folder
                    .join(format!("{name}{}.checkpoint", checkpoints.part)),
                resume: checkpoints.resume,
                fingerprint: hex(&Sha256::digest(about)),
            }
        }))
    }

    /// Where to go on, if that is asked for and there is a checkpoint.
    pub fn load(&self) -> Result<Option<Checkpoint>> {
        let Some(place) = self.0.as_ref().filter(|place| place.resume) else {
            return Ok(None);
        };
        let shown = place.path.display();
        let bytes = match fs::read(&place.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
        };
        let (kept, checkpoint) = decode(&bytes).with_context(|| {
            format!(
                "{shown} is no whole checkpoint; delete it, or leave --resume out to begin anew"
            )
        })?;
        ensure!(
            kept == place.fingerprint,
            "{shown} is of other data or other hyper-parameters; give what it was made with, or \
             leave --resume out to begin anew"
        );
        Ok(Some(checkpoint))
    }

    /// Replaces the checkpoint, where one is kept.
    pub fn save(&self, make: impl FnOnce() -> Result<Checkpoint>) -> Result<()> {
        let Some(place) = &self.0 else { return Ok(()) };
        let bytes = encode(&place.fingerprint, &make()?)?;
        stream(&place.path, |out| out.write_all(&bytes))?;
        Ok(())
    }

    /// What can be done after a failure.
    pub fn hint(&self) -> String {
        self.0.as_ref().map_or(String::new(), |place| {
            format!("; the epoch before it is kept in {}", place.path.display())
        })
    }
}

/// What was found of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Its mean loss.
    pub loss: f64,
    /// What else is told of it, by name.
    pub told: Vec<(String, f64)>,
}

/// Training after an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Epochs trained.
    pub epoch: u32,
    /// The best of them.
    pub best_epoch: u32,
    /// What was found then.
    pub best_figure: Option<f64>,
    /// What was found of each epoch.
    pub curve: Vec<Figures>,
    /// Parameters after the last epoch.
    pub net: Vec<u8>,
    /// Their moving average, where one is kept.
    pub average: Option<Vec<u8>>,
    /// What was judged best.
    pub best: Vec<u8>,
    /// The optimizer's state.
    pub optimizer: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    fingerprint: String,
    epoch: u32,
    best_epoch: u32,
    best_figure: Option<f64>,
    curve: Vec<Figures>,
    /// Whether a moving average is kept.
    averaged: bool,
    /// Lengths of the parts.
    parts: [usize; 4],
}

/// Magic, digest of all that follows, length of the head, head, parts.
fn encode(fingerprint: &str, checkpoint: &Checkpoint) -> Result<Vec<u8>> {
    let (none, average) = (Vec::new(), &checkpoint.average);
    let parts = [
        &checkpoint.net,
        average.as_ref().unwrap_or(&none),
        &checkpoint.best,
        &checkpoint.optimizer,
    ];
    let head = serde_json::to_vec(&Head {
        fingerprint: fingerprint.to_owned(),
        epoch: checkpoint.epoch,
        best_epoch: checkpoint.best_epoch,
        best_figure: checkpoint.best_figure,
        curve: checkpoint.curve.clone(),
        averaged: average.is_some(),
        parts: parts.map(Vec::len),
    })?;
    let mut content = (head.len() as u64).to_le_bytes().to_vec();
    content.extend(head);
    parts.iter().for_each(|part| content.extend(*part));
    let digest = Sha256::digest(&content);
    Ok([&MAGIC[..], &digest[..], &content].concat())
}

fn decode(bytes: &[u8]) -> Result<(String, Checkpoint)> {
    let whole = "it is cut off or altered";
    let content = bytes
        .strip_prefix(MAGIC)
        .context("it does not begin as one")?;
    let (digest, content) = content.split_at_checked(32).context(whole)?;
    ensure!(digest == &Sha256::digest(content)[..], whole);
    let (length, content) = content.split_first_chunk().context(whole)?;
    let length = u64::from_le_bytes(*length) as usize;
    let (head, content) = content.split_at_checked(length).context(whole)?;
    let head: Head = serde_json::from_slice(head)?;
    let [net, average, best, optimizer] = head.parts;
    let (net, content) = content.split_at_checked(net).context(whole)?;
    let (average, content) = content.split_at_checked(average).context(whole)?;
    let (best, content) = content.split_at_checked(best).context(whole)?;
    ensure!(content.len() == optimizer, whole);
    let checkpoint = Checkpoint {
        epoch: head.epoch,
        best_epoch: head.best_epoch,
        best_figure: head.best_figure,
        curve: head.curve,
        net: net.to_vec(),
        average: head.averaged.then(|| average.to_vec()),
        best: best.to_vec(),
        optimizer: content.to_vec(),
    };
    Ok((head.fingerprint, checkpoint))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            epoch: 7,
            best_epoch: 5,
            best_figure: Some(0.1),
            curve: vec![Figures {
                loss: 0.1 + 0.2,
                told: vec![("ndcg@10".to_owned(), 0.1)],
            }],
            net: vec![1, 2, 3],
            average: Some(vec![4, 5]),
            best: vec![],
            optimizer: vec![9; 40],
        }
    }

    #[test]
    fn what_is_kept_comes_back_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = |resume, about: &[u8]| {
            let checkpoints = Checkpoints::new(folder.path(), resume).unwrap();
            Keeper::new(Some(&checkpoints), "sasrec", about)
        };
        assert_eq!(keeper(true, b"a").load().unwrap(), None);
        keeper(false, b"a").save(|| Ok(checkpoint())).unwrap();
        assert_eq!(keeper(true, b"a").load().unwrap(), Some(checkpoint()));
        assert_eq!(keeper(false, b"a").load().unwrap(), None);
        let other = keeper(true, b"b").load().unwrap_err().to_string();
        assert!(
            other.contains("other data") && other.contains("--resume"),
            "{other}"
        );

        let path = folder.path().join("sasrec.checkpoint");
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let error = keeper(true, b"a").load().unwrap_err().to_string();
            assert!(error.contains("no whole checkpoint"), "{cut}: {error}");
        }
    }

    #[test]
    fn nothing_is_kept_unasked() {
        let keeper = Keeper::new(None, "sasrec", b"");
        keeper.save(|| panic!("it would be made in vain")).unwrap();
        assert_eq!(keeper.load().unwrap(), None);
    }
}
