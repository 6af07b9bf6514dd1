use std::path::Path;

use super::*;
use crate::progress::Progress;
use crate::split::SplitMethod;
use crate::table::compare::compare;
use crate::table::{TableArgs, table_models};

/// A table whose columns are called what a page must not run.
fn html(folder: &Path, target: &str, classify: bool) -> String {
    let path = folder.join("table.csv");
    let mut csv = "<b>tempo</b>,loud & clear,mood,energy\n".to_owned();
    for row in 0..120 {
        let (a, b) = (row * 37 % 120, row * 53 % 120);
        csv += &format!("{a},{b},{},{}\n", ["\"<i>\"", "calm"][row % 2], a + b % 7);
    }
    std::fs::write(&path, csv).unwrap();
    let args = TableArgs {
        table: vec![path],
        target: Some(target.to_owned()),
        classify,
        ..TableArgs::default()
    };
    let models: &[&str] = if classify {
        &["knn"]
    } else {
        &["knn", "knn-local"]
    };
    let names: Vec<String> = models.iter().map(|&name| name.to_owned()).collect();
    let mut set = vec!["knn.most=9".to_owned()];
    if !classify {
        set.extend([
            "knn-local.neighbours=20".to_owned(),
            "knn-local.steps=2".to_owned(),
        ]);
    }
    let models = table_models(&names, &set).unwrap();
    let split = SplitMethod::Every { n: 5 };
    let mut report = compare(&args, &split, &models, &Progress::new(true)).unwrap();
    for row in &mut report.models {
        (row.fit_seconds, row.predict_seconds) = (0.0, 0.0);
    }
    page(&report).render()
}

#[test]
fn the_page_has_every_part_and_the_same_bytes_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = html(folder.path(), "energy", false);
    let parts = [
        "Figures",
        "Choice of the number of neighbours",
        "Predicted against true values",
        "Residuals by feature",
        "Data",
        "Protocol",
    ];
    for part in parts {
        assert!(first.contains(&format!("{part}</h2>")), "{part}");
    }
    assert!(first.contains("&lt;b&gt;tempo&lt;/b&gt;") && !first.contains("<b>"));
    assert!(first.contains("loud &amp; clear") && first.contains("seed 0"));
    assert_eq!(first, html(folder.path(), "energy", false));
}

#[test]
fn classes_are_counted_instead_of_plotted() {
    let folder = tempfile::tempdir().unwrap();
    let page = html(folder.path(), "mood", true);
    assert!(page.contains("Right and wrong by class</h2>") && page.contains("&lt;i&gt;"));
    assert!(!page.contains("Predicted against true") && !page.contains("<i>"));
}
