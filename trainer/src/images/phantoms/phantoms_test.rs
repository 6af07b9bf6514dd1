use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::*;

fn phantoms(pictures: u32, size: usize) -> Phantoms {
    PhantomConfig {
        pictures,
        size,
        seed: 7,
    }
    .open()
    .unwrap()
}

#[test]
fn the_same_bytes_come_out_everywhere() {
    let mut digest = Sha256::new();
    for phantom in phantoms(36, 32).draw() {
        for level in phantom.image.pixels() {
            digest.update([(level * 255.0).round() as u8]);
        }
    }
    let hex: String = digest.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hex, "fd521bcfdfa1dfc7");
}

#[test]
fn patients_have_one_diagnosis_and_all_kinds_and_grades_come() {
    let mut of_patient: HashMap<u32, HashSet<(&str, u8)>> = HashMap::new();
    let mut kinds = HashSet::new();
    let (mut normal, mut views) = (0, HashSet::new());
    for phantom in phantoms(300, 32).draw() {
        let diagnosis = (phantom.label, phantom.grade);
        of_patient
            .entry(phantom.patient)
            .or_default()
            .insert(diagnosis);
        normal += u32::from(phantom.grade == 0);
        assert_eq!(phantom.grade == 0, phantom.label == NORMAL);
        kinds.insert(diagnosis);
        assert!(views.insert((phantom.patient, phantom.view)));
        assert!(
            phantom
                .image
                .pixels()
                .iter()
                .all(|p| (0.0..=1.0).contains(p))
        );
    }
    assert_eq!(normal, 200);
    assert!(of_patient.values().all(|own| own.len() == 1));
    assert!(views.len() > of_patient.len(), "some patients come twice");
    assert_eq!(kinds.len(), 1 + Kind::ALL.len() * GRADES.len());
}

#[test]
fn folders_and_the_list_hold_all_pictures() {
    let home = tempfile::tempdir().unwrap();
    // One of an earlier run goes, whatever else lies there stays.
    std::fs::create_dir_all(home.path().join(NORMAL)).unwrap();
    for name in ["p09999-1.png", "p1.png", "mine.png"] {
        std::fs::write(home.path().join(NORMAL).join(name), "").unwrap();
    }
    let written = phantoms(30, 32)
        .write(home.path(), &Progress::new(true))
        .unwrap();
    assert_eq!((written.pictures, written.normal), (30, 20));
    let files = |folder: &str| std::fs::read_dir(home.path().join(folder)).unwrap().count();
    assert_eq!((files(NORMAL), files(ABNORMAL)), (20 + 2, 10));
    let list = std::fs::read_to_string(home.path().join(PICTURES)).unwrap();
    assert_eq!(list.lines().count(), 31);
    assert!(
        list.contains("normal/p00001-1.png,normal,p00001,0\n"),
        "{list}"
    );
}

#[test]
fn counts_and_sizes_out_of_range_are_named() {
    let refused = |pictures, size| {
        let seed = 7;
        let config = PhantomConfig {
            pictures,
            size,
            seed,
        };
        config.open().unwrap_err().to_string()
    };
    assert!(refused(3, 64).contains("--pictures must be from 30"));
    assert!(refused(900, 16).contains("--picture-size must be from 32 to 512"));
}
