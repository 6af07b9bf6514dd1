use std::io::Write as _;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::*;

fn png(levels: &[u8], width: u32, height: u32, colour: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(levels, width, height, colour)
        .unwrap();
    bytes
}

fn close(found: &GreyImage, expected: &[f32]) {
    assert_eq!(found.pixels().len(), expected.len());
    for (found, expected) in found.pixels().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}

fn refused(bytes: &[u8]) -> String {
    format!("{:#}", decode(bytes).unwrap_err())
}

#[test]
fn grey_colour_and_alpha_of_8_and_16_bits_become_grey() {
    let grey = decode(&png(&[0, 51, 255], 3, 1, ExtendedColorType::L8)).unwrap();
    close(&grey, &[0.0, 0.2, 1.0]);
    // Sixteen bits are in the machine's own order for the encoder.
    let deep: Vec<u8> = [0_u16, 13_107, 65_535]
        .iter()
        .flat_map(|n| n.to_ne_bytes())
        .collect();
    let deep = decode(&png(&deep, 3, 1, ExtendedColorType::L16)).unwrap();
    close(&deep, &[0.0, 0.2, 1.0]);
    let colours = [255, 0, 0, 0, 255, 0, 0, 0, 255];
    let colours = decode(&png(&colours, 3, 1, ExtendedColorType::Rgb8)).unwrap();
    close(&colours, &[0.2126, 0.7152, 0.0722]);
    let clear = [255, 255, 255, 255, 255, 255, 255, 0];
    let clear = decode(&png(&clear, 2, 1, ExtendedColorType::Rgba8)).unwrap();
    close(&clear, &[1.0, 0.0]);
    let half = decode(&png(&[255, 51], 1, 1, ExtendedColorType::La8)).unwrap();
    close(&half, &[0.2]);
}

#[test]
fn jpeg_is_read_and_cmyk_too() {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 100)
        .write_image(&[128; 64], 8, 8, ExtendedColorType::L8)
        .unwrap();
    let found = decode(&bytes).unwrap();
    assert!(found.pixels().iter().all(|p| (p - 0.502).abs() < 0.01));
    // White on the left as it lies, and held so that its left is up: EXIF's orientation 6.
    let mut lying = Vec::new();
    let half = [[255; 4], [0; 4]].concat().repeat(8);
    JpegEncoder::new_with_quality(&mut lying, 100)
        .write_image(&half, 8, 8, ExtendedColorType::L8)
        .unwrap();
    let exif =
        b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    lying.splice(2..2, *exif);
    let upright = decode(&lying).unwrap();
    assert!(upright.at(1, 1) > 0.9 && upright.at(6, 1) > 0.9 && upright.at(1, 6) < 0.1);
    // Saved by Pillow: black ink at 60 % on the left, none on the right.
    let found = decode(include_bytes!("cmyk.jpg")).unwrap();
    assert_eq!((found.width(), found.height()), (16, 8));
    assert!((found.at(1, 4) - 0.4).abs() < 0.03, "{}", found.at(1, 4));
    assert!((found.at(14, 4) - 1.0).abs() < 0.03, "{}", found.at(14, 4));
}

#[test]
fn what_is_no_picture_is_said() {
    assert!(refused(b"").contains("empty"));
    assert!(refused(b"hello, I am a text").contains("neither PNG, JPEG nor DICOM"));
    assert!(refused(b"GIF89a\x01\x00\x01\x00").contains("neither PNG, JPEG nor DICOM"));
    let whole = png(&[7; 4096], 64, 64, ExtendedColorType::L8);
    for length in [10, 40, whole.len() - 20] {
        assert!(refused(&whole[..length]).contains("damaged"), "{length}");
    }
    let levels: Vec<u8> = (0..4096).map(|at| (at * 37 % 251) as u8).collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new(&mut jpeg)
        .write_image(&levels, 64, 64, ExtendedColorType::L8)
        .unwrap();
    for length in [30, jpeg.len() / 2, jpeg.len() - 2] {
        assert!(refused(&jpeg[..length]).contains("damaged"), "{length}");
    }
    // Bytes behind the end are no matter.
    decode(&[jpeg, vec![0; 9]].concat()).unwrap();
}

#[test]
fn a_huge_picture_is_refused_by_its_header() {
    // A header that promises 20,000 × 20,000 pixels, and nothing behind it.
    let mut bytes = png(&[0], 1, 1, ExtendedColorType::L8);
    bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let crc = bytes[12..29].iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    });
    bytes[29..33].copy_from_slice(&(!crc).to_be_bytes());
    let error = refused(&bytes);
    assert!(error.contains("limit of 40 million"), "{error}");
}

