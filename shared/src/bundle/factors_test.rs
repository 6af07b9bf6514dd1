use super::*;
use crate::bundle::MemoryStore;
use crate::factors::RatingScale;
use futures_util::FutureExt;
use proptest::prelude::*;

fn fold_in() -> FoldIn {
    FoldIn {
        regularisation: 0.1,
        per_event: true,
        recency: 1.0,
        ratings: Some(RatingScale {
            mean: 3.5,
            least: 0.5,
            most: 5.0,
        }),
        confidence: None,
    }
}

fn stored(model: &Factors, old: &[u32]) -> Result<(FactorsRef, Factors), WriteError> {
    let mut store = MemoryStore::default();
    let files = write_factors("svd", model, old, &mut store)?;
    let open = OpenFactors::new("svd", &files, old.len() as u32).unwrap();
    let read = open.model(&store).now_or_never().unwrap().unwrap().clone();
    Ok((files, read))
}

proptest! {
    #[test]
    fn vectors_and_biases_survive_but_for_the_error_stated(
        vectors in prop::collection::vec(-2.0f32..2.0, 40),
        biases in prop::collection::vec(-1.0f32..1.0, 8),
        biased: bool,
    ) {
        let biases = if biased { biases } else { Vec::new() };
        let model = Factors::new("svd", 5, vectors, biases, fold_in());
        let old = [3, 1, 0, 2, 7, 6, 5, 4];
        let (files, read) = stored(&model, &old).unwrap();
        let (mut error, mut size) = (0.0, 0.0);
        for (new, &before) in (0..).zip(&old) {
            for (a, b) in read.vector(new).iter().zip(model.vector(before)) {
                error += f64::from(a - b).powi(2);
                size += f64::from(*b).powi(2);
            }
            prop_assert_eq!(read.biases().get(new as usize), model.biases().get(before as usize));
        }
        prop_assert!(((error / size).sqrt() - files.error).abs() < 1e-6);
        prop_assert!(files.error <= TOLERATED);
        prop_assert_eq!(read.fold_in(), model.fold_in());
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..60),
        rank in 0u32..4,
        bits in prop::sample::select(vec![8, 16]),
        biases: bool,
        count in 0u32..6,
    ) {
        prop_assume!(rank > 0 || biases);
        let files = FactorsRef { rank, bits, error: 0.0, biases, fold_in: fold_in(), rows: RangeTableRef::default() };
        let (mut vectors, mut found) = (Vec::new(), Vec::new());
        if decode(&files, &bytes, count, &mut vectors, &mut found).is_some() {
            prop_assert_eq!(vectors.len(), (count * rank) as usize);
            prop_assert!(vectors.iter().chain(&found).all(|x| x.is_finite()));
        }
    }
}

#[test]
fn numbers_of_very_different_size_are_kept_in_half_precision() {
    let mut vectors = vec![0.3, -0.2, 0.1, 0.25, -0.3, 0.2, 0.1, 0.4];
    vectors.extend(std::iter::repeat_n(0.004, 99));
    vectors.push(1.0);
    let model = Factors::new("svd", 54, vectors, vec![], fold_in());
    let (files, read) = stored(&model, &[0, 1]).unwrap();
    assert_eq!(files.bits, 16);
    assert!(files.error < 5e-4, "{}", files.error);
    assert!((read.vector(1)[0] - 0.004).abs() < 4e-6);
}

#[test]
fn what_is_not_finite_is_refused_with_its_item() {
    let row = |vectors: Vec<f32>, biases: Vec<f32>| {
        let model = Factors::new("svd", 2, vectors, biases, fold_in());
        match stored(&model, &[0, 1]) {
            Err(WriteError::Weight { row, .. }) => row,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(row(vec![0.0, 1.0, f32::NAN, 0.0], vec![]), 1);
    assert_eq!(row(vec![0.0; 4], vec![f32::INFINITY, 0.0]), 0);
}

#[test]
fn a_manifest_that_does_not_fit_together_is_refused() {
    let model = Factors::new("svd", 2, vec![1.0, 0.5], vec![], fold_in());
    let (files, _) = stored(&model, &[0]).unwrap();
    let fold = FoldIn {
        regularisation: -1.0,
        ..fold_in()
    };
    for bad in [
        FactorsRef {
            rank: 1025,
            ..files.clone()
        },
        FactorsRef {
            rank: 0,
            ..files.clone()
        },
        FactorsRef {
            bits: 4,
            ..files.clone()
        },
        FactorsRef {
            fold_in: fold,
            ..files.clone()
        },
    ] {
        assert!(OpenFactors::new("svd", &bad, 1).is_err(), "{bad:?}");
    }
    assert!(OpenFactors::new("svd", &files, 1).is_ok());
    assert!(OpenFactors::new("svd", &files, MAX_NUMBERS as u32).is_err());
}
