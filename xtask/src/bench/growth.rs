//! How the cost of each model's fit grows with the interactions: a process for each fit, which is
//! ended when its time is up.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::process;
use crate::project::Project;
use crate::step::step;

/// Options of `bench growth`.
#[derive(clap::Args)]
pub struct Args {
    /// Models to fit; all where none is named.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    models: Vec<String>,
    /// Numbers of interactions, such as 1e5.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = [1e5, 1e6, 1e7])]
    sizes: Vec<f64>,
    /// Seconds that a fit may take, data included.
    #[arg(long, default_value_t = 600)]
    limit: u64,
}

/// Prints a table and writes a page with two plots.
pub fn run(args: &Args, project: &Project, growth: &Path) -> Result<()> {
    for size in &args.sizes {
        ensure!(
            *size >= 1.0 && *size <= 1e9,
            "--sizes must be from 1 to 1e9, not {size}"
        );
    }
    let folder = project.generated("growth");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (lines, page) = (folder.join("fits.jsonl"), folder.join("growth.html"));
    let models = match args.models.is_empty() {
        true => process::output(Command::new(growth).arg("models"))?,
        false => args.models.join("\n"),
    };
    let mut outcomes = Vec::new();
    println!(
        "| model | interactions | items | seconds | seconds of all cores | peak memory | of it data |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for model in models.lines() {
        for &size in &args.sizes {
            let outcome = step(&format!("{model}, {size:e} interactions"), || {
                fit(growth, model, size as u64, args.limit)
            })?;
            println!("{}", row(&outcome));
            outcomes.push(outcome);
            let text: Vec<String> = outcomes.iter().map(Value::to_string).collect();
            fs::write(&lines, text.join("\n"))
                .with_context(|| format!("cannot write {}", lines.display()))?;
        }
    }
    process::run(Command::new(growth).arg("page").args([&lines, &page]))?;
    println!("\n{}", page.display());
    Ok(())
}

/// What a process of its own says of a fit, or what became of it.
fn fit(growth: &Path, model: &str, interactions: u64, limit: u64) -> Result<Value> {
    let mut child = Command::new(growth)
        .args(["fit", model, &interactions.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .context("the example `growth` does not start")?;
    let until = Instant::now() + Duration::from_secs(limit);
    let failed = |why: String| {
        json!({
            "model": model, "interactions": interactions, "items": interactions.div_ceil(50),
            "seconds": null, "cpu_seconds": null, "peak_bytes": null, "data_bytes": null, "why": why,
        })
    };
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            return Ok(failed(format!("ended after {limit} seconds")));
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    if !status.success() {
        return Ok(failed(format!("ended with {status}")));
    }
    let mut said = String::new();
    let mut stdout = child.stdout.take().context("stdout is a pipe")?;
    stdout.read_to_string(&mut said)?;
    serde_json::from_str(&said).with_context(|| format!("no outcome in: {said}"))
}

/// A line of the table.
fn row(outcome: &Value) -> String {
    let text = |field: &str| outcome[field].to_string().replace('"', "");
    let bytes = |field: &str| {
        let bytes = outcome[field].as_f64();
        bytes.map_or_else(|| "–".to_owned(), |bytes| format!("{:.2} GB", bytes / 1e9))
    };
    let seconds = match (outcome["seconds"].as_f64(), outcome["why"].as_str()) {
        (Some(seconds), _) => format!("{seconds:.3}"),
        (None, why) => why.unwrap_or("–").to_owned(),
    };
    let cpu = outcome["cpu_seconds"].as_f64();
    let cpu = cpu.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.3}"));
    format!(
        "| {} | {} | {} | {seconds} | {cpu} | {} | {} |",
        text("model"),
        text("interactions"),
        text("items"),
        bytes("peak_bytes"),
        bytes("data_bytes")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_a_fit_cost_or_why_there_is_no_figure() {
        let outcome = json!({
            "model": "svd", "interactions": 100, "items": 2, "seconds": 0.5, "cpu_seconds": 0.75,
            "peak_bytes": 2_000_000_000u64, "data_bytes": 1_000_000_000u64,
        });
        let expected = "| svd | 100 | 2 | 0.500 | 0.750 | 2.00 GB | 1.00 GB |";
        assert_eq!(row(&outcome), expected);
        let outcome = json!({
            "model": "ease", "interactions": 100, "items": 2, "seconds": null,
            "peak_bytes": null, "data_bytes": null, "why": "too many items",
        });
        assert_eq!(
            row(&outcome),
            "| ease | 100 | 2 | too many items | – | – | – |"
        );
    }
}