/// An element of a DICOM file in explicit little endian (PS3.5 chapter 7).
fn element(group: u16, number: u16, kind: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if kind == "UI" { 0 } else { b' ' });
    }
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(kind.as_bytes());
    match kind {
        "OW" | "OB" | "SQ" => {
            bytes.extend([0, 0]);
            bytes.extend((value.len() as u32).to_le_bytes());
        }
        _ => bytes.extend((value.len() as u16).to_le_bytes()),
    }
    bytes.extend(value);
    bytes
}

const PLAIN: &str = "1.2.840.10008.1.2.1";

/// A DICOM file of 3 × 1 pixels of 16 bits (0, 1000, 4000) and `more` elements.
fn dicom(syntax: &str, interpretation: &str, more: &[(u16, u16, &str, &[u8])]) -> Vec<u8> {
    let meta = [
        element(2, 1, "OB", &[0, 1]),
        element(2, 2, "UI", b"1.2.840.10008.5.1.4.1.1.1.1"),
        element(2, 3, "UI", b"1.2.3"),
        element(2, 16, "UI", syntax.as_bytes()),
        element(2, 18, "UI", b"1.2.4"),
    ]
    .concat();
    let mut file = [[0; 128].as_slice(), b"DICM"].concat();
    file.extend(element(2, 0, "UL", &(meta.len() as u32).to_le_bytes()));
    file.extend(meta);
    let word = |n: u16| n.to_le_bytes();
    let pixels: Vec<u8> = [0_u16, 1_000, 4_000]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    let mut elements: Vec<(u16, u16, &str, Vec<u8>)> = vec![
        (0x28, 0x02, "US", word(1).to_vec()),
        (0x28, 0x04, "CS", interpretation.as_bytes().to_vec()),
        (0x28, 0x10, "US", word(1).to_vec()),
        (0x28, 0x11, "US", word(3).to_vec()),
        (0x28, 0x100, "US", word(16).to_vec()),
        (0x28, 0x101, "US", word(12).to_vec()),
        (0x28, 0x102, "US", word(11).to_vec()),
        (0x28, 0x103, "US", word(0).to_vec()),
        (0x7fe0, 0x10, "OW", pixels),
    ];
    for &(group, number, kind, value) in more {
        elements.retain(|(g, n, ..)| (*g, *n) != (group, number));
        elements.push((group, number, kind, value.to_vec()));
    }
    elements.sort();
    for (group, number, kind, value) in elements {
        // An empty value stands for an element that is missing.
        if !value.is_empty() {
            file.extend(element(group, number, kind, &value));
        }
    }
    file
}

#[test]
fn dicom_is_shown_as_the_standard_says() {
    let show = |interpretation, more: &[(u16, u16, &str, &[u8])]| {
        decode(&dicom(PLAIN, interpretation, more)).unwrap()
    };
    // Without a window from the least to the greatest.
    close(&show("MONOCHROME2", &[]), &[0.0, 0.25, 1.0]);
    close(&show("MONOCHROME1", &[]), &[1.0, 0.75, 0.0]);
    // Rescaled to -500, 0 and 1500; the window's middle is half-way by PS3.3 C.11.2.1.2.
    let window: [(u16, u16, &str, &[u8]); 4] = [
        (0x28, 0x1050, "DS", b"0.5"),
        (0x28, 0x1051, "DS", b"2001"),
        (0x28, 0x1052, "DS", b"-500"),
        (0x28, 0x1053, "DS", b"0.5"),
    ];
    close(&show("MONOCHROME2", &window), &[0.25, 0.5, 1.0]);
}

/// A sequence of one table (PS3.3 C.11.1 and C.11.2): what it holds, and the descriptor's numbers.
fn table(entries: &[u16], count: u16, first: i16, bits: u16) -> Vec<u8> {
    let words = |words: &[u16]| -> Vec<u8> { words.iter().flat_map(|w| w.to_le_bytes()).collect() };
    let item = [
        element(0x28, 0x3002, "SS", &words(&[count, first as u16, bits])),
        element(0x28, 0x3006, "OW", &words(entries)),
    ]
    .concat();
    let tag = [0xfe, 0xff, 0x00, 0xe0];
    [&tag[..], &(item.len() as u32).to_le_bytes(), &item].concat()
}

