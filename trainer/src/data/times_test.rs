use super::mod_test::{read, read_files, rows};

#[test]
fn dates_are_times() {
    let csv =
        b"user,item,rating,date\nu,i,1,2023-05-01T10:00:00Z\nu,j,2,2023-05-01\nu,k,3,5/1/2023\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 1 1682935200", "u j 2 1682899200"]);
    let problem = &data.report.warnings(true).join(" ");
    assert!(problem.contains("a.csv:4: time `5/1/2023`"), "{problem}");
}

#[test]
fn dates_may_be_one_number_where_all_times_are() {
    let csv = b"user,item,rating,date\nu,i,1,20230501\nu,j,2,20230502\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 1 1682899200", "u j 2 1682985600"]);
    let layout = &data.report.files[0].layout;
    assert!(
        layout.ends_with("time=date written as 20230501, 2023-05-01 to 2023-05-02"),
        "{layout}"
    );
    // April has no thirty-first: these are seconds.
    let csv = b"user,item,rating,date\nu,i,1,20230501\nu,j,2,20230431\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 1 20230501", "u j 2 20230431"]);
}

#[test]
fn dates_may_be_one_number_to_the_second() {
    let csv = b"user,item,ts\nu,i,20230501000000\nu,j,20230501100000\n";
    let data = read_files(&[("a.csv", csv)], |_| {}).unwrap();
    assert_eq!(rows(&data), ["u i 1 1682899200", "u j 1 1682935200"]);
    assert_eq!(data.report.warnings(true), [""; 0]);
}

#[test]
fn times_that_were_hardly_meant_are_warned_of() {
    let warned = |name: &str, text: &str| read(name, text).report.warnings(true).join(" ");
    for times in [["2015", "2016"], ["201501", "201612"], ["0", "31535999"]] {
        let text = format!("user,item,time\nu,i,{}\nu,j,{}\n", times[0], times[1]);
        let warning = warned("a.csv", &text);
        assert!(
            warning.contains("a.csv (time) all lie in 1970"),
            "{warning}"
        );
        assert!(warning.contains("--columns time=none"), "{warning}");
    }
    let warning = warned("a.csv", "u,i,5,1400000000\nu,j,5,7258118400\n");
    let expected = "a.csv (column 3) reach 2200-01-01, more than a year from now";
    assert!(warning.contains(expected), "{warning}");
    for usual in ["31536000", "-1", "1400000000"] {
        let text = format!("user,item,time\nu,i,5\nu,j,{usual}\n");
        assert_eq!(warned("a.csv", &text), "", "{usual}");
    }
}
