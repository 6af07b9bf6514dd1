//! Announced, timed steps. Tasks talk on stderr, so stdout stays for results.

use std::time::Instant;

use anyhow::Result;

/// Runs `work` under a heading and reports its seconds.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("▸ {name}");
    let start = Instant::now();
    let outcome = work();
    let seconds = start.elapsed().as_secs_f64();
    match &outcome {
        Ok(_) => eprintln!("  done: {name} ({seconds:.1} s)"),
        Err(_) => eprintln!("  FAILED: {name} ({seconds:.1} s)"),
    }
    outcome
}

/// Says that a step has nothing to do, and why.
pub fn skipped(name: &str, reason: &str) {
    eprintln!("▸ {name}: skipped, {reason}");
}