#[test]
fn dicom_tables_are_looked_up() {
    let show = |more: &[(u16, u16, &str, &[u8])]| decode(&dicom(PLAIN, "MONOCHROME2", more));
    // 0, 1000 and 4000, looked up from 999 on: what is outside becomes what the ends do.
    let voi = table(&[0, 51, 204], 3, 999, 8);
    close(
        &show(&[(0x28, 0x3010, "SQ", &voi)]).unwrap(),
        &[0.0, 0.2, 0.8],
    );
    // Before a window, which is another way to show the same picture.
    let both: [(u16, u16, &str, &[u8]); 3] = [
        (0x28, 0x1050, "DS", b"0.5"),
        (0x28, 0x1051, "DS", b"2001"),
        (0x28, 0x3010, "SQ", &voi),
    ];
    close(&show(&both).unwrap(), &[0.0, 0.2, 0.8]);
    // Values of the modality, then from the least to the greatest; and both tables, the second from -500 on.
    let modality = table(&[500, 100, 300], 3, 3_998, 16);
    close(
        &show(&[(0x28, 0x3000, "SQ", &modality)]).unwrap(),
        &[1.0, 1.0, 0.0],
    );
    let from_below = table(&(0..=1_000).collect::<Vec<u16>>(), 1_001, -500, 10);
    let tables: [(u16, u16, &str, &[u8]); 2] = [
        (0x28, 0x3000, "SQ", &modality),
        (0x28, 0x3010, "SQ", &from_below),
    ];
    let level = |value: f32| value / 1_023.0;
    close(
        &show(&tables).unwrap(),
        &[level(1_000.0), level(1_000.0), level(800.0)],
    );
    for (damaged, why) in [
        (table(&[1, 2], 3, 0, 8), "2 entries, not 3"),
        (table(&[1, 2], 2, 0, 4), "4 bits"),
    ] {
        let error = format!("{:#}", show(&[(0x28, 0x3010, "SQ", &damaged)]).unwrap_err());
        assert!(
            error.contains("VOILUTSequence") && error.contains(why),
            "{error}"
        );
    }
}

