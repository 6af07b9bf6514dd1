use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

pub(super) fn read_files(
    files: &[(&str, &[u8])],
    change: impl FnOnce(&mut DataArgs),
) -> Result<Dataset> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        })
        .collect();
    let mut args = DataArgs {
        interactions: paths,
        ..DataArgs::default()
    };
    change(&mut args);
    load(&args, &Progress::new(true))
}

pub(super) fn read(name: &str, bytes: impl AsRef<[u8]>) -> Dataset {
    read_files(&[(name, bytes.as_ref())], |_| {}).unwrap()
}

pub(super) fn error(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let error = read_files(&[(name, bytes.as_ref())], |_| {}).unwrap_err();
    format!("{error:#}")
}

/// Rows as `user item rating time`.
pub(super) fn rows(data: &Dataset) -> Vec<String> {
    let i = &data.interactions;
    i.rows
        .iter()
        .map(|row| {
            let time = row.time.map_or("-".into(), |time| time.to_string());
            let (user, item) = (i.users.id(row.user), i.items.id(row.item));
            format!("{user} {item} {} {time}", row.rating)
        })
        .collect()
}

#[test]
fn sequence_files_keep_their_order_and_their_repeats() {
    let data = read("a.txt", "u1 a b a\r\nu2 b\n\nalone\nu1\tc\n");
    assert_eq!(
        rows(&data),
        ["u1 a 1 -", "u1 b 1 -", "u1 a 1 -", "u2 b 1 -", "u1 c 1 -"]
    );
    assert_eq!(data.report.repeated_users, 1);
    assert_eq!(data.report.malformed, 1);
    assert!(data.report.examples[0].ends_with("a.txt:4: a user without items"));
    assert!(!data.interactions.has_ratings && !data.interactions.has_times);
    let histories = data.interactions.histories();
    assert_eq!(histories[0].len(), 4);
}

#[test]
fn every_format_gives_the_same_rows() {
    let expected = ["u i 4 1400000000", "u j 5 1400000001", "v i 1 1400000002"];
    let review_2018 = |user: &str, item: &str, rating: &str, time: &str| {
        format!(
            r#"{{"reviewerID":"{user}","asin":"{item}","overall":{rating},"unixReviewTime":{time},"reviewText":"x"}}"#
        )
    };
    let review_2023 = |user: &str, item: &str, rating: &str, time: &str| {
        format!(
            r#"{{"user_id":"{user}","asin":"-","parent_asin":"{item}","rating":{rating},"timestamp":{time}789}}"#
        )
    };
    let lines = |line: &dyn Fn(&str, &str, &str, &str) -> String| {
        [
            line("u", "i", "4.0", "1400000000"),
            line("u", "j", "5", "1400000001"),
            line("v", "i", "1", "1400000002"),
        ]
        .join("\n")
    };
    let parted =
        |separator: &str| lines(&|u: &str, i: &str, r: &str, t: &str| [u, i, r, t].join(separator));
    let event = |i: &str, r: &str, t: &str| {
        format!(
            r#"{{"parent_asin":"{i}","rating":{r},"timestamp_ms":{t}000,"product":{{"title":"T{i}","price":3.5,"main_category":"C"}}}}"#
        )
    };
    let histories = format!(
        "{{\"user_id\":\"u\",\"category\":\"A_B\",\"history\":[{},{}]}}\n{{\"user_id\":\"v\",\"history\":[{}]}}",
        event("i", "4", "1400000000"),
        event("j", "5", "1400000001"),
        event("i", "1", "1400000002"),
    );
    for (name, text, format) in [
        (
            "r.csv",
            format!("\u{feff}user,item,rating,time\r\n{}", parted(",")),
            Format::Csv,
        ),
        (
            "r.csv",
            format!("\"user\";\"item\";rating;time\n{}", parted(";")),
            Format::Csv,
        ),
        (
            "r.tsv",
            format!(
                "timestamp_ms\titem\trating\tuser\n{}",
                lines(&|u, i, r, t| format!("{t}000\t{i}\t{r}\t{u}"))
            ),
            Format::Tsv,
        ),
        ("r.csv", parted(","), Format::Amazon2014),
        ("u.data", parted("\t"), Format::Movielens),
        ("ratings.dat", parted("::"), Format::Movielens),
        ("r.jsonl", lines(&review_2018), Format::Amazon2018),
        ("r.jsonl", lines(&review_2023), Format::Amazon2023),
        ("h.jsonl", histories, Format::AmazonHistories),
    ] {
        let data = read(name, &text);
        assert_eq!(rows(&data), expected, "{text}");
        assert_eq!(data.report.files[0].format, format, "{text}");
        assert!(data.interactions.has_ratings && data.interactions.has_times);
        assert_eq!(data.report.malformed, 0);
    }
}

