//! The committed corpus of the fuzz target: up to date, and read without a panic.

#[path = "../fuzz/src/hostile.rs"]
mod hostile;

use std::fs;
use std::path::Path;

/// Set to `1` to write the seeds after a change of the format.
const UPDATE: &str = "DOORSTEP_UPDATE_CORPUS";

#[test]
fn the_corpus_holds_the_seeds_and_every_input_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        for entry in fs::read_dir(&folder).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for (name, seed) in hostile::seeds() {
            fs::write(folder.join(name), seed).unwrap();
        }
    }
    for (name, seed) in hostile::seeds() {
        let kept = fs::read(folder.join(&name)).unwrap_or_default();
        assert!(
            hostile::read(&seed),
            "{name} reaches no answer: seal() misses a digest"
        );
        assert!(
            kept == seed,
            "{name} is out of date: run this test with {UPDATE}=1"
        );
    }
    for entry in fs::read_dir(&folder).unwrap() {
        // Only that it returns: most inputs are damaged on purpose.
        let _ = hostile::read(&fs::read(entry.unwrap().path()).unwrap());
    }
}

#[test]
fn every_cut_and_a_flip_in_every_byte_is_an_error_or_an_answer() {
    for seed in hostile::seeds().values() {
        let content = seed.len();
        for at in (1..content).step_by(content.div_ceil(64)) {
            let _ = hostile::read(&seed[..at]);
            let mut altered = seed.clone();
            altered[at] ^= 0x55;
            let _ = hostile::read(&altered);
        }
    }
}