#[test]
fn dicom_that_cannot_be_read_says_why() {
    let none: &[u8] = b"";
    let error = refused(&dicom(PLAIN, "MONOCHROME2", &[(0x7fe0, 0x10, "OW", none)]));
    assert!(error.contains("without pixels"), "{error}");
    let error = refused(&dicom(PLAIN, "MONOCHROME2", &[(0x28, 0x10, "US", none)]));
    assert!(error.contains("without pixels (no Rows)"), "{error}");
    let error = refused(&dicom("1.2.840.10008.1.2.4.90", "MONOCHROME2", &[]));
    assert!(error.contains("1.2.840.10008.1.2.4.90"), "{error}");
    let error = refused(&dicom(PLAIN, "PALETTE COLOR", &[]));
    assert!(error.contains("PALETTE COLOR"), "{error}");
    let huge = 30_000_u16.to_le_bytes();
    let sides: [(u16, u16, &str, &[u8]); 2] =
        [(0x28, 0x10, "US", &huge), (0x28, 0x11, "US", &huge)];
    assert!(refused(&dicom(PLAIN, "MONOCHROME2", &sides)).contains("limit of 40 million"));
    let whole = dicom(PLAIN, "MONOCHROME2", &[]);
    for length in [140, 200, whole.len() - 3] {
        assert!(refused(&whole[..length]).contains("DICOM"), "{length}");
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

fn load(path: &Path, strict: bool) -> Result<PictureSet> {
    read(path, &Preparation::default(), strict, &Progress::new(true))
}

#[test]
fn folders_are_labels_and_bad_files_are_counted() {
    let home = tempfile::tempdir().unwrap();
    let good = png(&[9; 16], 4, 4, ExtendedColorType::L8);
    write(home.path(), "normal/00000012_001.png", &good);
    write(home.path(), "normal/more/b.png", &good);
    write(home.path(), "odd/c.png", &good);
    write(home.path(), "list.csv", b"path,label\n");
    for n in 0..7 {
        write(home.path(), &format!("odd/bad-{n}.png"), b"no picture");
    }
    let set = load(home.path(), false).unwrap();
    let labels: Vec<&str> = set.pictures.iter().map(|p| p.label.as_str()).collect();
    assert_eq!(labels, ["normal", "normal", "odd"]);
    assert_eq!(set.pictures[0].patient.as_deref(), Some("00000012"));
    assert!(
        set.notes[0].starts_with("7 pictures could not be read"),
        "{:?}",
        set.notes
    );
    assert!(
        set.notes[1].contains("bad-0.png: is neither"),
        "{:?}",
        set.notes
    );
    assert_eq!(set.notes[6], "and 2 more");
    let odd = set.notes[7..].join("\n");
    assert!(
        odd.contains("2 pictures are the same as earlier ones"),
        "{odd}"
    );
    let error = load(home.path(), true).unwrap_err().to_string();
    assert!(
        error.contains("bad-0.png") && error.contains("--strict"),
        "{error}"
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(
        load(empty.path(), false)
            .unwrap_err()
            .to_string()
            .contains("one folder for each label")
    );
}

#[test]
fn a_list_tells_patients_parts_and_grades() {
    let home = tempfile::tempdir().unwrap();
    write(
        home.path(),
        "x/a.png",
        &png(&[9; 16], 4, 4, ExtendedColorType::L8),
    );
    let list = "path,label,patient,part,grade,other\nx/a.png,ok,p1,hand,2,-\nx/b.png,ok,,,,\nx/a.png,,p1,,,\n\
                ,ok,,,,\nx/a.png,ok\n";
    write(home.path(), "list.csv", list.as_bytes());
    let with_semicolons = format!("\u{feff}{}", list.replace(',', ";"));
    write(home.path(), "semicolons.csv", with_semicolons.as_bytes());
    let set = load(&home.path().join("list.csv"), false).unwrap();
    let other = load(&home.path().join("semicolons.csv"), false).unwrap();
    assert_eq!(set.pictures, other.pictures);
    assert_eq!(set.pictures.len(), 1);
    let picture = &set.pictures[0];
    assert_eq!(picture.group(), Some(("p1", Some("hand"))));
    assert_eq!(picture.grade.as_deref(), Some("2"));
    assert!(
        set.notes[1].contains("x/b.png: cannot be read"),
        "{:?}",
        set.notes
    );
    assert!(set.notes[2].contains("has no label"));
    assert!(set.notes[3].contains("line 5: has no path"));
    assert!(set.notes[4].contains("line 6 has 2 cells, the header 6"));
    write(home.path(), "bad.csv", b"file,label\n");
    let error = load(&home.path().join("bad.csv"), false)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no column path; it has file, label"),
        "{error}"
    );
    let error = load(&home.path().join("absent"), false)
        .unwrap_err()
        .to_string();
    assert!(error.contains("does not exist"), "{error}");
}

#[test]
fn arrays_are_read_by_their_type_and_shape() {
    let home = tempfile::tempdir().unwrap();
    let npz = |name: &str, arrays: &[(&str, Vec<u8>)]| {
        let path = home.path().join(name);
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (name, bytes) in arrays {
            let options = zip::write::SimpleFileOptions::default();
            zip.start_file(format!("{name}.npy"), options).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    };
    let npy = |dtype: &str, shape: &str, data: &[u8]| {
        let mut header =
            format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
        while (10 + header.len() + 1) % 64 != 0 {
            header.push(' ');
        }
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    };
    let labels = npy("|u1", "(2,)", &[0, 1]);
    let text: Vec<u8> = "ab"
        .chars()
        .flat_map(|c| (c as u32).to_le_bytes())
        .collect();
    let good = npz(
        "good.npz",
        &[
            (
                "images",
                npy("<u2", "(2, 1, 2)", &[0, 0, 255, 255, 0, 0, 0, 0]),
            ),
            ("labels", labels.clone()),
            ("names", npy("<U1", "(2,)", &text)),
            ("patients", npy("<U1", "(2,)", &[0, 0, 0, 0, 112, 0, 0, 0])),
        ],
    );
    let set = load(&good, false).unwrap();
    let patients = set.pictures.iter().map(|own| own.patient.as_deref());
    assert_eq!(patients.collect::<Vec<_>>(), [None, Some("p")]);
    assert_eq!(set.labels(), [("0", 1), ("1", 1)]);
    assert_eq!(set.pictures[1].name, "b");
    let error = |name: &str, arrays: &[(&str, Vec<u8>)]| {
        format!("{:#}", load(&npz(name, arrays), false).unwrap_err())
    };
    let images = npy("|u1", "(2, 1, 2)", &[1, 2, 3, 4]);
    let none = error("a.npz", &[("images", images.clone())]);
    assert!(none.contains("no array labels"), "{none}");
    let pickled = error(
        "b.npz",
        &[
            ("images", images.clone()),
            ("labels", npy("|O", "(2,)", b"x")),
        ],
    );
    assert!(pickled.contains("labels"), "{pickled}");
    let short = error(
        "c.npz",
        &[
            ("images", npy("|u1", "(2, 1, 2)", &[1])),
            ("labels", labels.clone()),
        ],
    );
    assert!(
        short.contains("damaged") || short.contains("cut off"),
        "{short}"
    );
    let flat = error(
        "d.npz",
        &[
            ("images", npy("|u1", "(4,)", &[1; 4])),
            ("labels", labels.clone()),
        ],
    );
    assert!(flat.contains("(pictures, rows, columns)"), "{flat}");
    let wild: Vec<u8> = [0.0_f32, 2.0, f32::NAN, 0.0]
        .iter()
        .flat_map(|x| x.to_le_bytes())
        .collect();
    let wild = error(
        "e.npz",
        &[
            ("images", npy("<f4", "(2, 1, 2)", &wild)),
            ("labels", labels),
        ],
    );
    assert!(wild.contains("levels that are not from 0 to 1"), "{wild}");
}
