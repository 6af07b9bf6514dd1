use std::path::PathBuf;

use super::*;

fn read(
    name: &str,
    bytes: impl AsRef<[u8]>,
    change: impl FnOnce(&mut DataArgs),
) -> Result<Dataset> {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut args = DataArgs::file(path);
    change(&mut args);
    load(&args, &Progress::new(true))
}

fn plain(name: &str, bytes: impl AsRef<[u8]>) -> Dataset {
    read(name, bytes, |_| {}).unwrap()
}

/// Rows as `user item rating time`.
fn rows(data: &Dataset) -> Vec<String> {
    let i = &data.interactions;
    i.rows
        .iter()
        .map(|row| {
            let time = row.time.map_or("-".into(), |t| t.to_string());
            format!(
                "{} {} {} {time}",
                i.users.id(row.user),
                i.items.id(row.item),
                row.rating
            )
        })
        .collect()
}

#[test]
fn sequence_files_keep_their_order_and_their_repeats() {
    let data = plain("a.txt", "u1 a b a\r\nu2 b\n\nu1 c\n");
    assert_eq!(
        rows(&data),
        ["u1 a 1 -", "u1 b 1 -", "u1 a 1 -", "u2 b 1 -", "u1 c 1 -"]
    );
    assert_eq!(data.report.repeated_users, 1);
    assert!(!data.interactions.has_ratings && !data.interactions.has_times);
}
