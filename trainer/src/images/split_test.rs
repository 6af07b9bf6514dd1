use doorstep_shared::images::GreyImage;

use super::*;

/// Pictures of label, patient and part; an empty patient is unknown.
fn set(rows: &[(&str, &str, &str)]) -> PictureSet {
    let point = GreyImage::new(1, 1, vec![0.0]).unwrap();
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let picture = |(at, (label, patient, part)): (usize, &(&str, &str, &str))| Picture {
        name: at.to_string(),
        label: (*label).to_owned(),
        patient: known(patient),
        part: known(part),
        grade: None,
        survey: None,
        prepared: point.clone(),
        plain: point.clone(),
    };
    PictureSet {
        pictures: rows.iter().enumerate().map(picture).collect(),
        notes: Vec::new(),
    }
}

fn options(scheme: Scheme) -> SplitOptions {
    SplitOptions {
        normal: "ok".to_owned(),
        scheme,
        known_abnormal: 0,
        contamination: 0.0,
        seed: 1,
        allow_patient_overlap: false,
    }
}

fn crowd() -> PictureSet {
    let patients: Vec<String> = (0..120).map(|n| format!("p{}", n / 3)).collect();
    let rows: Vec<(&str, &str, &str)> = patients
        .iter()
        .enumerate()
        .map(|(at, patient)| match at / 3 % 4 {
            0 => ("bad", patient.as_str(), "hand"),
            1 if at % 3 == 0 => ("bad", patient.as_str(), "hand"),
            _ => ("ok", patient.as_str(), "hand"),
        })
        .collect();
    set(&rows)
}

#[test]
fn the_first_normal_ones_are_learnt_from_and_known_ones_leave_the_test() {
    let labels = ["a", "ok", "ok", "b", "ok", "a", "b", "ok", "a"];
    let rows: Vec<_> = labels.iter().map(|label| (*label, "", "")).collect();
    let found = split(
        &set(&rows),
        &SplitOptions {
            known_abnormal: 1,
            ..options(Scheme::TrainFirst(3))
        },
    )
    .unwrap();
    assert_eq!(found.train, [1, 2, 4]);
    assert_eq!(found.known_abnormal, [0, 3]);
    assert_eq!(found.test, [5, 6, 7, 8]);
    assert_eq!(
        found.protocol,
        "one-class: first 3 normal pictures, 1 known of each abnormal label"
    );
}

#[test]
fn a_patient_on_both_sides_is_an_error_or_counted_and_another_part_is_none() {
    let rows = [
        ("ok", "p", "hand"),
        ("ok", "q", ""),
        ("bad", "p", "hand"),
        ("bad", "p", "knee"),
    ];
    let mut asked = options(Scheme::TrainFirst(2));
    let error = split(&set(&rows), &asked).unwrap_err().to_string();
    assert!(
        error.starts_with("1 pictures") && error.contains("--allow-patient-overlap"),
        "{error}"
    );
    asked.allow_patient_overlap = true;
    assert_eq!(split(&set(&rows), &asked).unwrap().overlap, 1);
}

#[test]
fn patients_stay_together_and_every_picture_is_used_once() {
    let set = crowd();
    for scheme in [Scheme::ByPatient(3), Scheme::Mura(3)] {
        for contamination in [0.0, 0.1] {
            let asked = SplitOptions {
                contamination,
                ..options(scheme.clone())
            };
            let found = split(&set, &asked).unwrap();
            let mut all = [&found.train[..], &found.validation, &found.test].concat();
            all.sort_unstable();
            assert_eq!(all, (0..120).collect::<Vec<_>>());
            assert_eq!(found.overlap, 0);
            let abnormal = (found.train.iter()).filter(|&&at| set.pictures[at].label == "bad");
            assert_eq!(abnormal.count(), found.contaminated);
            let share = found.contaminated as f64 / found.train.len() as f64;
            assert!((share - contamination).abs() < 0.06, "{share}");
            assert_eq!(found, split(&set, &asked).unwrap());
        }
    }
}