#[test]
fn formats_can_be_named() {
    let csv = b"user_id,parent_asin,rating,timestamp\nu,i,5,99000\n";
    let data = read_files(&[("a", csv)], |args| args.format = Format::Amazon2023).unwrap();
    assert_eq!(rows(&data), ["u i 5 99"]);
    let data = read_files(&[("a", b"u,i\nu,j\n")], |args| args.no_header = true).unwrap();
    assert_eq!(rows(&data), ["u i 1 -", "u j 1 -"]);
    let data = read_files(&[("a", b"9,i,u\n8,j,u\n")], |args| {
        args.no_header = true;
        args.columns = Some("time=0,item=1,user=2".parse().unwrap());
    })
    .unwrap();
    assert_eq!(rows(&data), ["u i 1 9", "u j 1 8"]);
    let csv = b"user,item,rating,timestamp\nu,i,bad,bad\n";
    let data = read_files(&[("a", csv)], |args| {
        args.columns = Some("rating=none,time=none".parse().unwrap());
    })
    .unwrap();
    assert_eq!(rows(&data), ["u i 1 -"]);
}

#[test]
fn columns_are_for_tables() {
    let error = read_files(&[("a.txt", b"u i j\n")], |args| args.no_header = true).unwrap_err();
    let text = format!("{error:#}");
    assert!(text.contains("read as sequence"), "{text}");
}

#[test]
fn what_is_odd_and_no_error_is_warned_of() {
    let warned = |csv: &[u8], items: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("items.csv");
        std::fs::write(&path, items).unwrap();
        let data = read_files(&[("a.csv", csv)], |args| args.items = vec![path]).unwrap();
        data.report.warnings(true).join(" ")
    };
    let items = b"id,title\nSKU-1,Tea\n";
    let text = warned(b"user,item,paid_at\nu,SKU1,5\n", items);
    for part in [
        "add --columns time=paid_at",
        "SKU1 among the interactions, SKU-1 among the records",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(
        warned(b"user,item,created_at\nu,SKU-1,1400000000\n", items),
        ""
    );
}

#[test]
fn a_header_of_numbers_is_warned_of() {
    let columns = |args: &mut DataArgs| args.columns = Some("user=0,item=1".parse().unwrap());
    let data = read_files(&[("a.csv", b"1,5,880606\n2,6,880607\n")], columns).unwrap();
    let warnings = data.report.warnings(true).join(" ");
    assert!(
        warnings.contains("a.csv holds numbers only (1, 5, 880606)"),
        "{warnings}"
    );
    assert!(warnings.contains("add --no-header"), "{warnings}");
    for (text, no_header) in [("0,1,2\n2,6,7\n", false), ("1,5,880606\n", true)] {
        let change = |args: &mut DataArgs| {
            columns(args);
            args.no_header = no_header;
        };
        let data = read_files(&[("a.csv", text.as_bytes())], change).unwrap();
        assert_eq!(data.report.warnings(true), [""; 0], "{text}");
    }
}

