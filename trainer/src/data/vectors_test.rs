use std::io::Write;

use doorstep_shared::ItemRecord;
use npyz::WriterBuilder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// An .npz file with these arrays, each a name and the bytes of its .npy.
fn archive(arrays: &[(&str, Vec<u8>)]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut archive = ZipWriter::new(file.reopen().unwrap());
    for (name, bytes) in arrays {
        let name = npyz::npz::file_name_from_array_name(name);
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    file
}

fn npy<T: npyz::Serialize>(kind: &str, shape: &[u64], order: Order, values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new()
        .dtype(npyz::DType::Plain(kind.parse().unwrap()))
        .shape(shape)
        .order(order)
        .writer(&mut bytes);
    let mut writer = options.begin_nd().unwrap();
    values.iter().for_each(|value| writer.push(value).unwrap());
    writer.finish().unwrap();
    bytes
}

fn texts(ids: &[&str]) -> Vec<u8> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    npy("<U9", &[ids.len() as u64], Order::C, &ids)
}

fn floats(shape: &[u64], values: &[f32]) -> Vec<u8> {
    npy("<f4", shape, Order::C, values)
}

fn read(arrays: &[(&str, Vec<u8>)]) -> Result<ItemVectors> {
    ItemVectors::read(archive(arrays).path())
}

fn refusal(ids: Vec<u8>, vectors: Vec<u8>) -> String {
    format!(
        "{:#}",
        read(&[("ids", ids), ("vectors", vectors)]).unwrap_err()
    )
}

#[test]
fn usual_types_give_the_same_vectors() {
    let values = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0];
    let expected = ItemVectors {
        ids: vec!["10".into(), "20".into()],
        width: 3,
        values: values.to_vec(),
    };
    let by_column = [1.0f64, 4.0, 2.0, 5.0, 3.0, 6.0];
    let half: Vec<f16> = values.iter().map(|&x| f16::from_f32(x)).collect();
    let ids = [
        texts(&["10", "20"]),
        npy("<i8", &[2], Order::C, &[10i64, 20]),
        npy("<i4", &[2], Order::C, &[10i32, 20]),
        npy("|S2", &[2], Order::C, &[b"10".to_vec(), b"20".to_vec()]),
    ];
    let vectors = [
        floats(&[2, 3], &values),
        npy("<f8", &[2, 3], Order::Fortran, &by_column),
        npy("<f2", &[2, 3], Order::C, &half),
    ];
    for ids in &ids {
        for vectors in &vectors {
            let found = read(&[("ids", ids.clone()), ("vectors", vectors.clone())]);
            assert_eq!(found.unwrap(), expected);
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let ids = || texts(&["a", "b"]);
    let cases = [
        (
            refusal(ids(), floats(&[2], &[1.0, 2.0])),
            "must be ids × width",
        ),
        (
            refusal(ids(), floats(&[3, 1], &[1.0; 3])),
            "3 rows and `ids` 2 ids",
        ),
        (refusal(ids(), floats(&[2, 0], &[])), "must be ids × width"),
        (
            refusal(ids(), floats(&[2, 2], &[1.0, 2.0, 3.0, f32::NAN])),
            "vector of `b` holds NaN in column 1",
        ),
        (
            refusal(texts(&["a", "a"]), floats(&[2, 1], &[1.0, 2.0])),
            "`a` occurs twice",
        ),
        (
            refusal(floats(&[2], &[1.0, 2.0]), floats(&[2, 1], &[1.0, 2.0])),
            "save it as text",
        ),
        (
            refusal(ids(), npy("<i4", &[2, 1], Order::C, &[1i32, 2])),
            "save it as float32",
        ),
    ];
    for (message, expected) in cases {
        assert!(message.contains(expected), "{message} lacks {expected}");
    }
    let message = format!(
        "{:#}",
        read(&[("ids", ids()), ("vecs", vec![])]).unwrap_err()
    );
    assert!(
        message.contains("no array `vectors`; it has: ids, vecs"),
        "{message}"
    );
    let plain = tempfile::NamedTempFile::new().unwrap();
    let message = format!("{:#}", ItemVectors::read(plain.path()).unwrap_err());
    assert!(message.contains("np.savez"), "{message}");
}

#[test]
fn unknown_ids_are_counted_and_none_known_is_an_error() {
    let vectors = ItemVectors {
        ids: vec!["a".into(), "b".into(), "c".into()],
        width: 1,
        values: vec![1.0; 3],
    };
    let mut dataset = Dataset::default();
    let error = vectors.unknown_to(&dataset).unwrap_err().to_string();
    assert!(
        error.contains("none of the 3 ids") && error.contains("`a`"),
        "{error}"
    );
    dataset.catalogue = vec![ItemRecord::bare("a")];
    dataset.interactions.items.insert("b");
    let warning = vectors.unknown_to(&dataset).unwrap().unwrap();
    assert!(
        warning.contains("1 of 3") && warning.contains("`c`"),
        "{warning}"
    );
    dataset.interactions.items.insert("c");
    assert_eq!(vectors.unknown_to(&dataset).unwrap(), None);
}
