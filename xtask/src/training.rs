//! What the demo's models are trained by.

use std::path::Path;
use std::process::Command;

/// The models that the demo page lets a visitor switch between; the first is its default.
const MODELS: [&str; 14] = [
    "next-linear",
    "item-knn",
    "ease",
    "sasrec",
    "bsarec",
    "ncf",
    "metadata-mf",
    "tf-idf",
    "ensemble",
    "hybrid",
    "als",
    "svd",
    "recent-popularity",
    "popularity",
];

/// How the networks are trained: small and briefly, so that nobody waits long for a demo.
const LEARNING: [(&str, &str); 4] = [
    ("sasrec", SEQUENCES),
    ("bsarec", SEQUENCES),
    // Of few interactions an item it learns by heart unless vectors start near 0.
    (
        "ncf",
        "factors=16 inner=32 second=16 deviation=0.1 dropout=0 learning_rate=0.01 batch=512 epochs=15",
    ),
    (
        "metadata-mf",
        "factors=16 inner=32 metadata_inner=32 learning_rate=0.01 batch=512 epochs=12",
    ),
];
const SEQUENCES: &str =
    "width=32 blocks=1 inner=32 length=20 dropout=0.2 learning_rate=0.003 batch=32 epochs=8";

/// What trains the shop's recommenders.
pub fn shop(doorstep: &Path, data: &Path) -> Command {
    let mut command = Command::new(doorstep);
    command
        .arg("train")
        .args(MODELS)
        .arg("--interactions")
        .arg(data.join("interactions.csv"))
        .arg("--items")
        .arg(data.join("items.jsonl"))
        .args(["--split", "leave-last-two", "--refit"]);
    for (network, settings) in LEARNING {
        for setting in settings.split(' ') {
            command.args(["--set", &format!("{network}.{setting}")]);
        }
    }
    command
}

/// What trains the predictors of a song's energy. The genre is the generator's own
/// secret: sound is to tell.
pub fn table(doorstep: &Path, data: &Path) -> Command {
    let mut command = Command::new(doorstep);
    command
        .args(["train", "knn-local", "knn", "--table"])
        .arg(data.join("songs.csv"))
        .args(["--target", "energy", "--exclude", "genre"])
        .args(["--categorical", "key,mode,time_signature"])
        .args(["--id", "id", "--name", "artist,track"])
        .args(["--split", "every:5", "--refit"]);
    command
}

/// What trains the model of pictures.
pub fn radiographs(doorstep: &Path, pictures: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(doorstep);
    command
        .args(["train", "salad", "--images"])
        .arg(pictures.join("pictures.csv"))
        .args(["--normal", "normal", "--prepare", "register=true"])
        .args(options);
    command
}