#[test]
fn histories_carry_their_products() {
    let line = r#"{"user_id":"u","category":"All_Beauty","history":[
        {"parent_asin":"a","rating":5,"timestamp_ms":1000,"product":{"title":"A","brand":"X","price":"from 2.50","main_category":"Beauty"}},
        {"parent_asin":"b","rating":5,"timestamp_ms":2000,"product":{"title":null,"brand":null,"price":null,"main_category":null}},
        {"parent_asin":"c","rating":"NaN","timestamp_ms":2000},
        {"parent_asin":7}]}"#;
    let data = read("h.jsonl", line.replace('\n', ""));
    assert_eq!(rows(&data), ["u a 5 1", "u b 5 2"]);
    assert_eq!(data.report.malformed, 2);
    let [a, b] = &data.catalogue[..] else {
        panic!("{:?}", data.catalogue)
    };
    assert_eq!((a.title.as_deref(), a.price), (Some("A"), Some(2.5)));
    assert_eq!(a.attributes["brand"], ["X"]);
    assert_eq!(b.attributes["category"], ["All Beauty"]);
    assert_eq!(b.title, None);
}

#[test]
fn ids_in_json_may_be_numbers() {
    for line in [
        r#"{"reviewerID":7,"asin":9,"overall":5,"unixReviewTime":1}"#,
        r#"{"user_id":7,"parent_asin":9,"rating":5,"timestamp":1000}"#,
        r#"{"user_id":7,"history":[{"parent_asin":9,"rating":5,"timestamp_ms":1000}]}"#,
    ] {
        assert_eq!(rows(&read("r.jsonl", line)), ["7 9 5 1"]);
    }
}

#[test]
fn strange_ids_survive() {
    let csv = "user,item\n\"Anna \"\"A\"\" B\",<script>alert('x')</script>\n🙂,\"a, b\"\n";
    let data = read("r.csv", csv);
    assert_eq!(data.interactions.users.ids(), ["Anna \"A\" B", "🙂"]);
    assert_eq!(
        data.interactions.items.ids(),
        ["<script>alert('x')</script>", "a, b"]
    );
}

#[test]
fn files_are_read_one_after_another_and_must_agree() {
    let a: (&str, &[u8]) = ("a.csv", b"user,item,time\nu,i,1\n");
    let b: (&str, &[u8]) = ("b.csv", b"item,user,time\ni,v,0\n");
    let data = read_files(&[a, b], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 1 1", "v i 1 0"]);
    let error = read_files(&[a, ("c.txt", b"u i\n")], |_| {}).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("a.csv has times") && text.contains("--columns time=none"),
        "{text}"
    );
}

#[test]
fn commas_may_be_decimal_where_semicolons_separate() {
    let csv = b"user;item;rating\nu;i;3,5\nu;j;4\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 3.5 -", "u j 4 -"]);
    let headerless = b"u;i;3,5\nu;j;4,5\n";
    let data = read_files(&[("a.csv", headerless)], |args| {
        args.format = Format::Csv;
        args.no_header = true;
    });
    assert_eq!(rows(&data.unwrap()), ["u i 3.5 -", "u j 4.5 -"]);
}

#[test]
fn repeats_are_merged_unless_a_sequence_states_them() {
    let csv = b"user,item,rating\nu,i,1\nu,j,2\nu,i,4\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u j 2 -", "u i 4 -"]);
    assert_eq!(data.report.duplicates_merged, 1);
    let keep = read_files(&[("a.csv", csv)], |args| {
        args.duplicates = Some(DuplicatePolicy::Keep);
        args.strict = true;
    })
    .unwrap();
    assert_eq!(keep.interactions.rows.len(), 3);
    let strict = read_files(&[("a.csv", csv)], |args| args.strict = true).unwrap_err();
    assert!(strict.to_string().contains("--duplicates"));
    let sequence = read("a.txt", "u i j i\n");
    assert_eq!(sequence.interactions.rows.len(), 3);
}

