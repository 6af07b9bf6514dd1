use super::*;
use crate::table::columns::Cells;

fn column(name: &str, cells: &str) -> Column {
    let mut column = Column {
        name: name.to_owned(),
        cells: Cells::default(),
    };
    cells.split(',').for_each(|cell| column.cells.push(cell));
    column
}

fn table() -> Vec<Column> {
    vec![
        column("song", "One,Two,Three,Four,Five,Six"),
        column("tempo", "100,,120,oops,100,140"),
        column("key", "10,2,1,2,10,"),
        column("energy", ".5,.6,.7,.8,.5,"),
    ]
}

fn args() -> TableArgs {
    TableArgs {
        target: Some("energy".into()),
        categorical: vec!["key".into()],
        numeric: vec!["tempo".into()],
        name: vec!["song".into()],
        ..TableArgs::default()
    }
}

#[test]
fn incomplete_rows_are_left_out_and_counted() {
    let found = frame(&table(), &args()).unwrap();
    assert_eq!(found.names, ["One", "Three", "Five"]);
    assert_eq!(found.ids, ["1", "3", "5"]);
    assert_eq!(found.numeric[0].values, [100.0, 120.0, 100.0]);
    assert_eq!(found.categorical[0].categories, ["1", "2", "10"]);
    assert_eq!(found.categorical[0].codes, [2, 0, 2]);
    let notes = found.notes.join("\n");
    for expected in [
        "`oops` in data row 4",
        "without energy left out: 1",
        "missing feature left out: 2",
        "kept: 1",
    ] {
        assert!(notes.contains(expected), "{expected}: {notes}");
    }
    assert_eq!(
        (found.report[1].missing, found.report[1].not_numeric),
        (1, 1)
    );
}

#[test]
fn imputed_rows_stay_but_need_a_target() {
    let args = TableArgs {
        missing: Missing::Impute,
        ..args()
    };
    let found = frame(&table(), &args).unwrap();
    assert_eq!(found.len(), 5);
    assert!(found.numeric[0].values[1].is_nan());
}

#[test]
fn classes_are_sorted_and_numbered() {
    let args = TableArgs {
        target: Some("key".into()),
        classify: true,
        categorical: vec![],
        exclude: vec!["energy".into()],
        ..args()
    };
    let found = frame(&table(), &args).unwrap();
    let Target::Classes(names, codes) = &found.target else {
        panic!("classes expected");
    };
    assert_eq!(
        (names.join(","), codes.as_slice()),
        ("1,2,10".into(), &[2, 0, 2][..])
    );
}

#[test]
fn impossible_requests_name_the_column_and_the_remedy() {
    let error = |change: &dyn Fn(&mut TableArgs)| {
        let mut args = args();
        change(&mut args);
        frame(&table(), &args).unwrap_err().to_string()
    };
    let missing = error(&|args| args.exclude = vec!["mood".into()]);
    assert!(
        missing.contains("--exclude mood") && missing.contains("tempo, key"),
        "{missing}"
    );
    let text = error(&|args| args.target = Some("song".into()));
    assert!(
        text.contains("`One` in data row 1") && text.contains("--classify"),
        "{text}"
    );
    let twice = error(&|args| args.numeric = vec!["key".into()]);
    assert!(twice.contains("column key is given two kinds"), "{twice}");
    for list in ["--categorical", "--text", "--year"] {
        let told = error(&|args| {
            let named = vec!["tempo".to_owned()];
            args.target = Some("tempo".into());
            match list {
                "--categorical" => args.categorical = named,
                "--text" => args.text = named,
                _ => args.year = named,
            }
        });
        let both = format!("column tempo is both --target and in {list}");
        assert!(told.contains(&both), "{told}");
    }
    let nothing = error(&|args| {
        args.exclude = vec!["tempo".into(), "key".into()];
    });
    assert!(nothing.contains("no column is left"), "{nothing}");
    assert!(error(&|args| args.target = None).contains("--target COLUMN"));
}

#[test]
fn numbers_beyond_the_range_are_no_silent_text() {
    let mut columns = table();
    columns.push(column("distance", "1e18,2e18,3e18,4e18,5e18,6e18"));
    let said = |args: &TableArgs| {
        let notes = frame(&columns, args).unwrap().notes;
        notes
            .iter()
            .any(|n| n.contains("column distance") && n.contains("counts as text"))
    };
    let mut args = args();
    assert!(said(&args));
    args.exclude.push("distance".to_owned());
    assert!(!said(&args));
    args.exclude.pop();
    args.text.push("distance".to_owned());
    assert!(!said(&args));
}