#[test]
fn mura_divides_the_rest_evenly() {
    let found = split(&crowd(), &options(Scheme::Mura(3))).unwrap();
    assert_eq!(found.train.len(), 30);
    assert!(found.validation.len().abs_diff(found.test.len()) <= 3);

    // Studies of a patient's part: 20 with normal pictures alone, 10 with abnormal ones, 10 with both.
    let studies = (0..40).flat_map(|study| {
        let labels = match study {
            0..20 => ["ok", "ok"],
            20..30 => ["bad", "bad"],
            _ => ["ok", "bad"],
        };
        labels.map(|label| {
            (
                label,
                format!("p{}", study / 2),
                ["hand", "knee"][study % 2],
            )
        })
    });
    let studies: Vec<_> = studies.collect();
    let rows: Vec<_> = (studies.iter())
        .map(|(label, patient, part)| (*label, patient.as_str(), *part))
        .collect();
    let found = split(&set(&rows), &options(Scheme::Mura(1))).unwrap();
    let kinds = |members: &[usize]| {
        let mut counts = [0; 3];
        for at in members {
            counts[match at / 2 {
                0..20 => 0,
                20..30 => 1,
                _ => 2,
            }] += 1;
        }
        counts
    };
    assert_eq!(kinds(&found.train), [20, 0, 0]);
    assert_eq!(kinds(&found.validation), [10, 10, 10]);
    assert_eq!(kinds(&found.test), [10, 10, 10]);
}

#[test]
fn calibration_pictures_are_normal_and_of_other_patients() {
    let set = crowd();
    let found = split(&set, &options(Scheme::ByPatient(5))).unwrap();
    let (train, calibration) = found.calibration(&set, "ok", 5);
    assert_eq!(train.len() + calibration.len(), found.train.len());
    assert_eq!(calibration.len(), 6);
    let patient = |at: &usize| set.pictures[*at].patient.clone();
    let learnt: BTreeSet<_> = train.iter().map(patient).collect();
    assert!(calibration.iter().all(|at| !learnt.contains(&patient(at))));
}

#[test]
fn what_cannot_be_is_said() {
    let rows = [("ok", "", ""), ("ok", "", ""), ("ok", "", "")];
    let alone = split(&set(&rows), &options(Scheme::TrainFirst(2))).unwrap();
    let error = alone
        .check_judging(&set(&rows), "ok")
        .unwrap_err()
        .to_string();
    assert!(error.contains("1 normal ones of 1"), "{error}");
    let error = |asked: &SplitOptions| split(&set(&rows), asked).unwrap_err().to_string();
    assert!(error(&options(Scheme::TrainFirst(4))).contains("from 1 to 3"));
    let mut asked = options(Scheme::TrainFirst(2));
    asked.contamination = 0.5;
    assert!(error(&asked).contains("--contamination"));
    // One abnormal patient, all of whose pictures would be too many.
    let many = [("ok", "", ""); 9].into_iter();
    let many: Vec<_> = many.chain([("bad", "p", ""); 5]).collect();
    let mut some = options(Scheme::TrainFirst(9));
    some.contamination = 0.2;
    let error_of_many = split(&set(&many), &some).unwrap_err().to_string();
    assert!(
        error_of_many.contains("none of the 2 abnormal"),
        "{error_of_many}"
    );
    asked.normal = "healthy".to_owned();
    assert!(error(&asked).contains("there are ok (3)"));
}

#[test]
fn what_is_known_of_patients_is_told() {
    let told =
        |rows: &[(&str, &str, &str)], scheme| split(&set(rows), &options(scheme)).unwrap().protocol;
    let unknown = [("ok", "", ""); 6];
    assert_eq!(
        told(&unknown, Scheme::ByPatient(3)),
        "one-class: half of the normal patients, seed 3 (no picture's patient is known: each stands alone)"
    );
    let mut some = unknown;
    some[0].1 = "a";
    assert_eq!(
        told(&some, Scheme::Mura(3)),
        "one-class: MURA scheme, seed 3 (the patients of 1 of 6 pictures are known; the others stand alone)"
    );
    assert_eq!(
        told(&some, Scheme::TrainFirst(3)),
        "one-class: first 3 normal pictures"
    );
}

#[test]
fn what_leaves_nothing_is_refused_with_the_reason() {
    let refused = |rows: &[(&str, &str, &str)], known_abnormal| {
        let options = SplitOptions {
            known_abnormal,
            ..options(Scheme::ByPatient(1))
        };
        split(&set(rows), &options).unwrap_err().to_string()
    };
    let both = [
        ("ok", "a", ""),
        ("bad", "a", ""),
        ("ok", "b", ""),
        ("bad", "b", ""),
    ];
    let why = refused(&both, 0);
    assert!(
        why.contains("of 2 normal pictures, fewer than two are of patients without abnormal ones"),
        "{why}"
    );
    let why = refused(&both, 3);
    assert!(
        why.contains("--known-abnormal 3: no abnormal label has more than 2 pictures"),
        "{why}"
    );
}