#[test]
fn filters_that_leave_nothing_are_an_error() {
    let error = read_files(&[("a.txt", b"u i j\n")], |args| args.core = Some(2)).unwrap_err();
    assert!(error.to_string().contains("lower --min-user"), "{error}");
}

#[test]
fn histories_follow_time_and_ties_follow_the_file() {
    let data = read("a.csv", "user,item,time\nu,a,5\nu,b,3\nu,c,5\nu,d,-3\n");
    let histories = data.interactions.histories();
    let items: Vec<&str> = histories[0]
        .iter()
        .map(|event| data.interactions.items.id(event.item))
        .collect();
    assert_eq!(items, ["d", "b", "a", "c"]);
}

#[test]
fn fingerprints_are_of_the_data_not_of_the_file() {
    let csv = read("a.csv", "user,item\nu,i\nv,j\n").interactions;
    let sequence = read("a.txt", "u i\nv j\n").interactions;
    assert_eq!(csv.fingerprint(), sequence.fingerprint());
    assert_eq!(csv.fingerprint().len(), 64);
    let mut other = csv.clone();
    other.rows.swap(0, 1);
    assert_ne!(csv.fingerprint(), other.fingerprint());
    // Lengths are part of it: `ab` + `c` is not `a` + `bc`.
    let split = |ids: [&str; 2]| Interactions {
        users: ids.into_iter().collect(),
        ..Interactions::default()
    };
    assert_ne!(
        split(["ab", "c"]).fingerprint(),
        split(["a", "bc"]).fingerprint()
    );
}

#[test]
fn fingerprints_of_items_are_of_records_and_vectors() {
    let titled = |title: &str| ItemRecord {
        title: Some(title.to_owned()),
        ..ItemRecord::bare("a")
    };
    let vectors = |values: [f32; 2]| ItemVectors {
        ids: vec!["a".to_owned()],
        width: 2,
        values: values.into(),
    };
    let of = |catalogue: &[ItemRecord], vectors: Option<ItemVectors>| {
        let dataset = Dataset {
            catalogue: catalogue.to_vec(),
            vectors,
            ..Dataset::default()
        };
        dataset.fingerprint_of_items().unwrap()
    };
    let all = [
        of(&[], None),
        of(&[titled("x")], None),
        of(&[titled("y")], None),
        of(&[titled("x")], Some(vectors([1.0, 2.0]))),
        of(&[titled("x")], Some(vectors([1.0, 2.5]))),
    ];
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert_eq!(of(&[titled("x")], Some(vectors([1.0, 2.0]))), all[3]);
}

#[test]
fn lines_of_white_space_beyond_ascii_are_blank() {
    let data = read_files(
        &[("s.txt", "a x y\n\u{b}\u{85}\nb x\n".as_bytes())],
        |args| {
            args.format = Format::Sequence;
        },
    );
    assert_eq!(data.unwrap().interactions.rows.len(), 3);
}

proptest! {
    /// Any ids, written by a CSV writer, come back.
    #[test]
    fn ids_come_back_from_csv(pairs in prop::collection::vec(("\\PC{1,12}", "\\PC{1,12}"), 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["user", "item"]).unwrap();
        let mut expected = Vec::new();
        for (user, item) in &pairs {
            if !user.trim().is_empty() && !item.trim().is_empty() {
                writer.write_record([user, item]).unwrap();
                expected.push((user.trim().to_owned(), item.trim().to_owned()));
            }
        }
        prop_assume!(!expected.is_empty());
        let bytes = writer.into_inner().unwrap();
        let data = read_files(&[("ids.csv", &bytes)], |args| {
            args.duplicates = Some(DuplicatePolicy::Keep);
        }).unwrap();
        let i = &data.interactions;
        let found: Vec<_> = i.rows.iter()
            .map(|row| (i.users.id(row.user).to_owned(), i.items.id(row.item).to_owned()))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
