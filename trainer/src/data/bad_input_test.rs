use proptest::prelude::*;

use super::mod_test::{error, read, read_files, rows};
use super::*;

#[test]
fn bad_rows_are_counted_with_their_line_and_the_rest_is_read() {
    let csv: &[u8] = b"user,item,rating,timestamp\n\
        u,i,5,1\n\
        u,i\n\
        u,i,5,1,extra\n\
        ,i,5,1\n\
        u,\" \",5,1\n\
        u,i,NaN,1\n\
        u,i,-inf,1\n\
        u,i,,1\n\
        u,i,5,yesterday\n\
        \xff\xfe,i,5,1\n\
        u,j,4,2\n";
    let data = read_files(&[("r.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 5 1", "u j 4 2"]);
    assert_eq!(data.report.malformed, 9);
    for (example, expected) in data.report.examples.iter().zip([
        "r.csv:3: 2 fields where the first line has 4",
        "r.csv:4: 5 fields",
        "r.csv:5: the user is empty",
        "r.csv:6: the item is empty",
        "r.csv:7: rating NaN is not finite",
    ]) {
        assert!(example.contains(expected), "{example}");
    }
    // The same lines where they end in CR LF, in which the reader of tables counts otherwise.
    let crlf: Vec<&[u8]> = csv.split_inclusive(|&byte| byte == b'\n').collect();
    let crlf: Vec<u8> = crlf
        .iter()
        .flat_map(|line| [&line[..line.len() - 1], b"\r\n"].concat())
        .collect();
    let found = read_files(&[("r.csv", &crlf)], |_| {}).unwrap();
    assert_eq!(found.report.examples.len(), data.report.examples.len());
    for (found, expected) in found.report.examples.iter().zip(&data.report.examples) {
        let told = |example: &str| example[example.find("r.csv").unwrap()..].to_owned();
        assert_eq!(told(found), told(expected));
    }
    let strict = read_files(&[("r.csv", csv)], |args| args.strict = true).unwrap_err();
    assert!(format!("{strict:#}").contains("--strict: "), "{strict:#}");
}

#[test]
fn bad_json_lines_are_counted_too() {
    let text = concat!(
        r#"{"reviewerID":"u","asin":"i","overall":5,"unixReviewTime":1}"#,
        "\n",
        r#"{"reviewerID":"u","asin":"i","overall":NaN,"unixReviewTime":1}"#,
        "\n",
        r#"{"reviewerID":"u","asin":"i","overall":1e99,"unixReviewTime":1}"#,
        "\n",
        r#"{"reviewerID":"u","asin":"i","unixReviewTime":1}"#,
        "\n",
        r#"{"reviewerID":"","asin":"i","overall":5,"unixReviewTime":1}"#,
        "\n",
        r#"{"reviewerID":"u","asin":"i","overall":5,"unixReviewTime":1e30}"#,
        "\n",
        r#"{"reviewerID":"u","asin":"i","over"#,
        "\n",
    );
    let data = read("r.jsonl", text);
    assert_eq!(rows(&data), ["u i 5 1"]);
    assert_eq!(data.report.malformed, 6);
    assert!(data.report.examples[2].contains("missing field `overall` (column"));
}

#[test]
fn no_row_is_longer_than_a_line_may_be() {
    let long = "x".repeat((64 << 20) + (1 << 15));
    let text = error("r.csv", format!("user,item\nu,{long}\n"));
    assert!(
        text.contains("a line of more than 64 MiB; is this a text file?"),
        "{text}"
    );
    let rows = "u,i\n".repeat(5);
    for field in [long, format!("\"{}", "u,i\n".repeat(17 << 20))] {
        let text = error("r.csv", format!("user,item\n{rows}u,{field}\n"));
        assert!(
            text.contains("line 7: a row of more than 64 MiB; is this a text file?"),
            "{text}"
        );
    }
}

#[test]
fn an_open_quote_is_reported() {
    for rest in [
        "u,\"j,x\nv,k,y\n",
        "\"u,j,x\nv,k,y\n",
        "u,j,\"x\nv,k,y\n",
        "u,j,\"x\nv,k,y",
    ] {
        let data = read("r.csv", format!("user,item,text\nu,i,x\n{rest}"));
        assert_eq!(rows(&data), ["u i 1 -"]);
        assert_eq!(data.report.malformed, 1);
        let [example] = &data.report.examples[..] else {
            panic!("one example expected")
        };
        assert!(example.contains("is a quote not closed?"), "{example}");
    }
}

#[test]
fn text_of_several_lines_is_no_open_quote() {
    for end in ["", "\n", "\r\n"] {
        let text = format!("user,item,text\nu,i,\"a\nb\"\nu,j,\"c\n\n\"{end}");
        let data = read("r.csv", text);
        assert_eq!(rows(&data), ["u i 1 -", "u j 1 -"]);
        assert_eq!(data.report.malformed, 0);
    }
}

#[test]
fn an_open_quote_that_meets_a_later_one_is_reported() {
    let data = read(
        "r.csv",
        "user,item,text\nu,i,\"x\nv,j,y\nv,k,\"z\"\nw,l,\"two\nlines\"\n",
    );
    assert_eq!(rows(&data), ["u i 1 -", "w l 1 -"]);
    assert_eq!(data.report.lines_like_rows, 2);
    let [warning] = &data.report.warnings(true)[..] else {
        panic!("one warning expected")
    };
    assert!(warning.contains("2 lines within quotes"), "{warning}");
    assert!(warning.ends_with("r.csv:2"), "{warning}");
}

#[test]
fn what_can_not_be_read_says_why_and_what_to_do() {
    for (name, bytes, expected) in [
        ("a.csv", &b""[..], "a.csv is empty"),
        ("a.csv", b"\n\n", "a.csv is empty"),
        ("a.csv", b"user,item\n", "holds a header and no rows"),
        (
            "a.csv",
            b"who,what\n1,2\n",
            "no user column found among: who, what",
        ),
        ("a.csv", b"who,what\n1,2\n", "--columns user=who,item=what"),
        (
            "a.csv",
            b"user,item\nu\n",
            "1 fields where the first line has 2",
        ),
        (
            "a.jsonl",
            b"{\"a\":1}\n",
            "no field of the user found among: a",
        ),
        ("a.txt", b"alone\n", "--format"),
        ("a.txt", b"\xff\xfeu\0", "UTF-16"),
        ("a.txt.gz", b"\x1f\x8bnot really", "can't read"),
    ] {
        let found = error(name, bytes);
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let missing = load(&DataArgs::file("/no/such/file.csv"), &Progress::new(true)).unwrap_err();
    assert!(format!("{missing:#}").contains("can't open /no/such/file.csv"));
}

#[test]
fn a_file_without_a_usable_line_is_explained_by_its_own_lines() {
    let a: (&str, &[u8]) = ("a.csv", b"user,item\nu,i\nu\nu\nu\nu\nu\n");
    let error = read_files(&[a, ("b.csv", b"user,item\n,i\n")], |_| {}).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("b.csv:2: the user is empty"), "{text}");
    assert!(!text.contains("a.csv"), "{text}");
}

proptest! {
    /// Whatever is in a file, reading ends with rows or with an error, and every row is sound.
    #[test]
    fn reading_anything_never_panics(
        bytes in prop::collection::vec(prop_oneof![
            any::<u8>(),
            prop::sample::select(b"user,item\t\n\r\"{}:;|[]0159. ".to_vec()),
        ], 0..300),
        header in prop::sample::select(vec![
            "", "user,item,rating,time\n", "user\titem\n", "{\"user_id\":\"u\",\"history\":[]}\n",
            "1::2::3::4\n", "u,i,5,1\n", "{\"reviewerID\":\"u\",\"asin\":\"i\"}\n", "a b c\n", "\x1f\u{8b}",
        ]),
    ) {
        let text = [header.as_bytes(), &bytes].concat();
        if let Ok(data) = read_files(&[("any", &text)], |_| {}) {
            let interactions = data.interactions;
            prop_assert!(!interactions.rows.is_empty());
            for row in &interactions.rows {
                prop_assert!(row.rating.is_finite());
                prop_assert!((row.user as usize) < interactions.users.len());
                prop_assert!((row.item as usize) < interactions.items.len());
                prop_assert_eq!(row.time.is_some(), interactions.has_times);
            }
        }
    }
}
